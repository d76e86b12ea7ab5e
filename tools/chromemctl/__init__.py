"""Verify, name, recover and look after chromem-go vector stores.

What programs call:

- `preflight(path)` before a store is opened: damaged collections are repaired or set aside, all others load.

Errors are those of `chromemctl.exits`; each has an exit code and says what to do next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chromemctl.starting.policy import Policy, PreflightResult
    from chromemctl.starting.preflight import preflight

__all__ = ["Policy", "PreflightResult", "preflight"]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: a command loads only what it needs."""
    if name == "preflight":
        from chromemctl.starting.preflight import preflight

        return preflight
    if name in __all__:
        from chromemctl.starting import policy

        return getattr(policy, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
