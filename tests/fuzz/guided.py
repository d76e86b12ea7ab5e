"""`make fuzz-coverage`: inputs guided by coverage (atheris) for the decoder, salvage and chromem's readers.

Whatever the bytes: values or a `GobError`, salvage never fails and accounts for every byte, what was read can
be written and read again. Go is not loaded here. What reaches new code is kept in
`tests/vectors/corpus.jsonl`, which `tests/differential/test_random_corpus.py` has judged by real Go.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "vectors" / "corpus.jsonl"

LONGEST = 400
"""Bytes of an input: enough for every rule, and small files are what the corpus is to consist of."""

FIRST_SEEDS = 150


def corpus() -> list[bytes]:
    """The inputs kept so far."""
    if not CORPUS.is_file():
        return []
    return [base64.b64decode(json.loads(line)) for line in CORPUS.read_text(encoding="ascii").splitlines()]


def check(data: bytes) -> None:
    """Read one input by every reader.

    Raises:
        AssertionError: A promise is broken; any exception but a `GobError` is a broken one too.
    """
    import pygob
    from pygob.chromem import Document, Metadata, envelope

    try:
        values = list(pygob.iter_loads(data))
    except pygob.GobError:
        pass
    else:
        stream = pygob.Stream.parse(data)
        assert len(stream.values) == len(values)
        written = pygob.Stream.parse(stream.to_bytes())
        assert len(written.values) == len(values)
        assert written.to_bytes() == stream.to_bytes()
    found = pygob.salvage(data)
    ends = [0, *(each.end for each in found.ranges)]
    assert [each.start for each in found.ranges] == ends[:-1]
    assert ends[-1] == len(data)
    readers = (
        Metadata.from_bytes,
        Metadata.examine,
        Document.from_bytes,
        Document.examine,
        Document.summarize,
    )
    for read in (*readers, envelope.unwrap):
        with contextlib.suppress(pygob.GobError):
            read(data)


def fuzz(program: str, arguments: list[str]) -> None:
    """Run atheris in this process, which ends with it; `program` starts another such process."""
    import atheris

    with atheris.instrument_imports(include=["pygob"]):
        import pygob.chromem
        import pygob.salvaging  # noqa: F401
    atheris.Setup([program, *arguments], check)
    atheris.Fuzz()


def main(arguments: list[str]) -> int:
    """Fuzz, then keep what reached new code and what failed; 0 nothing failed, else what libFuzzer says."""
    if arguments[:1] == ["--child"]:
        fuzz(arguments[1], arguments[2:])
        return 0
    parser = argparse.ArgumentParser(prog="make fuzz-coverage", description=__doc__)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="pygob-corpus-") as folder:
        inputs, kept, program = (Path(folder) / name for name in ("inputs", "kept", "fuzz"))
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tests.fuzz.guided --child "$0" "$@"\n')
        program.chmod(0o700)
        inputs.mkdir()
        kept.mkdir()
        before = corpus()
        for number, data in enumerate(before or _first_seeds()):
            (inputs / f"{number:05}").write_bytes(data)
        for number, data in enumerate(before):  # what was kept once stays: merging adds to it only
            (kept / f"{number:05}").write_bytes(data)
        limits = [f"-max_len={LONGEST}", "-timeout=20", f"-artifact_prefix={kept}/"]
        how = [f"-max_total_time={options.seconds}", f"-seed={options.seed}", "-print_final_stats=1"]
        status = _until_interrupted([program, *how, *limits, str(inputs)])
        merged = _until_interrupted([program, "-merge=1", *limits, str(kept), str(inputs)])
        found = {path.read_bytes() for path in kept.iterdir()} - {b""}
    write_corpus(found)
    print(f"{len(found)} inputs kept in {CORPUS}, {len(found - set(before))} of them new")
    return status or merged


def write_corpus(inputs: set[bytes]) -> None:
    """Keep these inputs, the shortest first."""
    ordered = sorted(inputs, key=lambda data: (len(data), data))
    lines = (json.dumps(base64.b64encode(data).decode()) + "\n" for data in ordered)
    CORPUS.write_text("".join(lines), encoding="ascii")


def _until_interrupted(command: list[str | Path]) -> int:
    """Run a command, of which Ctrl-C ends no more than itself; its exit code, 0 after Ctrl-C."""
    interrupted = threading.Event()
    started: list[subprocess.Popen[bytes]] = []

    def end(*_: object) -> None:
        interrupted.set()
        for process in started:
            process.terminate()

    # An exception in the middle of the start would leave a process that nobody knows.
    before = signal.signal(signal.SIGINT, end)
    try:
        started.append(subprocess.Popen(command, cwd=ROOT, start_new_session=True))
        if interrupted.is_set():
            end()
        status = started[0].wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return 0 if interrupted.is_set() else status


def _first_seeds() -> list[bytes]:
    """Some of Go's own streams."""
    path = ROOT / "tests" / "vectors" / "conformance.jsonl"
    streams = {base64.b64decode(json.loads(line)["stream"]) for line in path.read_text("utf-8").splitlines()}
    short = sorted(stream for stream in streams if len(stream) <= LONGEST)
    return random.Random(0).sample(short, FIRST_SEEDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
