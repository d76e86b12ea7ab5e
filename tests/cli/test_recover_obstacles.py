"""What stands in the way of a recovery, and arguments that are nearly right."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pygob.chromem import name_hash
from tests.stores import settled, tree, write_store
from tests.support.inside import inside

NAME = "nobody could guess this 7f3a"
FOLDER = name_hash(NAME)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    store = write_store(tmp_path / "vectorstore", [NAME])
    (store / FOLDER / "00000000.gob").write_bytes(b"torn")
    return settled(store)


@pytest.mark.parametrize("name", [".quarantine", ".chromemctl"])
@pytest.mark.parametrize("kind", ["file", "symlink"])
def test_the_places_of_chromemctl_must_be_directories(broken: Path, name: str, kind: str) -> None:
    if kind == "file":
        (broken / name).write_bytes(b"")
    else:
        (broken.parent / "elsewhere").mkdir()
        (broken / name).symlink_to("../elsewhere")
    before = tree(broken)
    for option in ("--dry-run", "--yes"):
        outcome = inside("recover", option, "--name", NAME, broken)
        assert outcome.returncode == 3
        assert f"{name} is a {kind}, where chromemctl needs a directory" in outcome.stderr
        assert tree(broken) == before


def test_an_interrupted_run_whose_folder_is_gone_is_given_up(broken: Path) -> None:
    journal = broken / ".chromemctl" / "journal"
    journal.mkdir(parents=True)
    step = {
        "action": "create_file",
        "path": "gone/x.gob",
        "data_b64": "",
        "mode": "0600",
        "uid": -1,
        "gid": -1,
    }
    begin = {"event": "begin", "schema_version": 1, "command": "recover", "time": "then", "steps": [step]}
    (journal / "0001.jsonl").write_text(json.dumps(begin) + "\n")
    assert inside("recover", "--yes", "--name", NAME, broken).returncode == 0
    assert '"abandoned"' in (journal / "0001.jsonl").read_text()
    assert inside("verify", broken).returncode == 0


@pytest.mark.parametrize("step", [{}, 7, {"action": "make_directory", "path": 1, "mode": 2}, None])
def test_a_journal_that_is_not_understood(broken: Path, step: object) -> None:
    journal = broken / ".chromemctl" / "journal"
    journal.mkdir(parents=True)
    begin = {"event": "begin", "schema_version": 1, "command": "recover", "time": "then", "steps": [step]}
    (journal / "0001.jsonl").write_text(json.dumps(begin) + "\n")
    outcome = inside("recover", "--yes", "--name", NAME, broken)
    assert outcome.returncode == 3
    assert "0001.jsonl cannot be understood" in outcome.stderr


def test_path_of_the_torn_file_itself(broken: Path) -> None:
    path = broken / FOLDER / "00000000.gob"
    assert inside("recover", "--yes", "--name", NAME, "--path", path).returncode == 0


def test_path_of_an_empty_folder(broken: Path) -> None:
    (broken / "01234567").mkdir()
    outcome = inside("recover", "--yes", "--path", broken / "01234567")
    assert outcome.returncode == 10
    assert f"  chromemctl recover {broken}\n" in outcome.stderr


def test_names_with_a_byte_order_mark(broken: Path, tmp_path: Path) -> None:
    (tmp_path / "names").write_text(NAME, encoding="utf-8-sig")
    outcome = inside("recover", "--yes", "--names-file", tmp_path / "names", broken)
    assert outcome.returncode == 0, outcome.stdout


def test_names_in_utf_16(broken: Path, tmp_path: Path) -> None:
    (tmp_path / "names").write_text(NAME, encoding="utf-16")
    outcome = inside("recover", "--yes", "--names-file", tmp_path / "names", broken)
    assert outcome.returncode == 2
    assert "is UTF-16" in outcome.stderr


def test_names_from_a_pipe_are_not_waited_for(broken: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "names")
    outcome = inside("recover", "--yes", "--names-file", tmp_path / "names", broken)
    assert outcome.returncode == 2
    assert "is not a regular file" in outcome.stderr


def test_the_next_command_keeps_what_was_given(broken: Path, tmp_path: Path) -> None:
    (tmp_path / "names").write_text("another\n")
    options = ["--name", NAME, "--names-file", str(tmp_path / "names"), "--path", str(broken / FOLDER)]
    outcome = inside("recover", "--dry-run", *options)
    expected = f"chromemctl recover --name '{NAME}' --names-file {tmp_path}/names --path {broken}/{FOLDER}\n"
    assert expected in outcome.stdout


def test_a_link_to_nothing_is_no_matter_of_permission(broken: Path) -> None:
    path = broken / FOLDER / "00000000.gob"
    path.unlink()
    path.symlink_to("../gone")
    before = tree(broken)
    assert inside("recover", "--yes", broken).returncode == 1
    assert tree(broken) == before
    findings = json.loads(inside("verify", "--json", broken).stdout)["findings"]
    assert [finding["id"] for finding in findings if finding["path"] == str(path)] == ["NOT_REGULAR"]


def test_path_to_a_link(broken: Path, tmp_path: Path) -> None:
    """What it leads to may be part of another store, or of none; chromem passes links over."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (broken / FOLDER).rename(elsewhere / FOLDER)
    (broken / FOLDER).symlink_to(elsewhere / FOLDER)
    before = tree(elsewhere)
    outcome = inside("recover", "--yes", "--path", broken / FOLDER, "--name", NAME)
    assert outcome.returncode == 2
    assert "put the folder itself in the place of the link" in outcome.stderr
    assert tree(elsewhere) == before


@pytest.fixture
def mounted(broken: Path) -> Iterator[Path]:
    """The store, with a collection that is mounted from elsewhere, as the volume of a container is."""
    elsewhere = broken.parent / "volume"
    shutil.copytree(broken / FOLDER, elsewhere)
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, "--bind", elsewhere, broken / FOLDER], check=False).returncode:
        pytest.skip("this system lets nobody mount anything here")
    try:
        yield settled(broken)
    finally:
        subprocess.run(["umount", broken / FOLDER], check=True)


def test_what_is_mounted_within_a_store_is_left_as_it_is_and_a_copy_can_be_repaired(mounted: Path) -> None:
    before = tree(mounted)
    for option in ("--dry-run", "--yes"):
        outcome = inside("recover", option, "--name", NAME, mounted)
        assert outcome.returncode == 3
        assert f"something is mounted at {mounted / FOLDER}" in outcome.stderr
        assert "nothing was changed" in outcome.stderr
        assert tree(mounted) == before
    copy = mounted.parent / "copy"
    assert inside("recover", "--yes", "--name", NAME, "--output", copy, mounted).returncode == 0
    assert inside("verify", copy).returncode == 0
    assert tree(mounted) == before
