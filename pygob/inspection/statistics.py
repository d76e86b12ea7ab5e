"""How many values and bytes a stream has, by type and by field.

>>> import pygob
>>> from pygob.inspection.statistics import statistics
>>> found = statistics(pygob.dumps({"a": 1}))
>>> found.messages, [(kind.name, kind.values, kind.bytes) for kind in found.types]
(2, [('map[string]int', 1, 7)])
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pygob import types
from pygob._messages.files import Bytes
from pygob._pickling import from_fields
from pygob._trampoline import Step
from pygob.inspection._type_names import reachable
from pygob.inspection.annotation import Annotator, Note, Role
from pygob.limits import DEFAULT_LIMITS, Limits
from pygob.wire import WIRE_TYPE


@dataclass(slots=True)
class TypeCount:
    """The values of one type that messages hold.

    Attributes:
        name: The type.
        values: How many there are.
        bytes: Their bytes, without those of type definitions among them.
    """

    name: str
    values: int = 0
    bytes: int = 0

    __reduce__ = from_fields


@dataclass(slots=True)
class FieldCount:
    """One field of a struct type, wherever in the stream there are such structs.

    Attributes:
        name: The field.
        type: Its type.
        sent: How often it was sent; it was zero otherwise.
        bytes: The bytes of all its values, what they hold included.
    """

    name: str
    type: str
    sent: int = 0
    bytes: int = 0

    __reduce__ = from_fields


@dataclass(slots=True)
class StructCount:
    """A struct type.

    Attributes:
        name: Its name, `struct` if it has none.
        fields: Its fields, in their order.
    """

    name: str
    fields: list[FieldCount] = field(default_factory=list)

    __reduce__ = from_fields


@dataclass(slots=True)
class Statistics:
    """What a stream is made of.

    Attributes:
        bytes: Its length.
        messages: How many messages it has.
        definitions: How many types it defines.
        definition_bytes: The bytes of the definitions.
        length_bytes: The bytes of the messages' lengths.
        types: The types of its values, in the order in which they come first.
        structs: All struct types of which a field was sent, likewise.
        damage: What is wrong first, where something is; what follows was counted as far as it can be read.
    """

    bytes: int
    messages: int = 0
    definitions: int = 0
    definition_bytes: int = 0
    length_bytes: int = 0
    types: list[TypeCount] = field(default_factory=list)
    structs: list[StructCount] = field(default_factory=list)
    damage: Note | None = None

    __reduce__ = from_fields

    @property
    def values(self) -> int:
        """How many values it has."""
        return sum(kind.values for kind in self.types)


def statistics(data: Bytes, *, limits: Limits = DEFAULT_LIMITS) -> Statistics:
    """Count what a stream is made of, damaged or not.

    Args:
        data: The stream; a mapped file is read message by message.
        limits: What it may cost.
    """
    return _Counting(data, limits).counted()


_DEFINING = {each for each in reachable([WIRE_TYPE]) if isinstance(each, types.Struct)}


class _Counting(Annotator):
    def __init__(self, data: Bytes, limits: Limits) -> None:
        super().__init__(data, 0, limits)
        self._result = Statistics(len(data))
        self._types: dict[types.Type, TypeCount] = {}
        self._structs: dict[types.Struct, StructCount] = {}
        self._first: dict[types.Struct, int] = {}  # where the first field of each begins
        self._others = 0  # bytes since the value began that are lengths of messages, or definitions
        # Where fields of this value lie that were counted, so that those inside others count once.
        self._counted: dict[tuple[types.Struct, int], list[tuple[int, int]]] = {}
        self._endless: dict[types.Type, bool] = {}

    def counted(self) -> Statistics:
        result = self._result
        for note in self.notes():
            if note.role is Role.LENGTH:
                result.messages += 1
                result.length_bytes += note.end - note.start
            elif note.role is Role.DAMAGED and result.damage is None:
                result.damage = note
        result.types = list(self._types.values())
        by_place = sorted(self._structs, key=self._first.__getitem__)
        result.structs = [self._structs[described] for described in by_place]
        return result

    def _top(self) -> Step:
        self._others = 0
        self._counted.clear()
        yield from super()._top()

    def _note_to(self, end: int, role: Role, depth: int, text: str) -> None:
        if role is Role.LENGTH:
            self._others += end - self._noted
        super()._note_to(end, role, depth, text)

    def value_ended(self, described: types.Type, start: int, end: int) -> None:
        kind = self._types.setdefault(described, TypeCount(described.short_text()))
        kind.values += 1
        kind.bytes += end - start - self._others

    def definition_ended(self, type_id: int, start: int, end: int) -> None:
        self._result.definitions += 1
        self._result.definition_bytes += end - start
        self._others += end - start

    def field_ended(self, described: types.Struct, number: int, start: int, end: int) -> None:
        if described in _DEFINING:
            return
        struct = self._structs.get(described)
        if struct is None:
            fields = [FieldCount(name, kind.short_text()) for name, kind in described.fields]
            struct = self._structs[described] = StructCount(described.name or "struct", fields)
            self._first[described] = start
        self._first[described] = min(self._first[described], start)
        counts = struct.fields[number]
        counts.sent += 1
        counts.bytes += end - start
        if not self._is_endless(described):
            return
        inside = self._counted.setdefault((described, number), [])
        while inside and inside[-1][0] >= start:
            inner_start, inner_end = inside.pop()
            counts.bytes -= inner_end - inner_start
        inside.append((start, end))

    def _is_endless(self, described: types.Type) -> bool:
        """Whether a type leads back to one on the way, or to an interface: only then may it hold itself."""
        endless = self._endless
        way: dict[types.Type, Iterator[types.Type]] = {}
        if described not in endless:
            way[described] = iter(described.children())
        while way:
            last, rest = next(reversed(way.items()))
            part = next(rest, None)
            if part is None:
                way.popitem()
                endless.setdefault(last, last is types.INTERFACE)
            elif part in way or endless.get(part):
                endless[last] = True
            elif part not in endless:
                way[part] = iter(part.children())
        return endless[described]
