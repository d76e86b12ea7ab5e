"""What a decoder is willing to spend on bytes it does not trust."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on the work and memory one stream may cost.

    Counts that a stream claims are never believed: memory grows only with bytes that have
    arrived, so these bounds matter for input that is large in truth, not in words. Go's own
    limits are fixed (8 GiB a message) or absent (depth).

    Attributes:
        message_bytes: Largest message body, in bytes.
        depth: How deep values may nest. Go limits it only for data it skips, at the same figure.
        elements: How many elements of slices, arrays and maps one value may hold in all.
        objects: How many of these may be structs, slices, arrays, maps, values in interfaces or
            values that marshal themselves: each is an object of its own, of up to some hundred
            bytes, though it may take a single byte of the stream. One that is the key of a map
            counts three times; so does a struct of a type that can hold itself, also where it
            is no element.
        definitions: How many types a stream may define, the fields of structs counted with them.
        total_bytes: Length of the whole stream, or `None` for streams without end.
    """

    message_bytes: int = 1 << 30
    depth: int = 10_000
    elements: int = 10_000_000
    objects: int = 2_000_000
    definitions: int = 100_000
    total_bytes: int | None = None

    def __post_init__(self) -> None:
        for name in ("message_bytes", "depth", "elements", "objects", "definitions"):
            if not isinstance(getattr(self, name), int):
                raise TypeError(f"Limits.{name} is an int, not {getattr(self, name)!r:.40}")
            if getattr(self, name) < 1:
                raise ValueError(f"Limits.{name} must be at least 1, not {getattr(self, name)}")
        if self.total_bytes is None:
            return
        if not isinstance(self.total_bytes, int):
            raise TypeError(f"Limits.total_bytes is an int or None, not {self.total_bytes!r:.40}")
        if self.total_bytes < 0:
            raise ValueError(f"Limits.total_bytes must not be negative, not {self.total_bytes}")


DEFAULT_LIMITS = Limits()


def checked_limits(limits: Limits) -> Limits:
    """Limits as they were given, if they are some.

    Raises:
        TypeError: They are `None`, which could mean the defaults or none at all, or something else.
    """
    if not isinstance(limits, Limits):
        raise TypeError(f"limits is a pygob.Limits, not {limits!r:.40}; pygob.Limits() has the defaults")
    return limits
