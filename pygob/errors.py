"""The one family of exceptions that leaves the codec.

Whatever the bytes, a decoder raises `GobDecodeError` or one of its four kinds and nothing else;
an encoder raises `GobEncodeError`. Each kind is also the built-in exception a caller may already
catch for the same fault (`ValueError`, `EOFError`, `TypeError`).
"""

from __future__ import annotations

from typing import Any

PATH_PARTS_SHOWN = 12


class GobError(Exception):
    """Anything this package reports about a gob stream or a value for one.

    Attributes:
        message: What is wrong, in Go's words where Go has words for it.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self._path: list[str] = []

    @property
    def path(self) -> str:
        """Where in the value the fault lies, such as `Document.Metadata["k"]`; empty when unknown."""
        return "".join(reversed(self._path)).removeprefix(".")

    def enter(self, part: str) -> None:
        """Prepend one step of the path, called while the error travels outward."""
        self._path.append(part)

    def nest(self) -> None:
        """Make what the path begins with, a Go type, one step of a longer path: `.(time.Time)`."""
        if self._path:
            self._path[-1] = f".({self._path[-1]})"

    def _shown_path(self) -> str:
        parts = list(reversed(self._path))
        if len(parts) > PATH_PARTS_SHOWN:
            half = PATH_PARTS_SHOWN // 2
            parts = [*parts[:half], f"...({len(parts) - 2 * half} levels)...", *parts[-half:]]
        return "".join(parts).removeprefix(".")

    def __str__(self) -> str:
        path = self._shown_path()
        return f"{self.message} (in {path})" if path else self.message


class GobDecodeError(GobError, ValueError):
    """The bytes are not a gob stream that can be read.

    Attributes:
        message: What is wrong.
        offset: The byte of the input at which reading stopped, counted from 0. Where the value could be
            read and does not fit what was asked for, the first byte of the value, definitions included.
        partial: What had been read of the value before the fault, or `None`. Values inside it
            are complete except the innermost last one; `pygob.salvage` judges what to trust.
        partial_end: Offset just after the last byte that was read into `partial`.
        type: The `pygob.types` description of that value, or `None` when it was not known yet.
    """

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset
        self.partial: Any = None
        self.partial_end = offset
        self.type: Any = None

    def __str__(self) -> str:
        path = self._shown_path()
        where = f"at byte {self.offset}" + (f", in {path}" if path else "")
        return f"{self.message} ({where})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), dict(self.__dict__))


class GobTruncated(GobDecodeError, EOFError):
    """The input ends before the value does."""


class GobCorrupt(GobDecodeError):
    """The bytes break a rule of the format."""


class GobLimitExceeded(GobDecodeError):
    """The input asks for more than `Limits` allows.

    Attributes:
        limit: The name of the field of `Limits`, such as `"depth"`.
        allowed: Its value.
    """

    def __init__(self, message: str, offset: int = 0, *, limit: str = "", allowed: int = 0) -> None:
        super().__init__(message, offset)
        self.limit = limit
        self.allowed = allowed


class GobTypeError(GobDecodeError, TypeError):
    """The stream is sound, but its type does not fit the type asked for.

    What does not fit is told by the path: `P.Items[].X` is a field of every element. `offset` is where
    the value begins, its definitions included, since types are compared when the value has been read.
    """


class GobEncodeError(GobError, ValueError):
    """The value cannot be written as gob."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), dict(self.__dict__))


def _restore(kind: type[GobError], state: dict[str, Any]) -> GobError:
    error = kind(state["message"])
    error.__dict__.update(state)
    return error
