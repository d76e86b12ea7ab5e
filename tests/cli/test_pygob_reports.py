"""`pygob stats`, `diff`, `csv`, `tsv` and `salvage`, and encrypted input."""

from __future__ import annotations

import csv
import io
import json
import os
from array import array
from base64 import b64encode
from pathlib import Path

import pytest

import pygob
from pygob import Interface, types
from pygob.chromem import Document, ExportedCollection, envelope, write_export
from tests.support.pygob_command import run, said

USER = types.Struct("User", {"Name": types.STRING, "Age": types.INT, "Note": types.STRING})
VALUES = [{"Name": "Ada, Countess", "Age": 36}, {"Name": 'B"o\nb\t', "Note": "\udcff\x1b"}]
POINT = types.Struct("P", {"X": types.INT, "Age": types.INT})
WIDE = types.Struct("注文", {"数量": types.INT, "Ne\u0301": types.INT})
DATA = pygob.dumps(VALUES, types.Slice(USER))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    old, new = tmp_path / "old.gob", tmp_path / "new.gob"
    old.write_bytes(DATA)
    new.write_bytes(pygob.dumps([VALUES[0] | {"Age": 37}], types.Slice(USER)))
    return old, new


class TestStats:
    def test_for_people(self) -> None:
        assert said("stats", stdin=DATA).splitlines() == [
            "94 bytes in 3 messages",
            "3 message lengths: 3 bytes, 3.2%",
            "2 type definitions: 56 bytes, 59.6%",
            "1 value",
            "",
            "type    values  bytes  share",
            "[]User       1     35  37.2%",
            "",
            "field of User  type    sent  bytes  share",
            "Name           string     2     23  24.5%",
            "Age            int        1      2   2.1%",
            "Note           string     1      4   4.3%",
        ]

    def test_wide_characters_stand_in_columns(self) -> None:
        data = pygob.dumps({"数量": 1, "Ne\u0301": 2}, WIDE)
        table = said("stats", stdin=data).splitlines()[-3:]
        assert table == [
            "field of 注文  type  sent  bytes  share",
            "数量           int      1      2   4.2%",
            "Ne\u0301             int      1      2   4.2%",
        ]

    def test_for_programs(self) -> None:
        found = json.loads(said("stats", "--json", stdin=DATA))
        assert (found["schema_version"], found["values"], found["bytes"]) == (1, 1, len(DATA))
        assert found["structs"][0]["fields"][1] == {"name": "Age", "type": "int", "sent": 1, "bytes": 2}

    def test_damage(self) -> None:
        outcome = run("stats", "--json", stdin=DATA[:-4])
        assert outcome.returncode == 1
        assert json.loads(outcome.stdout)["damage"]["end"] == len(DATA) - 4
        assert outcome.stderr.startswith(b"Error: standard input: damaged: ")


class TestDiff:
    def test_the_same(self, files: tuple[Path, Path]) -> None:
        assert said("diff", files[0], files[0]) == ""

    def test_different(self, files: tuple[Path, Path]) -> None:
        outcome = run("diff", *files)
        assert (outcome.returncode, outcome.stderr) == (1, b"")
        assert outcome.stdout.decode().splitlines() == [
            "[0].Age: 36 -> 37",
            '[1]: removed {"Name":"B\\"o\\nb\\t","Note":"�\\u001b"}',
        ]

    def test_for_programs(self, files: tuple[Path, Path]) -> None:
        outcome = run("diff", "--json", files[1], "-", stdin=DATA)
        assert outcome.returncode == 1
        found = [json.loads(line) for line in outcome.stdout.splitlines()]
        assert [(each["path"], each["change"]) for each in found] == [
            ("[0].Age", "changed"),
            ("[1]", "added"),
        ]
        assert (found[0]["old"], found[0]["new"]) == (37, 36)

    def test_streams_of_many_values(self, tmp_path: Path) -> None:
        old, new = tmp_path / "old.gob", tmp_path / "new.gob"
        old.write_bytes(pygob.dumps(1) + pygob.dumps("a") + pygob.dumps(True))
        new.write_bytes(pygob.dumps(1) + pygob.dumps("b"))
        outcome = run("diff", old, new)
        assert outcome.stdout == b'value 1: .: "a" -> "b"\nvalue 2: .: removed true\n'

    @pytest.mark.parametrize("is_stream", [False, True])
    def test_what_was_put_in_is_one_difference(self, is_stream: bool, tmp_path: Path) -> None:
        old, new = tmp_path / "old.gob", tmp_path / "new.gob"
        numbers = list(range(1000))
        for path, held in ((old, numbers), (new, [-7, *numbers[:500], *numbers[501:]])):
            stream = b"".join(map(pygob.dumps, held)) if is_stream else pygob.dumps(held)
            path.write_bytes(stream)
        outcome = run("diff", old, new)
        assert outcome.stdout.decode().splitlines() == (
            ["value 0: .: added -7", "value 500: .: removed 500"]
            if is_stream
            else ["[0]: added -7", "[500]: removed 500"]
        )
        [first, _] = run("diff", "--json", old, new).stdout.splitlines()
        assert json.loads(first)["change"] == "added"

    def test_damage_is_told_with_its_file(self, files: tuple[Path, Path]) -> None:
        old, new = files
        new.write_bytes(new.read_bytes() + b"\x05")
        outcome = run("diff", old, new)
        assert outcome.returncode == 1
        assert b"[0].Age: 36 -> 37" in outcome.stdout
        assert b"new.gob: unexpected EOF" in outcome.stderr

    def test_files_that_cannot_be_read(self, files: tuple[Path, Path]) -> None:
        assert run("diff", files[0], "nowhere").returncode == 3
        assert run("diff", "-", "-").returncode == 2
        assert run("diff", files[0]).returncode == 2


class TestTables:
    def test_csv(self) -> None:
        text = said("csv", stdin=DATA)
        assert list(csv.reader(io.StringIO(text, newline=""))) == [
            ["Name", "Age", "Note"],
            ["Ada, Countess", "36", ""],
            ['B"o\nb\t', "0", "base64:/xs="],
        ]
        assert text.endswith('"B""o\nb\t",0,base64:/xs=\n')

    def test_tsv(self) -> None:
        lines = said("tsv", "--no-header", "--path", "[0]", stdin=DATA).splitlines()
        assert lines == ["Ada, Countess\t36\t"]

    def test_a_stream_of_structs(self) -> None:
        file = io.BytesIO()
        encoder = pygob.Encoder(file)
        for value in VALUES:
            encoder.encode(value, USER)
        assert said("csv", stdin=file.getvalue()) == said("csv", stdin=DATA)
        assert said("csv", "--limit", "1", stdin=file.getvalue()) == 'Name,Age,Note\n"Ada, Countess",36,\n'

    def test_rows_of_another_type_are_refused(self) -> None:
        other = types.Struct("Point", {"X": types.INT})
        outcome = run("csv", stdin=pygob.dumps(VALUES[0], USER) + pygob.dumps({"X": 1}, other, first_id=70))
        assert outcome.returncode == 1
        assert outcome.stdout == b'Name,Age,Note\n"Ada, Countess",36,\n'
        assert b"Point, at byte" in outcome.stderr
        assert b"has other columns than the rows before" in outcome.stderr

    def test_rows_of_other_types_in_other_ways(self) -> None:
        value = [Interface("main.User", VALUES[0], USER), Interface("main.P", {"X": 1, "Age": 2}, POINT)]
        mixed = pygob.dumps([*value, value[0]], types.Slice(types.INTERFACE))
        ada, head = '"Ada, Countess",36,\n', "Name,Age,Note\n"
        assert said("csv", "--mixed", "split", stdin=mixed) == f"{head}{ada}\nX,Age\n1,2\n\n{head}{ada}"
        assert said("csv", "--mixed", "union", stdin=mixed) == (
            'Name,Age,Note,X\n"Ada, Countess",36,,\n,2,,1\n"Ada, Countess",36,,\n'
        )
        first = run("csv", "--mixed", "first", "--no-header", stdin=mixed)
        assert (first.returncode, first.stdout.decode()) == (0, ada * 2)
        assert first.stderr == b"Warning: 1 row with other columns than the first left out\n"
        assert said("csv", "--path", "[1:].{Name,Age}", stdin=mixed) == 'Name,Age\n,2\n"Ada, Countess",36\n'

    def test_rows_in_order(self) -> None:
        assert said("csv", "--path", "[*].{Age}", "--sort", "Age", "--take", "1", stdin=DATA) == "Age\n0\n"
        outcome = run("csv", "--path", "[*].Nothing", stdin=DATA)
        assert (outcome.returncode, outcome.stdout) == (1, b"")
        assert b"nothing at [*].Nothing" in outcome.stderr


class TestSalvage:
    def test_for_people(self) -> None:
        outcome = run("salvage", stdin=DATA[:-6] + b"\xff" * 6)
        assert (outcome.returncode, outcome.stderr) == (1, b"")
        lines = outcome.stdout.decode().splitlines()
        assert lines[1] == "0 whole values, 1 value in part"
        assert any(line.startswith("lost: bytes ") for line in lines)
        assert '      Name: "Ada, Countess"' in lines

    def test_for_programs(self) -> None:
        outcome = run("salvage", "--json", stdin=DATA[:-6])
        assert outcome.returncode == 1
        found = json.loads(outcome.stdout)
        assert found["schema_version"] == 1
        assert found["values"][0]["value"][0] == {"Name": "Ada, Countess", "Age": 36}
        assert found["values"][0]["complete"] is False
        assert found["ranges"][-1]["end"] == found["bytes"] == len(DATA) - 6

    def test_what_is_sound(self) -> None:
        assert said("salvage", stdin=DATA).startswith("94 bytes, 0 bytes lost\n1 whole value\n")

    def test_an_empty_file_has_no_value(self) -> None:
        outcome = run("salvage", stdin=b"")
        assert (outcome.returncode, outcome.stdout) == (1, b"0 bytes, 0 bytes lost\n0 whole values\n")

    def test_types_from_another_file(self, files: tuple[Path, Path], tmp_path: Path) -> None:
        headless = tmp_path / "headless.gob"
        headless.write_bytes(DATA[14 + 44 :])  # behind its two definitions
        alone = run("salvage", "--json", headless)
        helped = run("salvage", "--json", "--like", files[1], headless)
        assert json.loads(alone.stdout)["values"] == []
        assert json.loads(helped.stdout)["values"][0]["value"][0]["Name"] == "Ada, Countess"
        assert run("salvage", "--like", headless, headless).returncode == 1


class TestEncryption:
    KEY = bytes(range(32))

    @pytest.fixture
    def export(self, tmp_path: Path) -> Path:
        pytest.importorskip("cryptography")
        path = tmp_path / "export.gob.enc"
        collection = ExportedCollection("notes", {}, [Document("a", {}, array("f", [1, 0]), "text")])
        write_export(path, [collection], compressed=True, key=self.KEY)
        return path

    @pytest.mark.parametrize("form", ["raw", "hex", "base64"])
    def test_an_export(self, export: Path, tmp_path: Path, form: str) -> None:
        key = tmp_path / "key"
        held = {"raw": self.KEY, "hex": self.KEY.hex().encode() + b"\n", "base64": b64encode(self.KEY)}
        key.write_bytes(held[form])
        key.chmod(0o600)
        for source, stdin in ((export, b""), ("-", export.read_bytes())):
            assert said("get", "--key-file", key, "..Content", source, stdin=stdin) == '"text"\n'
        key.chmod(0o640)
        outcome = run("check", "--key-file", key, export)
        assert outcome.stdout.startswith(b"Sound: 1 value")
        assert outcome.stderr.startswith(b"Warning: others than its owner may read the key file ")

    def test_a_key_and_an_export_that_come_through_pipes(self, export: Path) -> None:
        key, whole = os.pipe(), os.pipe()
        for (_, into), data in ((key, self.KEY), (whole, export.read_bytes())):
            os.write(into, data)
            os.close(into)
        arguments = ("diff", "--key-file", f"/dev/fd/{key[0]}", f"/dev/fd/{whole[0]}", export)
        outcome = run(*arguments, pass_fds=(key[0], whole[0]))
        for source, _ in (key, whole):
            os.close(source)
        assert (outcome.returncode, outcome.stdout) == (0, b"")

    def test_a_wrong_key_and_none(self, export: Path, tmp_path: Path) -> None:
        key = tmp_path / "key"
        key.write_bytes(self.KEY[::-1])
        outcome = run("show", "--key-file", key, export)
        assert (outcome.returncode, outcome.stdout) == (12, b"")
        assert b"the key does not open it" in outcome.stderr
        key.write_bytes(b"too short")
        assert run("show", "--key-file", key, export).returncode == 12
        assert run("show", "--key-file", tmp_path / "nowhere", export).returncode == 12
        outcome = run("show", export)
        assert outcome.returncode == 1


def test_a_gzip_file_is_read_as_far_as_it_goes() -> None:
    packed = envelope.wrap(b"".join(pygob.dumps("x" * 200) for _ in range(50)), compressed=True)
    outcome = run("jsonl", stdin=packed[:-9])
    assert outcome.returncode == 1
    assert outcome.stdout.count(b"\n") >= 40
    assert b"gzip" in outcome.stderr
