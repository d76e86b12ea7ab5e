"""What `verify` says of names and folders that do not go together: what chromem does, and what helps."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gohelper import Go
from gohelper.values import Collection, Document
from pygob.chromem import Metadata, envelope, name_hash
from tests.stores import settled, tree, write_store
from tests.support.inside import inside

# Two names of one hash.
FIRST, SECOND = "tenant_132842_memories", "tenant_169843_memories"
SHARED = name_hash(FIRST)
NAME, OTHER = "contextd_memories", "contextd_checkpoints"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return settled(write_store(tmp_path / "vectorstore"))


def named(folder: Path, name: str) -> None:
    """Give a folder the metadata of a collection."""
    folder.mkdir(exist_ok=True)
    (folder / "00000000.gob").write_bytes(Metadata(name).to_bytes())


def findings(store: Path, kind: str) -> list[dict[str, Any]]:
    report = json.loads(inside("verify", "--json", settled(store)).stdout)
    return [finding for finding in report["findings"] if finding["id"] == kind]


def follow(line: str) -> None:
    """Type a command that was advised."""
    words = shlex.split(line)
    if words[0] == "mv":
        subprocess.run(words, check=True)
    else:
        outcome = inside(*words[1:], "--yes")
        assert outcome.returncode in (0, 1), outcome.stderr


class TestNamesOfOneHash:
    """chromem keeps collections whose names have one hash in one folder."""

    @pytest.mark.parametrize("copy", ["00000000.gob.gz", "00000000.gob.backup"])
    def test_both_are_told_where_a_copy_of_the_metadata_has_the_other(self, store: Path, copy: str) -> None:
        named(store / SHARED, FIRST)
        gob = Metadata(SECOND).to_bytes()
        data = envelope.wrap(gob, compressed=True) if copy.endswith(".gz") else gob
        (store / SHARED / copy).write_bytes(data)
        [finding] = findings(store, "NAME_COLLISION")
        assert (finding["severity"], finding["path"]) == ("warning", str(store / SHARED))
        assert repr(FIRST) in finding["message"]
        assert repr(SECOND) in finding["message"]
        words = shlex.split(finding["action"].partition("chromemctl ")[2])
        assert inside(*words).returncode == 0

    def test_what_is_said_of_chromem_is_so(self, tmp_path: Path, go: Go) -> None:
        """One folder, one name, the documents of both."""
        documents = [Document(name, {}, [1.0, 0.0], name) for name in ("a", "b")]
        both = [
            Collection(name, {}, [document])
            for name, document in zip((FIRST, SECOND), documents, strict=True)
        ]
        go.chromem_create(tmp_path / "store", both)
        assert go.chromem_open(tmp_path / "store") == {SECOND: 2}

    def test_two_names_in_the_two_formats_are_not_called_one_collection(self, store: Path) -> None:
        named(store / SHARED, FIRST)
        gob = Metadata(SECOND).to_bytes()
        (store / SHARED / "00000000.gob.gz").write_bytes(envelope.wrap(gob, compressed=True))
        [finding] = findings(store, "MIXED_EXT")
        assert "exists twice" not in finding["message"]
        assert f"{FIRST!r} with 0 documents in .gob" in finding["message"]
        assert f"{SECOND!r} with 0 documents in .gob.gz" in finding["message"]

    def test_a_copy_of_the_name_itself_is_none(self, store: Path) -> None:
        named(store / SHARED, FIRST)
        (store / SHARED / "00000000.gob.backup").write_bytes(Metadata(FIRST).to_bytes())
        assert findings(store, "NAME_COLLISION") == []


class TestAnotherFoldersName:
    """A folder whose metadata has a name with another hash."""

    def test_where_that_folder_is_free_it_is_renamed(self, store: Path) -> None:
        (store / name_hash(NAME)).rename(store / SHARED)
        [finding] = findings(store, "NAME_MISMATCH")
        assert finding["message"].startswith(f"the folder holds collection {NAME!r}, whose folder would be")
        follow(finding["action"].split(": ")[1].partition(";")[0])
        assert inside("verify", store).returncode == 0
        assert findings(store, "NAME_MISMATCH") == []

    def test_where_the_folder_is_right_its_metadata_is_found_again(self, store: Path) -> None:
        named(store / name_hash(NAME), "renamed by somebody")
        [finding] = findings(store, "NAME_MISMATCH")
        follow("chromemctl" + finding["action"].partition("chromemctl")[2].partition(", then")[0])
        assert inside("recover", "--yes", settled(store)).returncode == 0
        assert findings(store, "NAME_MISMATCH") == []

    def test_two_folders_that_were_swapped(self, store: Path, go: Go) -> None:
        """Each has the other's place, which no rename alone can give it."""
        before = {path: facts[0] for path, facts in tree(store).items()}
        first, second = store / name_hash(NAME), store / name_hash(OTHER)
        first.rename(store / "aside")
        second.rename(first)
        (store / "aside").rename(second)
        assert go.chromem_open(store)[NAME] == 3
        found = findings(store, "NAME_MISMATCH")
        assert len(found) == 2
        assert found[0]["action"] == found[1]["action"]
        for line in found[0]["action"].partition(": ")[2].split("; "):
            follow(line)
        assert {path: facts[0] for path, facts in tree(store).items()} == before

    def test_where_another_collection_has_that_folder(self, store: Path, go: Go) -> None:
        """Nothing is to be renamed; chromem would write over that one's metadata."""
        (store / name_hash(OTHER)).rename(store / SHARED)
        (store / name_hash(NAME)).rename(store / name_hash(OTHER))
        told = {Path(each["path"]).name: each for each in findings(store, "NAME_MISMATCH")}
        taken = told[SHARED]
        assert f"{name_hash(OTHER)}, which holds {NAME!r}" in taken["message"]
        assert "mv " not in taken["action"]
        assert go.chromem_open(store) == {NAME: 3, OTHER: 3, "contextd_remediations": 3}
        go.chromem_create(store, [Collection(OTHER)])
        assert NAME not in go.chromem_open(store)

    def test_where_that_folder_holds_the_same_collection(self, store: Path) -> None:
        named(store / SHARED, NAME)
        [finding] = findings(store, "NAME_MISMATCH")
        assert "DUPLICATE_NAME" in finding["action"]
        assert "mv " not in finding["action"]
