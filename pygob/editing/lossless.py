"""Any stream as JSON that turns back into the same bytes, or with a value changed into a sound stream.

    >>> import pygob
    >>> from pygob.editing.lossless import from_records, to_records
    >>> data = pygob.dumps({"answer": 41})
    >>> [record] = to_records(data)
    >>> record["value"]
    {'answer': 41}
    >>> b"".join(from_records([record])) == data
    True
    >>> record["value"]["answer"] = 42
    >>> pygob.loads(b"".join(from_records([record])))
    {'answer': 42}

One record stands for one value, with the definitions that the stream has before it. `docs/lossless-json.md`
explains the form.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pygob import types
from pygob._messages.files import Readable
from pygob._messages.framing import stream_bytes
from pygob._messages.source import Source
from pygob._salvage.stream_search import StreamSearch
from pygob.editing._lossless_values import (
    ValueReader,
    ValueWriter,
    bytes_from_json,
    check_keys,
    definition_from_json,
    int_from_json,
)
from pygob.editing._rewriting import Read, Rewriter, StreamReader
from pygob.errors import GobDecodeError, GobEncodeError
from pygob.inspection._json import Json, TooDeepError
from pygob.inspection._sizes import Sizes
from pygob.inspection.paths import Place
from pygob.limits import DEFAULT_LIMITS, Limits
from pygob.wire import TypeTable

Record = dict[str, Any]

OTHERWISE = "Go writes this value in other bytes; these are kept as long as the record is as it was"
OUT_OF_RANGE = "Go does not write this value: {}; its bytes are kept as long as the record is as it was"
TOO_DEEP = "nests too deep for JSON; these bytes are kept"

_KEYS = {"types", "id", "value", "bytes", "note"}


def to_records(
    source: bytes | bytearray | memoryview | Readable, *, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Record]:
    """Yield one record for each value of a stream, as plain dictionaries that `json.dumps` takes.

    Args:
        source: The stream, or a file to read it from, one value at a time.
        limits: What it may cost.

    Raises:
        GobDecodeError: The stream is malformed, cut short, or beyond the limits. All of it has been yielded
            even so: what is no value as records that have only `bytes`.
    """
    fp = source if isinstance(source, Readable) else io.BytesIO(stream_bytes(source))
    reader = StreamReader(fp, limits=limits)
    rewriter: Rewriter | None = None
    sizes = Sizes()
    try:
        for read in reader:
            if rewriter is None:
                rewriter = Rewriter(reader.table, limits)
            yield _record_of(read, rewriter, sizes)
    except GobDecodeError as error:
        for piece in reader.rest():
            yield _kept(piece, f"no value: {error}")
        raise


def _record_of(read: Read, rewriter: Rewriter, sizes: Sizes) -> Record:
    found = read.found
    record = _shown(rewriter, found.value, found.type, found.type_id, found.definitions, read.defined)
    is_canonical = rewriter.is_what_go_writes(read)
    if record is None:
        return _kept(read.data, TOO_DEEP)
    try:
        sizes.check(Place(found.value, found.type))
    except GobEncodeError as error:
        return record | _kept(read.data, OUT_OF_RANGE.format(error))
    return record if is_canonical else record | _kept(read.data, OTHERWISE)


def _shown(
    rewriter: Rewriter,
    value: Any,
    described: types.Type,
    type_id: int,
    before: Sequence[int],
    defined: Sequence[int],
) -> Record | None:
    """The record of a value, or `None` for one that nests too deep.

    Args:
        rewriter: Knows the types.
        value: The value.
        described: Its type.
        type_id: The id of the type.
        before: The ids of the types that the stream defines just before the value.
        defined: The ids of all that it defines up to the end of the value.
    """
    writer = ValueWriter(rewriter.table, rewriter.type_id)
    try:
        shown = writer.value(value, described)
    except (TooDeepError, RecursionError):
        return None
    inside = {*before, *writer.mentioned}
    # What a value replaced by a later one of the same key has defined is nowhere in the value.
    definitions = [*before, *(other for other in defined if other not in inside)]
    types_shown = {"types": writer.definitions(definitions)} if definitions else {}
    return types_shown | {"id": type_id, "value": shown}


def _kept(data: bytes, note: str) -> Record:
    return {"note": note, "bytes": base64.b64encode(data).decode("ascii")}


def from_records(records: Iterable[Any], *, limits: Limits = DEFAULT_LIMITS) -> Iterator[bytes]:
    """Yield the bytes of a stream, record by record.

    Records as `to_records` gave them become the bytes that they were read from. One that was edited, or
    made by hand, becomes what Go would send for it under the type ids that are given.

    Args:
        records: What `json.loads` made of records.
        limits: What one record may cost.

    Raises:
        GobEncodeError: A record is not in the form, or its value does not fit its type; the path says where.
    """
    assembly = _Assembly(limits)
    for number, record in enumerate(records, 1):
        try:
            yield assembly.data(record)
        except GobEncodeError as error:
            error.enter(f"record {number}: ")
            raise
        except RecursionError:
            raise GobEncodeError(f"record {number} nests too deep") from None


class _Assembly:
    """A stream in the making: the types that its records have defined so far."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._table = TypeTable()
        self._source = Source(limits, "list", self._table)
        self._rewriter = Rewriter(self._table, limits)
        self._values = ValueReader(self._define, self._type_of)
        self._sizes = Sizes()

    def data(self, record: Json) -> bytes:
        """The bytes of one record.

        Raises:
            GobEncodeError: It is not in the form, or its value does not fit its type.
        """
        if not isinstance(record, dict):
            raise GobEncodeError('a record is an object with "id" and "value"')
        check_keys(record, {"bytes"} if "value" not in record else {"id"}, _KEYS, "a record")
        if "bytes" not in record:
            return self._written(record)
        kept = bytes_from_json(record["bytes"], '"bytes"')
        mark = self._table.mark()
        if self._still_stands_for(record, kept):
            self._rewriter.take_as_sent(self._table.defined_since(mark))
            return kept
        self._table.forget_after(mark)
        return self._written(record) if "value" in record else kept

    def _still_stands_for(self, record: Record, kept: bytes) -> bool:
        """Whether bytes hold the value of a record, which then was not edited; enters their types."""
        mark = self._table.mark()
        reading = StreamSearch(kept, self._limits).read_value(self._table, 0)
        if reading.error is not None or reading.end != len(kept) or reading.type is None:
            return False
        if "value" not in record:
            return True
        before, defined = reading.definitions, self._table.defined_since(mark)
        shown = _shown(self._rewriter, reading.value, reading.type, reading.type_id, before, defined)
        return shown == {key: record[key] for key in ("types", "id", "value") if key in record}

    def _written(self, record: Record) -> bytes:
        definitions = self._define(record.get("types", []))
        described = self._type_of(int_from_json(record["id"], '"id"'))
        try:
            value = self._values.value(record["value"], described)
            self._sizes.check(Place(value, described))
        except GobEncodeError as error:
            error.enter(described.name or described.kind)
            raise
        return self._rewriter.encode(value, described, definitions)

    def _define(self, given: Json) -> tuple[int, ...]:
        if not isinstance(given, list):
            raise GobEncodeError('"types" is a list of type definitions')
        definitions = [definition_from_json(each) for each in given]
        for definition in definitions:
            try:
                self._table.define(definition)
            except ValueError as error:
                raise GobEncodeError(str(error)) from None
        return tuple(definition.id for definition in definitions)

    def _type_of(self, type_id: int) -> types.Type:
        try:
            return self._table.value_plan(type_id, self._source).type
        except GobDecodeError as error:
            raise GobEncodeError(error.message) from None
