"""What every command says of files that Go programs leave behind, looked at by a person and kept."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

import pygob
from gohelper import Go
from tests.support.pygob_command import run, said
from tests.support.transcripts import FILES, KINDS, places, transcript


@pytest.mark.parametrize(("kind", "path"), places(), ids=KINDS)
def test_commands_say_what_they_said(kind: str, path: Path) -> None:
    assert transcript(kind).splitlines() == path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("kind", KINDS)
def test_files_are_streams_as_go_writes_them(kind: str) -> None:
    data = (FILES / f"{kind}.gob").read_bytes()
    assert pygob.Stream.parse(data).is_canonical


@pytest.mark.parametrize("kind", KINDS)
def test_lossless_json_becomes_the_file_again(kind: str) -> None:
    text = said("jsonl", "--lossless", FILES / f"{kind}.gob")
    assert run("from-json", stdin=text.encode()).stdout == (FILES / f"{kind}.gob").read_bytes()


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("metadata", "Metadata.owner", "bob"),
        ("document", "Embedding[2]", "0.25"),
        ("export", 'Collections.*.Documents["note-1"].Content', "Kurz."),
        ("requests", "[?Article].Quantity", "3"),
        ("responses", "[?Error].Error", "sold out"),
        ("session", "role.Admin", "false"),
        ("mixed", "[?At].At", "2027-01-01T00:00:00Z"),
    ],
)
def test_set_changes_one_value(kind: str, path: str, value: str, tmp_path: Path) -> None:
    old, new = FILES / f"{kind}.gob", tmp_path / "new.gob"
    options = ("--index", "1") if kind == "requests" else ()
    assert said("set", path, value, old, "-o", new, *options) == ""
    outcome = run("diff", "--json", old, new)
    [difference] = outcome.stdout.decode().splitlines()
    assert value in str(json.loads(difference)["new"]) or value == "false"
    assert pygob.Stream.parse(new.read_bytes()).types == pygob.Stream.parse(old.read_bytes()).types


@pytest.mark.go
@pytest.mark.parametrize("kind", KINDS)
def test_real_go_reads_as_many_values(kind: str, go: Go) -> None:
    data = (FILES / f"{kind}.gob").read_bytes()
    verdict = go.call("codec.verdict", {"stream": base64.b64encode(data).decode()})
    assert verdict["skip"]["accept"]
    assert verdict["skip"]["values"] == len(list(pygob.iter_values(data)))
