"""Values whose own code fails or contradicts itself: an error with its place, never other bytes."""

from __future__ import annotations

from collections import UserDict, UserList, deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

import pygob
from pygob import Pairs, types

MAP = types.Map(types.STRING, types.INT)


class Failing:
    """A number that is none when it is asked."""

    def __index__(self) -> int:
        raise KeyError("gone")

    def __float__(self) -> float:
        raise KeyError("gone")

    def __complex__(self) -> complex:
        raise KeyError("gone")


class FailingMap(Mapping[str, int]):
    """A mapping that has lost what it promises."""

    def __getitem__(self, key: str) -> int:
        raise OSError("gone")

    def __iter__(self) -> Iterator[str]:
        return iter(["A"])

    def __len__(self) -> int:
        return 1


class FailingList(list[int]):
    def __iter__(self) -> Iterator[int]:
        raise OSError("gone")


class LongList(list[int]):
    def __len__(self) -> int:
        return 5


class LongDict(dict[str, int]):
    def __len__(self) -> int:
        return 5


@pytest.mark.parametrize(
    ("described", "value"),
    [
        (types.INT, Failing()),
        (types.UINT8, Failing()),
        (types.FLOAT, Failing()),
        (types.COMPLEX, Failing()),
        (MAP, FailingMap()),
        (types.Struct("S", {"A": types.INT}), FailingMap()),
        (types.Slice(types.INT), FailingList()),
        (types.Slice(types.FLOAT), FailingList()),
        (types.Array(1, types.INT), FailingList()),
        (None, FailingMap()),
        (None, FailingList([1])),
    ],
)
def test_what_cannot_be_read_is_an_error_of_the_encoder(described: Any, value: Any) -> None:
    with pytest.raises(pygob.GobEncodeError, match=r"cannot be read: (KeyError|OSError).*gone"):
        pygob.dumps(value, described)


@pytest.mark.parametrize("make", [LongList, LongDict])
@pytest.mark.parametrize("is_described", [True, False])
def test_a_length_that_is_not_true_is_an_error(make: Callable[[Any], Any], is_described: bool) -> None:
    value = make([("a", 1)]) if make is LongDict else make([1])
    described = (MAP if make is LongDict else types.Slice(types.INT)) if is_described else None
    with pytest.raises(pygob.GobEncodeError, match="length is 5, but holds 1"):
        pygob.dumps(value, described)


@pytest.mark.parametrize("entries", [[1], [(1, 2, 3)], [(1,)], ["ab"]], ids=repr)
def test_pairs_hold_pairs(entries: list[Any]) -> None:
    with pytest.raises(pygob.GobEncodeError, match="Pairs hold"):
        pygob.dumps(Pairs([(0, 0), *entries]), types.Map(types.INT, types.INT))


def test_the_error_says_where() -> None:
    with pytest.raises(pygob.GobEncodeError) as caught:
        pygob.dumps({"k": [1, Failing()]}, types.Map(types.STRING, types.Slice(types.INT)))
    assert caught.value.path == "map['k'][1]"


class Growing:
    """A number that adds an element to what holds it each time it is read."""

    def __init__(self, grow: Callable[[], object]) -> None:
        self.grow = grow

    def __index__(self) -> int:
        self.grow()
        return 1

    def __float__(self) -> float:
        self.grow()
        return 1.0


class OwnMap(dict[int, Any]):
    """A mapping of the user's."""


def _holding_itself(kind: Any) -> Any:
    """A container with an element that adds to it, once."""
    container = kind()
    added: list[int] = []

    def grow() -> None:
        if not added:
            added.append(1)
            _add(container, 7, 7)

    _add(container, 0, Growing(grow))
    return container


def _add(container: Any, key: int, element: Any) -> None:
    if isinstance(container, Pairs):
        container.append((key, element))
    elif isinstance(container, dict | UserDict):
        container[key] = element
    else:
        container.append(element)


@pytest.mark.parametrize("kind", [dict, OwnMap, UserDict, Pairs], ids=lambda kind: kind.__name__)
def test_a_map_that_its_elements_change_is_refused_with_its_place(kind: Any) -> None:
    described = types.Map(types.STRING, types.Map(types.INT, types.INT))
    with pytest.raises(pygob.GobEncodeError, match=r"was changed while it was being encoded") as caught:
        pygob.dumps({"k": _holding_itself(kind)}, described)
    assert caught.value.path == "map['k']"


@pytest.mark.parametrize("elem", [types.INT, types.FLOAT, types.Pointer(types.INT)], ids=types.Type.text)
@pytest.mark.parametrize("kind", [list, UserList, deque], ids=lambda kind: kind.__name__)
def test_a_slice_that_its_elements_change_is_refused_with_its_place(kind: Any, elem: types.Type) -> None:
    described = types.Struct("S", {"A": types.Slice(elem)})
    with pytest.raises(pygob.GobEncodeError, match=r"was changed while it was being encoded") as caught:
        pygob.dumps({"A": _holding_itself(kind)}, described)
    assert caught.value.path == "S.A"


def test_a_list_that_grows_with_every_element_ends() -> None:
    growing: list[Any] = []
    growing.append(Growing(lambda: growing.append(growing[0])))
    with pytest.raises(pygob.GobEncodeError, match="was changed"):
        pygob.dumps(growing, types.Slice(types.INT))


def test_an_element_in_anothers_place_is_no_change_of_size() -> None:
    """What is written is what the container held when it was counted."""
    holder: dict[int, Any] = {}

    def replace() -> None:
        del holder[0]
        holder[5] = 9

    holder[0] = Growing(replace)
    holder[1] = 2
    data = pygob.dumps(holder, types.Map(types.INT, types.INT))
    assert pygob.loads(data) == {0: 1, 1: 2}


def test_views_of_a_dict_that_change_are_refused() -> None:
    holder: dict[Any, Any] = {}
    holder["a"] = Growing(lambda: holder.setdefault("b", 2))
    with pytest.raises(pygob.GobEncodeError, match="was changed"):
        pygob.dumps(holder.values(), types.Slice(types.INT))


class FailingKey:
    """A key that cannot be hashed any more."""

    def __hash__(self) -> int:
        raise KeyError("gone")


class MapOfFailingKeys(Mapping[Any, int]):
    def __getitem__(self, key: Any) -> int:
        return 1

    def __iter__(self) -> Iterator[Any]:
        return iter([FailingKey()])

    def __len__(self) -> int:
        return 1


def test_a_name_that_cannot_be_hashed_is_an_error_of_the_encoder() -> None:
    with pytest.raises(pygob.GobEncodeError, match="cannot be read: KeyError"):
        pygob.dumps(MapOfFailingKeys(), types.Struct("S", {"A": types.INT}))


def test_an_encoder_asked_by_a_value_that_it_encodes_refuses() -> None:
    """Two values at once would be mixed in one message."""
    writer = pygob.GobWriter()
    first = writer.encode([[1]])

    class Busy(list[int]):
        def __iter__(self) -> Iterator[int]:
            writer.encode([[2]])
            return super().__iter__()

    with pytest.raises(pygob.GobEncodeError, match=r"in the middle of another value") as caught:
        writer.encode([[1], Busy([1])], types.Slice(types.Slice(types.INT)))
    assert caught.value.path == "slice[1]"
    assert list(pygob.iter_loads(first + writer.encode([[3]]))) == [[[1]], [[3]]]


class Unbound:
    """As the proxies of web frameworks are outside a request: even its class is its own code."""

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        raise RuntimeError("working outside of context")


class Refusing:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"no {name}")

    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class RefusingText(str):
    __slots__ = ()

    def encode(self, *arguments: Any) -> bytes:
        raise RuntimeError("no bytes")


KINDS = [
    None, types.BOOL, types.INT, types.FLOAT, types.COMPLEX, types.STRING, types.BYTES, types.INTERFACE,
    types.Slice(types.INT), types.Array(1, types.FLOAT), types.Map(types.STRING, types.INT),
    types.Struct("S", {"A": types.INT}),
]  # fmt: skip


@pytest.mark.parametrize("described", KINDS, ids=lambda kind: kind.text() if kind else "none")
@pytest.mark.parametrize("make", [Unbound, Refusing])
def test_a_value_that_refuses_everything_is_an_error_of_the_encoder(make: Any, described: Any) -> None:
    for value in (make(), [make()], {"A": make()}):
        with pytest.raises(pygob.GobEncodeError):
            pygob.dumps(value, described)


@pytest.mark.parametrize("make", [Unbound, Refusing, lambda: RefusingText("x")], ids=["class", "all", "text"])
def test_what_a_part_refuses_is_told_with_its_place(make: Any) -> None:
    described = types.Map(types.STRING, types.Slice(types.STRING))
    with pytest.raises(pygob.GobEncodeError) as caught:
        pygob.dumps({"k": ["", make()]}, described)
    assert caught.value.path == "map['k'][1]"
    with pytest.raises(pygob.GobEncodeError) as caught:
        pygob.dumps([make()])
    assert caught.value.path == "slice[0]"


def test_a_key_that_cannot_be_shown_has_a_place_all_the_same() -> None:
    with pytest.raises(pygob.GobEncodeError) as caught:
        pygob.dumps(Pairs([(Refusing(), 1)]), types.Map(types.INT, types.INT))
    assert caught.value.path == "map[<Refusing>]"
