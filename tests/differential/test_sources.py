"""Go source that was made of a stream compiles, and decodes the stream."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import pygob
from gohelper.toolchain import Toolchain, find_toolchain
from pygob import types
from pygob.go_source import go_source
from tests.support.transcripts import FILES, KINDS

MAIN = """package main

import (
	"encoding/gob"
	"os"
)

func main() {
	%s
	file, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	decoder := gob.NewDecoder(file)
%s}
"""
DECODE = """	var value%d %s
	if err := decoder.Decode(&value%d); err != nil {
		panic(err)
	}
"""


@pytest.fixture(scope="module")
def go_command(go: object) -> Toolchain:
    return find_toolchain()


@pytest.mark.go
def test_source_compiles_and_decodes_what_it_was_made_of(go_command: Toolchain, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module made\n\ngo 1.21\n")
    for kind in KINDS:
        program(kind, tmp_path / kind)
    built = go_command.run("build", "-o", f"{tmp_path}/bin/", "./...", cgo=False, folder=tmp_path)
    assert (built.returncode, built.stderr) == (0, "")
    for kind in KINDS:
        command = [tmp_path / "bin" / kind, FILES / f"{kind}.gob"]
        ran = subprocess.run(command, capture_output=True, check=False)
        assert (ran.returncode, ran.stderr) == (0, b""), kind


def program(kind: str, folder: Path) -> None:
    """A program that decodes every value of a file into the types made of it."""
    values = list(pygob.iter_values((FILES / f"{kind}.gob").read_bytes()))
    stream = pygob.Stream.parse((FILES / f"{kind}.gob").read_bytes())
    known = [stream.type_of(definition.id) for definition in stream.types]
    roots = [*(value.type for value in values), *(each for each in known if each is not None)]
    folder.mkdir()
    source = "\n".join(go_source(roots)) + "\n"
    (folder / "types.go").write_text(source)
    registered = "gob.Register(Role{})" if "type Role struct" in source else ""
    if kind == "session":
        registered += "\n\tgob.Register(time.Time{})"
    decoding = "".join(
        DECODE % (number, text_of(value.type, source), number) for number, value in enumerate(values)
    )
    main = MAIN % (registered, decoding)
    if "time.Time" in main:
        main = main.replace('\t"os"\n', '\t"os"\n\t"time"\n')
    (folder / "main.go").write_text(main)


def text_of(described: types.Type, source: str) -> str:
    if isinstance(described, types.Struct):
        names = [line.split()[1] for line in source.splitlines() if line.startswith("type ")]
        return described.name or names[0] if described.name in names else "Value"
    return described.short_text()
