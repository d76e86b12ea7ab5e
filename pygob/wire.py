"""Type definitions as they travel: Go's wireType, and the table a stream builds from them.

The definition of a type is itself a gob value of a type every decoder knows, so it is read by
the same plans as everything else.

Source: Go's encoding/gob documentation, "Types and Values", and type.go.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

from pygob import types
from pygob._messages.source import Source
from pygob._pickling import from_fields
from pygob._reading.plan import Plan, SingletonPlan
from pygob._reading.plan_building import build_plans
from pygob._reading.probing import FEW_KEYS
from pygob.errors import GobDecodeError, GobLimitExceeded
from pygob.values import Struct, struct_values

FIRST_USER_ID = 64
INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1

WireKind = Literal["array", "slice", "struct", "map", "gob", "binary", "text", "none"]

_MARSHALERS: dict[str, types.MarshalerKind] = {"gob": "gob", "binary": "binary", "text": "text"}

_COMMON = types.Struct("CommonType", {"Name": types.STRING, "Id": types.INT})
_FIELD = types.Struct("fieldType", {"Name": types.STRING, "Id": types.INT})
_ARRAY = types.Struct("arrayType", {"CommonType": _COMMON, "Elem": types.INT, "Len": types.INT})
_SLICE = types.Struct("sliceType", {"CommonType": _COMMON, "Elem": types.INT})
_STRUCT = types.Struct("structType", {"CommonType": _COMMON, "Field": types.Slice(_FIELD)})
_MAP = types.Struct("mapType", {"CommonType": _COMMON, "Key": types.INT, "Elem": types.INT})
_MARSHALER = types.Struct("gobEncoderType", {"CommonType": _COMMON})

WIRE_TYPE = types.Struct(
    "wireType",
    {
        "ArrayT": _ARRAY,
        "SliceT": _SLICE,
        "StructT": _STRUCT,
        "MapT": _MAP,
        "GobEncoderT": _MARSHALER,
        "BinaryMarshalerT": _MARSHALER,
        "TextMarshalerT": _MARSHALER,
    },
)
WIRE_TYPE.wire_name = WIRE_TYPE.name  # its fields are pointers, most of them nil
_KINDS: tuple[WireKind, ...] = ("array", "slice", "struct", "map", "gob", "binary", "text")
_BODIES = (_ARRAY, _SLICE, _STRUCT, _MAP, _MARSHALER, _MARSHALER, _MARSHALER)


@dataclass(slots=True)
class WireType:
    """One type definition, exactly as a stream holds it.

    Attributes:
        id: The id that values and other definitions use.
        kind: What is defined.
        name: The type's name; often Go's text of an unnamed type, often "".
        common_id: The id inside the definition. It differs from `id` where Go met a type that
            marshals itself through a pointer; readers ignore it.
        fields: Name and type id of each field of a struct.
        elem: Type id of the elements of an array, slice or map.
        key: Type id of the keys of a map.
        length: Length of an array.
        others: The same type as what else it is defined to be. No encoder defines a type as more
            than one kind; where a stream does, the first counts unless the value is decoded
            into a type that is of another.
    """

    id: int
    kind: WireKind
    name: str = ""
    common_id: int = 0
    fields: list[tuple[str, int]] = field(default_factory=list)
    elem: int = 0
    key: int = 0
    length: int = 0
    others: tuple[WireType, ...] = ()

    __reduce__ = from_fields

    def references(self) -> list[int]:
        """Ids of the types this one is made of."""
        match self.kind:
            case "struct":
                return [type_id for _, type_id in self.fields]
            case "map":
                return [self.key, self.elem]
            case "array" | "slice":
                return [self.elem]
            case _:
                return []

    def shape(self) -> Hashable:
        """What two definitions under different ids have in common that say the same."""
        parts = [0 if type_id == self.id else type_id for type_id in self.references()]
        return self.kind, self.name, self.length, tuple(name for name, _ in self.fields), tuple(parts)

    def wanted_parts(self, wanted: types.Type | None) -> list[types.Type | None]:
        """What the types this one is made of are to be decoded into, in the order of `references`."""
        match wanted:
            case types.Struct() if self.kind == "struct":
                own = dict(wanted.fields)
                return [own.get(name) for name, _ in self.fields]
            case types.Map() if self.kind == "map":
                return [wanted.key, wanted.elem]
            case types.Slice() | types.Array() if self.kind == wanted.kind:
                return [wanted.elem]
            case _:
                return [None] * len(self.references())

    def read_as(self, wanted: types.Type, *, is_value: bool) -> WireType:
        """What Go makes of a definition of several kinds when it decodes into a type.

        Args:
            wanted: The type.
            is_value: Whether the whole value is of the type, not a part of it.

        Source: decode.go, compatibleType and compileDec.
        """
        kinds = {definition.kind: definition for definition in (*self.others, self)}
        own = wanted.marshaler if isinstance(wanted, types.Opaque) else wanted.kind
        other = [kinds[kind] for kind in _MARSHALERS if kind in kinds and kind != own]
        if other and not (is_value and isinstance(wanted, types.Struct)):
            return other[0]  # to be refused
        return next((definition for kind, definition in kinds.items() if kind == own), self)

    def to_struct(self) -> Struct:
        """The definition as the wireType struct that is sent."""
        wire = Struct(WIRE_TYPE)
        for definition in (self, *self.others):
            if definition.kind != "none":
                position = _KINDS.index(definition.kind)
                wire[WIRE_TYPE.fields[position][0]] = definition._body(_BODIES[position])
        return wire

    def _body(self, described: types.Struct) -> Struct:
        body = Struct(described, CommonType=Struct(_COMMON, Name=self.name, Id=self.common_id))
        match self.kind:
            case "struct":
                body.Field = [Struct(_FIELD, Name=name, Id=type_id) for name, type_id in self.fields]
            case "map":
                body.Key, body.Elem = self.key, self.elem
            case "slice":
                body.Elem = self.elem
            case "array":
                body.Elem, body.Len = self.elem, self.length
        return body

    @classmethod
    def from_struct(cls, type_id: int, wire: Struct, source: Source) -> WireType:
        """The definition held by a received wireType struct.

        Raises:
            GobCorrupt: An id does not fit 32 bits.
        """
        defined = [
            cls._from_body(type_id, _KINDS[number], body, source)
            for number, body in struct_values(wire).items()  # in the order of the fields
        ]
        if not defined:
            return cls(type_id, "none")
        first, *others = defined
        first.others = tuple(others)
        return first

    @classmethod
    def _from_body(cls, type_id: int, kind: WireKind, body: Struct, source: Source) -> WireType:
        common = body.CommonType
        definition = cls(type_id, kind)
        if common is not None:
            definition.name = common.Name
            definition.common_id = _checked_id(common.Id, "Id", source)
        match kind:
            case "struct":
                definition.fields = [(f.Name, _checked_id(f.Id, "Id", source)) for f in body.Field]
            case "map":
                definition.key = _checked_id(body.Key, "Key", source)
                definition.elem = _checked_id(body.Elem, "Elem", source)
            case "slice":
                definition.elem = _checked_id(body.Elem, "Elem", source)
            case "array":
                definition.elem = _checked_id(body.Elem, "Elem", source)
                definition.length = body.Len
        return definition


def _checked_id(value: int, name: str, source: Source) -> int:
    if not INT32_MIN <= value <= INT32_MAX:
        raise source.corrupt(f'value for "{name}" out of range')
    return value


_DEFINITION_PLANS: dict[types.Type, Plan] = {}
build_plans([WIRE_TYPE], _DEFINITION_PLANS)
_read_definition = _DEFINITION_PLANS[WIRE_TYPE].read

# Types of Go's own that it decodes into any struct where a value claims to be of one.
# Source: decode.go, compileDec, which looks among its own types before it looks at those defined.
_OWN_STRUCTS = {18: _COMMON, 21: _FIELD}

_BASIC_PLANS: dict[types.Type, Plan] = {}
build_plans(types.WIRE_BASICS.values(), _BASIC_PLANS)


class TypeTable:
    """The types a stream has defined, in wire order, and what follows from them.

    Attributes:
        definitions: Every definition by its id, in the order received.
        expected: The type that the next value is to be decoded into, if that is known. It tells
            what to make of definitions of several kinds.
        duplicate: The id that a definition was refused for last, because it was taken; else `None`.
    """

    __slots__ = (
        "_fields",
        "_plans",
        "_shapes",
        "_types",
        "_value_plans",
        "definitions",
        "duplicate",
        "expected",
    )

    def __init__(self) -> None:
        self.definitions: dict[int, WireType] = {}
        self._fields = 0
        self.expected: types.Type | None = None
        self.duplicate: int | None = None
        self._types: dict[int, types.Type] = dict(types.WIRE_BASICS)
        self._plans: dict[types.Type, Plan] = dict(_BASIC_PLANS)
        self._value_plans: dict[int, Plan] = {}
        self._shapes: dict[Hashable, int] = {}  # how many types described have the same definition

    def copy(self) -> TypeTable:
        """A table that starts with the same types and goes its own way."""
        table = TypeTable()
        table.definitions = dict(self.definitions)
        table._fields = self._fields
        table._types = dict(self._types)
        table._plans = dict(self._plans)
        table._value_plans = dict(self._value_plans)
        table._shapes = dict(self._shapes)
        return table

    __copy__ = copy

    def __getstate__(self) -> dict[str, Any]:
        """All but the plans, which are code and follow from the types."""
        return {name: getattr(self, name) for name in self.__slots__ if not name.endswith("_plans")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        TypeTable.__init__(self)
        for name, value in state.items():
            setattr(self, name, value)

    def mark(self) -> tuple[int, int]:
        """What there is now, for `forget_after`."""
        return len(self.definitions), len(self._types)

    def known_since(self, mark: tuple[int, int]) -> list[int]:
        """The ids of the types worked out since a mark, those that a stream defines."""
        latest = islice(reversed(self._types), len(self._types) - mark[1])
        return [type_id for type_id in latest if type_id in self.definitions]

    def defined_since(self, mark: tuple[int, int]) -> list[int]:
        """The ids of the definitions received since a mark, in their order."""
        return list(islice(reversed(self.definitions), len(self.definitions) - mark[0]))[::-1]

    def forget_after(self, mark: tuple[int, int]) -> None:
        """Take back what came after a mark: definitions, and types worked out, which may use these."""
        definitions, known_types = mark
        while len(self._types) > known_types:
            type_id, described = self._types.popitem()
            self._plans.pop(described, None)
            self._value_plans.pop(type_id, None)
            self._shapes[self.definitions[type_id].shape()] -= 1
        while len(self.definitions) > definitions:
            _, forgotten = self.definitions.popitem()
            self._fields -= len(forgotten.fields)

    def received_after(self, type_id: int, mark: tuple[int, int]) -> TypeTable | None:
        """A table of what was defined between a type and a mark; `None` if it was not before the mark."""
        received = list(islice(self.definitions, mark[0]))
        if type_id not in received:
            return None
        table = TypeTable()
        for each in received[received.index(type_id) + 1 :]:
            table.define(self.definitions[each])
        return table

    def define(self, definition: WireType) -> None:
        """Enter a definition that comes from elsewhere than a stream.

        Raises:
            ValueError: No stream can define a type under the id, or this one has done so.
        """
        if not FIRST_USER_ID <= definition.id <= INT32_MAX:
            raise ValueError(f"a stream defines types under ids from {FIRST_USER_ID} on, not {definition.id}")
        if definition.id in self.definitions:
            raise ValueError(f"type {definition.id} is defined twice")
        self.definitions[definition.id] = definition
        self._fields += len(definition.fields)

    def receive(self, type_id: int, source: Source) -> WireType:
        """Read one definition from the source and enter it.

        Raises:
            GobDecodeError: The definition is malformed, or the id is already taken or reserved.
        """
        if not FIRST_USER_ID <= type_id <= INT32_MAX or type_id in self.definitions:
            self.duplicate = type_id if type_id in self.definitions else None
            raise source.corrupt("gob: duplicate type received")
        self._check_scattering(type_id, source)
        value_elements, value_objects = source.elements, source.objects
        source.elements = source.limits.message_bytes  # the limits are for values
        source.objects = source.limits.definitions - self.size - 1
        try:
            if source.objects < 0:
                raise self._too_many(source)
            wire: Struct = _read_definition(source)
            definition = WireType.from_struct(type_id, wire, source)
        except GobLimitExceeded:
            raise self._too_many(source) from None
        except GobDecodeError as error:
            error.enter(f"(definition of type id {type_id})")
            error.partial = None
            raise
        finally:
            source.elements, source.objects = value_elements, value_objects
        self.definitions[type_id] = definition
        self._fields += len(definition.fields)
        return definition

    def _check_scattering(self, type_id: int, source: Source) -> None:
        """Refuse many ids unless they are near to each other, as those that Go counts up are.

        Others could be chosen so that a dict of them takes very long.
        """
        count = len(self.definitions)
        if count < FEW_KEYS:
            return
        latest = type_id if count > FEW_KEYS else max(type_id, *self.definitions)
        if latest > 2 * max(source.limits.definitions, FEW_KEYS):
            raise source.exceeded("definitions", f"type id {latest} is far from those of {count} other types")

    @property
    def size(self) -> int:
        """How many types are defined, the fields of structs counted with them."""
        return len(self.definitions) + self._fields

    @staticmethod
    def _too_many(source: Source) -> GobDecodeError:
        return source.exceeded("definitions", "the stream defines too many types and fields")

    def type_of(self, type_id: int) -> types.Type | None:
        """The type with an id, once a value of it has been met; `None` before."""
        return self._types.get(type_id) or _OWN_STRUCTS.get(type_id)

    def known_plan(self, type_id: int) -> Plan | None:
        """The plan for a value of a type that was met before, or `None`."""
        return self._value_plans.get(type_id)

    def value_plan(self, type_id: int, source: Source) -> Plan:
        """The plan for a value that a message or an interface holds.

        Raises:
            GobCorrupt: The id, or one that its type refers to, is not defined.
            GobLimitExceeded: The type alone nests deeper than is allowed.
        """
        plan = self._value_plans.get(type_id)
        expected, self.expected = self.expected, None  # interfaces inside the value hold other types
        if (
            expected is not None
            and type_id in _OWN_STRUCTS
            and types.strip_pointers(expected).kind == "struct"
        ):
            return _DEFINITION_PLANS[_OWN_STRUCTS[type_id]]
        if plan is None:
            described = self._types.get(type_id) or self._resolve(type_id, source, expected)
            build_plans([described], self._plans)
            plan = self._plans[described]
            if not isinstance(described, types.Struct):
                plan = SingletonPlan(plan)
            self._value_plans[type_id] = plan
        if plan.height is not None:
            source.check_depth(plan.height)
        return plan

    def _resolve(self, root: int, source: Source, expected: types.Type | None) -> types.Type:
        """Describe a type and all it refers to."""
        found: dict[int, types.Type] = {}
        chosen: dict[int, WireType] = {}
        pending = [(root, expected)]
        while pending:
            type_id, wanted = pending.pop()
            if type_id in self._types or type_id in found:
                continue
            definition = self.definitions.get(type_id)
            if definition is None:
                raise source.corrupt(f"gob: bad data: undefined type id {type_id}")
            if wanted is not None:
                wanted = types.strip_pointers(wanted)
                if definition.others:
                    definition = definition.read_as(wanted, is_value=type_id == root)
            found[type_id] = self._describe(definition, source)
            chosen[type_id] = definition
            pending.extend(zip(definition.references(), definition.wanted_parts(wanted), strict=True))
        self._types.update(found)
        known = self._types
        for type_id, described in found.items():
            definition = chosen[type_id]
            match described:
                case types.Struct():
                    described.fields = [(name, known[i]) for name, i in definition.fields]
                case types.Map():
                    described.key, described.elem = known[definition.key], known[definition.elem]
                case types.Slice() | types.Array():
                    described.elem = known[definition.elem]
        for type_id, described in found.items():
            shape = self.definitions[type_id].shape()
            described.rank = self._shapes.get(shape, 0)
            self._shapes[shape] = described.rank + 1
            described.is_shared = True
        return known[root]

    @staticmethod
    def _describe(definition: WireType, source: Source) -> types.Type:
        described: types.Type
        match definition.kind:
            case "struct":
                if any(not name for name, _ in definition.fields):
                    raise source.corrupt(f"gob: empty name for remote field of type {definition.name}")
                described = types.Struct(definition.name)
            case "map":
                described = types.Map(name=definition.name)
            case "slice":
                described = types.Slice(name=definition.name)
            case "array":
                described = types.Array(0, name=definition.name)
                described.length = definition.length  # of a hostile stream it may be below 0
            case "none":
                raise source.corrupt(f"gob: bad data: ignore can't handle type id {definition.id}")
            case marshaler:
                described = types.Opaque(definition.name, marshaler)
        described.wire_name = definition.name
        return described
