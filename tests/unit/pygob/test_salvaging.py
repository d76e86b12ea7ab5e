"""Salvage: what is recovered, what is suspect, what is lost, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import pygob
from pygob import Limits, types
from pygob.encoder import GobWriter
from tests.support import raw
from tests.support.work import calls

DOCUMENT = types.Struct(
    "Document",
    {
        "ID": types.STRING,
        "Metadata": types.Map(types.STRING, types.STRING),
        "Embedding": types.Slice(types.FLOAT32),
        "Content": types.STRING,
    },
)
WORD = raw.define_struct(64, [("A", raw.STRING)], "Word")


def document(content: str = "The content, which is the longest part.") -> bytes:
    fields = {"ID": "doc-1", "Metadata": {"k": "v"}, "Embedding": [0.5, 0.25, -0.125], "Content": content}
    return pygob.dumps(fields, DOCUMENT)


def word(text: str) -> bytes:
    return raw.value(64, raw.struct_body((0, raw.text(text))))


def suspicions(data: bytes, **options: Any) -> list[tuple[str, str]]:
    (found,) = pygob.salvage(data, **options).values
    return [(suspect.path, suspect.reason) for suspect in found.suspects]


class TestSound:
    def test_nothing_is_nothing(self) -> None:
        result = pygob.salvage(b"")
        assert (result.values, result.ranges, result.error) == ([], [], None)
        assert result.is_sound

    def test_a_stream_is_recovered_whole(self) -> None:
        data = WORD + word("one") + word("two")
        result = pygob.salvage(data)
        assert result.is_sound
        assert [found.value.A for found in result.values] == ["one", "two"]
        middle = len(data) - len(word("two"))
        assert [(found.start, found.end) for found in result.values] == [(0, middle), (middle, len(data))]
        assert [found.type.name for found in result.values] == ["Word", "Word"]

    def test_a_value_after_definitions_of_its_own_is_as_sound(self) -> None:
        tag = raw.define_struct(65, [("B", raw.INT)], "Tag") + raw.value(
            65, raw.struct_body((0, raw.int_(1)))
        )
        assert pygob.salvage(WORD + word("one") + tag + word("two")).is_sound

    @pytest.mark.parametrize("between", [b"", b"\0", b"\0" * 4096, b"garbage"], ids=repr)
    def test_a_second_stream_has_its_own_types(self, between: bytes) -> None:
        other = raw.define_struct(64, [("B", raw.STRING)], "Other") + word("two")
        result = pygob.salvage(WORD + word("one") + between + other)
        assert [found.value for found in result.values] == [{"A": "one"}, {"B": "two"}]
        assert [found.stream for found in result.values] == [0, 1]
        assert result.is_sound == (not between)
        assert sum(lost.end - lost.start for lost in result.lost) == len(between)


class TestBehindOneAnother:
    """Whole streams with nothing between them, whose definitions meet in any order."""

    POINT = types.Struct("Point", {"X": types.INT})
    ONE = pygob.dumps({"X": 1}, POINT)
    MANY = pygob.dumps(
        [{"X": 2}, {"X": 3}], types.Slice(POINT)
    )  # its first definition is of a type the other lacks
    NAMED = pygob.dumps({"k": {"X": 4}}, types.Map(types.STRING, POINT))

    @pytest.mark.parametrize(
        "streams",
        [[ONE, MANY], [ONE, NAMED], [ONE, MANY, ONE], [MANY, ONE, NAMED], [MANY, MANY], [ONE, ONE, NAMED]],
    )
    def test_each_is_whole_and_has_its_own_types(self, streams: list[bytes]) -> None:
        result = pygob.salvage(b"".join(streams))
        assert result.is_sound
        assert [found.value for found in result.values] == [pygob.loads(stream) for stream in streams]
        assert [found.stream for found in result.values] == list(range(len(streams)))

    def test_a_type_that_an_interface_defines_anew(self) -> None:
        box = types.Struct("Box", {"Before": types.INT, "Any": types.INTERFACE, "Behind": types.STRING})
        held = pygob.Interface("main.Point", {"X": 9}, self.POINT)
        second = pygob.dumps({"Before": 5, "Any": held, "Behind": "end"}, box, first_id=64)
        first = pygob.dumps({"Y": 1}, types.Struct("Other", {"Y": types.INT}), first_id=65)
        result = pygob.salvage(first + second)
        assert result.is_sound
        assert [found.value for found in result.values] == [{"Y": 1}, pygob.loads(second)]

    def test_a_stream_that_defines_a_type_anew_only_with_its_second_value(self) -> None:
        first = raw.define_struct(64, [("A", raw.STRING)], "Word") + word("one")
        second = (
            raw.define_struct(65, [("B", raw.INT)], "Tag")
            + raw.value(65, raw.struct_body((0, raw.int_(2))))
            + raw.define_struct(66, [("C", 64), ("D", 65)], "Both")
            + raw.define_struct(64, [("E", raw.INT)], "Inner")
            + raw.value(
                66,
                raw.struct_body(
                    (0, raw.struct_body((0, raw.int_(3)))), (1, raw.struct_body((0, raw.int_(4))))
                ),
            )
        )
        result = pygob.salvage(first + second)
        assert result.is_sound
        assert [found.value for found in result.values] == [
            {"A": "one"},
            {"B": 2},
            {"C": {"E": 3}, "D": {"B": 4}},
        ]

    def test_damage_in_the_second_one_is_told(self) -> None:
        result = pygob.salvage(self.ONE + self.MANY[:-4])
        assert [found.is_complete for found in result.values] == [True, False]
        assert result.values[1].value == [{"X": 2}]
        assert "unexpected EOF" in str(result.error)
        assert result.values[1].suspects

    @pytest.mark.parametrize("before", [b"\x16\xfd\x38", b"\xff\x16\xfd\x38", b"\0\x16\xfd\x38"], ids=repr)
    def test_bytes_that_make_another_definition_of_its_first_one_hide_no_stream(self, before: bytes) -> None:
        stream = (
            raw.define_slice(64, 8, "Anything") + raw.value(64, raw.SINGLETON, raw.uint(1), b"\0") + self.MANY
        )
        assert stream[:1] == b"\x15"  # with the bytes before it, a type id of three bytes
        result = pygob.salvage(before + stream)
        assert [found.value for found in result.values] == [[None], [{"X": 2}, {"X": 3}]]
        assert [(lost.start, lost.end) for lost in result.lost] == [(0, len(before))]

    def test_definitions_without_a_value_between_two_are_lost_and_told(self) -> None:
        definitions = raw.define_struct(64, [("B", raw.INT)], "Tag")
        result = pygob.salvage(self.ONE + definitions + self.ONE)
        assert [found.value for found in result.values] == [{"X": 1}, {"X": 1}]
        assert [(lost.start, lost.end) for lost in result.lost] == [
            (len(self.ONE), len(self.ONE) + len(definitions))
        ]
        assert result.error is not None


class TestCut:
    def test_a_text_is_kept_as_far_as_it_goes(self) -> None:
        (found,) = pygob.salvage(document()[:-12]).values
        assert found.value.ID == "doc-1"
        assert found.value.Metadata == {"k": "v"}
        assert found.value.Embedding == [0.5, 0.25, -0.125]
        assert found.value.Content == "The content, which is the lo"
        assert not found.is_complete
        assert [suspect.path for suspect in found.suspects] == ["Document.Content"]

    @pytest.mark.parametrize(
        ("whole", "cut", "kept"),
        [
            ({"a": 1, "k" * 1000: 5}, 1, {"a": 1}),
            ({"a": 1, "k" * 1000: 5}, 700, {"a": 1}),
            ({"a": [1 + 2j, 3 + 4j]}, 1, {"a": [1 + 2j]}),
            (
                [pygob.Interface("int", 7), pygob.Interface("string", "b" * 9)],
                13,
                [pygob.Interface("int", 7)],
            ),
        ],
        ids=["key without element", "part of a key", "half of a number", "a name alone"],
    )
    def test_what_is_no_part_of_the_value_is_lost(self, whole: Any, cut: int, kept: Any) -> None:
        result = pygob.salvage(pygob.dumps(whole)[:-cut])
        (found,) = result.values
        assert found.value == kept
        assert [found.end] == [lost.start for lost in result.lost]

    @pytest.mark.parametrize(
        "whole",
        [["a", "b" * 1000], {"k": b"b" * 1000}, "b" * 1000, pygob.Opaque("T", "gob", b"b" * 1000)],
        ids=["text", "bytes", "alone", "payload"],
    )
    def test_all_that_a_cut_text_holds_is_recovered(self, whole: Any) -> None:
        data = pygob.dumps(whole)
        result = pygob.salvage(data[:-1])
        (found,) = result.values
        assert b"b" * 999 in repr(found.value).encode() or found.value.data == b"b" * 999
        assert (found.end, result.lost) == (len(data) - 1, [])
        assert found.suspects

    def test_a_text_that_claims_too_much_does_not_hide_the_next_value(self) -> None:
        hole = raw.value(64, raw.struct_body((0, raw.text("x" * 40))))[:-30]  # the next value closes up
        result = pygob.salvage(WORD + hole + word("two") + word("three"))
        assert [found.value for found in result.values if found.is_complete] == [{"A": "two"}, {"A": "three"}]
        assert result.values[0].value.A == "x" * 11
        assert result.values[0].end == result.values[1].start

    def test_all_but_the_end_of_the_struct_is_not_complete(self) -> None:
        result = pygob.salvage(document()[:-1])
        assert result.values[0].value.Content == "The content, which is the longest part."
        assert not result.values[0].is_complete
        assert isinstance(result.error, pygob.GobTruncated)

    def test_definitions_without_a_value_are_lost(self) -> None:
        result = pygob.salvage(WORD)
        assert not result.values
        assert [(lost.start, lost.end) for lost in result.lost] == [(0, len(WORD))]
        assert "unexpected EOF" in result.lost[0].reason

    def test_a_limit_ends_a_value_like_any_damage(self) -> None:
        deep = raw.define_slice(64, 64) + raw.value(64, raw.SINGLETON, b"\1" * 50 + b"\0")
        result = pygob.salvage(deep, limits=Limits(depth=10))
        assert isinstance(result.error, pygob.GobLimitExceeded)
        assert not result.values[0].is_complete


class TestSuspicion:
    def test_zeros_in_a_text(self) -> None:
        data = document()
        at = data.index(b"which")
        ((path, reason),) = suspicions(data[:at] + bytes(10) + data[at + 10 :])
        assert path == "Document.Content"
        assert "zero bytes from index 13" in reason

    def test_few_zeros_over_the_end_of_the_last_text(self) -> None:
        assert suspicions(document()[:-3] + bytes(3)) == [
            ("Document.Content", "ends in 2 zero bytes, as its message does")
        ]

    def test_a_zero_at_the_end_of_a_text_elsewhere_is_a_character(self) -> None:
        assert pygob.salvage(pygob.dumps({"ID": "a\0", "Content": "b"}, DOCUMENT)).is_sound

    def test_bytes_left_in_a_message(self) -> None:
        body = raw.struct_body((0, raw.text("one")))
        assert suspicions(WORD + raw.value(64, body, b"\1\2\3")) == [
            ("", "3 bytes of its message were left unread")
        ]
        assert suspicions(WORD + raw.value(64, body, b"\1")) == [
            ("", "1 byte of its message was left unread")
        ]
        assert pygob.salvage(WORD + raw.value(64, body, b"\1\2\3")).lost[0].end == len(WORD) + 12

    @pytest.mark.parametrize(
        "body",
        [
            b"\1\3one",  # no end of the struct
            b"\1\xff\3one\0",  # a length longer than need be
            b"\1\0\0",  # a zero that is never sent
            b"",
        ],
        ids=repr,
    )
    def test_bytes_that_go_would_not_write(self, body: bytes) -> None:
        assert suspicions(WORD + raw.value(64, body)) == [("", "not in the bytes that Go would write for it")]

    @pytest.mark.parametrize("number", [0.1, 1e300, 1e-310, 5e-324])
    def test_numbers_that_no_float32_can_be(self, number: float) -> None:
        definitions = raw.define_struct(64, [("V", 65)]) + raw.define_slice(65, raw.FLOAT, "[]float32")
        value = raw.value(64, b"\1", raw.uint(2), raw.float_(0.5), raw.float_(number), b"\0")
        assert suspicions(definitions + value) == [("S.V", "holds a number that is no float32")]

    def test_in_every_kind_of_part(self) -> None:
        zeros = "\0" * 9
        described = types.Struct(
            "All",
            {
                "Inner": types.Struct("In", {"A": types.STRING}),
                "List": types.Slice(types.Slice(types.STRING)),
                "Array": types.Array(1, types.STRING),
                "Map": types.Map(types.STRING, types.Slice(types.STRING)),
                "Any": types.INTERFACE,
            },
        )
        value = {
            "Inner": {"A": zeros},
            "List": [["a"], ["b", zeros]],
            "Array": (zeros,),
            "Map": {zeros: ["x", zeros]},
            "Any": pygob.Interface("string", zeros),
        }
        assert sorted(path for path, _ in suspicions(pygob.dumps(value, described))) == [
            "All.Any.(string)",
            "All.Array[0]",
            "All.Inner.A",
            "All.List[1][1]",
            "All.Map['" + r"\x00" * 9 + "'][1]",
            "All.Map[key]",
        ]

    def test_no_more_than_a_thousand_are_listed(self) -> None:
        data = raw.define_slice(64, raw.STRING) + raw.value(
            64, raw.SINGLETON, raw.uint(5_000), raw.text("\0" * 8) * 5_000
        )
        found = suspicions(data)
        assert len(found) == 1_001
        assert found[-1][1] == "more than 1,000 of its parts are suspect"


class TestGoingOn:
    def test_the_value_after_a_damaged_one_is_found(self) -> None:
        result = pygob.salvage(WORD + word("one") + raw.value(64, b"\7") + word("two"))
        assert [found.value.get("A") for found in result.values if found.is_complete] == ["one", "two"]
        assert "field numbers out of bounds" in str(result.error)

    def test_values_far_behind_the_damage_are_found_and_those_behind_them_are_not_suspect(self) -> None:
        damage = raw.value(64, b"\7") + raw.value(64, b"\1\x20") + b"\xff\0\xaa" * 5
        words = [word("two"), word("three"), word("four")]
        result = pygob.salvage(WORD + word("one") + damage + b"".join(words))
        whole = [found for found in result.values if found.is_complete]
        assert [found.value.A for found in whole] == ["one", "two", "three", "four"]
        assert [bool(found.suspects) for found in whole] == [False, True, False, False]
        assert "behind damage" in whole[1].suspects[0].reason
        assert {found.stream for found in result.values} == {0}

    @pytest.mark.parametrize("bad", [b"", b"\0" * 9, b"\xff" * 9, b"\x7f" * 9, b"\6\xff\x80\1\x50"], ids=repr)
    def test_after_each_damage_the_stream_goes_on(self, bad: bytes) -> None:
        data = WORD + b"".join(word(f"word {n}") + bad + raw.value(64, b"\7") for n in range(20))
        found = [each.value.A for each in pygob.salvage(data).values if each.is_complete]
        assert found == [f"word {n}" for n in range(20)]

    def test_types_defined_behind_the_damage_may_be_made_of_those_before_it(self) -> None:
        pair = raw.define_struct(65, [("L", 64), ("R", 64)], "Pair")
        inner = raw.struct_body((0, raw.text("in")))
        data = (
            WORD + word("one") + b"\xff" * 20 + pair + raw.value(65, raw.struct_body((0, inner), (1, inner)))
        )
        result = pygob.salvage(data)
        assert [found.value for found in result.values] == [
            {"A": "one"},
            {"L": {"A": "in"}, "R": {"A": "in"}},
        ]
        assert [found.stream for found in result.values] == [0, 0]

    def test_a_stream_of_texts_goes_on_where_all_that_follow_are_clean(self) -> None:
        texts = [pygob.dumps(f"text {n}") for n in range(6)]
        damaged = b"\x05\x0c\0\x50abc"[:6]
        result = pygob.salvage(texts[0] + damaged + b"".join(texts[1:]))
        assert [found.value for found in result.values if found.is_complete] == [
            f"text {n}" for n in range(6)
        ]
        assert len(pygob.salvage(texts[0] + damaged + texts[1] + texts[2]).values) == 2

    def test_a_few_bytes_that_would_be_an_empty_value_are_none(self) -> None:
        result = pygob.salvage(WORD + word("one") + b"\xaa\xaa" + raw.value(64, b"\0") + b"\xaa")
        assert [found.value for found in result.values] == [{"A": "one"}]

    def test_but_not_numbers_that_stand_there_by_accident(self) -> None:
        result = pygob.salvage(WORD + raw.value(64, b"\7") + b"\3\4\0\7")
        assert [found.is_complete for found in result.values] == [False]

    def test_another_stream_inside_a_message_that_claims_too_much(self) -> None:
        other = raw.define_struct(64, [("B", raw.STRING)], "Other") + word("two")
        claim = raw.uint(len(other) - len(word("two")) + 2) + b"\0\0"
        result = pygob.salvage(WORD + word("one") + claim + other)
        assert [found.value for found in result.values] == [{"A": "one"}, {"B": "two"}]


class TestSiblings:
    def test_a_value_without_its_definitions_is_found_and_suspect(self) -> None:
        result = pygob.salvage(b"\xaa" * 9 + word("one"), definitions=WORD + word("x"))
        (found,) = result.values
        assert found.value == {"A": "one"}
        assert "definitions are lost" in found.suspects[0].reason
        assert [(lost.start, lost.end) for lost in result.lost] == [(0, 9)]

    def test_a_sibling_without_types_of_its_own_finds_nothing(self) -> None:
        assert not pygob.salvage(b"\xaa" * 9 + pygob.dumps(5), definitions=pygob.dumps(7)).values

    def test_an_unsound_sibling_is_refused(self) -> None:
        with pytest.raises(pygob.GobTruncated):
            pygob.salvage(b"", definitions=WORD[:-1])


def claims(size: int) -> bytes:
    """Streams whose value claims half of what follows."""
    data = b""
    while len(data) < size:
        rest = max(200, (size - len(data)) // 2)
        data += WORD + b"\xfd" + rest.to_bytes(3, "big") + b"\xff\x80\7"
    return data


def many_types(size: int) -> bytes:
    return b"".join(
        raw.define_struct(64 + n, [("A", raw.STRING)])
        + raw.value(64 + n, raw.struct_body((0, raw.text("x"))))
        for n in range(size // 30)
    )


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "claims": claims,
    "many types": many_types,
    "many streams": lambda size: (WORD + word("x")) * (size // 30),
    "definitions only": lambda size: b"".join(
        raw.define_struct(64 + n, [("A", raw.STRING)]) for n in range(size // 24)
    ),
    "duplicates": lambda size: WORD * (size // len(WORD)),
    "long beginnings": lambda size: b"\xfe\xff\xff\x7f\3\1\1" * (size // 7),
    "short beginnings": lambda size: b"\x7f\x7f\3\1\1" * (size // 5),
    "tiny beginnings": lambda size: b"\6\x7f\3\1\2\1\0" * (size // 7),
    "bad values": lambda size: WORD + raw.value(64, b"\7") * (size // 5),
    "bad values far apart": lambda size: WORD + (raw.value(64, b"\7") + b"\xaa" * 40) * (size // 45),
    "values far apart": lambda size: WORD + (word("one") + b"\xaa" * 40) * (size // 48),
    "claims of one message": lambda size: WORD + b"\xfe\x10\0\xff\x80\7" * (size // 6),
    "many roots": lambda size: (
        b"".join(raw.define_struct(64 + n, [("A", raw.STRING)]) for n in range(200))
        + raw.value(64, b"\7")
        + b"\5\xff\x80\1\x01x" * (size // 6)
    ),
    "many types and much damage": lambda size: (
        b"".join(raw.define_struct(64 + n, [("A", raw.STRING)]) for n in range(size // 60))
        + (word("one") + raw.value(64, b"\7") + b"\xaa" * 4) * (size // 36)
    ),
    "types between damage": lambda size: b"".join(
        raw.define_struct(64 + n, [("A", raw.STRING)])
        + raw.value(64 + n, raw.struct_body((0, raw.text("x"))))
        + b"\xaa" * 4
        for n in range(size // 36)
    ),
    "unread": lambda size: WORD + raw.value(64, b"\1\2hi\0xx") * (size // 10),
    "zeros": bytes,
    "ones": lambda size: b"\1" * size,
    "ff": lambda size: b"\xff" * size,
    "deep": lambda size: raw.define_slice(64, 64) + raw.value(64, raw.SINGLETON, b"\1" * size, b"\0"),
}


def work_on(data: bytes) -> int:
    return calls(lambda: pygob.salvage(data))


@pytest.mark.parametrize("kind", HOSTILE)
def test_work_grows_with_the_input_and_no_faster(kind: str) -> None:
    once, twice = (work_on(HOSTILE[kind](size)) for size in (6_000, 12_000))
    assert twice <= 2.2 * once + 500


def test_deep_values_with_many_suspects_cost_no_path_for_each() -> None:
    definitions = raw.define_struct(64, [("N", 64), ("L", 65)]) + raw.define_slice(65, raw.STRING)

    def data(depth: int) -> bytes:
        texts = raw.uint(200) + raw.text("\0" * 8) * 200
        return definitions + raw.value(64, b"\1" * depth, b"\2", texts, b"\0" * (depth + 1))

    shallow, deep = (work_on(data(depth)) for depth in (10, 2_000))
    assert deep <= shallow + 200 * 2_000 * 3


def test_a_second_stream_is_found_wherever_the_first_one_was_cut() -> None:
    tag = types.Struct("Tag", {"Name": types.STRING, "Values": types.Map(types.STRING, types.INT)})
    document = types.Struct(
        "Document",
        {"ID": types.STRING, "Metadata": types.Map(types.STRING, types.STRING), "Content": types.STRING},
    )
    first = pygob.dumps({"ID": "one", "Metadata": {"k": "v"}, "Content": "some text " * 4}, document)
    second = pygob.dumps({"Name": "two", "Values": {"a": 1}}, tag)
    for cut in range(1, len(first)):
        found = pygob.salvage(first[:cut] + second)
        assert found.values[-1].value == {"Name": "two", "Values": {"a": 1}}, cut
        assert found.values[-1].is_complete


@pytest.mark.parametrize(
    "behind", [b"", b"\0" * 300, WORD + word("three")], ids=["nothing", "zeros", "stream"]
)
def test_a_second_stream_of_the_same_types_is_found_wherever_the_first_one_was_cut(behind: bytes) -> None:
    first, second = document("first " * 40), document("second " * 90)
    assert len(first) < len(second)
    for cut in range(1, len(first)):
        result = pygob.salvage(first[:cut] + second + behind)
        whole = [found for found in result.values if found.is_complete]
        assert (whole[0].value, whole[0].end) == (pygob.loads(second), cut + len(second)), cut
        assert len(whole) == (2 if behind.startswith(WORD) else 1)
        assert result.error is not None


def test_a_small_second_stream_that_a_cut_message_takes_whole_is_found() -> None:
    first, small, last = document("first " * 60), document("x"), document("")
    for cut in range(1, len(first)):
        result = pygob.salvage(first[:cut] + small + last)
        whole = [found.value for found in result.values if found.is_complete]
        assert whole == [pygob.loads(small), pygob.loads(last)], cut


def test_a_stream_in_a_text_that_ends_there_is_a_text() -> None:
    inner = document("inner")
    definitions = GobWriter().define(DOCUMENT)
    assert inner.startswith(definitions)
    content = types.Struct("File", {"Data": types.BYTES, "Name": types.STRING})
    for held in (inner, definitions, inner[:-1], inner * 2):
        data = pygob.dumps({"Data": held, "Name": "n"}, content) + document("behind")
        for behind in (b"", b"garbage", b"\0" * 40):
            values = pygob.salvage(data + behind).values
            assert [found.is_complete for found in values] == [True, True]
            assert values[0].value == {"Data": held, "Name": "n"}


def test_a_message_beyond_the_limit_is_not_read() -> None:
    data = pygob.dumps(["x" * 100])
    found = pygob.salvage(data, limits=pygob.Limits(message_bytes=50))
    assert (found.values, found.is_sound) == ([], False)
    assert isinstance(found.error, pygob.GobLimitExceeded)


def test_a_type_of_several_kinds_is_suspect() -> None:
    slice_ = raw.struct_body((0, raw.common("T", 64)), (1, raw.int_(raw.INT)))
    map_ = raw.struct_body((0, raw.common("T", 64)), (1, raw.int_(raw.INT)), (2, raw.int_(raw.INT)))
    data = raw.message(raw.int_(-64), raw.struct_body((1, slice_), (3, map_))) + raw.value(64, b"\0\1\2")
    found = pygob.salvage(data)
    assert found.values[0].value == [1]
    assert "several kinds" in found.values[0].suspects[0].reason
    assert not found.is_sound


def test_behind_damage_the_first_types_are_searched_and_what_is_not_found_is_lost() -> None:
    """A bound on the work: one search looks for values of 64 types at most."""
    text = raw.struct_body((0, raw.text("here")))
    kinds = b"".join(raw.define_struct(64 + n, [("A", raw.STRING)], f"T{n}") for n in range(65))
    sound = kinds + raw.value(64, text)
    for type_id in (64, 64 + 63, 64 + 64):
        behind = raw.value(type_id, text)
        data = sound + b"\0" * 9 + behind
        result = pygob.salvage(data)
        assert [(found.type.name, found.start) for found in result.values[1:]] == (
            [(f"T{type_id - 64}", len(data) - len(behind))] if type_id < 64 + 64 else []
        )
        assert sum(found.end - found.start for found in result.lost) == len(data) - sum(
            found.end - found.start for found in result.values
        )
    right_behind = pygob.salvage(sound + raw.message(raw.int_(64) + b"\x05") + raw.value(64 + 64, text))
    assert [found.type.name for found in right_behind.values if found.is_complete] == ["T0", "T64"]
