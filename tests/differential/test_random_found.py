"""What `make fuzz` once found, or might have: `tests/vectors/found`, each file run for ever after."""

from __future__ import annotations

from pathlib import Path

import pytest

import pygob
from gohelper.judge import Outcome, Verdict
from tests.fuzz import found
from tests.fuzz.differential import Comparison, Disagreement

VECTORS = sorted(found.FOUND.glob("*.json"))


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_go_and_pygob_agree_by_now(path: Path, request: pytest.FixtureRequest) -> None:
    vector = found.read(path)
    if vector["check"] in found.NEEDS_GO:
        request.getfixturevalue("go")
    assert found.differences_now(vector) == []


def only(disagreements: list[Disagreement], tmp_path: Path) -> dict[str, object]:
    """The one vector that comes of all disagreements, written and read again."""
    vectors = {vector.kind: vector for vector in map(found.of_case, disagreements)}
    assert len(vectors) == 1, sorted(vectors)
    (vector,) = vectors.values()
    return found.read(found.write(vector.entry, "1-0", tmp_path))


CASE = [{"type": {"kind": "slice", "elem": "int"}, "value": [1, 2, 3]}]


def test_an_exception_is_a_vector_that_fails_while_the_error_is_there(
    go: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise IndexError("list index out of range")

    with monkeypatch.context() as patch:
        patch.setattr(pygob.Stream, "parse", broken)
        disagreements = list(Comparison([CASE, CASE]))
        vector = only(disagreements, tmp_path)
        assert str(vector["detail"]).startswith("crash: IndexError (test_random_found.py:")
        with pytest.raises(IndexError):
            found.differences_now(vector)
    assert found.differences_now(vector) == []


def test_what_go_decodes_otherwise_is_a_vector_that_fails_while_the_error_is_there(
    go: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = pygob.dumps

    def with_other_ids_wrong(value: object, described: object, **first_id: int) -> bytes:
        encoded = right(value, described, **first_id)
        return encoded[:-1] + b"\x08" if first_id else encoded

    with monkeypatch.context() as patch:
        patch.setattr(pygob, "dumps", with_other_ids_wrong)
        vector = only(list(Comparison([CASE])), tmp_path)
        assert vector["check"] == "go decodes"
        assert len(found.differences_now(vector)) == 1
    assert found.differences_now(vector) == []


def test_a_go_that_fails_is_a_vector_and_the_other_cases_are_compared(go: object, tmp_path: Path) -> None:
    unreadable = [{"type": "no such type", "value": 1}]
    comparison = Comparison([CASE, unreadable, CASE])
    vector = only(list(comparison), tmp_path)
    assert (vector["check"], len(comparison.done)) == ("go failed", 2)
    assert "no such type" in found.differences_now(vector)[0]


def test_a_stream_at_which_we_crash_is_a_vector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accepted = Outcome(accept=True, values=1, error=None)
    verdict = Verdict(accepted, accepted, "typed", (), None, "")
    vector = found.of_malformed(b"\3\4\0\2", verdict, "03040002: crash: IndexError: list index out of range")
    assert vector.kind == "malformed: crash: IndexError: list index out of range"
    read = found.read(found.write(vector.entry, "1-m0", tmp_path))
    assert found.differences_now(read) == []
    assert found.differences_now(read | {"sound": False}) == ["we say sound"]


def test_the_kind_of_a_failure_does_not_depend_on_the_values_in_it() -> None:
    first = found.kind_of("decode", "what Go encoded is refused: byte 17: no [1, 2]")
    assert first == found.kind_of("decode", "what Go encoded is refused: byte 4: no ['a']")
    assert first != found.kind_of("encode", "what Go encoded is refused: byte 4: no ['a']")
