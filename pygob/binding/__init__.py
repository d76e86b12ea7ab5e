"""Python's types and values as Go's: annotations, dataclasses, and what a value is when nobody says."""

from pygob._loading import when_used

TYPE_CHECKING = False  # `typing` alone would make importing this several times as long

if TYPE_CHECKING:
    from pygob.binding.go_types import go_type

__all__ = ["go_type"]

if not TYPE_CHECKING:  # else type checkers would take every name for one that is there
    __getattr__ = when_used(__name__, {"go_types": "go_type"})
