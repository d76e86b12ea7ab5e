"""Whatever is in a file, every command says it or says why not: no fault of its own, nothing raw."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from pygob.command.main import COMMANDS, main
from tests.support import malformed
from tests.support.handmade import MALFORMED, SOUND

CALLS = (
    "show", "json", "jsonl --lossless", "get ..*", "get --paths [?@==1]",
    "get --sort @:desc,A ..*{A,B:..*}",
    "get --max ..*", "get --sum ..*", "tsv --mixed union --path ..*", "csv --mixed split --path ..*",
    "set --all ..* 5", "set . {}", "csv", "schema", "schema --format go",
    "schema --format python", "schema --format json", "stats", "check", "salvage",
    "salvage --json", "annotate",
)  # fmt: skip


def outcome(*arguments: str) -> tuple[int, bytes]:
    """The exit code and the output of a command."""
    output, errors = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in "oe")
    with redirect_stdout(output), redirect_stderr(errors):
        code = main(arguments)
    return code, output.buffer.getvalue()  # type: ignore[attr-defined]


def test_every_command_is_tried() -> None:
    assert {call.split()[0] for call in CALLS} == COMMANDS.keys() - {"from-json", "diff"}


@pytest.mark.parametrize("call", CALLS)
def test_any_bytes(call: str, tmp_path: Path) -> None:
    name, *options = call.split()
    path = tmp_path / "any.gob"
    handmade = [*(each.data for each in MALFORMED.values()), *(each[0] for each in SOUND.values())]
    for data in [*malformed.sample(60, seed=31), *handmade]:
        path.write_bytes(data)
        code, said = outcome(name, *options, str(path))
        assert code in (0, 1, 2), data
        if name not in ("set", "csv", "tsv"):  # which write what is in the file as it is
            assert said.decode().replace("\n", "").replace("\t", "").isprintable()


def test_any_two_files(tmp_path: Path) -> None:
    old, new = tmp_path / "old.gob", tmp_path / "new.gob"
    sample = malformed.sample(80, seed=37)
    for before, after in zip(sample[::2], sample[1::2], strict=True):
        old.write_bytes(before)
        new.write_bytes(after)
        code, said = outcome("diff", str(old), str(new))
        assert code in (0, 1)
        assert said.decode().replace("\n", "").isprintable()
