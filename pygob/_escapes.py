"""Names that a stream chose, made safe for a terminal."""

from __future__ import annotations


def shown_name(name: str) -> str:
    """The name of a type or field as it is, or with an escape for whatever is not printable in it."""
    return name if name.isprintable() else repr(name)[1:-1]
