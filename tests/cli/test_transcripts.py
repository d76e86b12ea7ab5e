"""What every command says of files that Go programs leave behind, looked at by a person and kept."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

import pygob
from gohelper import Go
from tests.support.transcripts import FILES, KINDS, places, transcript


@pytest.mark.parametrize(("kind", "path"), places(), ids=KINDS)
def test_commands_say_what_they_said(kind: str, path: Path) -> None:
    assert transcript(kind).splitlines() == path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("kind", KINDS)
def test_files_are_streams_as_go_writes_them(kind: str) -> None:
    data = (FILES / f"{kind}.gob").read_bytes()
    assert pygob.Stream.parse(data).is_canonical


@pytest.mark.go
@pytest.mark.parametrize("kind", KINDS)
def test_real_go_reads_as_many_values(kind: str, go: Go) -> None:
    data = (FILES / f"{kind}.gob").read_bytes()
    verdict = go.call("codec.verdict", {"stream": base64.b64encode(data).decode()})
    assert verdict["skip"]["accept"]
    assert verdict["skip"]["values"] == len(list(pygob.iter_values(data)))
