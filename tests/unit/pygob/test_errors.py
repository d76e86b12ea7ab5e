"""The one family of exceptions: what they are, what they say, that they survive a process boundary."""

from __future__ import annotations

import pickle

import pytest

import pygob
from tests.support import raw

NESTED = raw.define_struct(64, [("Meta", 65)], "Doc") + raw.define_map(65, raw.STRING, 66)
NESTED += raw.define_slice(66, raw.INT)
CUT = NESTED + raw.value(64, b"\1", raw.uint(1), raw.text("k"), raw.uint(3), b"\2")


def caught(data: bytes) -> pygob.GobDecodeError:
    with pytest.raises(pygob.GobDecodeError) as info:
        pygob.loads(data)
    return info.value


@pytest.mark.parametrize(
    ("kind", "parents"),
    [
        (pygob.GobDecodeError, (pygob.GobError, ValueError)),
        (pygob.GobTruncated, (pygob.GobDecodeError, EOFError)),
        (pygob.GobCorrupt, (pygob.GobDecodeError,)),
        (pygob.GobLimitExceeded, (pygob.GobDecodeError,)),
        (pygob.GobTypeError, (pygob.GobDecodeError, TypeError)),
        (pygob.GobEncodeError, (pygob.GobError, ValueError)),
    ],
)
def test_each_kind_is_also_the_built_in_a_caller_may_catch(kind: type, parents: tuple[type, ...]) -> None:
    assert issubclass(kind, parents)
    assert all(issubclass(kind, parent) for parent in parents)


def test_a_decode_error_has_the_offset_where_reading_stopped() -> None:
    assert caught(CUT).offset == len(CUT)


def test_a_decode_error_has_the_path_into_the_value() -> None:
    assert caught(CUT).path == "Doc.Meta['k'][1]"


def test_a_decode_error_says_what_where_and_in_what() -> None:
    error = caught(CUT)
    assert str(error) == f"{error.message} (at byte {error.offset}, in {error.path})"


def test_a_decode_error_holds_what_was_read_of_the_value() -> None:
    assert caught(CUT).partial == {"Meta": {"k": [1]}}


def test_a_decode_error_knows_the_type_of_the_value() -> None:
    assert caught(CUT).type.name == "Doc"


def test_nothing_was_read_of_a_definition() -> None:
    error = caught(raw.message(raw.body_of(NESTED)[:9]))
    assert error.partial is None
    assert error.path.startswith("(definition of type id 64)")


def test_a_path_of_many_levels_is_shown_short_and_kept_whole() -> None:
    deep = raw.define_struct(64, [("Next", 64)], "Node") + raw.value(64, b"\1" * 500 + b"\x80")
    error = caught(deep)
    assert error.path.count(".Next") == 500
    assert "...(489 levels)..." in str(error)


def test_an_encode_error_has_the_path_into_the_value() -> None:
    described = pygob.types.Struct("Doc", {"Meta": pygob.types.Map(pygob.types.STRING, pygob.types.INT8)})
    with pytest.raises(pygob.GobEncodeError, match="out of range") as info:
        pygob.dumps({"Meta": {"a": 1, "b": 300}}, described)
    assert info.value.path == "Doc.Meta['b']"


def test_errors_survive_pickling_with_all_they_know() -> None:
    error = caught(CUT)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), again.offset, again.path, again.partial) == (
        str(error),
        error.offset,
        error.path,
        error.partial,
    )


def test_encode_errors_survive_pickling() -> None:
    with pytest.raises(pygob.GobEncodeError) as info:
        pygob.dumps([1 << 64])
    again = pickle.loads(pickle.dumps(info.value))
    assert (type(again), str(again), again.path) == (pygob.GobEncodeError, str(info.value), "slice[0]")


def test_a_limit_error_names_the_limit_and_its_value() -> None:
    with pytest.raises(pygob.GobLimitExceeded) as info:
        pygob.loads(pygob.dumps([1, 2, 3]), limits=pygob.Limits(elements=2))
    assert (info.value.limit, info.value.allowed) == ("elements", 2)
    assert "Limits(elements=2)" in str(info.value)
