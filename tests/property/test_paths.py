"""Every place has a path that leads to it, and setting a place changes that place only."""

from __future__ import annotations

import io
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import pygob
from pygob import types
from pygob.editing.assignment import set_values
from pygob.editing.lossless import to_records
from pygob.inspection.paths import Path, PathError, Place
from tests.support.strategies import streams

# Enough to look into every kind of part, and no more of a long value.
PLACES = 60


def places(data: bytes) -> list[tuple[int, pygob.Value, Place]]:
    found = []
    for number, value in enumerate(pygob.iter_values(data)):
        for place, _ in zip(Path("..*").find(value.value, value.type), range(PLACES), strict=False):
            found.append((number, value, place))
    return found


def is_told_apart(described: types.Type) -> bool:
    """Whether the keys of every map inside have JSON of their own, and the fields of structs names."""
    pending, seen = [described], set()
    while pending:
        part = pending.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, types.Map) and part.key.kind != "string":
            return False
        if part.kind == "interface" or len(getattr(part, "numbers", ())) != len(getattr(part, "fields", ())):
            return False
        pending.extend(part.children())
    return True


@given(streams())
def test_the_path_of_a_place_leads_to_it(data: bytes) -> None:
    for _, value, place in places(data):
        found = [other.value for other in Path(place.path).find(value.value, value.type)]
        assert any(other is place.held().value or other is place.value for other in found)
        if is_told_apart(value.type):
            assert len(found) == 1


@given(st.text(alphabet='.*[]()?@&=!<>:"0aA-1, {}|~', max_size=20))
def test_any_text_is_a_path_or_refused(text: str) -> None:
    try:
        path = Path(text)
    except PathError:
        return
    value: Any = {"a": [1, 2]}
    [found] = pygob.iter_values(pygob.dumps(value))
    list(path.find(found.value, found.type))


@given(streams(), st.randoms(use_true_random=False))
def test_setting_what_is_there_changes_no_byte(data: bytes, chance: random.Random) -> None:
    found = [item for item in places(data) if is_told_apart(item[1].type)]
    if not found:
        return
    number, _, place = chance.choice(found)
    [record, *_] = list(to_records(data))[number:]
    if "bytes" in record:  # written by Go in another way
        return
    given_json = _json_at(place)
    new = b"".join(
        edited.data for edited in set_values(io.BytesIO(data), Path(place.path), given_json, index=number)
    )
    assert new == data


def _json_at(place: Place) -> Any:
    from pygob.editing._lossless_values import ValueWriter
    from pygob.wire import TypeTable

    return ValueWriter(TypeTable(), lambda _: 0).value(place.value, place.type)
