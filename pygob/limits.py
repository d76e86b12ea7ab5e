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
        elements: How many elements of slices, arrays and maps one value may hold in all. With
            the costliest elements (empty structs, about 140 bytes each) the default stays
            below 2 GiB.
        total_bytes: Length of the whole stream, or `None` for streams without end.
    """

    message_bytes: int = 1 << 30
    depth: int = 10_000
    elements: int = 10_000_000
    total_bytes: int | None = None

    def __post_init__(self) -> None:
        for name in ("message_bytes", "depth", "elements"):
            if getattr(self, name) < 1:
                raise ValueError(f"Limits.{name} must be at least 1, not {getattr(self, name)}")
        if self.total_bytes is not None and self.total_bytes < 0:
            raise ValueError(f"Limits.total_bytes must not be negative, not {self.total_bytes}")


DEFAULT_LIMITS = Limits()
