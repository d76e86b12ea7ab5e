"""`pygob` as its user meets it: a real process, files of several kinds, good and bad."""

from __future__ import annotations

import signal
import subprocess
import sys
from array import array
from pathlib import Path
from typing import Any

import pytest

import pygob
from pygob import types
from pygob.chromem import Document, envelope
from pygob.command import inputs
from pygob.command.main import COMMANDS, main
from pygob.marshalers import GoTime, Marshalers
from tests.support.pygob_command import run, said

POINT = bytes.fromhex("1e7f03010105506f696e7401ff80000102010158010400010159010400000007ff80012c014200")


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "e9f85bf6.gob"
    record = Document("note-1", {"lang": "de"}, array("f", [0.5, -2.0] * 4), "Erste Zeile\nZweite")
    path.write_bytes(record.to_bytes())
    return path


# Those that look at one stream and need nothing else.
READERS = ("show", "json", "jsonl", "schema", "check", "annotate")


def test_show(document: Path) -> None:
    assert said("show", document) == (
        "Document\n"
        '  ID: "note-1"\n'
        "  Metadata: map[string]string, 1 entry\n"
        '    "lang": "de"\n'
        "  Embedding: []float32, 8 elements: 0.5 -2 0.5 -2 0.5 -2 …\n"
        '  Content: "Erste Zeile\\nZweite"\n'
    )
    assert "0.5 -2.0 0.5 -2.0 0.5 -2.0 0.5 -2.0\n" in said("show", "--full", document)


def test_show_some_of_many_values() -> None:
    stream = b"".join(pygob.dumps(number) for number in range(5))
    assert said("show", "--offset", "1", "--limit", "2", stdin=stream) == "1\n2\n"


def test_show_what_holds_anything() -> None:
    box = types.Struct("Box", {"Any": types.INTERFACE, "When": types.Opaque("Time", "gob")})
    when = Marshalers().encode(GoTime(unix_seconds=0))
    stream = pygob.dumps(pygob.Struct(box, Any=pygob.Interface("[]uint8", b"\0\xff"), When=when), box)
    assert said("show", stdin=stream) == (
        "Box\n  Any: []uint8 2 bytes 00 ff\n  When: Time 1970-01-01T00:00:00Z\n"
    )


def test_show_a_map_whose_keys_have_parts() -> None:
    key = types.Struct("Key", {"X": types.INT})
    stream = pygob.dumps(pygob.Pairs([(pygob.Struct(key, X=7), True)]), types.Map(key, types.BOOL))
    assert said("show", stdin=stream).splitlines()[1:] == ["  key: struct", "    X: 7", "  value: true"]


def test_gzip_is_seen_through(document: Path) -> None:
    packed = document.with_suffix(".gob.gz")
    packed.write_bytes(envelope.wrap(document.read_bytes(), compressed=True))
    for command in READERS:
        assert said(command, packed) == said(command, document)


def test_annotate() -> None:
    lines = said("annotate", stdin=POINT).splitlines()
    assert lines[0].split() == ["00000000", "1e", "message", "of", "30", "bytes"]
    assert lines[5] == f'00000005   {"05 50 6f 69 6e 74":<28}            "Point"'
    assert lines[-1].endswith("end of Point")


def test_annotate_what_is_damaged() -> None:
    outcome = run("annotate", stdin=POINT[:34] + b"\x09" + POINT[35:])
    assert outcome.returncode == 1
    [line] = [line for line in outcome.stdout.decode().splitlines() if line[9] == "!"]
    assert line.startswith("00000022 ! 09 2c 01 42 00")
    assert "field numbers out of bounds" in line
    assert outcome.stderr == b"Error: standard input: damaged in 1 place, marked with !\n"


def test_schema(document: Path) -> None:
    assert said("schema", document) == (
        "type Document struct {\n\tID        string\n\tMetadata  map[string]string\n"
        "\tEmbedding []float32\n\tContent   string\n}\n"
    )


def test_schema_of_a_type_that_holds_itself() -> None:
    node = types.Struct("Node")
    node.fields = {"Value": types.INT, "Next": types.Pointer(node)}  # type: ignore[assignment]
    assert said("schema", stdin=pygob.dumps(pygob.Struct(node, Value=1), node)) == (
        "type Node struct {\n\tValue int\n\tNext  Node\n}\n"
    )


def test_schema_of_values_that_are_no_structs() -> None:
    anything = types.Map(types.STRING, types.Map(types.STRING, types.INTERFACE))
    stream = pygob.dumps(5) + pygob.dumps("x") + pygob.dumps({"a": {}}, anything) + pygob.dumps(b"\0")
    assert said("schema", stdin=stream).splitlines() == [
        "int",
        "string",
        "map[string]map[string]interface {}",
        "[]uint8",
    ]
    assert said("schema", "--format", "go", stdin=stream) == (
        "package main\n\n"
        "// The values of the stream: int, string, map[string]map[string]interface{}, []byte.\n"
    )
    assert said("schema", "--format", "python", stdin=stream) == (
        "from __future__ import annotations\n\n"
        "# The values of the stream: int, str, dict[str, dict[str, Interface | None]], bytes.\n"
    )


def test_check() -> None:
    assert said("check", stdin=POINT) == (
        "Sound: 1 value, 1 type defined, 39 bytes; written again, every byte is the same.\n"
    )
    odd = pygob.dumps(1) + b"\x04\x04\0\xff\x02" * 2
    assert said("check", stdin=odd) == (
        "Sound: 3 values, 0 types defined, 14 bytes; "
        "Go would write 2 of the values otherwise, the first at byte 4.\n"
    )
    assert "Go would write it otherwise" in said("check", stdin=POINT[:-1].replace(b"\x07\xff", b"\x06\xff"))
    sized = types.Struct("T", {"A": types.Slice(types.INT, "[]int8")})
    outcome = run("check", stdin=pygob.dumps({"A": [127, 128]}, sized))
    assert (outcome.returncode, outcome.stdout) == (1, b"")
    assert b"128 is out of range for Go's int8, in A[1] of the value at byte 0; Go's dec" in outcome.stderr
    outcome = run("check", stdin=POINT[:-3])
    assert outcome.returncode == 1
    assert outcome.stderr.startswith(b"Error: standard input: unexpected EOF")


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str) -> None:
    text = said(command, "--help")
    assert COMMANDS[command].about in text
    assert "Examples:\n  pygob" in text


@pytest.mark.parametrize("command", READERS)
class TestEveryReader:
    def test_no_such_file(self, command: str, tmp_path: Path) -> None:
        outcome = run(command, tmp_path / "nowhere\x1b")
        assert (outcome.returncode, outcome.stdout) == (3, b"")
        assert b"nowhere\\x1b: No such file or directory" in outcome.stderr

    def test_a_folder(self, command: str, tmp_path: Path) -> None:
        assert run(command, tmp_path).returncode == 3

    def test_nothing_at_all(self, command: str) -> None:
        outcome = run(command)
        assert outcome.returncode == 1
        assert outcome.stderr == b"Error: standard input: no value; Go's decoder says EOF\n"

    def test_more_than_is_to_be_read(self, command: str) -> None:
        packed = envelope.wrap(POINT * 100, compressed=True)
        outcome = run(command, "--read-limit", str(len(POINT) - 1), stdin=packed)
        assert outcome.returncode == 1
        assert b"more than the 38 bytes that --read-limit allows" in outcome.stderr

    def test_no_gob(self, command: str) -> None:
        outcome = run(command, stdin=b"%PDF-1.7 and so on")
        assert outcome.returncode == 1
        assert b"Traceback" not in outcome.stderr

    def test_a_gzip_file_without_content(self, command: str) -> None:
        outcome = run(command, stdin=b"\x1f\x8b\x08")
        assert outcome.returncode == 1
        assert b"gzip" in outcome.stderr

    def test_a_reader_that_goes_away(self, command: str) -> None:
        stream = pygob.dumps(["x" * 50] * 20000, types.Slice(types.STRING))
        process = subprocess.run(
            ["bash", "-c", f'"{sys.executable}" -m pygob {command} | head -n 1; exit ${{PIPESTATUS[0]}}'],
            input=stream, capture_output=True, check=False,
        )  # fmt: skip
        assert (process.returncode, process.stderr) == (0, b"")

    def test_names_that_would_spoil_a_terminal(self, command: str) -> None:
        hostile = types.Struct("T\x1b[31m", {"A\x1b[2J\udcff": types.INT})
        outcome = run(command, stdin=pygob.dumps(pygob.Struct(hostile, **{"A\x1b[2J\udcff": 5}), hostile))
        assert (outcome.returncode, outcome.stderr) == (0, b"")
        assert b"\x1b" not in outcome.stdout

    def test_output_that_is_not_utf_8(self, command: str) -> None:
        outcome = run(command, stdin=pygob.dumps("日本語" * 100), encoding="latin-1")
        assert (outcome.returncode, outcome.stderr) == (0, b"")


def test_as_much_as_may_be_read() -> None:
    assert said("get", "X", "--read-limit", str(len(POINT)), stdin=POINT) == "22\n"
    assert run("get", "X", "--read-limit", str(len(POINT) - 1), stdin=POINT).returncode == 1
    assert run("get", "X", "--read-limit", "1X", stdin=POINT).returncode == 2


def test_wrong_use() -> None:
    assert run().returncode == 2
    assert run("explode").returncode == 2
    assert run("show", "--index", "-1").returncode == 2
    outcome = run("show", "--index", "1", stdin=POINT)
    assert (outcome.returncode, outcome.stdout) == (2, b"")
    assert outcome.stderr == (
        b"Error: standard input: there is no value 1; the stream has 1 value, counted from 0\n"
    )
    assert b"more than any stream has" in run("show", "--limit", "9" * 25, stdin=POINT).stderr


def test_a_command_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "point\x1b.gob"
    path.write_bytes(POINT)
    assert b"shwo is no command; is it show?" in run("shwo").stderr
    assert b"it is a file, which pygob show" in run(path).stderr
    assert b"\x1b" not in run(path).stderr


@pytest.mark.parametrize(
    ("beginning", "what"),
    [
        (b"\x28\xb5\x2f\xfd\x24\x1d", b"zstd -dc"),
        (b"\xfd7zXZ\0\0", b"xz -dc"),
        (b"BZh91AY&SY", b"bzip2 -dc"),
        (b"PK\x03\x04\x14\0", b"unzip -p"),
        (b'{"types": []}', b"from-json"),
    ],
)
def test_files_of_another_kind(beginning: bytes, what: bytes) -> None:
    for command in ("show", "check"):
        assert what in run(command, stdin=beginning + b"\xa7" * 100).stderr


def test_no_value_at_all() -> None:
    definition = POINT[:31]
    assert run("check").stderr == b"Error: standard input: no value; Go's decoder says EOF\n"
    outcome = run("check", stdin=definition)
    assert (outcome.returncode, outcome.stdout) == (1, b"")
    outcome = run("from-json")  # as where the command before it has failed
    assert (outcome.returncode, outcome.stdout) == (1, b"")
    assert outcome.stderr == b"Error: standard input: no record, so nothing is written\n"


def test_gzip_that_is_cut_is_told_by_what_reads_on() -> None:
    packed = envelope.wrap(pygob.dumps("x" * 200), compressed=True)[:-4]
    for command in ("annotate", "stats", "salvage"):
        outcome = run(command, stdin=packed)
        assert outcome.returncode == 1
        assert b"gzip file is damaged" in outcome.stderr


def test_a_large_file_is_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    path = tmp_path / "point.gob"
    path.write_bytes(POINT)
    monkeypatch.setattr(inputs, "_MAPPED_BYTES", 10)
    for command in ("annotate", "stats"):
        assert main([command, str(path)]) == 0
        assert capfd.readouterr().out == said(command, path)


def test_output_that_cannot_be_written() -> None:
    process = subprocess.run(
        ["bash", "-c", f'"{sys.executable}" -m pygob show > /dev/full'],
        input=POINT, capture_output=True, check=False,
    )  # fmt: skip
    assert process.returncode == 3
    assert process.stderr == b"Error: standard output: No space left on device\n"


def test_ctrl_c() -> None:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "pygob", "jsonl"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        process.stdin.write(pygob.dumps(5))
        process.stdin.flush()
        assert process.stdout.readline() == b"5\n"  # it has started, and waits for more
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
        assert process.stderr.read() == b""


def test_no_output_and_no_input() -> None:
    for redirection, said_then in ((">&-", b"output"), ("<&-", b"input")):
        process = subprocess.run(
            ["bash", "-c", f'"{sys.executable}" -m pygob show {redirection}'],
            capture_output=True,
            check=False,
        )
        assert process.returncode == 3
        assert process.stderr == b"Error: standard " + said_then + b" is closed\n"
