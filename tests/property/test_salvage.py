"""Whatever happened to the bytes: an account of all of them, and nothing that was not in them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import pygob
from pygob import Salvage, types
from tests.support import malformed, raw
from tests.support.sent import same
from tests.support.strategies import damaged, streams

DOCUMENT = types.Struct(
    "Document",
    {
        "ID": types.STRING,
        "Metadata": types.Map(types.STRING, types.STRING),
        "Embedding": types.Slice(types.FLOAT32),
        "Content": types.STRING,
    },
)
METADATA = types.Struct("", {"Name": types.STRING, "Metadata": types.Map(types.STRING, types.STRING)})


def document(identifier: str = "doc-1", dimensions: int = 6) -> bytes:
    return pygob.dumps(
        {
            "ID": identifier,
            "Metadata": {"source": "wiki", "lang": "日本語"},
            "Embedding": [(-1) ** n / (n + 3) for n in range(dimensions)],
            "Content": f"The text of {identifier}, über den Zaun.",
        },
        DOCUMENT,
    )


def metadata() -> bytes:
    return pygob.dumps({"Name": "contextd_memories", "Metadata": {"k": "v", "zz": "yy"}}, METADATA)


FILES = pytest.mark.parametrize("whole", [document(), metadata()], ids=["document", "metadata"])


def salvaged(data: bytes, **options: Any) -> Salvage:
    """What salvage finds, its account checked."""
    result = pygob.salvage(data, **options)
    edges = [0]
    for found in result.ranges:
        assert found.start == edges[-1] < found.end
        assert found.reason
        edges.append(found.end)
    assert edges[-1] == len(data)
    last = 0
    for value in result.values:
        assert last <= value.start < value.end <= len(data)
        last = value.end
        read = [found for found in result.recovered if value.start <= found.start and found.end <= value.end]
        assert sum(found.end - found.start for found in read) == value.end - value.start
        assert value.is_complete or value.suspects
    return result


def is_prefix(part: Any, whole: Any) -> bool:
    """Whether a value is another one that stops somewhere: only what is last in it may be cut."""
    match part:
        case pygob.Struct():
            return _are_prefix(
                sorted(pygob.struct_values(part).items()), sorted(pygob.struct_values(whole).items())
            )
        case dict():
            return _are_prefix(list(part.items()), list(whole.items()))
        case list() | tuple():
            return _are_prefix(list(enumerate(part)), list(enumerate(whole)))
        case pygob.Interface():
            return bool(part.name == whole.name) and (
                part.value is None or is_prefix(part.value, whole.value)
            )
        case pygob.Opaque():
            return bool(whole.data.startswith(part.data))
        case str():
            return _bytes_of(whole).startswith(_bytes_of(part))
        case bytes():
            return bool(whole.startswith(part))
    return same(part, whole)


def _are_prefix(part: list[tuple[Any, Any]], whole: list[tuple[Any, Any]]) -> bool:
    if not part:
        return True
    *first, last = part
    if len(part) > len(whole) or not same(first, whole[: len(first)]):
        return False
    key, item = whole[len(first)]
    return same(last[0], key) and is_prefix(last[1], item)


def _bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def leaves(value: Any) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Everything in a value that is one piece, with its place by number."""
    match value:
        case pygob.Struct():
            parts = sorted(pygob.struct_values(value).items())
        case dict():
            parts = list(enumerate(piece for entry in value.items() for piece in entry))
        case list() | tuple():
            parts = list(enumerate(value))
        case _:
            yield (), value
            return
    for number, part in parts:
        for place, leaf in leaves(part):
            yield (number, *place), leaf


def is_in_bytes(leaf: Any, data: bytes) -> bool:
    """Whether the bytes that a text or number comes from are there."""
    match leaf:
        case None | bool() | pygob.Interface():
            return True
        case int():
            signed = ~leaf << 1 | 1 if leaf < 0 else leaf << 1
            return any(
                number.to_bytes(9, "big").lstrip(b"\0") in data for number in (signed, leaf) if number >= 0
            )
        case float():
            return struct.pack("<d", leaf).lstrip(b"\0") in data
        case complex():
            return is_in_bytes(leaf.real, data) and is_in_bytes(leaf.imag, data)
        case str():
            return _bytes_of(leaf) in data
        case pygob.Opaque():
            return leaf.data in data
    return bool(leaf in data)


def read(data: bytes) -> tuple[list[Any], pygob.GobDecodeError | None]:
    """The values of a stream up to its first error, and that error."""
    values: list[Any] = []
    try:
        for value in pygob.iter_loads(data):
            values.append(value)
    except pygob.GobDecodeError as error:
        return values, error
    return values, None


# ---- any bytes


@given(st.one_of(st.binary(max_size=300), damaged(streams())))
def test_every_byte_is_accounted_for(data: bytes) -> None:
    salvaged(data)


@given(st.one_of(st.binary(max_size=100), damaged(streams())), st.sampled_from([document(), metadata()]))
def test_every_byte_is_accounted_for_with_a_sibling_at_hand(data: bytes, sibling: bytes) -> None:
    salvaged(data, definitions=sibling)


def test_every_byte_of_broken_streams_of_go_is_accounted_for() -> None:
    for data in malformed.sample(3_000, 11):
        salvaged(data)


@given(streams())
def test_a_sound_stream_is_recovered_whole(data: bytes) -> None:
    result = salvaged(data)
    assert result.error is None
    assert not result.lost
    assert all(found.is_complete for found in result.values)
    assert same([f.value for f in result.values], [v.value for v in pygob.Stream.parse(data).values])
    assert all("zero bytes" in suspect.reason for found in result.values for suspect in found.suspects)


@given(damaged(streams()))
def test_what_reading_gives_salvage_gives_too(data: bytes) -> None:
    values, error = read(data)
    result = salvaged(data)
    assert same([found.value for found in result.values[: len(values)]], values)
    if error is None or "duplicate type" not in error.message:  # there another stream may begin
        assert (type(result.error), str(result.error)) == (type(error), str(error))


# ---- cut


def check_cut(data: bytes, end: int, values: list[pygob.StreamValue]) -> Salvage:
    """Whole values before the cut are whole, and of the next one there is a beginning at most."""
    result = salvaged(data[:end])
    whole = [value for value in values if value.end <= end]
    assert len(whole) <= len(result.values) <= len(whole) + 1
    for found, value in zip(result.values, whole, strict=False):
        assert found.is_complete
        assert same(found.value, value.value)
    for found in result.values[len(whole) :]:
        assert not found.is_complete
        assert is_prefix(found.value, values[len(whole)].value), found.value
    assert (result.error is None) == (end == (whole[-1].end if whole else 0))
    return result


@FILES
def test_cut_anywhere_a_file_gives_the_beginning_of_its_value(whole: bytes) -> None:
    values = pygob.Stream.parse(whole).values
    for end in range(len(whole)):
        assert str(check_cut(whole, end, values).error) == str(read(whole[:end])[1])


def test_cut_anywhere_every_field_before_the_cut_is_there() -> None:
    fields = [
        (0, raw.text("doc-1")),
        (1, raw.uint(2) + raw.text("a") + raw.text("1") + raw.text("b") + raw.text("2")),
        (2, raw.uint(3) + raw.float_(0.5) + raw.float_(-0.25) + raw.float_(3.0)),
        (3, raw.text("The content of the document")),
    ]
    expected = {"ID": "doc-1", "Metadata": {"a": "1", "b": "2"}, "Embedding": [0.5, -0.25, 3.0]}
    definitions = (
        raw.define_struct(
            64, [("ID", raw.STRING), ("Metadata", 65), ("Embedding", 66), ("Content", raw.STRING)], "Document"
        )
        + raw.define_map(65, raw.STRING, raw.STRING, "map[string]string")
        + raw.define_slice(66, raw.FLOAT, "[]float32")
    )
    data = definitions + raw.value(64, raw.struct_body(*fields))
    start = len(data) - len(raw.struct_body(*fields))
    ends = {name: start + len(raw.struct_body(*fields[: n + 1])) - 1 for n, name in enumerate(expected)}
    for end in range(ends["ID"], len(data)):
        (found,) = salvaged(data[:end]).values
        for name, value in expected.items():
            if ends[name] <= end:
                assert found.value[name] == value
                assert not any(suspect.path.endswith(name) for suspect in found.suspects)
        assert data[ends["Embedding"] + 2 : end].startswith(_bytes_of(found.value.Content))
        assert len(_bytes_of(found.value.Content)) == max(0, min(end, len(data) - 1) - ends["Embedding"] - 2)


def test_cut_anywhere_streams_of_go_give_the_beginning_of_their_values() -> None:
    sound = malformed.sound_streams(500)
    for data in sound[::17]:
        values = pygob.Stream.parse(data).values
        for end in range(len(data)):
            check_cut(data, end, values)


@given(streams(), st.data())
def test_cut_anywhere_any_stream_gives_the_beginning_of_its_values(data: bytes, draw: st.DataObject) -> None:
    check_cut(data, draw.draw(st.integers(0, len(data))), pygob.Stream.parse(data).values)


# ---- zeros


@FILES
@pytest.mark.parametrize("beyond", [0, 1, 7, 4096])
def test_zeros_over_the_end_are_never_taken_for_the_value(whole: bytes, beyond: int) -> None:
    original = pygob.loads(whole)
    for end in range(len(whole) - 1):
        for found in salvaged(whole[:end] + bytes(len(whole) - end + beyond)).values:
            if found.is_complete and not found.suspects:
                assert same(found.value, original)


# ---- changed


@FILES
def test_a_flipped_bit_changes_no_more_than_itself_or_raises_suspicion(whole: bytes) -> None:
    original = list(leaves(pygob.loads(whole)))
    for at in range(len(whole)):
        for bit in range(8):
            data = whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]
            for found in salvaged(data).values:
                read = list(leaves(found.value))
                assert all(is_in_bytes(leaf, data) for _, leaf in read)
                if found.is_complete and not found.suspects:
                    assert [place for place, _ in read] == [place for place, _ in original]
                    changed = [
                        after
                        for (_, before), (_, after) in zip(original, read, strict=True)
                        if not same(before, after)
                    ]
                    assert len(changed) <= 1, (at, bit, changed)


@given(damaged(st.just(document())))
def test_what_is_called_sound_is_what_go_would_have_written(data: bytes) -> None:
    result = salvaged(data)
    if result.is_sound and result.values and all(found.stream == 0 for found in result.values):
        assert pygob.Stream.parse(data).to_bytes() == data


# ---- several streams


@given(
    st.lists(
        st.one_of(st.binary(max_size=40), st.integers(0, 600).map(bytes), st.just(b"\xff" * 30)),
        min_size=3,
        max_size=3,
    )
)
@example([b"", b"", b""])
@example([b"", b"G\x00\x00", b"\xff" * 30])  # a message that reaches just to the next value
@example([b"\x50", b"\x50", b"\xfe\x01\x00"])
@example([bytes(1), b"\x01\x02", b"\x02\xff\x82"])
def test_streams_are_found_with_anything_between_them(between: list[bytes]) -> None:
    files = [document("first"), metadata()]
    data = between[0] + files[0] + between[1] + files[1] + between[2]
    found = [value.value for value in salvaged(data).values if value.is_complete and not value.suspects]
    for file in files:
        assert any(same(value, pygob.loads(file)) for value in found)
    for value in found:
        if isinstance(value, pygob.Struct):
            assert any(same(value, pygob.loads(file)) for file in files)


@given(
    st.lists(st.sampled_from([document("a"), document("b", 0), metadata(), pygob.dumps([1, 2])]), max_size=5)
)
def test_streams_one_after_another_are_told_apart(files: list[bytes]) -> None:
    result = salvaged(b"".join(files))
    assert result.is_sound
    assert same([found.value for found in result.values], [pygob.loads(file) for file in files])
    assert [found.stream for found in result.values] == list(range(len(files)))


CONFORMANCE = malformed.sound_streams(700)
# Numbers and texts without definitions are anywhere, so behind damage they are not looked for.
DEFINING = [stream for stream in CONFORMANCE if pygob.Stream.parse(stream).values[0].definitions]
# What stands before a whole stream and claims none of its bytes, as the last text of a cut one may.
GAPS = st.one_of(
    st.just(b""),
    st.integers(1, 300).map(bytes),
    st.integers(1, 40).map(lambda count: b"\xff" * count),
    st.just(b"\x50"),  # a message of 80 bytes, if they were one
)


@given(st.lists(st.sampled_from(CONFORMANCE), min_size=2, max_size=3))
def test_of_streams_of_go_one_behind_the_other_nothing_is_lost(streams: list[bytes]) -> None:
    result = salvaged(b"".join(streams))
    assert (result.error, result.lost) == (None, [])
    values = [value for stream in streams for value in pygob.Stream.parse(stream).values]
    assert same([found.value for found in result.values], [value.value for value in values])
    assert all(found.is_complete for found in result.values)


@given(
    st.lists(st.sampled_from(DEFINING), min_size=2, max_size=3),
    st.data(),
)
def test_of_streams_of_go_with_damage_around_them_every_value_is_found(
    streams: list[bytes], draw: st.DataObject
) -> None:
    data = b""
    expected: list[tuple[int, Any]] = []
    for stream in streams:
        data += draw.draw(GAPS)
        expected += [(len(data) + value.end, value.value) for value in pygob.Stream.parse(stream).values]
        data += stream
    found = {value.end: value.value for value in salvaged(data + draw.draw(GAPS)).values if value.is_complete}
    for end, value in expected:
        assert same(found.pop(end), value)
    assert not found, "invented"


LOG = types.Struct("Log", {"At": types.UINT, "Document": DOCUMENT, "Any": types.INTERFACE})


def many(count: int) -> bytes:
    """A stream of documents and of logs that hold documents."""
    writer = pygob.GobWriter()
    data = b""
    for n in range(count):
        held = {
            "ID": f"doc-{n}",
            "Metadata": {"k": "v" * n},
            "Embedding": [n / 7, 0.25],
            "Content": "text " * n,
        }
        log = {"At": n, "Document": held, "Any": pygob.Interface("string", f"log {n}")}
        data += writer.encode(log, LOG) if n % 3 == 0 else writer.encode(held, DOCUMENT)
    return data


MANY = many(12)
MANY_VALUES = pygob.Stream.parse(MANY).values


@given(st.integers(1, 11), st.data())
def test_damage_in_one_value_takes_no_other(number: int, draw: st.DataObject) -> None:
    value = MANY_VALUES[number]
    body = value.start + 4  # behind its length and its type id
    start = draw.draw(st.integers(body, value.end - 1))
    size = draw.draw(st.integers(1, value.end - start))
    middle = draw.draw(
        st.one_of(st.binary(min_size=size, max_size=size), st.just(bytes(size)), st.just(b"\xff" * size))
    )
    found = [each.value for each in salvaged(MANY[:start] + middle + MANY[start + size :]).values]
    for other in MANY_VALUES:
        assert other is value or any(same(each, other.value) for each in found), other


@given(st.data())
def test_values_before_and_well_behind_any_damage_are_found(draw: st.DataObject) -> None:
    start = draw.draw(st.integers(MANY_VALUES[1].end, len(MANY)))
    end = draw.draw(st.integers(start, min(len(MANY), start + 80)))
    middle = draw.draw(st.binary(max_size=80))
    found = [each.value for each in salvaged(MANY[:start] + middle + MANY[end:]).values]
    # A damaged length may claim bytes of the value behind it, or two.
    behind = [value for value in MANY_VALUES if value.start >= end][3:]
    for other in [value for value in MANY_VALUES if value.end <= start] + behind:
        assert any(same(each, other.value) for each in found), other


# ---- definitions lost


@FILES
def test_a_value_is_found_by_the_definitions_of_a_sibling(whole: bytes) -> None:
    value = pygob.Stream.parse(whole).values[0]
    start = whole.rindex(b"\xff\x80", 0, whole.index(b"doc-1" if b"doc-1" in whole else b"contextd")) - 1
    if whole[start - 1] >= 0xFE:  # a length of more than one byte
        start -= 256 - whole[start - 1]
    for lost in range(1, start + 1, 3):
        for data in (whole[lost:], bytes(lost) + whole[lost:], b"\xaa" * lost + whole[lost:]):
            assert not any(found.is_complete and not found.suspects for found in salvaged(data).values)
            (found,) = salvaged(data, definitions=whole).values
            assert same(found.value, value.value)
            assert found.suspects
