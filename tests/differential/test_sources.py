"""Go source that was made of a stream compiles, registers what interfaces hold, and decodes the stream."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import pygob
from gohelper.toolchain import Toolchain, find_toolchain
from pygob import types
from pygob.inspection._interface_types import InterfaceTypes
from pygob.inspection.go_source import go_source
from tests.support.descriptions import vectors
from tests.support.transcripts import FILES, KINDS

MAIN = """package main

import (
	"bytes"
	"encoding/gob"
	"io"
	"os"

%s)

// gob knows one type a name in a process, so each stream has one of its own.
func main() {
	data, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	decoder := gob.NewDecoder(bytes.NewReader(data))
	switch os.Args[1] {
%s	default:
		panic("no such stream")
	}
}
"""
CASE = """	case "%s":
		%s.Decode(decoder)
"""
DECODE = """	var value%d %s
	if err := decoder.Decode(&value%d); err != nil {
		panic(err)
	}
"""
PACKAGES = ("math/big", "net/netip", "net/url", "time")


@pytest.fixture(scope="module")
def go_command(go: object) -> Toolchain:
    return find_toolchain()


def streams() -> Iterator[tuple[str, bytes]]:
    """The files, every type that holds itself, some of those in interfaces, and a sample of random ones."""
    for kind in KINDS:
        yield kind, (FILES / f"{kind}.gob").read_bytes()
    for number, case in enumerate(vectors("conformance")):
        group, _, own = case["name"].partition("/")
        is_random = group == "random" and number % 8 == 0
        if is_random or group == "recursive" or own in ("box-33", "nest-two-new", "list"):
            yield f"case{number}", base64.b64decode(case["stream"])


@pytest.mark.go
def test_source_compiles_and_decodes_what_it_was_made_of(go_command: Toolchain, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module made\n\ngo 1.21\n")
    made = dict(streams())
    for name, data in made.items():
        package(name, data, tmp_path / name)
    imports = "".join(f'\t"made/{name}"\n' for name in sorted(made))
    (tmp_path / "main.go").write_text(MAIN % (imports, "".join(CASE % (name, name) for name in made)))
    built = go_command.run("build", "-o", f"{tmp_path}/decode", ".", cgo=False, folder=tmp_path)
    assert (built.returncode, built.stderr) == (0, "")
    for name, data in made.items():
        ran = subprocess.run([tmp_path / "decode", name], input=data, capture_output=True, check=False)
        assert (ran.returncode, ran.stderr) == (0, b""), name


def package(name: str, data: bytes, folder: Path) -> None:
    """A package that decodes every value of a stream into the types made of it."""
    values = list(pygob.iter_values(data))
    held = InterfaceTypes()
    for value in values:
        held.look_into(value.value, value.type)
    folder.mkdir()
    of_values = [value.type for value in values]
    # The comment tells what each value is where one is no struct.
    source = list(go_source(of_values, values=[*of_values, types.INT], interfaces=held.found, package=name))
    texts = source[-1].removeprefix("// The values of the stream: ").removesuffix(".").split(", ")[:-1]
    text = "\n".join(source) + "\n"
    (folder / "types.go").write_text(text.replace("func init() {", "func register() {"))
    decoding = "".join(DECODE % (number, text, number) for number, text in enumerate(texts))
    used = [each for each in PACKAGES if f"{each.rpartition('/')[2]}." in decoding]
    imports = "".join(f'\t"{each}"\n' for each in ("encoding/gob", *used))
    registering = "\tregister()\n" if "func init() {" in text else ""
    (folder / "decode.go").write_text(
        f"package {name}\n\nimport (\n{imports})\n\n"
        f"func Decode(decoder *gob.Decoder) {{\n{registering}{decoding}}}\n"
    )
