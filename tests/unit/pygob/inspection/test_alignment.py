"""Which elements of two lists belong together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pygob.inspection._alignment import aligned


@given(st.lists(st.integers(0, 6)), st.lists(st.integers(0, 6)))
def test_every_index_once_and_in_order(old: list[int], new: list[int]) -> None:
    pairs = list(aligned(old, new))
    assert [one for one, _ in pairs if one is not None] == list(range(len(old)))
    assert [other for _, other in pairs if other is not None] == list(range(len(new)))
    assert (None, None) not in pairs


@given(st.lists(st.integers(), unique=True), st.sets(st.integers(0, 50)), st.sets(st.integers(0, 50)))
def test_what_is_once_in_each_belongs_together(both: list[int], out: set[int], put_in: set[int]) -> None:
    old = [each for number, each in enumerate(both) if number not in out]
    new = [each for number, each in enumerate(both) if number not in put_in]
    pairs = {
        (old[one], new[other]) for one, other in aligned(old, new) if one is not None and other is not None
    }
    common = set(old) & set(new)
    assert {(each, each) for each in common} <= pairs


def test_what_is_alike_at_both_ends() -> None:
    assert list(aligned("aab", "aaab")) == [(0, 0), (1, 1), (None, 2), (2, 3)]
    assert list(aligned("abc", "axc")) == [(0, 0), (1, 1), (2, 2)]
    assert list(aligned("", "a")) == [(None, 0)]


def test_repeated_elements_between_others() -> None:
    old, new = "x--y--z", "-x--y-z"
    matched = [(one, other) for one, other in aligned(old, new) if None not in (one, other)]
    assert [(old[one], new[other]) for one, other in matched if old[one or 0] in "xyz"] == [
        ("x", "x"),
        ("y", "y"),
        ("z", "z"),
    ]
