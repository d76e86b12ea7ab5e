"""`chromemctl recover` as its user meets it: what it asks, does, refuses and says."""

from __future__ import annotations

import fcntl
import json
import os
import stat
from pathlib import Path

import pytest

from pygob.chromem import Format, Metadata, RecordIds, name_hash, read_metadata
from tests.stores import contents, tree, write_store
from tests.support.inside import being_written, inside

NAME = "contextd_memories"
UNGUESSABLE = "nobody could guess this 7f3a"


def lose(store: Path, name: str) -> bytes:
    path = store / name_hash(name) / "00000000.gob"
    lost = path.read_bytes()
    path.unlink()
    return lost


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return write_store(tmp_path / "vectorstore", [NAME, "contextd_checkpoints", UNGUESSABLE])


def test_healthy_store_is_left_alone(store: Path) -> None:
    before = tree(store)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0
    assert "Nothing to repair." in outcome.stdout
    assert tree(store) == before


def test_the_dry_run_shows_the_plan_that_runs(store: Path) -> None:
    lose(store, NAME)
    (store / name_hash("contextd_checkpoints") / "00000000.gob").write_bytes(b"")
    before = tree(store)
    dry = inside("recover", "--dry-run", "--json", store)
    assert tree(store) == before
    assert dry.returncode == 1, "damage was found and is still there"
    wet = inside("recover", "--yes", "--json", store)
    assert wet.returncode == 0
    planned, done = json.loads(dry.stdout), json.loads(wet.stdout)
    assert planned["plan"] == done["plan"]
    assert (planned["dry_run"], planned["applied"]) == (True, False)
    assert (done["dry_run"], done["applied"]) == (False, True)
    assert done["schema_version"] == 1
    assert done["verify"]["summary"]["collections_corrupt"] == 0
    [journal] = (store / ".chromemctl" / "journal").iterdir()
    begin = json.loads(journal.read_text().splitlines()[0])
    assert begin["steps"] == [step for repair in planned["plan"]["repairs"] for step in repair["steps"]]


def test_the_dry_run_in_words_names_every_step(store: Path) -> None:
    (store / name_hash(NAME) / "00000000.gob").write_bytes(b"torn")
    outcome = inside("recover", "--dry-run", store)
    folder = name_hash(NAME)
    assert f"{folder}  →  {NAME}" in outcome.stdout
    assert f"move    {folder}/00000000.gob  →  .quarantine/{folder}/0001/00000000.gob" in outcome.stdout
    assert f"create  {folder}/00000000.gob  (94 bytes, mode 0644)" in outcome.stdout
    assert "Nothing was changed" in outcome.stdout


def test_without_a_terminal_it_needs_yes(store: Path) -> None:
    lose(store, NAME)
    before = tree(store)
    outcome = inside("recover", store)
    assert outcome.returncode == 2
    assert "add --yes" in outcome.stderr
    assert tree(store) == before


def test_unknown_name(store: Path) -> None:
    lose(store, UNGUESSABLE)
    before = tree(store)
    outcome = inside("recover", "--yes", store)
    folder = name_hash(UNGUESSABLE)
    assert outcome.returncode == 1
    assert f"{folder}  cannot be repaired yet: the name was not found" in outcome.stdout
    assert "tried: " in outcome.stdout
    assert f"chromemctl recover --path {store}/{folder} --name NAME" in outcome.stdout
    assert tree(store) == before


def test_one_unknown_name_does_not_hold_up_the_others(store: Path) -> None:
    lost = lose(store, NAME)
    lose(store, UNGUESSABLE)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 1
    assert (store / name_hash(NAME) / "00000000.gob").read_bytes() == lost
    assert not (store / name_hash(UNGUESSABLE) / "00000000.gob").exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--name", UNGUESSABLE],
        ["--name", f"{name_hash(UNGUESSABLE)}={UNGUESSABLE}"],
        ["--name", f"{name_hash(UNGUESSABLE).upper()}={UNGUESSABLE}"],
    ],
)
def test_name_given(store: Path, options: list[str]) -> None:
    lost = lose(store, UNGUESSABLE)
    assert inside("recover", "--yes", *options, store).returncode == 0
    assert (store / name_hash(UNGUESSABLE) / "00000000.gob").read_bytes() == lost


def test_several_names_given(tmp_path: Path) -> None:
    names = ["no such rule 1", "no=such rule 2", "ffffffff=x"]
    store = write_store(tmp_path / "vectorstore", names)
    lost = {name: lose(store, name) for name in names}
    options = [word for name in names for word in ("--name", name)]
    assert inside("recover", "--yes", *options, store).returncode == 0
    assert {name: (store / name_hash(name) / "00000000.gob").read_bytes() for name in names} == lost


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--name", "wrong"], "'wrong' is not the name of"),
        (["--name", f"{name_hash(UNGUESSABLE)}=wrong"], "'wrong' is not the name of"),
        (["--name", "nobody's"], "belongs to folder"),
    ],
)
def test_name_that_does_not_fit(store: Path, options: list[str], sentence: str) -> None:
    lose(store, UNGUESSABLE)
    before = tree(store)
    outcome = inside("recover", "--yes", *options, store)
    assert outcome.returncode == 2
    assert sentence in outcome.stderr
    assert "nothing was changed" in outcome.stderr
    assert tree(store) == before


def test_readable_metadata_is_never_replaced(store: Path) -> None:
    """A name that the folder has already is no error, so that a command can be repeated."""
    before = tree(store)
    for name in (NAME, f"{name_hash(NAME)}={NAME}"):
        outcome = inside("recover", "--yes", "--path", store / name_hash(NAME), "--name", name)
        assert (outcome.returncode, "Nothing to repair" in outcome.stdout) == (0, True)
        assert tree(store) == before


def test_two_names_with_one_hash(tmp_path: Path) -> None:
    """What the metadata says counts, not that the other name fits the folder too."""
    store = write_store(tmp_path / "vectorstore", ["tenant_132842_memories"])
    before = tree(store)
    outcome = inside("recover", "--yes", "--name", "tenant_169843_memories", store)
    assert outcome.returncode == 2
    assert "its metadata can be read and says 'tenant_132842_memories'" in outcome.stderr
    assert "readable metadata is never replaced" in outcome.stderr
    assert tree(store) == before


def test_path_repairs_that_folder_only(store: Path) -> None:
    lost = lose(store, NAME)
    lose(store, "contextd_checkpoints")
    outcome = inside("recover", "--yes", "--path", store / name_hash(NAME))
    assert outcome.returncode == 1, "the other one is still damaged, and the application does not start"
    assert (store / name_hash(NAME) / "00000000.gob").read_bytes() == lost
    assert not (store / name_hash("contextd_checkpoints") / "00000000.gob").exists()


@pytest.mark.parametrize("spelling", ["{folder}/", "{folder}/.", "{folder}/../{hash}", "{store}/./{hash}"])
def test_path_however_it_is_spelled(store: Path, spelling: str) -> None:
    lost = lose(store, NAME)
    hashed = name_hash(NAME)
    path = spelling.format(folder=store / hashed, hash=hashed, store=store)
    assert inside("recover", "--yes", "--path", path).returncode == 0
    assert (store / hashed / "00000000.gob").read_bytes() == lost


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        ([], 2),
        (["--path", "{store}", "{store}"], 2),
        (["--path", "{store}"], 10),
        (["--path", "/nowhere"], 10),
    ],
)
def test_wrong_target(store: Path, arguments: list[str], exit_code: int) -> None:
    outcome = inside("recover", "--yes", *[word.format(store=store) for word in arguments])
    assert outcome.returncode == exit_code
    assert "Traceback" not in outcome.stderr
    assert outcome.stderr.startswith("Error: ")


def test_the_torn_file_is_kept_with_a_manifest(store: Path) -> None:
    path = store / name_hash(NAME) / "00000000.gob"
    path.write_bytes(path.read_bytes()[:80])
    path.chmod(0o640)
    torn, mtime = path.read_bytes(), path.stat().st_mtime_ns
    assert inside("recover", "--yes", store).returncode == 0
    kept = store / ".quarantine" / name_hash(NAME) / "0001"
    assert (kept / "00000000.gob").read_bytes() == torn
    assert (kept / "00000000.gob").stat().st_mtime_ns == mtime
    manifest = json.loads((kept / "manifest.json").read_text())
    assert manifest["file"] == f"{name_hash(NAME)}/00000000.gob"
    assert manifest["collection"] == {"dir": name_hash(NAME), "name": NAME}
    assert (manifest["size"], manifest["mode"], manifest["mtime_ns"]) == (80, "0640", mtime)


def test_a_second_torn_file_does_not_touch_the_first(store: Path) -> None:
    path = store / name_hash(NAME) / "00000000.gob"
    for torn in (b"first", b"second"):
        path.write_bytes(torn)
        assert inside("recover", "--yes", store).returncode == 0
    kept = store / ".quarantine" / name_hash(NAME)
    assert (kept / "0001" / "00000000.gob").read_bytes() == b"first"
    assert (kept / "0002" / "00000000.gob").read_bytes() == b"second"


def test_owner_and_mode_are_those_of_the_documents(store: Path) -> None:
    lose(store, NAME)
    folder = store / name_hash(NAME)
    for file in folder.iterdir():
        file.chmod(0o660)
        if os.geteuid() == 0:
            os.chown(file, 1234, 2345)
    assert inside("recover", "--yes", store).returncode == 0
    status = (folder / "00000000.gob").stat()
    assert stat.S_IMODE(status.st_mode) == 0o660
    if os.geteuid() == 0:
        assert (status.st_uid, status.st_gid) == (1234, 2345)


def test_metadata_that_is_cut_is_said_to_be_lost(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore", metadata={"first": "whole", "second": "cut here"})
    path = store / name_hash(NAME) / "00000000.gob"
    path.write_bytes(path.read_bytes()[:-5])
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 1, "something is lost"
    assert "1 entry could be read, the others are lost" in outcome.stdout
    assert read_metadata(path) == Metadata(NAME, {"first": "whole"})


def test_metadata_cut_after_its_last_entry_is_whole(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore", metadata={"a": "1", "b": "2"}, ids=RecordIds(90, 91))
    path = store / name_hash(NAME) / "00000000.gob"
    lost = path.read_bytes()
    path.write_bytes(lost[:-1])
    assert inside("recover", "--yes", store).returncode == 0
    assert path.read_bytes() == lost


def test_ambiguity_is_shown_not_guessed_away(tmp_path: Path) -> None:
    """Two names that chromem itself cannot tell apart: they share one hash."""
    pair = ["tenant_132842_memories", "tenant_169843_memories"]
    assert name_hash(pair[0]) == name_hash(pair[1])
    store = write_store(tmp_path / "vectorstore", pair[:1], document_metadata={"about": "nothing"})
    lose(store, pair[0])
    listed = tmp_path / "names"
    listed.write_text("\n".join(pair))
    before = tree(store)
    outcome = inside("recover", "--yes", "--names-file", listed, store)
    assert outcome.returncode == 1
    assert "several names fit" in outcome.stdout
    assert all(f"possible: {name}" in outcome.stdout for name in pair)
    assert tree(store) == before
    for options in ((), ("--quiet",)):
        advice = inside("recover", "--dry-run", *options, "--names-file", listed, store).stdout
        assert "if you know which of these 2 names it is" in advice
        assert all(f"--path {store / name_hash(name)} --name {name}\n" in advice for name in pair)


def test_a_store_that_is_being_written_is_left_alone(store: Path) -> None:
    lose(store, NAME)
    with being_written(store / name_hash(UNGUESSABLE) / "note.tmp"):
        outcome = inside("recover", "--yes", store)
        assert outcome.returncode == 11
        assert "the store is being written" in outcome.stderr
        assert not (store / name_hash(NAME) / "00000000.gob").exists()
        assert not (store / ".chromemctl").exists()
        assert inside("recover", "--yes", "--force", store).returncode == 0


def test_two_at_once(store: Path) -> None:
    lose(store, NAME)
    before = tree(store)
    descriptor = os.open(store, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        outcome = inside("recover", "--yes", store)
    finally:
        os.close(descriptor)
    assert outcome.returncode == 11
    assert "another chromemctl is changing" in outcome.stderr
    assert tree(store) == before


def test_a_store_of_a_later_chromem_is_left_alone(store: Path) -> None:
    lose(store, NAME)
    (store / "segment-000001.wal").write_bytes(b"log")
    before = tree(store)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 3
    assert "later chromem" in outcome.stderr
    assert tree(store) == before


@pytest.mark.parametrize("form", Format)
def test_the_other_format_in_one_folder_is_kept(tmp_path: Path, form: Format) -> None:
    """A torn metadata file beside a sound one of the other format is only set aside."""
    store = write_store(tmp_path / "vectorstore", [NAME], form=form)
    other = Format.GZ if form is Format.PLAIN else Format.PLAIN
    (store / name_hash(NAME) / other.metadata_name).write_bytes(b"\x00\x00")
    before = contents(store)
    inside("recover", "--yes", store)
    assert contents(store)[f".quarantine/{name_hash(NAME)}/0001/{other.metadata_name}"] == b"\x00\x00"
    del before[f"{name_hash(NAME)}/{other.metadata_name}"]
    assert before.items() <= contents(store).items()
