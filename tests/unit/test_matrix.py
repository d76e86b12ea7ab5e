"""The table of versions: what is a row of it, and what a run may change in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz import matrix


def found(go: str, chromem: str, values: int) -> dict[str, object]:
    return {
        "go": go,
        "chromem": chromem,
        "vectors": {"same": 1, "reordered": 0, "different": [], "encoded": 1, "described": 1},
        "random": {"values": values, "disagreements": 0},
        "stores": {"plain": "ok"},
        "agrees": True,
    }


def page(*rows: dict[str, object]) -> str:
    return f"before\n{matrix.BEGIN}{matrix.HEAD}{''.join(map(matrix.line, rows))}{matrix.END}after\n"


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page with two versions of Go, which the runs of these tests work on."""
    path = tmp_path / "page.md"
    path.write_text(page(found("go1.25.5", "v0.7.0", 1), found("go1.26.6", "v0.7.0", 1)))
    monkeypatch.setattr(matrix, "snapshot", lambda: None)
    return path


def test_a_run_of_one_version_replaces_its_row_only(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "row", lambda *_: found("go1.25.9", "v0.7.0", 2))
    assert matrix.main(["--go", "1.25", "--chromem", "--write", str(written)]) == 0
    assert written.read_text() == page(found("go1.25.9", "v0.7.0", 2), found("go1.26.6", "v0.7.0", 1))


def test_a_new_pair_is_a_new_row(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "row", lambda *_: found("go1.26.6", "v0.6.0", 2))
    assert matrix.main(["--go", "--chromem", "v0.6.0", "--write", str(written)]) == 0
    rows = [found(*pair) for pair in (("go1.25.5", "v0.7.0", 1), ("go1.26.6", "v0.7.0", 1))]
    assert written.read_text() == page(*rows, found("go1.26.6", "v0.6.0", 2))


def test_what_cannot_be_had_is_a_row_and_no_failure(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: str) -> Path:
        raise matrix.Unavailable("403 Forbidden")

    monkeypatch.setattr(matrix, "go_of", refused)
    assert matrix.main(["--go", "1.25", "--chromem", "--write", str(written)]) == 0
    assert "| go1.25 | v0.7.0 | not available here: 403 Forbidden |" in written.read_text()


def test_checks_that_break_off_are_a_failure_and_leave_the_page(
    written: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = written.read_text()
    monkeypatch.setattr(matrix, "go_of", lambda _: Path("go"))
    checks = written.parent / "tests" / "fuzz"
    checks.mkdir(parents=True)
    for folder in (checks.parent, checks):
        (folder / "__init__.py").touch()
    (checks / "pair.py").write_text("raise IndexError('list index out of range')\n")
    monkeypatch.setattr(matrix, "prepared", lambda *_: written.parent)
    assert matrix.main(["--go", "1.25", "--chromem", "--write", str(written)]) == 1
    output = capsys.readouterr()
    assert "| go1.25 | v0.7.0 | FAILED: " in output.out
    assert "IndexError: list index out of range" in output.out
    assert "left as it was" in output.err
    assert written.read_text() == before


def test_the_documented_table_reads_as_it_was_written() -> None:
    text = matrix.TABLE.read_text(encoding="utf-8")
    assert matrix.updated(text, []) == text
