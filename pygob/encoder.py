"""Writing values: to bytes, to files, or to whatever takes bytes.

`GobWriter` is the core and does no output: values go in, the bytes of their messages come out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from pygob import types
from pygob._described import NoExportedFields
from pygob._messages.blocks import BlockWriter
from pygob._messages.files import FileWriter, Writable
from pygob._messages.framing import GO_MESSAGE_BYTES
from pygob._messages.varint import int_bytes, uint_bytes
from pygob._trampoline import run
from pygob._writing.container import may_be_nil
from pygob._writing.leaf import WritePlan
from pygob._writing.plan import put_value, value_steps, write_plan
from pygob.binding._own_code import failed
from pygob.binding.inference import described_type, infer_type
from pygob.errors import GobEncodeError
from pygob.limits import DEFAULT_LIMITS, Limits, checked_limits
from pygob.registry import OpenRegistry, Registry, check_helpers, wrapped
from pygob.typeids import TypeIds
from pygob.values import Interface, Opaque
from pygob.wire import FIRST_USER_ID, WIRE_TYPE, TypeTable, WireType

if TYPE_CHECKING:
    from pygob.marshalers import Marshalers


class GobWriter:
    """Turns values into the messages of one stream, each type defined before its first use.

    Attributes:
        ids: The type ids in use.
    """

    def __init__(
        self,
        ids: TypeIds | None = None,
        *,
        registry: Registry | None = None,
        marshalers: Marshalers | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        check_helpers(registry, marshalers)
        if ids is not None and not isinstance(ids, TypeIds):
            raise TypeError(f"ids are a pygob.TypeIds, not {ids!r:.60}")
        self.ids = ids if ids is not None else TypeIds()
        self._registry: Registry | OpenRegistry = registry if registry is not None else OpenRegistry()
        self._marshalers = marshalers
        self.blocks = BlockWriter()
        self.max_depth = checked_limits(limits).depth
        self._sent: set[int] = set()
        self._newly_sent: list[int] = []
        self._whole: set[int] = set()  # those sent with all that they are made of
        self._is_encoding = False
        self._table: TypeTable | None = None

    @classmethod
    def for_table(
        cls, table: TypeTable, *, sent: Iterable[int] = (), limits: Limits = DEFAULT_LIMITS
    ) -> GobWriter:
        """A writer that sends the types of an existing stream under the ids they have there.

        Args:
            table: The types of the stream.
            sent: Ids of those that need not be defined, since the stream has done it already.
            limits: Only `depth` matters here.
        """
        self = cls(TypeIds.from_table(table), limits=limits)
        self._table = table
        self._sent.update(sent)
        return self

    def encode(self, value: Any, type: Any = None, *, definitions: Iterable[int] = ()) -> bytes:
        """Return the messages that hold one value.

        Args:
            value: The value.
            type: Its type: a dataclass, an annotation or a `pygob.types` object; inferred when
                not given.
            definitions: Ids of types to define first whether or not the value needs them.

        Raises:
            GobEncodeError: gob, or the type, cannot hold the value. The stream is as before.
            TypeError: `type` does not stand for a Go type.
        """
        described = _type_of(value, type, self._marshalers)
        if self._is_encoding:
            raise GobEncodeError("the encoder is in the middle of another value, which asks it for this one")
        self._is_encoding = True
        try:
            plan = _root_plan(described)
            by_plan = plan.is_bounded and plan.height <= self.max_depth and not definitions
            if by_plan:
                type_id = self.ids.known_id(plan.type)
                if type_id is not None and (type_id < FIRST_USER_ID or type_id in self._whole):
                    return _message(int_bytes(type_id), plan, value, described)
            _refuse_nil(value, described)  # before its type takes an id, as in Go
            if by_plan and self.ids.is_unused and not self._sent and self._table is None:
                return self._begin(value, described, plan)
            return self._encode(value, described, definitions)
        finally:
            self._is_encoding = False

    def _begin(self, value: Any, described: types.Type, plan: WritePlan) -> bytes:
        """Encode the first value of a stream that begins as others of its type do."""
        opening = _opening(described, self.ids.next_id)
        first = opening.writer
        self.ids.go_on_from(first.ids)  # taken even when the value cannot be written, as in Go
        message = _message(int_bytes(first.ids.id_of(described)), plan, value, described)
        self._sent |= first._sent
        self._whole |= first._whole
        return opening.data + message

    def _encode(self, value: Any, described: types.Type, definitions: Iterable[int]) -> bytes:
        self.blocks = blocks = BlockWriter()
        self._newly_sent = []
        root = types.strip_pointers(described)
        try:
            blocks.open_block()
            blocks.buffer += int_bytes(self.send_definitions(described, definitions))
            run(value_steps(self, described, value, 1))
            blocks.close_block()
        except BaseException as error:
            self._sent.difference_update(self._newly_sent)
            self._whole.clear()
            if isinstance(error, GobEncodeError):
                error.enter(root.name or root.kind)
            elif isinstance(error, Exception):
                raise failed(error, root.name or root.kind) from error
            raise
        return _checked_size(blocks.to_bytes())

    @property
    def sent_count(self) -> int:
        """How many types the stream has defined."""
        return len(self._sent)

    def take_as_sent(self, type_ids: Iterable[int]) -> None:
        """Define types no more, since the stream does so in bytes that come from elsewhere."""
        self._sent.update(type_ids)

    def define(self, described: types.Type) -> bytes:
        """Return the messages that define a type and what it is made of, as far as they were not sent."""
        self.blocks = BlockWriter()
        self.blocks.open_block()
        self.send_definitions(described)
        self.blocks.drop_block()
        return self.blocks.to_bytes()

    def encode_apart(
        self,
        value: Any,
        described: types.Type,
        *,
        registry: Registry | None = None,
        marshalers: Marshalers | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> bytes:
        """Return the messages that a fork of this writer makes of a value whose type it has defined."""
        plan = write_plan(described)
        if not plan.is_bounded or plan.height > checked_limits(limits).depth:
            return self.fork(registry=registry, marshalers=marshalers, limits=limits).encode(value, described)
        return _message(int_bytes(self.ids.id_of(described)), plan, value, described)

    def fork(
        self,
        *,
        registry: Registry | None = None,
        marshalers: Marshalers | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> GobWriter:
        """A writer that has sent the same definitions under the same ids, and goes its own way."""
        other = GobWriter(self.ids.copy(), registry=registry, marshalers=marshalers, limits=limits)
        other._sent = set(self._sent)
        other._whole = set(self._whole)
        return other

    def interface_type(self, value: Interface) -> types.Type:
        """The type of the value an interface holds: as given, as registered by Go, or inferred."""
        known = value.type or self._registry.type_named(value.name)
        if known is None and self._marshalers is not None and self._marshalers.knows(value.name):
            known = self._marshalers.type_of(value.name)
        return known or infer_type(value.value, self._marshalers)

    def is_zero(self, value: Any, described: types.Opaque) -> bool:
        """Whether a value's marshaler makes the payload of Go's zero value, which structs leave out."""
        if self._marshalers is None or isinstance(value, Opaque | bytes | bytearray):
            return False
        zero = self._marshalers.zero_payload(described)
        return zero is not None and self.payload(value, described) == zero

    def payload(self, value: Any, described: types.Opaque) -> bytes | bytearray:
        """The bytes that a value of a type that marshals itself is sent as.

        Raises:
            GobEncodeError: Nobody makes bytes of such a value.
        """
        if self._marshalers is not None and not isinstance(value, Opaque | bytes | bytearray):
            from pygob._reading.payloads import write_payload  # only for those who ask for it

            value = write_payload(value, described, self._marshalers)
        payload = value.data if isinstance(value, Opaque) else value
        if not isinstance(payload, bytes | bytearray):
            raise GobEncodeError(
                f"{type(value).__name__} given where {described.short_text()} marshals itself; "
                "give an Opaque, or marshalers that know the value"
            )
        return payload

    def wrap(self, value: Any) -> Interface:
        """The value with the name that Go registered for its type."""
        return wrapped(value, self._registry, self._marshalers)

    def send_definitions(self, described: types.Type, recorded: Iterable[int] = ()) -> int:
        """Write the definitions a value needs that were not sent before; returns the type's id."""
        if self._table is not None:
            for type_id in recorded:
                definition = self._table.definitions.get(type_id)
                if definition is not None and type_id not in self._sent:
                    self._send(definition)
        try:
            if self._table is not None:
                self.ids.adopt_alike(described, self._table)
            return self._send_definitions(described)
        except RecursionError:
            raise GobEncodeError(
                f"{described.short_text()} nests too deep, or holds itself without a name"
            ) from None

    def _send_definitions(self, described: types.Type) -> int:
        pending = [described]
        passed: set[int] = set()
        while pending:
            next_type = pending.pop()
            base = types.strip_pointers(next_type)
            if isinstance(base, types.Basic) or types.is_bytes(base):
                continue
            type_id = self.ids.known_id(base)
            if type_id in self._whole or type_id in passed:
                continue  # before asking for its definition, which may take another id
            if type_id is None or type_id not in self._sent:
                definition = self.ids.definition(next_type)
                self._send(definition)
                type_id = definition.id
            # What it is made of may be missing even so: its value may stand after one that was deleted.
            passed.add(type_id)
            parts = base.exported if isinstance(base, types.Opaque) else tuple(base.children())
            pending.extend(reversed(parts))
        self._whole |= passed
        return self.ids.id_of(described)

    def _send(self, definition: WireType) -> None:
        blocks = self.blocks
        blocks.buffer += int_bytes(-definition.id)
        run(_DEFINITION_PLAN.steps(self, definition.to_struct(), 1))
        blocks.split_block()
        self._sent.add(definition.id)
        self._newly_sent.append(definition.id)


def _root_plan(described: types.Type) -> WritePlan:
    """The plan of the type of a whole value."""
    try:
        return write_plan(described)
    except GobEncodeError as error:
        root = types.strip_pointers(described)
        error.enter(root.name or root.kind)
        raise


def _message(type_id: bytes, plan: WritePlan, value: Any, described: types.Type) -> bytes:
    """The message that holds a value whose type is defined and bounds how deep it nests."""
    _refuse_nil(value, described)
    body = bytearray(type_id)
    try:
        put_value(body, plan, value)
    except GobEncodeError as error:
        error.enter(plan.type.name or plan.type.kind)
        raise
    except Exception as error:
        raise failed(error, plan.type.name or plan.type.kind) from error
    return _checked_size(uint_bytes(len(body)) + body)


def _refuse_nil(value: Any, described: types.Type) -> None:
    root = types.strip_pointers(described)
    if value is None and root.kind != "interface" and not may_be_nil(root):
        error = GobEncodeError(f"gob: cannot encode nil pointer of type {described.short_text()}")
        error.enter(root.name or root.kind)
        raise error


def _checked_size(data: bytes) -> bytes:
    if len(data) >= GO_MESSAGE_BYTES:
        raise GobEncodeError("gob: encoder: message too big")
    return data


def _type_of(value: Any, type: Any, marshalers: Marshalers | None) -> types.Type:
    """The type of a value, as given or inferred."""
    if type is None:
        return infer_type(value, marshalers)
    try:
        return described_type(type, marshalers)
    except NoExportedFields as error:
        raise GobEncodeError(str(error)) from None


def _ids(ids: TypeIds | None, first_id: int) -> TypeIds:
    """The ids that are given, or new ones."""
    if ids is None:
        return TypeIds(first_id)
    if first_id != FIRST_USER_ID:
        raise TypeError("give first_id or ids, not both: ids go on counting where they are")
    return ids


_DEFINITION_PLAN = write_plan(WIRE_TYPE)


class _Opening(NamedTuple):
    """The definitions that a stream of a type begins with, and the writer that has sent them."""

    type: types.Type
    first_id: int
    data: bytes
    writer: GobWriter


def _opening(described: types.Type, first_id: int) -> _Opening:
    """The opening of a stream from a fresh process, kept with the type once it is made."""
    plan = _root_plan(described)  # the same one for *T, of which a definition may differ from that of T
    kept: _Opening | None = plan.opening
    if kept is None or kept.type is not described or kept.first_id != first_id:
        writer = GobWriter(TypeIds(first_id))
        kept = plan.opening = _Opening(described, first_id, writer.define(described), writer)
    return kept


class Encoder:
    """Writes a long stream of values to a file, socket file or pipe, as Go's `gob.Encoder`.

    Every value is written whole or, if it cannot be encoded, not at all. What a file that does not
    block takes no more of is kept, and goes first the next time.
    """

    def __init__(
        self,
        fp: Writable,
        *,
        first_id: int = FIRST_USER_ID,
        ids: TypeIds | None = None,
        registry: Registry | None = None,
        marshalers: Marshalers | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._file = FileWriter(fp)
        self._is_broken = False
        self._writer = GobWriter(_ids(ids, first_id), registry=registry, marshalers=marshalers, limits=limits)

    def __reduce__(self) -> NoReturn:
        raise TypeError("an Encoder writes to a file that is open here: it cannot be copied or pickled")

    def encode(self, value: Any, type: Any = None) -> None:
        """Write one value; see `dumps`.

        Raises:
            GobEncodeError: gob, or the type, cannot hold the value. Nothing was written.
            BlockingIOError: A file that does not block takes no more for now. The value is encoded and
                its rest kept, so it must not be given again: `flush` goes on with it, and so does
                encoding the next value.
            OSError: The file could not take it all. The stream cannot go on: what comes after
                would not be understood, and encoding it raises `GobEncodeError`.
        """
        self._refuse_if_broken()
        self._send(self._writer.encode(value, type))

    def flush(self) -> None:
        """Write what is kept of earlier values; the file's own buffer is for the file to flush.

        Raises:
            BlockingIOError: The file still does not take it all.
            OSError: As for `encode`.
        """
        self._refuse_if_broken()
        self._send(b"")

    @property
    def pending(self) -> int:
        """How many bytes of values encoded so far are kept, since the file did not take them."""
        return self._file.pending

    def _refuse_if_broken(self) -> None:
        if self._is_broken:
            raise GobEncodeError("an earlier value was written only in part; this stream cannot go on")

    def _send(self, data: bytes) -> None:
        self._is_broken = True
        try:
            self._file.write(data)
        except BlockingIOError:
            self._is_broken = False
            raise
        self._is_broken = False


def dumps(
    value: Any,
    type: Any = None,
    *,
    first_id: int = FIRST_USER_ID,
    ids: TypeIds | None = None,
    registry: Registry | None = None,
    marshalers: Marshalers | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """Encode one value as a stream of its own.

    The bytes are those that Go's encoder in a fresh process would send for the same type
    (except for the order of a map's entries, which Go chooses at random).

    Args:
        value: The value: plain Python, a dataclass object, or what `loads` returned.
        type: Its Go type: a dataclass, an annotation such as `list[int]`, or a `pygob.types`
            object; inferred when not given.
        first_id: The first type id to give out, where no `ids` are given.
        ids: Ids to share with other streams, as the encoders of one Go process do.
        registry: The names of types that interfaces hold.
        marshalers: Who makes the payloads of values that marshal themselves; without it they are
            given as `Opaque`.
        limits: Only `depth` matters here.

    Raises:
        GobEncodeError: gob, or the type, cannot hold the value.
        TypeError: `type` does not stand for a Go type.
    """
    if ids is not None:
        return GobWriter(_ids(ids, first_id), registry=registry, marshalers=marshalers, limits=limits).encode(
            value, type
        )
    check_helpers(registry, marshalers)
    described = _type_of(value, type, marshalers)
    opening = _opening(described, first_id)
    return opening.data + opening.writer.encode_apart(
        value, described, registry=registry, marshalers=marshalers, limits=limits
    )


def dump(
    value: Any,
    fp: Writable,
    type: Any = None,
    *,
    first_id: int = FIRST_USER_ID,
    ids: TypeIds | None = None,
    registry: Registry | None = None,
    marshalers: Marshalers | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> None:
    """Write one value to a file as a stream of its own; see `dumps`.

    Raises:
        GobEncodeError: gob, or the type, cannot hold the value. Nothing was written.
        BlockingIOError: The file does not block and took only `characters_written` bytes of the
            stream; an `Encoder` keeps the rest.
        OSError: The file could not take it all.
    """
    data = dumps(
        value, type, first_id=first_id, ids=ids, registry=registry, marshalers=marshalers, limits=limits
    )
    FileWriter(fp).write(data)
