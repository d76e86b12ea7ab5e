"""Names for the types of a stream in source code, also for those that have none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pygob import types

_NOT_IN_NAMES = re.compile(r"\W+")
_LAST_NAME = re.compile(r"(?:^|[^\w])([A-Za-z_]\w*)$")


def reachable(roots: Iterable[types.Type]) -> Iterator[types.Type]:
    """Yield types and what they are made of, each once, those that come first in the stream first."""
    pending = list(roots)[::-1]
    seen: set[types.Type] = set()
    while pending:
        described = pending.pop()
        if described not in seen:
            seen.add(described)
            yield described
            pending.extend(list(described.children())[::-1])


class TypeNames:
    """A name of its own for every struct and every type that marshals itself.

    A type without a name gets that of the field it stands in, or what the text of a map or a slice
    says of its elements (`map[string]*chromem.Document`).
    """

    def __init__(self, roots: Iterable[types.Type], reserved: Iterable[str]) -> None:
        self._taken = set(reserved)
        self._names: dict[types.Type, str] = {}
        self.order: list[types.Type] = []
        hints: dict[types.Type, str] = {}
        for described in reachable(roots):
            self._hint_parts(described, hints)
            if isinstance(described, types.Struct | types.Opaque):
                self._names[described] = self._free(described.name or hints.get(described, "Value"))
                self.order.append(described)

    def __getitem__(self, described: types.Type) -> str:
        return self._names[described]

    @staticmethod
    def _hint_parts(described: types.Type, hints: dict[types.Type, str]) -> None:
        if isinstance(described, types.Struct):
            for name, kind in described.fields:
                hints.setdefault(kind, name)
        elif isinstance(described, types.Slice | types.Array | types.Map):
            match = _LAST_NAME.search(described.name)
            own = match[1] if match is not None and match[1] not in types.BASICS else None
            hint = own or hints.get(described)
            if hint is not None:
                hints.setdefault(described.elem, hint)

    def _free(self, wanted: str) -> str:
        """An identifier that is not taken yet, as near to what is wanted as can be."""
        base = _NOT_IN_NAMES.sub("_", wanted).strip("_") or "Value"
        base = base if not base[0].isdigit() else f"T{base}"
        name, number = base, 1
        while name in self._taken:
            number += 1
            name = f"{base}{number}"
        self._taken.add(name)
        return name
