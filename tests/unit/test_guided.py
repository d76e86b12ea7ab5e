"""What a run of `make fuzz-coverage` may do to the corpus, whatever becomes of the run."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz import guided

OLD = {b"old", b"older"}


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus of two inputs, for the run of a test to change."""
    path = tmp_path / "corpus.jsonl"
    monkeypatch.setattr(guided, "CORPUS", path)
    guided.write_corpus(OLD)
    return path


def fuzzer(monkeypatch: pytest.MonkeyPatch, *, found: bytes | None, status: int) -> None:
    """In place of libFuzzer: merging finds one input, or breaks off before it has looked at any."""

    def run(command: list[str | Path]) -> int:
        if "-merge=1" in command and found is not None:
            (Path(command[-2]) / "new").write_bytes(found)
        return status

    monkeypatch.setattr(guided, "_until_interrupted", run)


def test_what_reaches_new_code_is_added(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fuzzer(monkeypatch, found=b"new", status=0)
    assert guided.main(["--seconds", "1"]) == 0
    assert set(guided.corpus()) == OLD | {b"new"}


def test_a_broken_reader_does_not_make_the_corpus_smaller(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fuzzer(monkeypatch, found=None, status=77)
    assert guided.main(["--seconds", "1"]) == 77
    assert set(guided.corpus()) == OLD


def test_ctrl_c_ends_the_fuzzing_and_keeps_what_was_found(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom tests.fuzz import guided\n"
        f"guided.CORPUS = Path({str(tmp_path / 'corpus.jsonl')!r})\n"
        "guided.write_corpus({b'old'})\n"
        "run = guided._until_interrupted\n"
        "def fake(command):\n"
        "    if '-merge=1' in command:\n"
        "        Path(command[-2], 'new').write_bytes(b'new')\n"
        "        return 0\n"
        "    return run(['sh', '-c', 'echo running; exec sleep 600'])\n"
        "guided._until_interrupted = fake\n"
        "sys.exit(guided.main(['--seconds', '600']))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=guided.ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "running\n"
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert (process.returncode, "2 inputs kept" in output) == (0, True), output
