"""Values of a stream changed, and nothing else: every other value keeps its bytes, every type its id.

>>> import io, pygob
>>> from pygob.editing.assignment import set_values
>>> from pygob.inspection.paths import Path
>>> [edited] = set_values(io.BytesIO(pygob.dumps({"answer": 41})), Path("answer"), 42)
>>> edited.paths
['["answer"]']
>>> pygob.loads(edited.data)
{'answer': 42}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pygob import types
from pygob._messages.files import Readable
from pygob._messages.source import Source
from pygob.editing._lossless_values import ValueReader
from pygob.editing._rewriting import Read, Rewriter, StreamReader
from pygob.errors import GobDecodeError, GobEncodeError
from pygob.inspection._json import Json
from pygob.inspection._marshaled_text import payload_from_json
from pygob.inspection._path_syntax import Projection
from pygob.inspection._sizes import Sizes
from pygob.inspection.paths import Path, Place
from pygob.limits import DEFAULT_LIMITS, Limits
from pygob.reader import Value
from pygob.wire import TypeTable


class Edited(NamedTuple):
    """One value of the new stream.

    Attributes:
        data: Its bytes.
        paths: The places that were changed in it.
        value: The value in which they were looked for; `None` where `index` asks for another one.
    """

    data: bytes
    paths: list[str]
    value: Value | None


def set_values(
    fp: Readable,
    path: Path,
    given: Json,
    *,
    text: str | None = None,
    index: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Edited]:
    """Yield the values of a stream, with something else where a path leads.

    Args:
        fp: The stream.
        path: Which places, in every value.
        given: What to put there, in the lossless form of its type (`docs/lossless-json.md`). Times, big
            integers, addresses, URLs and UUIDs may also be given as text, also where only the payload that
            is replaced tells that it is one.
        text: What to put there instead where the type is a string, unless `given` is one in the lossless
            form: a text other than this, or `{"b64": ...}`.
        index: The number of the value to change; every one that has such places for None.
        limits: What the stream may cost.

    Raises:
        GobDecodeError: The stream is malformed, cut short, or beyond the limits.
        GobEncodeError: What is given does not fit the type of a place; the error's path says which. Or the
            path is a projection.
    """
    if path.steps and isinstance(path.steps[-1], Projection):
        raise GobEncodeError("{...} shows parts of a value and leads to no place that can be set")
    reader = StreamReader(fp, limits=limits)
    editor: _Editor | None = None
    for number, read in enumerate(reader):
        if editor is None:
            editor = _Editor(reader.table, given, text, limits)
        try:
            yield editor.edited(read, path if index is None or number == index else None)
        except GobEncodeError as error:
            if number:
                error.enter(f"value {number}: ")
            raise


class _Editor:
    """Writes a stream anew, as close to the old one as can be."""

    def __init__(self, table: TypeTable, given: Json, text: str | None, limits: Limits) -> None:
        self._table = table
        self._given = given
        self._text = text
        self._source = Source(limits, "list", table)
        self._rewriter = Rewriter(table, limits)
        self._sizes = Sizes()
        self._json = ValueReader(_no_definitions, self._type_of)

    def edited(self, read: Read, path: Path | None) -> Edited:
        """A value with what is given in its places, if it has any."""
        found = read.found
        places = list(path.find(found.value, found.type, absent=True)) if path is not None else []
        searched = found if path is not None else None
        if not places and self._rewriter.has_sent(len(self._table.definitions) - len(read.defined)):
            self._rewriter.take_as_sent(read.defined)
            return Edited(read.data, [], searched)
        value = found.value
        for place in places:
            self._assign(place)
            value = place.whole
        return Edited(self._written(found, value), [place.path for place in places], searched)

    def _written(self, found: Value, value: object) -> bytes:
        try:
            return self._rewriter.encode(value, found.type, found.definitions)
        except GobEncodeError as error:
            error.enter(f"the value at byte {found.start}: ")
            raise

    def _assign(self, place: Place) -> None:
        is_own_form = isinstance(self._given, dict) and self._given.keys() >= {"name", "id", "value"}
        target = place if is_own_form and place.type.kind == "interface" else place.held()
        try:
            target.assign(self._new_value(target))
        except GobEncodeError as error:
            error.enter(place.path)
            raise
        self._sizes.check(target)

    def _new_value(self, place: Place) -> object:
        given = self._given
        if place.type.kind == "string" and self._text is not None and not self._is_string(given):
            return self._text
        if isinstance(place.type, types.Opaque):
            payload = payload_from_json(given, place.value, place.type, place.interface_name)
            if payload is not None:
                return payload
        return self._json.value(given, place.type)

    def _is_string(self, given: Json) -> bool:
        """Whether a string was given in the lossless form, and not as text that was left as it is."""
        has_bytes = isinstance(given, dict) and given.keys() == {"b64"}
        return has_bytes or (isinstance(given, str) and given != self._text)

    def _type_of(self, type_id: int) -> types.Type:
        try:
            return self._table.value_plan(type_id, self._source).type
        except GobDecodeError as error:
            raise GobEncodeError(error.message) from None


def _no_definitions(given: Json) -> tuple[int, ...]:
    raise GobEncodeError('no types can be defined here; edit "types" with json --lossless and from-json')
