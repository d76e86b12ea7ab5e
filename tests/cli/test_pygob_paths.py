"""`pygob get` and `set`: a value of a file read and changed by its path."""

from __future__ import annotations

import io
import os
import struct
from math import inf
from pathlib import Path

import pytest

import pygob
from pygob import types
from tests.support.pygob_command import run, said

USER = types.Struct("User", {"Name": types.STRING, "Age": types.INT, "Key": types.BYTES})
USERS = types.Slice(USER)
FILES = Path(__file__).parents[1] / "vectors/files"
PAIR = types.Struct("Pair", {"N": types.INT, "S": types.STRING})
DATA = pygob.dumps(
    [
        pygob.Struct(USER, Name="Ada \x1b", Age=36, Key=b"\0\xff"),
        pygob.Struct(USER, Name="b\udcff", Age=9_007_199_254_740_993),
    ],
    USERS,
)


def pairs(*found: tuple[int, str]) -> bytes:
    file = io.BytesIO()
    encoder = pygob.Encoder(file)
    for number, text in found:
        encoder.encode({"N": number, "S": text}, PAIR)
    return file.getvalue()


def test_get() -> None:
    assert said("get", "[*].Age", stdin=DATA) == "36\n9007199254740993\n"
    assert said("get", "[?Age<40].Name", stdin=DATA) == '"Ada \\u001b"\n'
    assert said("get", "--paths", "..Name", stdin=DATA) == '[0].Name\t"Ada \\u001b"\n[1].Name\t"b�"\n'
    assert said("get", "[1].Key", stdin=DATA) == '""\n'
    assert said("get", "--count", "[*].Age", stdin=DATA) == "2\n"


def test_get_raw() -> None:
    assert run("get", "-r", "[*].Name", stdin=DATA).stdout == b"Ada \x1b\nb\xff\n"
    assert run("get", "--raw", "[0].Key", stdin=DATA).stdout == b"\0\xff"
    assert run("get", "--raw", "[0].Age", stdin=DATA).stdout == b"36\n"


def test_get_from_some_of_many_values() -> None:
    stream = b"".join(pygob.dumps(text) for text in "abc")
    assert said("get", ".", "--index", "1", stdin=stream) == '"b"\n'
    assert said("get", '[?@!="b"]', stdin=stream) == '"a"\n"c"\n'


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("[7].Name", "; the value is a list of 2 elements"),
        ("Name", "; the value is a list of 2 elements, each with Name: [*] leads to them"),
        ("[1].nmae", "; [1] is a struct with a field Name"),
        ("[1].Size", "; [1] is a struct with the fields Name, Age, Key"),
        ("[*].Age.Years", "; [0].Age is of type int, without parts"),
        ("[?Age<0]", "; the value is a list of 2 elements"),
    ],
)
def test_nothing_there(path: str, there: str) -> None:
    for arguments in (("get", path), ("set", path, "1")):
        outcome = run(*arguments, stdin=DATA)
        assert (outcome.returncode, outcome.stdout) == (1, b"")
        assert outcome.stderr.decode() == f"Error: standard input: nothing at {path}{there}\n"


def test_nothing_in_a_map_or_at_all() -> None:
    outcome = run("get", "c", stdin=pygob.dumps({"a": 1, "b\x1b": 2}))
    assert (
        outcome.stderr
        == b'Error: standard input: nothing at c; the value is a map with ["a"], ["b\\u001b"]\n'
    )
    assert run("get", "c").stderr == b"Error: standard input: nothing at c, there is no value\n"
    counted = run("get", "--count", "c", stdin=pygob.dumps({"a": 1}))
    assert (counted.returncode, counted.stdout) == (1, b"0\n")
    assert run("get", "--count", "--raw", "c").returncode == 2


def test_what_is_found_in_order() -> None:
    stream = pairs((2, "b"), (0, "C"), (1, "a"))
    assert said("get", "{N, S}", "--sort", "S", "--format", "jsonl", stdin=stream) == (
        '{"N":0,"S":"C"}\n{"N":1,"S":"a"}\n{"N":2,"S":"b"}\n'
    )
    assert said("get", "S", "--sort", "@:desc", "--ignore-case", stdin=stream) == '"C"\n"b"\n"a"\n'
    assert said("get", "N", "--sort", "@", "--skip", "1", "--take", "1", stdin=stream) == "1\n"
    assert (
        said("get", "{N, X}", "--format", "tree", "--take", "1", stdin=stream) == "struct\n  N: 2\n  X: nil\n"
    )
    outcome = run("get", "N", "--skip", "3", stdin=stream)
    assert (outcome.returncode, outcome.stderr) == (
        1,
        b"Error: standard input: --skip leaves none of 3 places\n",
    )
    assert b"--sort: :asc, :desc or , is expected" in run("get", "N", "--sort", "N:x", stdin=stream).stderr
    assert run("get", "N", "--ignore-case", stdin=stream).returncode == 2


def test_what_all_of_it_is_together() -> None:
    stream = pairs((2, ""), (0, ""), (4, ""))
    for option, shown in (("sum", "6"), ("avg", "2.0"), ("min", "0"), ("max", "4"), ("count", "3")):
        assert said("get", f"--{option}", "N", stdin=stream) == f"{shown}\n"
    assert said("get", "--max", "--paths", "[?N<4].N", stdin=stream) == "N\t2\n"
    for arguments in (
        ("--sum", "S"),
        ("--sum", "--raw", "N"),
        ("--min", "--max", "N"),
        ("--raw", "--paths", "N"),
    ):
        outcome = run("get", *arguments, stdin=stream)
        assert (outcome.returncode, outcome.stdout) == (2, b"")
    for option in ("sum", "avg", "min", "max"):
        outcome = run("get", f"--{option}", "X", stdin=stream)
        assert (outcome.returncode, outcome.stdout) == (1, b"")


def test_what_nests_too_deep_to_be_compared() -> None:
    ring = types.Slice(name="Ring")
    ring.elem = ring
    deep: list[object] = []
    for _ in range(400):
        deep = [deep]
    for option in (("--max",), ("--sort", "@")):
        outcome = run("get", *option, ".", stdin=pygob.dumps(deep, ring))
        assert (outcome.returncode, outcome.stdout) == (1, b"")
        assert b"nests deeper than 150 levels" in outcome.stderr


def test_what_stands_for_nothing() -> None:
    assert said("get", "X", "--default", "null", stdin=DATA) == "null\n"
    assert said("get", "--sum", "X", "--default", "0", stdin=DATA) == "0\n"
    assert said("get", "X", "--default", "none") == '"none"\n'
    assert said("get", "X", "--raw", "--default", "none") == "none\n"
    assert (
        said("get", ".", "--take", "0", stdin=DATA)
        == said("csv", "--path", ".", "--take", "0", stdin=DATA)
        == ""
    )
    assert run("get", "--count", "X", "--default", "0", stdin=DATA).returncode == 2


def test_numbers_behind_pointers_are_numbers_everywhere() -> None:
    mixed = (FILES / "mixed.gob").read_bytes()
    assert said("get", "[?Amount==-1].Amount", stdin=mixed) == '"-1"\n'
    assert said("get", "--sum", "Amount", "--limit", "2", stdin=mixed) == "123456789012345678901234567889\n"
    assert '\n  "Amount": "-1"' in said("json", stdin=mixed)
    assert said("csv", "--path", "{Amount, Exact}", "--limit", "2", stdin=mixed) == (
        "Amount,Exact\n123456789012345678901234567890,2.75\n-1,\n"
    )
    edited = run("set", "[?Amount==-1].Amount", "5", stdin=mixed).stdout
    assert '"AwE="' in said("jsonl", "--lossless", stdin=mixed)
    (difference,) = run("diff", "-", FILES / "mixed.gob", stdin=edited).stdout.splitlines()
    assert difference == b'value 1: Amount: "5" -> "-1"'


def test_a_projection_is_no_place_to_set() -> None:
    outcome = run("set", "[0].{Name}", "1", stdin=DATA)
    assert (outcome.returncode, outcome.stdout) == (2, b"")
    assert b"leads to no place that can be set" in outcome.stderr


def test_options_may_stand_anywhere(tmp_path: Path) -> None:
    old, new = tmp_path / "-old.gob", tmp_path / "new.gob"
    old.write_bytes(DATA)
    assert said("get", "[0].Age", "--index", "0", old) == "36\n"
    assert said("set", "[0].Age", "-5", "-o", new, old) == ""
    assert said("get", "--paths", "--", "[0].Age", new) == "[0].Age\t-5\n"


@pytest.mark.parametrize("path", ["[", "[0", "Name Age", "[?]", "[?Name=3]"])
def test_what_is_no_path(path: str) -> None:
    for arguments in (("get", path), ("set", path, "1")):
        outcome = run(*arguments, stdin=DATA)
        assert (outcome.returncode, outcome.stdout) == (2, b"")
        assert outcome.stderr.startswith(b"Error: ")
        assert b"character" in outcome.stderr


class TestSet:
    def test_one_value_and_nothing_else(self, tmp_path: Path) -> None:
        old, new = tmp_path / "old.gob", tmp_path / "new.gob"
        old.write_bytes(DATA)
        assert said("set", "[0].Age", "37", old, "-o", new) == ""
        assert old.read_bytes() == DATA
        assert said("json", new) == said("json", old).replace('"Age": 36', '"Age": 37')
        assert said("set", "[0].Age", "36", new, "-o", new, "--force") == ""
        assert new.read_bytes() == DATA

    @pytest.mark.parametrize("value", ["text", '"text"', "42", "[1]", "null", ""])
    def test_a_string_is_any_text(self, value: str) -> None:
        new = run("set", "[0].Name", value, stdin=DATA).stdout
        assert pygob.loads(new)[0].Name == ("text" if "text" in value else value)

    @pytest.mark.parametrize(
        ("value", "is_now"), [('{"b64": "/w=="}', b"\xff"), (b"\xfe", b"\xfe"), ('{"b64": 1, "c": 2}', None)]
    )
    def test_a_string_of_any_bytes(self, value: str | bytes, is_now: bytes | None) -> None:
        new = run("set", "[0].Name", os.fsdecode(value), stdin=DATA).stdout
        expected = is_now if is_now is not None else os.fsencode(value)
        assert pygob.loads(new)[0].Name.encode("utf-8", "surrogateescape") == expected

    def test_floats_as_json_shows_them(self) -> None:
        stream = pygob.dumps([0.5, 1.5, 2.5])
        for index, word in enumerate(["NaN", "Infinity", "-Infinity"]):
            stream = run("set", "--", f"[{index}]", word, stdin=stream).stdout
            assert said("get", f"[{index}]", stdin=stream) == f'"{word}"\n'
        assert stream == pygob.dumps([struct.unpack(">d", b"\x7f\xf8" + b"\0" * 5 + b"\1")[0], inf, -inf])

    def test_bytes_are_base64(self) -> None:
        new = run("set", "[1].Key", "AQI=", stdin=DATA).stdout
        assert pygob.loads(new)[1].Key == b"\1\2"

    @pytest.mark.parametrize(
        ("path", "value", "said_then"),
        [
            ("[0].Age", "old", b'"old" given where int takes a whole number'),
            ("[0].Age", "1.5", b"1.5 given where int"),
            ("[0].Age", "9223372036854775808", b"out of range"),
            ("[0].Age", "1e400", b"a number too large for float64 given where int takes a whole number"),
            ("[0].Age", "9" * 5000, b"99... given where int takes a whole number"),
            ("[0].Key", "?", b"takes base64"),
            ("[0]", "5", b"5 given where User takes an object with its fields (in [0])"),
            ("[0]", '{"Nmae": "x"}', b"User has no field 'Nmae'; its fields are: Name, Age, Key"),
        ],
    )
    def test_what_does_not_fit(self, path: str, value: str, said_then: bytes, tmp_path: Path) -> None:
        outcome = run("set", path, value, "-o", tmp_path / "new.gob", stdin=DATA)
        assert (outcome.returncode, outcome.stdout) == (2, b"")
        assert said_then in outcome.stderr
        assert not (tmp_path / "new.gob").exists()

    def test_several_places_only_when_told_to(self) -> None:
        outcome = run("set", "[*].Age", "1", stdin=DATA)
        assert outcome.returncode == 2
        assert b"[*].Age leads to 2 places ([0].Age, [1].Age); --all changes each" in outcome.stderr
        new = run("set", "--all", "[*].Age", "1", stdin=DATA).stdout
        assert [user.Age for user in pygob.loads(new)] == [1, 1]

    def test_damaged_input(self, tmp_path: Path) -> None:
        outcome = run("set", "[0].Age", "1", "-o", tmp_path / "new.gob", stdin=DATA[:-3])
        assert outcome.returncode == 1
        assert b"unexpected EOF" in outcome.stderr
        assert not (tmp_path / "new.gob").exists()
