"""Real Go reads every stream in which one value was set."""

from __future__ import annotations

import base64
import io
import random

import pytest

import pygob
from gohelper.judge import Judge
from pygob.editing.assignment import set_values
from pygob.inspection.paths import Path
from tests.support.descriptions import vectors

NEW = {"string": "new text", "int": -77, "bool": True}


def edited(data: bytes, chance: random.Random) -> bytes | None:
    """The stream with something else in one place; `None` if it has no place for it."""
    values = list(pygob.iter_values(data))
    if not values:
        return None
    index = chance.randrange(len(values))
    found = Path("..*").find(values[index].value, values[index].type)
    places = [(place.path, place.held().type.kind) for place in found if place.held().type.kind in NEW]
    if not places:
        return None
    path, kind = chance.choice(places)
    edits = set_values(io.BytesIO(data), Path(path), NEW[kind], index=index)
    return b"".join(edit.data for edit in edits)


@pytest.mark.go
def test_go_reads_what_was_edited(go: object) -> None:
    chance = random.Random(5)
    pairs = [
        (data := base64.b64decode(case["stream"]), edited(data, chance)) for case in vectors("conformance")
    ]
    streams = [(old, new) for old, new in pairs if new is not None]
    assert len(streams) > 400
    with Judge() as judge:
        verdicts = list(judge.verdicts([new for _, new in streams]))
    for (old, _), verdict in zip(streams, verdicts, strict=True):
        assert verdict.typed.accept, verdict
        assert verdict.typed.values == len(list(pygob.iter_values(old)))
