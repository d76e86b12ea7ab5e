"""How values with slots are pickled, in the oldest protocols too, which know nothing of slots."""

from __future__ import annotations

from dataclasses import fields
from typing import Any


def from_fields(self: Any) -> tuple[Any, ...]:
    """The `__reduce__` of a dataclass that is made from its fields, in their order."""
    return type(self), tuple(getattr(self, each.name) for each in fields(self))
