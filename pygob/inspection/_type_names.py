"""Names for the types of a stream in source code, also for those that have none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

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


class Leads:
    """Tells of types whether they are, or lead to, some that are wanted; looks at each type once."""

    def __init__(self, is_wanted: Callable[[types.Type], bool]) -> None:
        self._is_wanted = is_wanted
        self._known: dict[types.Type, bool] = {}

    def __call__(self, described: types.Type) -> bool:
        known = self._known.get(described)
        if known is None:
            self._learn(described)
            known = self._known[described]
        return known

    def _learn(self, root: types.Type) -> None:
        wholes: dict[types.Type, list[types.Type]] = {root: []}  # by their parts
        leading: list[types.Type] = []
        pending = [root]
        while pending:
            described = pending.pop()
            if self._is_wanted(described):
                leading.append(described)
            for part in described.children():
                if self._known.get(part):
                    leading.append(described)
                elif part not in self._known:
                    if part not in wholes:
                        wholes[part] = []
                        pending.append(part)
                    wholes[part].append(described)
        found = dict.fromkeys(wholes, False)
        while leading:
            described = leading.pop()
            if not found[described]:
                found[described] = True
                leading.extend(wholes[described])
        self._known.update(found)


def edges_back(
    roots: Iterable[types.Type], parts: Callable[[types.Type], Iterable[types.Type]]
) -> set[tuple[types.Type, types.Type]]:
    """Steps from a type to one of its parts that lead back to a type on the way: no way is endless without.

    Args:
        roots: Where ways begin, those first that are to be led back to.
        parts: The parts of a type that ways go on to.
    """
    back: set[tuple[types.Type, types.Type]] = set()
    done: set[types.Type] = set()
    for root in roots:
        way: dict[types.Type, Iterator[types.Type]] = {} if root in done else {root: iter(parts(root))}
        while way:
            described, rest = next(reversed(way.items()))
            part = next(rest, None)
            if part is None:
                way.popitem()
                done.add(described)
            elif part in way:
                back.add((described, part))
            elif part not in done:
                way[part] = iter(parts(part))
    return back


def rings(roots: Iterable[types.Type]) -> set[types.Type]:
    """The slices, arrays and maps that hold themselves with no struct between: only a name can say them.

    Of several that hold each other it is one, of those that have a name if any has.
    """
    containers = [each for each in reachable(roots) if _containers([each])]
    containers.sort(key=lambda each: not each.is_declared)
    return {target for _, target in edges_back(containers, lambda each: _containers(each.children()))}


def _containers(found: Iterable[types.Type]) -> list[types.Type]:
    return [each for each in found if isinstance(each, types.Slice | types.Array | types.Map)]


class TypeNames:
    """A name of its own for every struct, every type that marshals itself, and the containers that need one.

    A type without a name gets that of the field it stands in, or what the text of a map or a slice
    says of its elements (`map[string]*chromem.Document`).
    """

    def __init__(
        self, roots: Iterable[types.Type], reserved: Iterable[str], containers: Iterable[types.Type] = ()
    ) -> None:
        self._taken = set(reserved)
        self._containers = frozenset(containers)
        self._names: dict[types.Type, str] = {}
        self.order: list[types.Type] = []
        hints: dict[types.Type, str] = {}
        for described in reachable(roots):
            self._hint_parts(described, hints)
            if isinstance(described, types.Struct | types.Opaque) or described in self._containers:
                own = "" if described in self._containers and not described.is_declared else described.name
                self._names[described] = self.free(own or hints.get(described, "Value"))
                self.order.append(described)

    def __getitem__(self, described: types.Type) -> str:
        return self._names[described]

    def __contains__(self, described: object) -> bool:
        return described in self._names

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

    def free(self, wanted: str) -> str:
        """An identifier that is not taken yet, as near to what is wanted as can be."""
        base = _NOT_IN_NAMES.sub("_", wanted).strip("_") or "Value"
        base = base if not base[0].isdigit() else f"T{base}"
        name, number = base, 1
        while name in self._taken:
            number += 1
            name = f"{base}{number}"
        self._taken.add(name)
        return name
