"""What the command `pygob` says of files that Go programs leave behind.

The files in `tests/vectors/files` are from `gohelper/cmd/files`; each has a transcript beside it.
`python -m tests.support.transcripts` writes the transcripts anew.
"""

from __future__ import annotations

import io
import os
import shlex
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

from pygob.command.main import main

FILES = Path(__file__).resolve().parent.parent / "vectors" / "files"
KINDS = sorted(path.stem for path in FILES.glob("*.gob"))

EVERY = (
    "show {file}",
    "json {file}",
    "jsonl --lossless {file}",
    "schema {file}",
    "check {file}",
    "stats {file}",
    "annotate {file}",
    "salvage {file}",
)
# What is worth a look in one kind of file.
OWN = {
    "metadata": ("get Name {file}", "csv {file}", "diff {file} document.gob"),
    "document": ("get --paths '..*' {file}", "show --floats full {file}", "csv {file}"),
    "export": (
        "get --paths ..Content {file}",
        "csv --path 'Collections.*.Documents.*' {file}",
        "get 'Collections.*.Documents.*.{ID, Content}' --sort ID:desc --format jsonl {file}",
    ),
    "requests": (
        "get '[?ServiceMethod].Seq' {file}",
        "show --index 1 {file}",
        "csv {file}",
        "csv --mixed split {file}",
        "get --max --paths Seq {file}",
    ),
    "responses": ("get '[?Error]' {file}", "diff {file} requests.gob"),
    "session": ("get user {file}", "get --paths '*' {file}", "get nobody {file}"),
    "mixed": (
        "get --paths '..[?Name==\"auditor\"]' {file}",
        "show --full --limit 1 {file}",
        "tsv --limit 2 {file}",
        "get --paths '[?Amount==-1 || At>\"2000-01-01T00:00:00Z\"].{At, Amount}' {file}",
        "get --sum Amount {file}",
    ),
}


def transcript(kind: str) -> str:
    """Every command and what it said, with its exit code where it is not 0."""
    return "\n".join(_said(line.replace("{file}", f"{kind}.gob")) for line in (*EVERY, *OWN[kind]))


def _said(line: str) -> str:
    output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="", write_through=True)
    with chdir(FILES), redirect_stdout(output), redirect_stderr(output):
        code = main(shlex.split(line))
    said = output.buffer.getvalue().decode()  # type: ignore[attr-defined]
    return f"$ pygob {line}\n{said}" + (f"(exit code {int(code)})\n" if code else "")


def places() -> list[tuple[str, Path]]:
    """Every kind of file with the place of its transcript."""
    return [(kind, FILES / f"{kind}.txt") for kind in KINDS]


if __name__ == "__main__":
    for kind, path in places():
        path.write_text(transcript(kind), encoding="utf-8")
        sys.stdout.write(f"{os.path.relpath(path)}\n")
