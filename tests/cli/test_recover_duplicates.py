"""Two folders of one collection: recover brings them together, and real chromem opens the union."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from gohelper import Go
from pygob.chromem import Document, Metadata, document_name, envelope, name_hash, read_document
from pygob.chromem.names import Format
from tests.stores import settled, tree, write_store
from tests.support.inside import inside

NAME = "contextd_memories"
FOLDER = name_hash(NAME)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A collection of four documents; a test adds other folders of its name."""
    return settled(write_store(tmp_path / "vectorstore", [NAME], documents=4))


def add(store: Path, folder: str, document: Document, *, mtime: int | None = None) -> Path:
    path = store / folder / document_name(document.id, Format.PLAIN)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(document.to_bytes())
    if mtime is not None:
        os.utime(path, (mtime, mtime))
    metadata = path.with_name("00000000.gob")
    if not metadata.exists():
        metadata.write_bytes(Metadata(NAME).to_bytes())
    return path


def original(store: Path, number: int) -> Document:
    return read_document(store / FOLDER / document_name(f"{NAME}-{number}", Format.PLAIN))


def state(store: Path) -> dict[str, tuple[object, ...]]:
    return {path: facts for path, facts in tree(store).items() if not path.startswith(".chromemctl")}


def served(go: Go, store: Path) -> dict[str, str]:
    return {document.id: document.content for document in go.chromem_documents(store, NAME).documents}


def test_the_union_opens_and_undo_takes_it_back(store: Path, go: Go) -> None:
    first = original(store, 0)
    for folder in ("ffffffff", "00000001"):
        add(store, folder, first)
        add(store, folder, replace(first, id=f"of {folder}"))
    before = state(store)
    assert len(served(go, store)) == 2, "chromem sees the last folder alone"
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0, outcome.stdout
    assert "1 document brought to e9f85bf6, the rest of the folder set aside" in outcome.stdout
    assert served(go, store).keys() == {*(f"{NAME}-{n}" for n in range(4)), "of ffffffff", "of 00000001"}
    assert inside("undo", "--last", "--yes", store).returncode == 0
    assert state(store) == before


@pytest.mark.parametrize("later", [True, False])
def test_of_two_versions_the_later_one_stays_and_the_other_is_kept(store: Path, go: Go, later: bool) -> None:
    ours = original(store, 1)
    theirs = replace(ours, content="another version")
    add(store, "ffffffff", theirs, mtime=2_000_000_000 if later else 1)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0, outcome.stdout
    assert f"document '{ours.id}'" in outcome.stdout
    assert served(go, store)[ours.id] == (theirs if later else ours).content
    kept = {facts[0] for facts in state(store).values()}
    assert {ours.to_bytes(), theirs.to_bytes()} <= kept


def test_versions_of_one_time_are_a_loss(store: Path, go: Go) -> None:
    ours = original(store, 1)
    path = store / FOLDER / document_name(ours.id, Format.PLAIN)
    add(store, "ffffffff", replace(ours, content="x"), mtime=int(path.stat().st_mtime))
    os.utime(path, (path.stat().st_mtime // 1,) * 2)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 1
    assert "that in the collection stays; this one is kept" in " ".join(outcome.stdout.split())
    assert served(go, store)[ours.id] == ours.content


def test_damaged_and_misnamed_documents_of_either_folder(store: Path, go: Go) -> None:
    first = original(store, 0)
    torn = add(store, "ffffffff", replace(first, id="torn"))
    os.truncate(torn, 50)
    misnamed = add(store, "ffffffff", replace(first, id="misnamed"))
    misnamed.rename(misnamed.with_name("copy.gob"))
    os.truncate(store / FOLDER / document_name(first.id, Format.PLAIN), 50)
    add(store, "ffffffff", first)
    settled(store)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 1, "one document is lost"
    assert served(go, store).keys() == {*(f"{NAME}-{n}" for n in range(4)), "misnamed"}
    assert inside("verify", store).returncode == 0


def test_no_folder_of_the_right_hash_the_one_that_chromem_shows_receives(store: Path, go: Go) -> None:
    (store / FOLDER).rename(store / "00000001")
    add(
        store,
        "ffffffff",
        Document("new", {}, read_document(next((store / "00000001").glob("[1-9a-f]*"))).embedding),
    )
    inside("recover", "--yes", store)
    assert len(served(go, store)) == 5
    assert sorted(path.name for path in store.iterdir() if not path.name.startswith(".")) == ["ffffffff"]


def test_other_collection_metadata_is_said(store: Path) -> None:
    add(store, "ffffffff", original(store, 0))
    (store / "ffffffff" / "00000000.gob").write_bytes(Metadata(NAME, {"owner": "ada"}).to_bytes())
    shown = inside("recover", "--dry-run", store).stdout
    assert "ffffffff: the collection's metadata is another there" in shown


def one_run(store: Path) -> None:
    """One recovery, with nothing lost and nothing left for another one."""
    settled(store)
    before = state(store)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0, outcome.stdout
    assert "lost:" not in outcome.stdout
    assert "Nothing to repair." in inside("recover", "--dry-run", store).stdout
    assert inside("undo", "--last", "--yes", store).returncode == 0
    assert state(store) == before
    assert inside("recover", "--yes", store).returncode == 0


def test_what_another_folder_has_whole_is_not_lost_in_one_run(store: Path, go: Go) -> None:
    """A copy that somebody made by hand, before the metadata went and a document was torn."""
    everything = {original(store, number).id for number in range(4)}
    shutil.copytree(store / FOLDER, store / "old")
    os.truncate(store / FOLDER / document_name(f"{NAME}-2", Format.PLAIN), 0)
    (store / FOLDER / "00000000.gob").unlink()
    add(store, "old", replace(original(store, 0), id="of old alone"))
    one_run(store)
    assert served(go, store).keys() == {*everything, "of old alone"}


@pytest.mark.parametrize("named", ["neither", "the one in capitals", "the other"])
def test_a_folder_in_capitals_beside_the_right_one(store: Path, go: Go, named: str) -> None:
    add(store, FOLDER.upper(), replace(original(store, 0), id="in capitals"))
    for folder, whole in ((FOLDER, "the other"), (FOLDER.upper(), "the one in capitals")):
        if named != whole:
            os.truncate(store / folder / "00000000.gob", 30)
    one_run(store)
    assert len(served(go, store)) == 5


def test_a_folder_in_capitals_without_a_name_is_rebuilt_and_renamed(store: Path, go: Go) -> None:
    (store / FOLDER).rename(store / FOLDER.upper())
    (store / FOLDER.upper() / "00000000.gob").unlink()
    one_run(store)
    assert (store / FOLDER).is_dir()
    assert len(served(go, store)) == 4


def test_documents_of_the_other_format_and_twice_in_a_file_are_brought_too(store: Path, go: Go) -> None:
    """They are written anew before they are brought: nothing of them is in a file as it lies now."""
    first = original(store, 0)
    add(store, "ffffffff", replace(first, id="sound"))
    packed = add(store, "ffffffff", replace(first, id="packed"))
    packed.with_name(f"{packed.name}.gz").write_bytes(envelope.wrap(packed.read_bytes(), compressed=True))
    packed.unlink()
    twice = add(store, "ffffffff", replace(first, id="twice"))
    twice.write_bytes(twice.read_bytes() + replace(first, id="behind it").to_bytes())
    twice.rename(twice.with_name("misnamed.gob"))
    (store / FOLDER / "00000000.gob").unlink()
    one_run(store)
    new = {"sound", "packed", "twice", "behind it"}
    assert served(go, store).keys() == {*(f"{NAME}-{n}" for n in range(4)), *new}


def test_damaged_metadata_of_both_formats(store: Path, go: Go) -> None:
    os.truncate(store / FOLDER / "00000000.gob", 40)
    (store / FOLDER / "00000000.gob.gz").write_bytes(b"")
    one_run(store)
    assert len(served(go, store)) == 4


def test_only_one_finding_leaves_the_rest_to_a_command_that_is_named(store: Path) -> None:
    add(store, "old", replace(original(store, 0), id="of old alone"))
    (store / FOLDER / "00000000.gob").unlink()
    settled(store)
    outcome = inside("recover", "--yes", "--only", "META_MISSING", store)
    assert outcome.returncode == 1
    assert "DUPLICATE_NAME" in outcome.stdout
    assert (store / "old").is_dir()
    assert f"Next:  chromemctl recover {store}" in outcome.stdout


OTHER = "contextd_checkpoints"


def test_a_folder_with_a_name_of_its_own_is_another_collection(tmp_path: Path, go: Go) -> None:
    """Somebody copied the metadata of a sibling into it."""
    store = settled(write_store(tmp_path / "vectorstore", [NAME, OTHER]))
    wrong = store / name_hash(OTHER) / "00000000.gob"
    wrong.write_bytes((store / FOLDER / "00000000.gob").read_bytes())
    settled(store)
    before = state(store)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 1, outcome.stdout
    said = " ".join(outcome.stdout.split())
    assert f"its metadata says {NAME!r}, but the folder is that of {OTHER!r}" in said
    assert state(store) == before
    done = json.loads(inside("recover", "--yes", "--json", store).stdout)
    errors = [item for item in done["verify"]["findings"] if item["severity"] == "error"]
    left = [(item["finding"], item["path"]) for item in done["plan"]["unresolved"]]
    assert left == [(item["id"], Path(item["path"]).name) for item in errors]

    outcome = inside("quarantine", "add", "--yes", store, f"{wrong.parent.name}/{wrong.name}")
    assert outcome.returncode == 1, outcome.stdout  # the collection has no metadata now
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0, outcome.stdout
    assert go.chromem_open(store) == {NAME: 3, OTHER: 3}


def test_what_goes_with_a_folder_unread_is_told(store: Path) -> None:
    """Where nothing else is to be repaired than that there are two folders."""
    same = original(store, 0)
    path = add(store, "ffffffff", same)
    path.write_bytes(path.read_bytes() + replace(same, id="behind").to_bytes())
    for identifier in ("cut", f"{NAME}-1"):
        cut = add(store, "ffffffff", replace(same, id=identifier))
        cut.write_bytes(cut.read_bytes()[:50])
    outcome = inside("recover", "--yes", "--json", "--only", "DUPLICATE_NAME", settled(store))
    plan = json.loads(outcome.stdout)["plan"]
    name = document_name("cut", Format.PLAIN)
    assert plan["losses"] == [
        f"ffffffff/{name}: a document that chromem cannot read; it is set aside with the folder"
    ]
    [file] = plan["files"]
    assert [note for note in file["notes"] if "after its first value go with it" in note]
    assert any(note.startswith(f"ffffffff/{path.name}: ") for note in file["notes"])
