"""Type ids: Go counts them per process, in the order in which types are first used."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from pygob import types
from pygob._definitions.type_identity import identity_of, is_alike
from pygob._trampoline import Step, run
from pygob.errors import GobEncodeError
from pygob.wire import FIRST_USER_ID, INT32_MAX, TypeTable, WireType

# For so many types without a name it is kept what makes two of them one. Where types are inferred, each value
# brings new ones, and a stream has no end.
KEPT_KEYS = 1024


class TypeIds:
    """The type ids of one Go process.

    Encoders that share one object give types the ids that one Go process would give them;
    a new object is a fresh process.

    Source: type.go (newTypeObject, buildTypeInfo), measured on Go 1.21 to 1.27.
    """

    def __init__(self, first_id: int = FIRST_USER_ID) -> None:
        """Start counting.

        Args:
            first_id: The first id given. A Go process starts at 64 (65 in old versions).

        Raises:
            ValueError: Decoders refuse definitions with such an id.
            TypeError: It is no `int`.
        """
        if not isinstance(first_id, int):
            raise TypeError(f"first_id is an int, not {first_id!r:.60}")
        if not FIRST_USER_ID <= first_id <= INT32_MAX:
            raise ValueError(f"first_id must be from {FIRST_USER_ID} to {INT32_MAX}, not {first_id}")
        self._next = first_id
        # What Go knows about a type (its gobType) and what it sends about it (its typeInfo).
        self._objects: dict[Hashable, WireType] = {}
        self._definitions: dict[Hashable, WireType] = {}
        self._keys: dict[types.Type, Hashable] = {}
        # Of ids that were pickled: types with a name, by their text, and those that are the same.
        self._unpickled: dict[str, list[types.Type]] = {}
        self._same: dict[types.Type, types.Type] = {}
        self._heads: _Heads | None = None

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._unpickled, self._same = {}, {}
        for known in self._objects:
            if isinstance(known, types.Type) and known.wire_name is None:
                self._unpickled.setdefault(known.text(), []).append(known)

    @classmethod
    def from_table(cls, table: TypeTable) -> TypeIds:
        """The ids a stream uses, so that its values are written back with the same ones."""
        self = cls()
        self.adopt(table, table.definitions)
        return self

    def adopt(self, table: TypeTable, type_ids: Iterable[int]) -> None:
        """Use the ids that a stream has given to some of its types; those that no value needed stay free."""
        for type_id in type_ids:
            described = table.type_of(type_id)
            if described is not None:
                self._objects[described] = self._definitions[described] = table.definitions[type_id]
            self._next = max(self._next, type_id + 1)

    def adopt_alike(self, described: types.Type, table: TypeTable) -> None:
        """Use the ids of a stream for a described type, and its parts, where the stream has the same.

        What makes them the same is what Go would send: kind, name, fields, elements and length.
        """
        pending = [types.strip_pointers(described)]
        seen: set[types.Type] = set()
        while pending:
            own = pending.pop()
            if _basic_id(own) is not None or own in seen:
                continue
            seen.add(own)
            if self.known_id(own) is not None:
                continue
            for type_id in self._with_head(own, table):
                received = table.type_of(type_id)
                if received is not None:
                    for part, same in _alike(own, received).items():
                        self._take_over(part, same)
            pending.extend(types.strip_pointers(part) for part in own.children())

    def _with_head(self, own: types.Type, table: TypeTable) -> list[int]:
        """The ids in a stream, in its order, of types that have the kind and the name of a type."""
        if (
            self._heads is None
            or self._heads.table is not table
            or self._heads.count != len(table.definitions)
        ):
            self._heads = _Heads(table)
        places = [
            place
            for name in _wire_names(own, is_part=False)
            for place in self._heads.places.get((_wire_kind(own), name), ())
        ]
        return [type_id for _, type_id in sorted(places)]

    def _take_over(self, described: types.Type, received: types.Type) -> None:
        known = self._objects.get(received)
        if known is not None and self.known_id(described) is None:
            key = self._key(described)
            self._objects[key] = self._definitions[key] = known

    @property
    def is_unused(self) -> bool:
        """Whether no type has an id yet."""
        return not self._objects

    @property
    def next_id(self) -> int:
        """The id that is given next."""
        return self._next

    def copy(self) -> TypeIds:
        """Ids that start out the same and are counted on apart."""
        copied = TypeIds()
        copied.go_on_from(self)
        return copied

    def go_on_from(self, other: TypeIds) -> None:
        """Be as other ids are, and be counted on apart from them."""
        self._next = other._next
        self._objects = dict(other._objects)
        self._definitions = dict(other._definitions)
        self._keys = dict(other._keys)
        self._unpickled = other._unpickled
        self._same = dict(other._same)

    __copy__ = copy

    def __deepcopy__(self, memo: dict[int, Any]) -> TypeIds:
        return self.copy()  # types and their definitions stay what they are

    def id_of(self, described: types.Type) -> int:
        """The id that values of a type are sent with, given out now if it has none yet.

        Raises:
            GobEncodeError: There are no more ids.
        """
        base = types.strip_pointers(described)
        basic_id = _basic_id(base)
        return self.definition(described).id if basic_id is None else basic_id

    def known_id(self, described: types.Type) -> int | None:
        """The id that a type has already, or `None`."""
        base = types.strip_pointers(described)
        basic_id = _basic_id(base)
        if basic_id is not None:
            return basic_id
        known = self._objects.get(self._key(base))
        return known.id if known is not None else None

    def definition(self, described: types.Type) -> WireType:
        """The definition that is sent for a type, which must not be a basic one.

        Raises:
            GobEncodeError: There are no more ids.
        """
        base = types.strip_pointers(described)
        is_pointer_marshaler = isinstance(base, types.Opaque) and described is not base
        key = (_pointers(described), self._key(base)) if is_pointer_marshaler else self._key(base)
        definition = self._definitions.get(key)
        if definition is None:
            name = "" if is_pointer_marshaler else base.name
            before = len(self._objects), self._next
            try:
                definition = run(self._object(base, name))
                if is_pointer_marshaler:
                    # Go makes a second object, without a name, for the pointer type itself; for **T a third.
                    definition = WireType(definition.id, definition.kind, common_id=self._take_id())
            except GobEncodeError:
                self._forget_since(*before)
                raise
            self._definitions[key] = definition
        return definition

    def _key(self, described: types.Type) -> Hashable:
        """What makes two descriptions one Go type: identity if named, structure if not or if received."""
        if isinstance(described, types.Basic):
            return described.text()
        if described.is_shared and described not in self._objects:  # else adopted with an id of its own
            return identity_of(described)
        if described.name or described.wire_name is not None:
            return self._unpickled_as(described) if self._unpickled else described
        key = self._keys.get(described)
        if key is None:
            parts: list[Hashable] = [described.kind]
            if isinstance(described, types.Array):
                parts.append(described.length)
            if isinstance(described, types.Opaque):
                parts.append(described.marshaler)
            if isinstance(described, types.Struct):
                parts.extend((name, name in described.embedded) for name, _ in described.fields)
            parts.extend(self._key(child) for child in described.children())
            if len(self._keys) >= KEPT_KEYS:
                self._keys.clear()
            key = self._keys[described] = tuple(parts)
        return key

    def _unpickled_as(self, described: types.Type) -> types.Type:
        """The type that was pickled with the ids, where a named type is the same; else the type itself."""
        if described in self._objects:
            return described
        if described not in self._same:
            alike = self._unpickled.get(described.text(), ())
            self._same[described] = next((each for each in alike if is_alike(each, described)), described)
        return self._same[described]

    def _forget_since(self, objects: int, next_id: int) -> None:
        """Take back what was begun and cannot be finished."""
        while len(self._objects) > objects:
            self._objects.popitem()
        self._next = next_id

    def _take_id(self) -> int:
        if self._next > INT32_MAX:
            raise GobEncodeError(f"there are no more type ids: a decoder takes none beyond {INT32_MAX}")
        self._next += 1
        return self._next - 1

    def _set_id(self, definition: WireType) -> None:
        if not definition.id:
            definition.id = definition.common_id = self._take_id()

    def _object(self, described: types.Type, name: str) -> Step:
        """Go's object for a type, made in Go's order; `name` is used only if it is new."""
        key = self._key(described)
        known = self._objects.get(key)
        if known is not None:
            return known
        if described.wire_name is not None:
            name = described.wire_name
        match described:
            case types.Opaque():
                definition = self._objects[key] = WireType(0, described.marshaler, name)
                self._set_id(definition)
            case types.Struct():
                definition = self._objects[key] = WireType(0, "struct", name)
                self._set_id(definition)
                for field_name, field_type in described.fields:
                    base = types.strip_pointers(field_type)
                    definition.fields.append(
                        (field_name, (yield self._child_id(base, _field_type_name(base))))
                    )
            case types.Slice():
                definition = self._objects[key] = WireType(0, "slice", name)
                elem = yield self._child_object(described.elem, described.elem.name)
                self._set_id(definition)
                definition.elem = elem if isinstance(elem, int) else self._settled(elem)
            case types.Array():
                definition = self._objects[key] = WireType(0, "array", name, length=described.length)
                elem = yield self._child_object(described.elem, "")
                self._set_id(definition)
                definition.elem = elem if isinstance(elem, int) else elem.id
            case types.Map():
                definition = self._objects[key] = WireType(0, "map", name)
                map_key = yield self._child_object(described.key, "")
                elem = yield self._child_object(described.elem, "")
                self._set_id(definition)
                definition.key = map_key if isinstance(map_key, int) else map_key.id
                definition.elem = elem if isinstance(elem, int) else elem.id
            case _:
                raise AssertionError(f"no definition for {described!r}")
        return definition

    def _child_object(self, described: types.Type, name: str) -> Step:
        """The object of a part, or the id of a basic one."""
        base = types.strip_pointers(described)
        basic_id = _basic_id(base)
        return (yield self._object(base, name)) if basic_id is None else basic_id

    def _child_id(self, described: types.Type, name: str) -> Step:
        child = yield self._child_object(described, name)
        return child if isinstance(child, int) else self._settled(child)

    def _settled(self, definition: WireType) -> int:
        """The id of an object that recursion may have met before it had one."""
        self._set_id(definition)
        return definition.id


class _Heads:
    """The definitions of a stream by kind and name, each as its place in the stream and its id."""

    def __init__(self, table: TypeTable) -> None:
        self.table = table
        self.count = len(table.definitions)
        self.places: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for place, (type_id, definition) in enumerate(table.definitions.items()):
            self.places.setdefault((definition.kind, definition.name), []).append((place, type_id))


def _field_type_name(described: types.Type) -> str:
    """The name of a type first met as a field's: without one of its own, its text."""
    if described.wire_name is not None:
        return described.wire_name  # of a stream's type the text, which may be huge, is never needed
    return described.name or described.text()


def _pointers(described: types.Type) -> int:
    """How many pointers lead to the base type."""
    count = 0
    while isinstance(described, types.Pointer):
        described, count = described.elem, count + 1
    return count


def _basic_id(described: types.Type) -> int | None:
    """The id of a type that needs no definition."""
    if types.is_bytes(described):
        return types.BYTES_ID
    return described.id if isinstance(described, types.Basic) else None


def _wire_kind(described: types.Type) -> str:
    return described.marshaler if isinstance(described, types.Opaque) else described.kind


def _alike(own: types.Type, received: types.Type) -> dict[types.Type, types.Type]:
    """The types that two types are made of, paired, if the two are the same on the wire; else nothing."""
    pairs: dict[types.Type, types.Type] = {}
    pending = [(own, received)]
    while pending:
        mine, other = pending.pop()
        mine = types.strip_pointers(mine)
        basic_id = _basic_id(mine)
        if basic_id is not None or isinstance(other, types.Basic):
            if basic_id != _basic_id(other):
                return {}
        elif mine in pairs:
            if pairs[mine] is not other:
                return {}
        elif not _has_same_head(mine, other, is_part=mine is not own):
            return {}
        else:
            pairs[mine] = other
            pending.extend(zip(mine.children(), other.children(), strict=True))
    return pairs


def _wire_names(described: types.Type, *, is_part: bool) -> set[str]:
    """The names that a stream may have for a type."""
    names = {described.name or described.text() if described.wire_name is None else described.wire_name}
    if is_part or not described.name:
        names.add("")  # Go leaves out the names of most types that it first meets as a part
    return names


def _has_same_head(mine: types.Type, other: types.Type, *, is_part: bool) -> bool:
    """Whether two types are the same but for the types they are made of."""
    if _wire_kind(mine) != _wire_kind(other) or other.wire_name not in _wire_names(mine, is_part=is_part):
        return False
    match mine, other:
        case types.Struct(), types.Struct():
            return [name for name, _ in mine.fields] == [name for name, _ in other.fields]
        case types.Array(), types.Array():
            return mine.length == other.length
        case _:
            return True
