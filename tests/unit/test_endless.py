"""What `make fuzz` counts, writes and says; what it compares is tested in tests/differential."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.fuzz import endless, found


def batch(kinds: list[str], seed: int = 1, **counts: int) -> Future[endless.Result]:
    """A batch that has ended with a disagreement of each of these kinds."""
    future: Future[endless.Result] = Future()
    vectors = {
        f"{seed}-{number}": found.Vector(kind, {"check": "decode"}) for number, kind in enumerate(kinds)
    }
    future.set_result(endless.Result(Counter(counts, disagreements=len(kinds)), vectors))
    return future


def test_one_vector_is_written_of_a_kind_of_failure(tmp_path: Path) -> None:
    run = endless.Run(1, tmp_path)
    for seed in (1, 2, 3):
        run.add(seed, batch(["decode: wrong", "encode: wrong"], seed))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1-0-decode.json", "1-1-decode.json"]
    assert list(run.kinds()) == ["3 times decode: wrong", "3 times encode: wrong"]
    assert run.total["disagreements"] == 6


def test_a_run_writes_so_many_vectors_and_no_more(tmp_path: Path) -> None:
    run = endless.Run(1, tmp_path)
    run.add(1, batch([f"kind {number}" for number in range(endless.MOST_VECTORS + 5)]))
    assert len(list(tmp_path.iterdir())) == endless.MOST_VECTORS
    assert len(list(run.kinds())) == endless.MOST_VECTORS + 5


def test_a_batch_that_breaks_off_is_named_by_its_seed_and_the_run_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = endless.Run(1, tmp_path)
    broken: Future[endless.Result] = Future()
    broken.set_exception(KeyError("of the generator"))
    run.add(5, broken)
    run.add(6, batch([], values=10))
    assert capsys.readouterr().out.startswith("SEED 5 FAILED: crash: KeyError")
    assert (run.total["disagreements"], run.total["values"]) == (1, 10)


def test_the_row_for_the_table_has_seeds_counts_judges_and_the_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endless, "_commit", lambda: "abc123")
    run = endless.Run(7, tmp_path)
    counts = {"real Go": 90, "our reader in Go": 8, "nobody: Go ran out of memory": 2}
    run.add(9, batch([], values=1_234_567, cases=1_000, bytes=5_000, malformed=100, **counts))
    assert run.row() == (
        "| 7 to 9 | 1,234,567 | 1,000 | 5,000 | 100 | real Go 90, our reader in Go 8, "
        "nobody: Go ran out of memory 2 | 0 s | none | abc123 |"
    )


@pytest.mark.parametrize(
    "option", ["--jobs=0", "--jobs=x", "--seconds=-1", "--seconds=nan", "--output={file}"]
)
def test_options_that_make_no_sense_are_usage_errors(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(SystemExit) as end:
        endless.main([option.format(file=file)])
    assert end.value.code == 2
    assert "make fuzz: error: " in capsys.readouterr().err
