"""Definitions met before: recognised or not, a stream reads the same."""

from __future__ import annotations

import io
import threading
from contextlib import suppress
from typing import Any

import pytest

import pygob
from pygob import Limits, reader, types
from pygob._definitions.known_definitions import MAX_DEFINITION_BYTES, KnownDefinitions
from pygob.wire import TypeTable
from tests.support import malformed, raw
from tests.support.outcomes import Outcome, outcome
from tests.support.sent import same

POINT = raw.define_struct(64, [("X", raw.INT), ("Y", raw.INT)], "Point")
LINE = POINT + raw.define_slice(65, 64, "[]Point")


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> KnownDefinitions:
    """An empty memory in place of the one of the process."""
    memory = KnownDefinitions()
    monkeypatch.setattr(reader, "KNOWN_DEFINITIONS", memory)
    return memory


def point(x: int) -> bytes:
    return raw.value(64, raw.struct_body((0, raw.int_(x))))


def table_of(data: bytes) -> TypeTable:
    reader = pygob.GobReader()
    reader.feed(data)
    assert reader.next_value() is not None
    return reader.table


def learn(memory: KnownDefinitions, definitions: bytes, value: bytes = point(1)) -> None:
    memory.learn(definitions + value, table_of(definitions + value))


def read(data: bytes, **options: Any) -> tuple[Outcome, bool]:
    reader = pygob.GobReader(**options)
    reader.feed(data)
    reader.close()
    with suppress(pygob.GobDecodeError):
        reader.next_value()
    return outcome([data], **options), reader.is_recognised


def loaded(data: bytes) -> tuple[list[Any], tuple[str, int, object] | None]:
    """What the functions that read bytes make of a stream."""
    values: list[Any] = []
    try:
        values.extend(
            (found.value, found.type_id, found.definitions, found.start, found.end, found.unread)
            for found in pygob.iter_values(data)
        )
    except pygob.GobDecodeError as error:
        return values, (str(error), error.offset, error.partial)
    return values, None


def agree(left: Outcome, right: Outcome) -> bool:
    return (left.error, left.places) == (right.error, right.places) and same(left.values, right.values)


def test_definitions_are_recognised_the_second_time(known: KnownDefinitions) -> None:
    assert pygob.loads(POINT + point(1)) == {"X": 1, "Y": 0}
    assert known.find(POINT + point(2)) is not None
    assert read(POINT + point(2))[1]


def test_one_that_is_asked_before_it_is_fed_recognises_them_too(known: KnownDefinitions) -> None:
    assert pygob.Decoder(io.BytesIO(POINT + point(1))).decode() == {"X": 1, "Y": 0}
    reader = pygob.GobReader()
    assert reader.next_value() is None
    reader.feed(POINT + point(2))
    assert reader.next_value() is not None
    assert reader.is_recognised


@pytest.mark.parametrize("count", [9, 10, 40, 400])
def test_a_struct_of_many_fields_is_recognised(known: KnownDefinitions, count: int) -> None:
    fields = {f"Field{number:03d}": number for number in range(count)}
    data = pygob.dumps(fields, types.Struct("Wide", dict.fromkeys(fields, types.INT)))
    assert pygob.loads(data) == fields
    assert read(data)[1]


def test_definitions_that_came_in_pieces_are_not_learnt_by_halves(known: KnownDefinitions) -> None:
    data = LINE + point(1)
    for cut in range(1, len(LINE)):
        reader = pygob.GobReader()
        reader.feed(data[:cut])
        assert reader.next_value() is None
        reader.feed(data[cut:])
        assert reader.next_value() is not None
        assert known.find(data) is None


def test_a_stream_that_fails_teaches_nothing(known: KnownDefinitions) -> None:
    with pytest.raises(pygob.GobDecodeError):
        pygob.loads(POINT + raw.value(64, b"\x05"))
    assert known.find(POINT + point(1)) is None


@pytest.mark.parametrize("first", [POINT, LINE], ids=["shorter first", "longer first"])
def test_the_longest_of_several_beginnings_is_found(first: bytes) -> None:
    memory = KnownDefinitions()
    for definitions in (first, POINT, LINE):
        learn(memory, definitions)
    for definitions, ids in ((POINT, (64,)), (LINE, (64, 65))):
        found = memory.find(definitions + point(1))
        assert found is not None
        assert (found.data, found.ids) == (definitions, ids)


def test_definitions_beyond_the_known_ones_are_read(known: KnownDefinitions) -> None:
    pygob.loads(POINT + point(1))
    lines = raw.value(65, raw.SINGLETON, raw.uint(1), raw.struct_body((0, raw.int_(7))))
    result, recognised = read(LINE + lines)
    assert recognised
    assert result.values == [[{"X": 7, "Y": 0}]]
    stream = pygob.Stream.parse(LINE + lines)
    assert stream.values[0].definitions == (64, 65)
    assert stream.to_bytes() == LINE + lines


def test_equal_definitions_with_other_ids_are_others(known: KnownDefinitions) -> None:
    pygob.loads(POINT + point(1))
    moved = raw.define_struct(70, [("X", raw.INT), ("Y", raw.INT)], "Point")
    result, recognised = read(moved + raw.value(70, raw.struct_body((1, raw.int_(3)))))
    assert not recognised
    assert result.values == [{"X": 0, "Y": 3}]


def test_a_stream_may_define_more_after_what_was_recognised(known: KnownDefinitions) -> None:
    pygob.loads(POINT + point(1))
    more = raw.define_struct(66, [("Name", raw.STRING)], "Tag")
    tag = raw.value(66, raw.struct_body((0, raw.text("x"))))
    for _ in range(2):  # what the first one defines is not there for the second
        assert read(POINT + point(1) + more + tag)[0].values == [{"X": 1, "Y": 0}, {"Name": "x"}]
    assert read(POINT + point(1) + tag)[0].message == "gob: bad data: undefined type id 66 (at byte 40)"


def test_what_is_changed_in_one_stream_stays_there(known: KnownDefinitions) -> None:
    data = POINT + point(1)
    pygob.loads(data)
    stream = pygob.Stream.parse(data)
    stream.types[0].name = "Other"
    stream.types[0].fields.append(("Z", raw.INT))
    assert [definition.name for definition in pygob.Stream.parse(data).types] == ["Point"]
    assert pygob.Stream.parse(data).to_bytes() == data
    assert pygob.loads(data) == {"X": 1, "Y": 0}


def test_streams_of_go_read_the_same_when_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    recognised = 0
    for data in malformed.sound_streams(600)[::3]:
        monkeypatch.setattr(reader, "KNOWN_DEFINITIONS", KnownDefinitions())
        fresh, fresh_stream = outcome([data]), pygob.Stream.parse(data)
        assert len(list(pygob.iter_loads(data))) == len(fresh.values)
        again, was_recognised = read(data)
        assert agree(fresh, again)
        stream = pygob.Stream.parse(data)
        assert stream.types == fresh_stream.types
        assert [v.definitions for v in stream.values] == [v.definitions for v in fresh_stream.values]
        assert stream.to_bytes() == data
        recognised += was_recognised
    assert recognised > 100


def test_broken_streams_read_the_same_when_their_definitions_are_recognised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory = KnownDefinitions(1 << 16)
    for data in malformed.sound_streams(700):
        if data[0] < 128:
            values = list(pygob.iter_values(data))
            if values[0].definitions:
                memory.learn(data[: values[0].end], table_of(data[: values[0].end]))
    recognised = 0
    for data in malformed.sample(3_000, 13):
        monkeypatch.setattr(reader, "KNOWN_DEFINITIONS", KnownDefinitions())
        fresh, fresh_values = outcome([data]), loaded(data)
        monkeypatch.setattr(reader, "KNOWN_DEFINITIONS", memory)
        again, was_recognised = read(data)
        assert agree(fresh, again)
        again_values = loaded(data)
        assert same(again_values, fresh_values)
        recognised += was_recognised
    assert recognised > 500


@pytest.mark.parametrize("end", range(1, len(LINE)))
def test_cut_within_or_after_the_definitions_the_error_is_the_same(
    end: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "KNOWN_DEFINITIONS", KnownDefinitions())
    fresh = outcome([LINE[:end]])
    pygob.loads(POINT + point(1))
    pygob.loads(LINE + point(1))
    assert agree(outcome([LINE[:end]]), fresh)
    assert agree(outcome([LINE[at : at + 1] for at in range(end)]), fresh)


@pytest.mark.parametrize(
    "limits",
    [
        Limits(message_bytes=16),
        Limits(elements=1),
        Limits(elements=2),
        Limits(depth=1),
        Limits(depth=2),
        Limits(total_bytes=20),
    ],
    ids=str,
)
def test_limits_hold_as_for_any_stream(limits: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    data = LINE + raw.value(65, raw.SINGLETON, raw.uint(1), raw.struct_body((0, raw.int_(7))))

    def result() -> tuple[Any, ...]:
        try:
            return pygob.loads(data, limits=limits), None
        except pygob.GobDecodeError as error:
            return type(error), str(error)

    monkeypatch.setattr(reader, "KNOWN_DEFINITIONS", KnownDefinitions())
    fresh = result()
    pygob.loads(data)
    assert result() == fresh


@pytest.mark.parametrize("kind", ["one application", "many applications"])
def test_the_memory_is_bounded(kind: str) -> None:
    memory = KnownDefinitions(4)
    beginnings = []
    for number in range(40):
        second = raw.define_struct(65, [(f"F{number}", raw.INT)], "Second")
        first = POINT if kind == "one application" else raw.define_struct(64, [(f"G{number}", raw.INT)])
        beginnings.append(first + second)
        learn(memory, first + second, raw.value(64, b"\0"))
    found = [each for each in map(memory.find, beginnings) if each is not None]
    assert 1 <= len(found) <= 4
    assert found[-1].data == beginnings[-1]


def test_long_definitions_are_not_kept() -> None:
    memory = KnownDefinitions()
    wide = raw.define_struct(65, [(f"Field{number}", raw.INT) for number in range(2_000)], "Wide")
    assert len(wide) > MAX_DEFINITION_BYTES
    learn(memory, POINT + wide)
    assert memory.find(POINT + wide + point(1)) is None


def test_threads_share_the_memory(known: KnownDefinitions) -> None:
    applications = [
        pygob.dumps({"A": number}, types.Struct(f"T{number}", {"A": types.INT, f"B{number}": types.INT}))
        for number in range(300)
    ]
    failures: list[object] = []

    def work(start: int) -> None:
        for step in range(len(applications)):
            number = (start + step) % len(applications)
            value = pygob.loads(applications[number])
            if number != value.A or f"B{number}" not in value:
                failures.append(value)

    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 0, 77, 150)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_longer_definitions_learnt_later_are_found_before_those_they_begin_with(
    known: KnownDefinitions,
) -> None:
    learn(known, POINT)
    short = known.find(POINT + point(1))
    assert short is not None
    assert short is known.find(POINT + point(2))
    assert known.find(LINE + point(1)) is short
    learn(known, LINE)
    longer = known.find(LINE + point(1))
    assert longer is not None
    assert longer.ids == (64, 65)
    assert known.find(POINT + point(1)) is short
    assert known.find(LINE + point(2)) is longer
