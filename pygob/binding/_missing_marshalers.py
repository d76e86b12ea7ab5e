"""What to say of values that marshal themselves where no marshalers are given."""

from __future__ import annotations

MISSING_MARSHALERS = (
    "its values marshal themselves, as those of Go's time.Time do: "
    "give marshalers=pygob.marshalers.Marshalers()"
)
# Python's own classes that the standard marshalers take; the others are theirs.
_OF_PYTHON = frozenset(
    (
        "datetime.datetime",
        "fractions.Fraction",
        "ipaddress.IPv4Address",
        "ipaddress.IPv4Interface",
        "ipaddress.IPv6Address",
        "ipaddress.IPv6Interface",
        "uuid.UUID",
    )
)


def marshals_itself(cls: type) -> bool:
    """Whether the standard marshalers take the values of a class, so that whoever gives none forgot them."""
    return (
        cls.__module__.startswith("pygob.marshalers.") or f"{cls.__module__}.{cls.__qualname__}" in _OF_PYTHON
    )
