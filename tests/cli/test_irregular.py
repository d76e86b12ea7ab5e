"""What has the name of a file of chromem's and is none: set aside as it is, brought back as it was."""

from __future__ import annotations

import json
import os
import shlex
import stat
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from chromemctl.repair import metadata
from pygob.chromem import Format, document_name, name_hash
from tests.stores import settled, tree, write_store
from tests.support.inside import inside

NAME = "contextd_memories"
FOLDER = name_hash(NAME)
FILE = document_name(f"{NAME}-0", Format.PLAIN)
PLACE = f".quarantine/{FOLDER}/0001"

KINDS: dict[str, Callable[[Path], None]] = {
    "pipe": lambda path: os.mkfifo(path, 0o640),
    "socket": lambda path: os.mknod(path, stat.S_IFSOCK | 0o610),
    "link to nothing": lambda path: path.symlink_to("../caf\udce9//nowhere/"),
    "link to itself": lambda path: path.symlink_to(path.name),
    "link to a folder": lambda path: path.symlink_to(".."),
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return settled(write_store(tmp_path / "vectorstore"))


def put(path: Path, kind: str) -> Path:
    """Put something in the place of a file, an hour ago."""
    path.unlink(missing_ok=True)
    KINDS[kind](path)
    settled(path.parent.parent)
    return path


def state(store: Path) -> dict[str, tuple[object, ...]]:
    """The whole tree but for our own journal."""
    return {path: facts for path, facts in tree(store).items() if not path.startswith(".chromemctl")}


def report(*arguments: str | Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(inside(*arguments, "--json").stdout)
    return data


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["00000000.gob", FILE])
def test_it_is_set_aside_and_comes_back_as_it_was(store: Path, kind: str, name: str) -> None:
    path = put(store / FOLDER / name, kind)
    before, what = state(store), tree(path.parent)[name]
    done = report("recover", "--yes", store)
    assert done["verify"]["healthy"]
    assert done["plan"]["unresolved"] == []
    assert tree(store)[f"{PLACE}/{name}"] == what
    assert stat.S_IMODE((store / PLACE / "manifest.json").stat().st_mode) & 0o077 == 0
    assert inside("undo", "--yes", "--last", store).returncode == 0
    assert state(store) == before


@pytest.mark.parametrize("kind", KINDS)
def test_one_directly_in_a_hidden_folder(store: Path, kind: str) -> None:
    """It is told of twice, as something that chromem opens there and as no file, and is moved once."""
    (store / ".quarantine").mkdir()
    put(store / ".quarantine" / "x.gob", kind)
    (store / ".quarantine" / "notes.gob").write_bytes(b"mine")
    (store / FOLDER / "00000000.gob").unlink()
    before, what = state(settled(store)), tree(store / ".quarantine")["x.gob"]
    done = report("recover", "--yes", store)
    assert done["verify"]["healthy"]
    assert done["plan"]["unresolved"] == []
    assert [facts for path, facts in tree(store).items() if path.endswith("/x.gob")] == [what]
    assert inside("undo", "--yes", "--last", store).returncode == 0
    assert state(store) == before


def test_lost_is_what_only_a_name_tells_of(store: Path) -> None:
    """Exit code 1 where a document was; 0 where metadata was rebuilt, or no document can have been."""
    put(store / FOLDER / "00000000.gob", "pipe")
    put(store / FOLDER / "notes.gob", "pipe")
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0, outcome.stdout
    put(store / FOLDER / FILE, "link to nothing")
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 1
    assert f"{FOLDER}/{FILE}: the document of this name, if there was one; in its place" in outcome.stdout


def test_a_document_that_belongs_there_takes_the_place(store: Path) -> None:
    """So nothing is lost."""
    folder = store / FOLDER
    (folder / FILE).rename(folder / "copy.gob")
    put(folder / FILE, "socket")
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0, outcome.stdout
    assert (folder / FILE).is_file()


def test_a_directory_in_the_place_of_the_metadata(store: Path) -> None:
    path = store / FOLDER / "00000000.gob"
    path.unlink()
    (path / "inner").mkdir(parents=True, mode=0o750)
    (path / "inner" / "file").write_bytes(b"mine")
    os.mkfifo(path / "pipe")
    before = state(settled(store))
    assert inside("recover", "--yes", store).returncode == 0
    assert (store / PLACE / "00000000.gob" / "inner" / "file").read_bytes() == b"mine"
    listed = report("quarantine", "list", store)["files"]
    assert [(item["origin"], item["kind"], item["entries"]) for item in listed] == [
        (f"{FOLDER}/00000000.gob", "folder", 2)
    ]
    assert inside("undo", "--yes", "--last", store).returncode == 0
    assert state(store) == before


def test_a_directory_that_cannot_be_moved_safely_is_left(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the rest of the store is repaired all the same."""
    path = store / FOLDER / "00000000.gob"
    path.unlink()
    path.mkdir()
    (store / name_hash("contextd_checkpoints") / "00000000.gob").unlink()
    settled(store)
    mounted = frozenset({PurePosixPath(FOLDER, "00000000.gob")})
    monkeypatch.setattr(metadata, "mounted_within", lambda _store: mounted)
    plan = report("recover", "--yes", store)["plan"]
    assert [item["reason"] for item in plan["unresolved"]] == [
        "something is mounted at 00000000.gob; unmount it first"
    ]
    assert [repair["name"] for repair in plan["repairs"]] == ["contextd_checkpoints"]


@pytest.mark.parametrize("name", [FILE, "00000000.gob"])
def test_a_directory_that_only_waits_to_be_in_the_way(store: Path, name: str) -> None:
    """chromem passes it over until it is to write that file: a warning, and the command that helps."""
    for path in (store / FOLDER).iterdir():
        path.unlink()
    (store / FOLDER / name).mkdir()
    (store / FOLDER / "sub.gob").mkdir()
    [finding] = [f for f in report("verify", store)["findings"] if f["id"] == "NOT_REGULAR"]
    assert (finding["severity"], finding["path"]) == ("warning", str(store / FOLDER / name))
    assert inside("quarantine", "add", "--yes", store, f"{FOLDER}/{name}").returncode == 0
    assert not (store / FOLDER / name).exists()
    assert "NOT_REGULAR" not in inside("verify", store).stdout


@pytest.mark.parametrize("kind", KINDS)
def test_by_hand_there_and_back(store: Path, kind: str) -> None:
    path = put(store / FOLDER / "notes.gob", kind)
    what = tree(path.parent)["notes.gob"]
    before = {**state(store), ".": None, FOLDER: None}
    added = inside("quarantine", "add", "--yes", store, f"{FOLDER}/notes.gob")
    assert added.returncode == 0, added.stderr
    assert tree(store)[f"{PLACE}/notes.gob"] == what
    [item] = report("quarantine", "list", store)["files"]
    assert item["origin"] == f"{FOLDER}/notes.gob"
    # It is damage again once it is back, which is what was asked for.
    assert inside("quarantine", "restore", "--yes", store, f"{FOLDER}/0001").returncode == 1
    assert {**state(store), ".": None, FOLDER: None} == before


def test_a_copy_is_repaired_where_the_store_is_to_stay(store: Path, tmp_path: Path) -> None:
    for kind, name in (("pipe", "a.gob"), ("socket", "b.gob"), ("link to nothing", "c.gob")):
        put(store / FOLDER / name, kind)
    before = tree(store)
    done = inside("recover", "--yes", "--output", tmp_path / "mended", store)
    assert done.returncode == 0, done.stderr
    assert tree(store) == before
    aside = tmp_path / "mended" / ".quarantine" / FOLDER
    assert (aside / "0001" / "a.gob").is_fifo()
    assert (aside / "0002" / "b.gob").is_socket()
    assert tree(aside / "0003")["c.gob"][0] == before[f"{FOLDER}/c.gob"][0]


def test_what_another_tool_has_set_aside_comes_back_whole(store: Path) -> None:
    put(store / FOLDER / "notes.gob", "link to nothing")
    before = sorted(os.listdir(store / FOLDER))
    (store / ".quarantine").mkdir()
    (store / FOLDER).rename(store / ".quarantine" / FOLDER)
    assert inside("quarantine", "restore", "--yes", store, FOLDER).returncode == 1
    assert sorted(os.listdir(store / FOLDER)) == before
    assert not (store / ".quarantine" / FOLDER).exists()


def test_a_place_that_is_taken_by_now(store: Path) -> None:
    put(store / FOLDER / FILE, "pipe")
    inside("recover", "--yes", store)
    (store / FOLDER / FILE).mkdir()
    outcome = inside("quarantine", "restore", "--yes", store, f"{FOLDER}/0001")
    assert outcome.returncode == 2
    assert f"quarantine add {store} {FOLDER}/{FILE}\n" in outcome.stderr


@pytest.mark.parametrize("kind", ["pipe", "link to nothing"])
def test_before_a_start_the_rest_of_the_collection_stays(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    put(store / FOLDER / FILE, kind)
    put(store / name_hash("contextd_checkpoints") / "00000000.gob", kind)
    [found] = report("preflight", store)["stores"]
    assert (found["starts"], found["collections"], found["documents"]) == (True, 3, 8)
    assert found["set_aside"] == []


def test_many_links_to_nothing_are_more_likely_a_disk_that_is_not_mounted(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store", documents=10)
    for path in store.glob("*/*.gob"):
        if path.name != "00000000.gob":
            path.unlink()
            path.symlink_to(f"/mnt/other/{path.name}")
    settled(store)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 1
    assert "less likely than one fault" in outcome.stderr
    assert not (store / ".quarantine").exists()


def test_a_link_to_a_damaged_file_is_moved_and_the_file_stays(store: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (store / FOLDER / FILE).rename(elsewhere)
    os.truncate(elsewhere, 100)
    (store / FOLDER / FILE).symlink_to(elsewhere)
    before = tree(tmp_path)["elsewhere"]
    outcome = inside("recover", "--yes", settled(store))
    assert outcome.returncode == 1
    assert f"only the symbolic link to {elsewhere} is moved" in " ".join(outcome.stdout.split())
    assert tree(tmp_path)["elsewhere"] == before
    assert (store / PLACE / FILE).is_symlink()


def test_a_link_to_a_huge_file_is_not_read(store: Path, tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(1 << 40)
    (store / FOLDER / "notes.gob").symlink_to(tmp_path / "huge")
    [finding] = [f for f in report("verify", store)["findings"] if f["severity"] == "error"]
    assert (finding["id"], finding["path"]) == ("DOC_TOO_LARGE", str(store / FOLDER / "notes.gob"))


@pytest.mark.parametrize("kind", ["pipe", "link to nothing", "link to the collection"])
def test_what_stood_in_the_place_of_a_collection_and_was_moved_away_by_hand(
    store: Path, tmp_path: Path, kind: str
) -> None:
    """verify tells of it, with the command that brings the very thing back; no link is followed for that."""
    (store / FOLDER).rename(tmp_path / FOLDER)
    if kind in KINDS:
        KINDS[kind](store / FOLDER)
    else:
        (store / FOLDER).symlink_to(tmp_path / FOLDER)
    before = tree(settled(store))
    (store / ".quarantine").mkdir()
    (store / FOLDER).rename(store / ".quarantine" / FOLDER)
    [finding] = report("verify", store)["findings"]
    assert (finding["id"], finding["severity"]) == ("QUARANTINED", "info")
    assert finding["path"] == f"{store}/.quarantine/{FOLDER}"
    [item] = report("quarantine", "list", store)["files"]
    assert (item["origin"], item["kind"] in ("symlink", "special")) == (FOLDER, True)
    aside = tree(store)
    words = shlex.split(finding["action"].partition("chromemctl ")[2])
    assert words[:2] == ["quarantine", "restore"]
    brought_back = inside(*words, "--yes")
    assert brought_back.returncode in (0, 1), brought_back.stderr
    now = tree(store)
    assert now.pop(FOLDER) == before[FOLDER]
    assert ".quarantine" not in now
    assert inside("undo", "--yes", "--last", store).returncode == 0
    assert tree(store)[f".quarantine/{FOLDER}"] == aside[f".quarantine/{FOLDER}"]


def test_what_was_moved_away_by_hand_and_whose_place_is_taken(store: Path, tmp_path: Path) -> None:
    (store / ".quarantine").mkdir()
    (store / ".quarantine" / FOLDER).symlink_to(tmp_path / "nowhere")
    [finding] = report("verify", store)["findings"]
    assert "quarantine restore" not in finding["action"]
    before = tree(store)
    for arguments in ([], ["--merge"]):
        outcome = inside("quarantine", "restore", *arguments, "--yes", store, FOLDER)
        assert outcome.returncode == 2
        assert tree(store) == before
