"""Reading values from bytes and from files, as they are or into types.

`pygob.reader` is the core, which does no input or output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypedDict, TypeVar, Unpack, overload

from pygob import types
from pygob._messages.files import Readable, read_whole, reader_of
from pygob._messages.framing import stream_bytes, too_long
from pygob._messages.source import NumberSlices
from pygob._trampoline import run
from pygob.binding.inference import described_type, infer_type
from pygob.errors import GobCorrupt, GobDecodeError, GobEncodeError, GobTruncated
from pygob.limits import DEFAULT_LIMITS, Limits
from pygob.reader import GobReader, Value, first_value, iter_values
from pygob.registry import OpenRegistry, Registry, check_helpers
from pygob.wire import TypeTable

if TYPE_CHECKING:
    from datetime import datetime
    from fractions import Fraction
    from typing import TypeAlias

    from _typeshed import ReadableBuffer

    from pygob.marshalers import Marshalers

    # Classes that Go's values may be written from; they come back as `GoTime` and `BigRat`.
    Lossy: TypeAlias = type[datetime] | type[Fraction]

T = TypeVar("T")


class Options(TypedDict, total=False):
    """What all that reads takes; `loads` says what they are."""

    registry: Registry | None
    marshalers: Marshalers | None
    floats: NumberSlices
    ints: NumberSlices
    limits: Limits


class Decoder:
    """Reads a long stream of values from a file, socket file or pipe.

    Holds no more than one message; types defined once serve all later values, as with Go's
    `gob.Decoder`. Iterating gives every value to the end of the stream; it can go on after an error
    of the file.
    """

    def __init__(
        self,
        fp: Readable,
        *,
        registry: Registry | None = None,
        marshalers: Marshalers | None = None,
        floats: NumberSlices = "list",
        ints: NumberSlices = "list",
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        check_helpers(registry, marshalers)
        self._read = reader_of(fp)
        self._registry = registry
        self._marshalers = marshalers
        self._reader = GobReader(floats=floats, ints=ints, limits=limits)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Decoder reads from a file that is open here: it cannot be copied or pickled")

    @property
    def table(self) -> TypeTable:
        """The types defined so far."""
        return self._reader.table

    @overload
    def decode(self, type: Lossy, *, into: Any = ...) -> Any: ...
    @overload
    def decode(self, type: type[T], *, into: T | None = ...) -> T: ...
    @overload
    def decode(self, type: None = ..., *, into: T) -> T: ...
    @overload
    def decode(self, type: Any = ..., *, into: Any = ...) -> Any: ...
    def decode(self, type: Any = None, *, into: Any = None) -> Any:
        """Return the next value; see `loads` for the arguments.

        Raises:
            EOFError: The stream has ended cleanly. (A stream cut short raises `GobTruncated`,
                which is an `EOFError` too.)
            GobDecodeError: The stream is malformed, cut short, or beyond the limits, or does
                not fit the type.
            BlockingIOError: A non-blocking file has no data yet; nothing is lost.
        """
        described = destination(type, into, self._marshalers)
        value = self.next_value(described)
        if value is None:
            raise EOFError("the stream has no more values")
        return assigned(value, described, into, self._registry, self._marshalers)

    def next_value(self, expected: types.Type | None = None) -> Value | None:
        """Return the next value with its type, or `None` at the end of the stream.

        Args:
            expected: See `GobReader.next_value`.

        Raises:
            GobDecodeError: The stream is malformed, cut short, or beyond the limits.
            BlockingIOError: A non-blocking file has no data yet; nothing is lost.
        """
        reader = self._reader
        while True:
            value = reader.next_value(expected)
            if value is not None or reader.is_at_end:
                return value
            data = self._read()
            if data:
                reader.feed(data)
            else:
                reader.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        value = self.next_value()
        if value is None:
            raise StopIteration
        return assigned(value, None, None, self._registry, self._marshalers)


class _Values(Iterator[Any]):
    """Values put into a type one after the other; after an error the next can be asked for."""

    def __init__(
        self,
        next_value: Callable[[], Value | None],
        described: types.Type | None,
        registry: Registry | None,
        marshalers: Marshalers | None,
    ) -> None:
        self._next_value = next_value
        self._helpers = (registry, marshalers)
        self._described = described

    def __next__(self) -> Any:
        value = self._next_value()
        if value is None:
            raise StopIteration
        return assigned(value, self._described, None, *self._helpers)


def destination(type: Any, into: Any = None, marshalers: Marshalers | None = None) -> types.Type | None:
    """The type to decode into: as given, or that of the object to decode into; `None` for neither.

    Raises:
        TypeError: What is given does not stand for a Go type.
    """
    if type is not None:
        return described_type(type, marshalers)
    if into is None:
        return None
    try:
        return infer_type(into, marshalers)
    except GobEncodeError as error:
        raise TypeError(f"into: {error}") from None


def assigned(
    value: Value,
    described: types.Type | None,
    into: Any,
    registry: Registry | None,
    marshalers: Marshalers | None,
) -> Any:
    """A decoded value put into a given type, or as it is when none is given; payloads read.

    Raises:
        GobDecodeError: The value does not fit the type, by Go's rules, or a payload is malformed.
    """
    if described is None:
        return value.value if marshalers is None else _unmarshaled(value, marshalers)
    from pygob._destination.compatibility import Assignment  # only for those who decode into types

    assignment = Assignment(described, registry if registry is not None else OpenRegistry(), marshalers)
    return assignment.assign(value.type, value.value, into, value.start)


def _unmarshaled(value: Value, marshalers: Marshalers) -> Any:
    from pygob._reading.payloads import unmarshaled  # only for those who ask for it

    try:
        return run(unmarshaled(value.value, marshalers))
    except GobDecodeError as error:
        error.offset = value.start
        error.enter(value.type.name or value.type.kind)
        raise


@overload
def iter_loads(data: ReadableBuffer, type: Lossy, **options: Unpack[Options]) -> Iterator[Any]: ...
@overload
def iter_loads(data: ReadableBuffer, type: type[T], **options: Unpack[Options]) -> Iterator[T]: ...
@overload
def iter_loads(data: ReadableBuffer, type: Any = ..., **options: Unpack[Options]) -> Iterator[Any]: ...
def iter_loads(
    data: ReadableBuffer,
    type: Any = None,
    *,
    registry: Registry | None = None,
    marshalers: Marshalers | None = None,
    floats: NumberSlices = "list",
    ints: NumberSlices = "list",
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Any]:
    """Iterate over the values of a stream held in memory, decoded into a type if one is given.

    A value that does not fit the type is an error; the iterator goes on with the value after it.

    Raises:
        GobDecodeError: As `loads` does, except that any number of values is right.
    """
    check_helpers(registry, marshalers)
    described = destination(type, None, marshalers)
    values = iter_values(data, expected=described, floats=floats, ints=ints, limits=limits)
    return _Values(partial(next, values, None), described, registry, marshalers)


@overload
def iter_load(fp: Readable, type: Lossy, **options: Unpack[Options]) -> Iterator[Any]: ...
@overload
def iter_load(fp: Readable, type: type[T], **options: Unpack[Options]) -> Iterator[T]: ...
@overload
def iter_load(fp: Readable, type: Any = ..., **options: Unpack[Options]) -> Iterator[Any]: ...
def iter_load(
    fp: Readable,
    type: Any = None,
    *,
    registry: Registry | None = None,
    marshalers: Marshalers | None = None,
    floats: NumberSlices = "list",
    ints: NumberSlices = "list",
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Any]:
    """Iterate over the values of a stream read from a file, holding one message at a time.

    Asked again after an error of the file, or a value that does not fit the type, the iterator goes on.

    Raises:
        GobDecodeError: As `loads` does, except that any number of values is right.
        BlockingIOError: A non-blocking file has no data yet; nothing is lost.
    """
    check_helpers(registry, marshalers)
    described = destination(type, None, marshalers)
    decoder = Decoder(fp, floats=floats, ints=ints, limits=limits)
    return _Values(partial(decoder.next_value, described), described, registry, marshalers)


@overload
def loads(data: ReadableBuffer, type: Lossy, *, into: Any = ..., **options: Unpack[Options]) -> Any: ...
@overload
def loads(data: ReadableBuffer, type: type[T], *, into: T | None = ..., **options: Unpack[Options]) -> T: ...
@overload
def loads(data: ReadableBuffer, type: None = ..., *, into: T, **options: Unpack[Options]) -> T: ...
@overload
def loads(data: ReadableBuffer, type: Any = ..., *, into: Any = ..., **options: Unpack[Options]) -> Any: ...
def loads(
    data: ReadableBuffer,
    type: Any = None,
    *,
    into: Any = None,
    registry: Registry | None = None,
    marshalers: Marshalers | None = None,
    floats: NumberSlices = "list",
    ints: NumberSlices = "list",
    limits: Limits = DEFAULT_LIMITS,
) -> Any:
    """Decode a stream that holds exactly one value.

    Args:
        data: The whole stream.
        type: What to decode into, by Go's rules of compatibility: a dataclass, an annotation
            such as `list[int]`, or a `pygob.types` object. Without it the stream's own type
            decides, and a struct becomes a `Struct`.
        into: An object to decode into, merging as Go does: fields that were not sent keep their
            value, entries are added to maps, elements of slices are reused. A dataclass object
            needs no `type`. The result is that object; or its replacement, for a frozen one, a
            list and a plain value. What came before an error may have been merged already, as in
            Go; the entry or field that is refused is as it was.
        registry: The types that interfaces may hold.
        marshalers: Who reads the payloads of values that marshal themselves; without it they stay
            `Opaque`. A type is known by its name in `type`, in an interface or in the stream. What
            is a map's key stays `Opaque` unless `type` says what it is.
        floats: What a slice of floats becomes: `"list"`; `"array"`, an `array.array` of
            typecode `f` where the stream says float32 and every number is one, else `d`;
            `"numpy"`, the same as `numpy.ndarray`; `"skip"`, an empty list, the bytes being
            checked all the same. Where `type` is given, slices are lists.
        ints: The same for slices of integers: an `array.array` of typecode `q`, or `Q` for unsigned
            ones, and a smaller one where the stream says so, as `[]int32`, and every number fits.
        limits: What the stream may cost.

    Raises:
        GobTruncated: There is no value, or it is cut short.
        GobTypeError: The value does not fit `type`.
        GobDecodeError: The stream is malformed, beyond the limits, or goes on after the value.
    """
    check_helpers(registry, marshalers)
    described = destination(type, into, marshalers)
    data = bytes(stream_bytes(data))
    first = first_value(data, described, floats, ints, limits)
    if first is None:
        raise GobTruncated("EOF: the stream is empty", 0)
    if limits.total_bytes is not None and len(data) > limits.total_bytes:
        raise too_long(limits)
    if rest := len(data) - first.end:
        follow = "1 byte follows" if rest == 1 else f"{rest:,} bytes follow"
        raise GobCorrupt(
            f"{follow} the first value; iter_loads reads all values of a stream",
            first.end,
        )
    return assigned(first, described, into, registry, marshalers)


@overload
def load(fp: Readable, type: Lossy, *, into: Any = ..., **options: Unpack[Options]) -> Any: ...
@overload
def load(fp: Readable, type: type[T], *, into: T | None = ..., **options: Unpack[Options]) -> T: ...
@overload
def load(fp: Readable, type: None = ..., *, into: T, **options: Unpack[Options]) -> T: ...
@overload
def load(fp: Readable, type: Any = ..., *, into: Any = ..., **options: Unpack[Options]) -> Any: ...
def load(
    fp: Readable,
    type: Any = None,
    *,
    into: Any = None,
    registry: Registry | None = None,
    marshalers: Marshalers | None = None,
    floats: NumberSlices = "list",
    ints: NumberSlices = "list",
    limits: Limits = DEFAULT_LIMITS,
) -> Any:
    """Decode a file that holds exactly one value; see `loads`.

    Raises:
        GobDecodeError: As `loads` does.
        BlockingIOError: The file does not block and has no data yet. A `Decoder` goes on with what arrives.
    """
    data = read_whole(fp)
    return loads(
        data,
        type,
        into=into,
        registry=registry,
        marshalers=marshalers,
        floats=floats,
        ints=ints,
        limits=limits,
    )
