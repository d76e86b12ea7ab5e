"""What `--json` writes is what docs/reference/json.md says: the output of every command, held against it."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import pygob
from chromemctl.cli import cli
from manual import shapes
from manual.grammar import of_click
from manual.schemas import schema
from manual.shapes import pygob as pygob_shapes
from pygob.chromem import name_hash
from tests.stores import chromemctl, settled, write_store
from tests.support.pygob_command import run

NAME = "contextd_memories"
FOLDER = name_hash(NAME)


def check(report: Any, forms: Sequence[type]) -> None:
    """Hold a report against the only shapes that it may have, and no other key.

    Raises:
        jsonschema.ValidationError: It is otherwise.
    """
    validator = Draft202012Validator(schema("", {"": tuple(forms)}, strict=True))
    validator.validate(report)


def holds(*words: str | Path, codes: tuple[int, ...] = (0,), command: str = "") -> Any:
    """The report of a command, which is as it must be; in this process, as there are many."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = cli.main([*map(str, words), "--json"], standalone_mode=False)
    assert code in codes, said.getvalue()
    report = json.loads(said.getvalue())
    check(report, shapes.REPORTS[command or str(words[0])])
    return report


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return settled(write_store(tmp_path / "store"))


@pytest.fixture
def damaged(store: Path) -> Path:
    (store / FOLDER / "00000000.gob").unlink()
    next((store / name_hash("contextd_checkpoints")).glob("[1-9a-f]*.gob")).write_bytes(b"\x05\x01")
    (store / "x\udcff.gob").symlink_to("nowhere")
    return settled(store)


def test_every_command_that_has_json_is_described() -> None:
    commands = {
        each.words.removeprefix("chromemctl ")
        for each in of_click(cli, "chromemctl")
        if any(parameter.form == "--json" for parameter in each.parameters)
    }
    assert commands == shapes.REPORTS.keys()


def test_a_store_that_is_recovered(damaged: Path, tmp_path: Path) -> None:
    holds("verify", damaged, codes=(1,))
    holds("verify", "--quick", damaged, codes=(1,))
    holds("verify", tmp_path, codes=(1, 3))
    holds("inspect", damaged, codes=(1,))
    holds("identify", damaged)
    assert holds("recover", "--dry-run", damaged, codes=(1,))["plan"]["repairs"]
    assert holds("recover", "--yes", damaged, codes=(1,))["applied"]
    holds("quarantine", "list", damaged, command="quarantine list")
    holds("journal", damaged)
    holds("undo", "--last", "--dry-run", damaged)
    holds("undo", "--last", "--yes", damaged)


def test_a_store_below_another(store: Path) -> None:
    (store / "below").mkdir()
    store.rename(store.with_name("s\udcff"))
    store = store.with_name("s\udcff")
    write_store(store / "below" / "one")
    report = holds("verify", settled(store), codes=(0, 1))
    assert report["stores_below"][0]["store_b64"]


def test_what_is_set_aside(store: Path) -> None:
    link = store / FOLDER / "link.gob"
    link.symlink_to("caf\udce9")
    assert holds("recover", "--yes", store)["plan"]["files"][0]["steps"][-1]["target"] == {
        "path_b64": "Y2Fm6Q=="
    }
    [listed] = holds("quarantine", "list", store, command="quarantine list")["files"]
    assert listed["kind"] == "symlink"
    add = ("quarantine", "add", store, FOLDER)
    holds(*add, "--dry-run", command="quarantine add")
    holds(*add, "--yes", codes=(0, 1), command="quarantine add")
    holds("quarantine", "restore", "--yes", store, f"{FOLDER}/0002", command="quarantine restore")


def test_what_is_carried_elsewhere(store: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.touch(0o600)
    key.write_bytes(b"k" * 32)
    holds("convert", store, tmp_path / "store.gz", "--to", "gz")
    holds("export", store, tmp_path / "export.enc", "--key-file", key)
    holds("import", tmp_path / "export.enc", tmp_path / "again", "--key-file", key)
    holds("inspect", "--key-file", key, tmp_path / "export.enc")
    for file in sorted((store / FOLDER).iterdir())[:2]:
        holds("inspect", file)
        holds("inspect", "--redact", file)


def test_backups(damaged: Path, tmp_path: Path) -> None:
    where = tmp_path / "backups"
    holds("backup", "create", damaged, "--to", where, codes=(0, 1), command="backup create")
    holds("backup", "list", "--from", where, command="backup list")
    holds("backup", "verify", "--from", where, command="backup verify")
    rules = ("--keep-last", "1", "--from", where)
    holds("backup", "prune", "--dry-run", *rules, command="backup prune")
    restore = ("backup", "restore", damaged, "--from", where)
    holds(*restore, "--dry-run", command="backup restore")
    holds(*restore, "--yes", codes=(0, 1), command="backup restore")
    holds(*restore, "--output", tmp_path / "new", codes=(0, 1), command="backup restore")
    next((where / "objects").rglob("*/*")).write_bytes(b"other")
    assert holds("backup", "verify", "--from", where, codes=(1,), command="backup verify")["damage"]


def test_what_looks_after_stores(damaged: Path, tmp_path: Path) -> None:
    holds("watch", "--once", damaged, codes=(1,))
    state = ("--state", tmp_path / "state")
    holds("preflight", *state, damaged, tmp_path / "missing", codes=(0, 1, 3, 10))
    holds("preflight", *state, "--policy", "quarantine", damaged, codes=(0, 1))


def test_what_is_made_for_others(store: Path, tmp_path: Path) -> None:
    holds("alerts")
    holds("dashboard")
    holds("units", store)
    holds("simulate", "--list")
    holds("simulate", "metadata-removed", store, tmp_path / "copy")
    holds("demo")


@pytest.mark.parametrize("words", [("verify", "nowhere"), ("verify",), ("explode",)])
def test_failures(words: tuple[str, ...]) -> None:
    outcome = chromemctl(*words, "--json")
    report = json.loads(outcome.stdout)
    check(report, [shapes.FAILURE])
    assert report["error"]["exit_code"] == outcome.returncode


def test_pygob(tmp_path: Path) -> None:
    good, other = tmp_path / "good.gob", tmp_path / "other.gob"
    good.write_bytes(pygob.dumps([{"a": 1}, {"\udcff": 2}]) + pygob.dumps("x", first_id=70))
    other.write_bytes(
        pygob.dumps([{"a": 2}, {"c": 2}]) + pygob.dumps(1, first_id=70) + b"\x04\x04\0\xff\x02\x05"
    )
    for words in pygob_shapes.REPORTS:
        files = [good, other] if words.startswith("diff") else [other]
        outcome = run(*words.split(), *files)
        assert outcome.returncode == int(words != "schema --format json" or outcome.stdout == b"")
        is_lines = words.startswith(("diff", "jsonl"))
        texts = outcome.stdout.splitlines() if is_lines else [outcome.stdout] if outcome.stdout else []
        for text in texts:
            check(json.loads(text), pygob_shapes.REPORTS[words])
    check(
        json.loads(run("schema", "--format", "json", good).stdout),
        pygob_shapes.REPORTS["schema --format json"],
    )
