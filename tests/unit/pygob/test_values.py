"""Decoded values: reading, editing, comparing, copying, pickling, matching, and a true repr."""

from __future__ import annotations

import copy
import pickle

import pytest

import pygob
from pygob import Interface, Opaque, Pairs, Struct, types
from pygob.values import struct_type

POINT = types.Struct("Point", {"X": types.INT, "Y": types.INT})
EVERYTHING = types.Struct(
    "Everything",
    {
        "Bool": types.BOOL,
        "Int": types.INT,
        "Uint": types.UINT,
        "Float": types.FLOAT,
        "Complex": types.COMPLEX,
        "String": types.STRING,
        "Bytes": types.BYTES,
        "Slice": types.Slice(types.INT),
        "Map": types.Map(types.STRING, types.INT),
        "Struct": POINT,
        "Pointer": types.Pointer(POINT),
        "Interface": types.INTERFACE,
    },
)


def point(**fields: int) -> Struct:
    return Struct(POINT, **fields)


def test_fields_are_read_by_attribute_and_by_key() -> None:
    made = point(X=1)
    assert (made.X, made["X"], made.Y, made["Y"]) == (1, 1, 0, 0)


def test_fields_are_set_and_unset_by_attribute_and_by_key() -> None:
    made = point()
    made.X = 1
    made["Y"] = 2
    assert made == {"X": 1, "Y": 2}
    del made.X
    del made["Y"]
    assert made == {"X": 0, "Y": 0}


def test_a_field_that_was_not_sent_reads_as_its_zero_value() -> None:
    decoded = pygob.loads(pygob.dumps({}, EVERYTHING))
    always_sent = point()  # a struct that no pointer leads to
    zeros = [False, 0, 0, 0.0, 0j, "", b"", [], None, always_sent, None, None]
    assert list(decoded.values()) == zeros
    assert list(map(type, decoded.values())) == list(map(type, zeros))


INNER = types.Struct("Inner", {"A": types.INT, "L": types.Slice(types.INT)})
OUTER = types.Struct(
    "Outer",
    {
        "N": types.INT,
        "In": INNER,
        "P": types.Pointer(INNER),
        "Row": types.Array(2, types.INT),
        "Ins": types.Array(2, INNER),
    },
)


def test_a_struct_that_was_not_sent_was_a_nil_pointer() -> None:
    """Go sends a struct held by value even when it is zero, and so does pygob."""
    decoded = pygob.loads(pygob.dumps({}, OUTER))
    assert decoded.P is None
    assert decoded.In == pygob.loads(pygob.dumps({}, INNER))
    assert decoded.Row == (0, 0)


def test_of_a_type_described_in_python_it_is_a_zero_struct_to_work_with() -> None:
    made = Struct(OUTER)
    assert (made.In.A, made.In.L, made.P, made.Row, made.Ins[1].A) == (0, [], None, (0, 0), 0)
    assert pygob.dumps(made) == pygob.dumps({}, OUTER)
    made.In.A = 5
    made.Ins[1].L.append(7)
    expected = {"In": {"A": 5}, "Ins": [{}, {"L": [7]}]}
    assert pygob.dumps(made) == pygob.dumps(expected, OUTER)


def test_reading_a_zero_struct_changes_neither_equality_nor_hash() -> None:
    read, unread, given = Struct(OUTER), Struct(OUTER), Struct(OUTER, In=Struct(INNER, A=0), Row=(0, 0))
    before = hash(read)
    assert read.In.A == read.Ins[0].A == 0
    assert read == unread == given
    assert hash(read) == before == hash(given)
    assert read != Struct(OUTER, P=Struct(INNER))
    assert read != Struct(OUTER, In=Struct(INNER, A=1))


def test_a_field_that_the_stream_does_not_know_is_a_zero_struct_too() -> None:
    old = types.Struct("Outer", {"N": types.INT})
    decoded = pygob.loads(pygob.dumps({"N": 1}, old), OUTER)
    assert decoded.In.A == 0
    assert decoded == pygob.loads(pygob.dumps({"N": 1}, OUTER), OUTER)


def test_a_nil_map_and_an_empty_one_are_told_apart() -> None:
    assert pygob.loads(pygob.dumps({"Map": {}}, EVERYTHING)).Map == {}
    assert pygob.loads(pygob.dumps({"Map": None}, EVERYTHING)).Map is None


def test_appending_to_a_slice_that_was_not_sent_is_not_lost() -> None:
    decoded = pygob.loads(pygob.dumps({}, EVERYTHING))
    decoded.Slice.append(7)
    assert pygob.loads(pygob.dumps(decoded)).Slice == [7]


def test_an_unknown_field_is_an_error_that_names_the_others() -> None:
    with pytest.raises(AttributeError, match="struct Point has no field 'Z'; its fields are: X, Y"):
        _ = point().Z
    with pytest.raises(AttributeError, match="no field 'Z'"):
        point().Z = 1
    with pytest.raises(AttributeError, match="no field 'Z'"):
        del point().Z
    with pytest.raises(AttributeError, match="no field 'Z'"):
        point(Z=1)
    with pytest.raises(KeyError, match="Z"):
        _ = point()["Z"]
    with pytest.raises(KeyError, match="Z"):
        point()["Z"] = 1


def test_a_struct_is_a_mapping_of_all_its_fields() -> None:
    made = point(Y=2)
    assert dict(made) == {"X": 0, "Y": 2}
    assert (len(made), "X" in made, "Z" in made) == (2, True, False)


def test_fields_may_have_the_names_of_methods() -> None:
    described = types.Struct("Odd", {"items": types.INT, "keys": types.INT, "_type": types.INT})
    made = pygob.loads(pygob.dumps({"items": 1, "keys": 2, "_type": 3}, described))
    assert (made["items"], made["keys"], made["_type"]) == (1, 2, 3)


def test_structs_are_equal_by_name_of_type_and_value_of_fields() -> None:
    assert point(X=1) == point(X=1, Y=0)
    assert point(X=1) != point(X=2)
    assert point(X=1) == Struct(types.Struct("Point", {"X": types.INT, "Y": types.INT}), X=1)
    assert point(X=1) != Struct(types.Struct("Pixel", {"X": types.INT, "Y": types.INT}), X=1)
    assert point(X=1) != Struct(types.Struct("Point", {"X": types.INT}), X=1)


def test_equal_structs_have_one_hash() -> None:
    assert hash(point(X=1)) == hash(point(X=1, Y=0))
    assert {point(X=1): "a"}[point(X=1, Y=0)] == "a"


def test_interfaces_are_equal_by_name_and_value() -> None:
    assert Interface("int", 1) == Interface("int", 1, types.INT, (64,))
    assert Interface("int", 1) != Interface("bool", True)
    assert len({Interface("int", 1), Interface("bool", True), Interface("float64", 1.0)}) == 3


def test_opaque_values_are_equal_by_kind_and_bytes() -> None:
    assert Opaque("Time", "gob", b"x") == Opaque("", "gob", b"x")
    assert Opaque("Time", "gob", b"x") != Opaque("Time", "binary", b"x")
    assert Opaque("Time", "gob", b"") != Opaque("Int", "gob", b"")
    assert hash(Opaque("Time", "gob", b"x")) == hash(Opaque("", "gob", b"x"))


def test_values_match_patterns() -> None:
    match pygob.loads(pygob.dumps({"X": 3}, POINT)):
        case {"X": x, "Y": 0}:
            assert x == 3
        case _:
            pytest.fail("a struct is no mapping to match")
    match point(X=3):
        case Struct(X=x):
            assert x == 3
        case _:
            pytest.fail("a struct is not matched by attribute")
    match Interface("main.T", Opaque("T", "gob", b"x")):
        case Interface("main.T", Opaque(_, "gob", data)):
            assert data == b"x"
        case _:
            pytest.fail("an interface is not matched by position")


VALUES = [
    point(X=1, Y=2),
    Interface("main.Point", point(X=1), POINT, (64,)),
    Opaque("Time", "gob", b"data"),
    Pairs([([1], 2)]),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_a_copy_is_equal_and_another(value: object, duplicate: object) -> None:
    made = duplicate(value)  # type: ignore[operator]
    assert made == value
    assert made is not value
    assert type(made) is type(value)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
def test_editing_a_copy_leaves_the_original(duplicate: object) -> None:
    original = point(X=1)
    made = duplicate(original)  # type: ignore[operator]
    made.X = 9
    assert original.X == 1


def test_a_copied_and_a_pickled_struct_encode_as_the_original() -> None:
    data = pygob.dumps({"Struct": {"X": 1}, "Interface": Interface("int", 1)}, EVERYTHING)
    value = pygob.loads(data)
    for made in (copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert pygob.loads(pygob.dumps(made)) == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (point(X=1), "Point(X=1)"),
        (Struct(types.Struct("", {"A": types.INT}), A=1), "struct(A=1)"),
        (Interface("int", 5), "Interface('int', 5)"),
        (Opaque("Time", "gob", b"\x01"), "Opaque('Time', 'gob', b'\\x01')"),
        (Pairs([([1], 2)]), "Pairs([([1], 2)])"),
        (Interface("T", list(range(100))), "Interface('T', [0, 1, 2, 3, 4, 5, ...(100)])"),
        (Interface("T", (1,)), "Interface('T', (1,))"),
        (Interface("T", {"a": {}}), "Interface('T', {'a': {}})"),
    ],
)
def test_the_repr_is_short_and_true(value: object, shown: str) -> None:
    assert repr(value) == shown


def test_the_repr_of_long_text_says_how_long_it_is() -> None:
    shown = repr(Interface("string", "x" * 10_000))
    assert len(shown) < 150
    assert "(10002)" in shown


def test_the_repr_of_names_that_a_hostile_stream_chose_is_printable() -> None:
    described = types.Struct("T\x1b[2J\n", {"A\x1b]0;x\x07\r": types.INT})
    value = next(pygob.iter_loads(pygob.dumps({"A\x1b]0;x\x07\r": 1}, described)))
    assert repr(value) == "T\\x1b[2J\\n(A\\x1b]0;x\\x07\\r=1)"
    assert repr(struct_type(value)).isprintable()


def test_dir_lists_the_fields() -> None:
    assert {"X", "Y"} <= set(dir(point()))


def test_structs_that_are_equal_have_one_hash_whatever_was_left_out() -> None:
    described = types.Struct(
        "S",
        {
            "A": types.INT,
            "B": types.INTERFACE,
            "C": types.Slice(types.INT),
            "E": types.STRING,
        },
    )
    one = pygob.Struct(described, A=1)
    assert one.C == []
    others = [
        pygob.Struct(described, A=1, B=None),
        pygob.Struct(described, A=True, C=[]),
        pygob.Struct(described, A=1.0, E=""),
        pygob.Struct(types.Struct("S", dict(reversed(described.fields))), A=1),
    ]
    for other in others:
        assert one == other
        assert hash(one) == hash(other)
    assert len({one, *others}) == 1
