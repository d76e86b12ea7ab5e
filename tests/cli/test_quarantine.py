"""`chromemctl quarantine add` and `restore`: planned, shown, asked for, undoable; nothing is overwritten."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gohelper import Go
from pygob.chromem import Document, Format, Metadata, document_name, envelope, name_hash, read_document
from tests.stores import settled, tree, write_store
from tests.support.inside import inside
from tests.support.terminal import on_a_terminal

NAME = "contextd_memories"
FOLDER = name_hash(NAME)
PLACE = f".quarantine/{FOLDER}/0001"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return settled(write_store(tmp_path / "vectorstore", documents=3))


def file_of(store: Path, number: int, form: Format = Format.PLAIN) -> Path:
    return store / FOLDER / document_name(f"{NAME}-{number}", form)


def state(store: Path) -> dict[str, tuple[object, ...]]:
    """The whole tree but for our own journal."""
    return {path: facts for path, facts in tree(store).items() if not path.startswith(".chromemctl")}


def files(store: Path) -> dict[str, tuple[object, ...]]:
    """Files alone: content, mode, owner, time, inode."""
    return {path: facts for path, facts in state(store).items() if facts[0] is not None}


def done(*arguments: str | Path) -> str:
    outcome = inside(*arguments)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return outcome.stdout


def report(*arguments: str | Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(inside(*arguments, "--json").stdout)
    return data


def again(store: Path, *documents: Document, metadata: dict[str, str] | None = None) -> None:
    """What the application does when it makes a collection again and adds documents."""
    folder = store / FOLDER
    folder.mkdir(mode=0o700)
    (folder / "00000000.gob").write_bytes(Metadata(NAME, metadata or {}).to_bytes())
    for document in documents:
        (folder / document_name(document.id, Format.PLAIN)).write_bytes(document.to_bytes())


class TestAdd:
    """Setting things aside."""

    def test_a_folder_goes_as_a_whole_and_comes_back(self, store: Path, go: Go) -> None:
        before = state(store)
        shown = done("quarantine", "add", "--yes", store, FOLDER)
        assert f"move    {FOLDER}/  →  {PLACE}/{FOLDER}/  (4 entries)" in shown
        assert "will not have collection 'contextd_memories' with its 3 documents" in shown
        assert go.chromem_open(store) == {"contextd_checkpoints": 3, "contextd_remediations": 3}
        assert f"{PLACE}/{FOLDER}/" in done("quarantine", "list", store)
        done("quarantine", "restore", "--yes", store, FOLDER)
        assert files(store) == {path: facts for path, facts in before.items() if facts[0] is not None}
        assert len(go.chromem_open(store)) == 3

    def test_undo_brings_the_very_tree_back(self, store: Path) -> None:
        before = state(store)
        checkpoints = f"{name_hash('contextd_checkpoints')}/00000000.gob"
        assert inside("quarantine", "add", "--yes", store, FOLDER, checkpoints).returncode == 1
        done("undo", "--last", "--yes", store)
        assert state(store) == before

    @pytest.mark.parametrize("given", ["absolute", "from here", "from the store"])
    def test_a_file_by_any_of_its_paths(
        self, store: Path, given: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = file_of(store, 0)
        monkeypatch.chdir(path.parent)
        named = {"absolute": str(path), "from here": path.name, "from the store": f"{FOLDER}/{path.name}"}[
            given
        ]
        done("quarantine", "add", "--yes", store, named)
        [item] = report("quarantine", "list", store)["files"]
        assert (item["path"], item["origin"]) == (f"{PLACE}/{path.name}", f"{FOLDER}/{path.name}")
        assert (item["finding"], item["collection"], item["kind"]) == (None, NAME, "file")

    def test_metadata_alone_is_warned_of_and_the_store_does_not_open(self, store: Path) -> None:
        outcome = inside("quarantine", "add", "--yes", store, f"{FOLDER}/00000000.gob")
        assert outcome.returncode == 1
        assert "make chromem refuse the whole store, until recover has rebuilt it" in outcome.stdout
        assert f"quarantine add {store} {FOLDER}\n" in outcome.stdout
        assert "Next:  chromemctl recover" in outcome.stdout

    def test_a_dry_run_changes_nothing(self, store: Path) -> None:
        before = tree(store)
        assert "Nothing was changed" in done("quarantine", "add", "--dry-run", store, FOLDER)
        planned = report("quarantine", "add", "--dry-run", store, FOLDER)
        assert tree(store) == before
        applied = report("quarantine", "add", "--yes", store, FOLDER)
        assert applied["transfers"] == planned["transfers"]
        assert (planned["applied"], applied["applied"]) == (False, True)

    def test_a_person_is_asked(self, store: Path) -> None:
        before = tree(store)
        code, said = on_a_terminal("quarantine", "add", store, FOLDER, answer="n\n")
        assert (code, tree(store)) == (1, before)
        assert "Do this?" in said
        assert inside("quarantine", "add", store, FOLDER).returncode == 2

    @pytest.mark.parametrize(
        ("path", "said"),
        [
            ("nowhere", "is not in"),
            ("..", "is not in"),
            (".", "is not in"),
            (".quarantine", "is not in"),
            (f"{FOLDER}/none.gob", "is not in"),
            ("file", "is neither a collection's folder nor a file in one"),
            ("link", "is neither a collection's folder nor a file in one"),
            (f"{FOLDER}/inner/x.gob", "is neither a collection's folder nor a file in one"),
        ],
    )
    def test_what_cannot_be_set_aside(self, store: Path, path: str, said: str) -> None:
        (store / "file").write_bytes(b"")
        (store / "link").symlink_to(FOLDER)
        (store / FOLDER / "inner").mkdir()
        (store / FOLDER / "inner" / "x.gob").write_bytes(b"")
        before = tree(store)
        outcome = inside("quarantine", "add", "--yes", store, path)
        assert outcome.returncode == 2
        assert said in outcome.stderr
        assert tree(store) == before

    def test_a_folder_and_a_file_in_it_are_one_too_many(self, store: Path) -> None:
        outcome = inside("quarantine", "add", "--yes", store, FOLDER, f"{FOLDER}/00000000.gob")
        assert outcome.returncode == 2

    def test_own_directories_are_left_alone(self, store: Path) -> None:
        done("quarantine", "add", "--yes", store, FOLDER)
        for path in (".quarantine", f"{PLACE}/manifest.json", ".chromemctl/journal"):
            outcome = inside("quarantine", "add", "--yes", store, path)
            assert outcome.returncode == 2
            assert "is chromemctl's own" in outcome.stderr


class TestRestore:
    """Bringing things back."""

    def test_a_damaged_document_comes_back_byte_for_byte(self, store: Path) -> None:
        path = file_of(store, 1)
        os.truncate(path, 60)
        before = path.read_bytes(), path.lstat()
        inside("recover", "--yes", store)
        assert not path.exists()
        outcome = inside("quarantine", "restore", "--yes", store, f"{FOLDER}/0001")
        assert outcome.returncode == 1, "the damage is back too"
        assert "it was set aside for DOC_TRUNCATED" in outcome.stdout
        assert (path.read_bytes(), path.lstat().st_mtime_ns) == (before[0], before[1].st_mtime_ns)
        assert not (store / ".quarantine").exists()

    @pytest.mark.parametrize("restored", [f"{FOLDER}/0001", f"{FOLDER}/0002"])
    def test_undo_of_a_restore_brings_modes_and_times_back(self, store: Path, restored: str) -> None:
        os.truncate(file_of(store, 1), 60)
        inside("recover", "--yes", store)
        done("quarantine", "add", "--yes", store, file_of(store, 2))
        settled(store / ".quarantine")
        before = {path: facts[:-1] for path, facts in state(store).items()}
        assert any(path.endswith(".salvaged.json") for path in before)
        inside("quarantine", "restore", "--yes", store, restored)
        done("undo", "--last", "--yes", store)
        assert {path: facts[:-1] for path, facts in state(store).items()} == before

    def test_undo_of_a_restore(self, store: Path) -> None:
        done("quarantine", "add", "--yes", store, FOLDER)
        aside = {path: facts[0] for path, facts in state(store).items()}
        done("quarantine", "restore", "--yes", store, f"{PLACE}/{FOLDER}")
        done("undo", "--last", "--yes", store)
        assert {path: facts[0] for path, facts in state(store).items()} == aside

    def test_refused_when_the_place_is_taken(self, store: Path) -> None:
        path = file_of(store, 1)
        done("quarantine", "add", "--yes", store, path)
        path.write_bytes(b"new")
        before = tree(store)
        outcome = inside("quarantine", "restore", "--yes", store, f"{FOLDER}/0001")
        assert outcome.returncode == 2
        assert f"{FOLDER}/{path.name} exists; nothing was changed" in outcome.stderr
        assert tree(store) == before

    def test_refused_when_the_folder_is_gone(self, store: Path) -> None:
        done("quarantine", "add", "--yes", store, f"{FOLDER}/{file_of(store, 1).name}")
        done("quarantine", "add", "--yes", store, FOLDER)
        outcome = inside("quarantine", "restore", "--yes", store, f"{FOLDER}/0001")
        assert outcome.returncode == 2
        assert "bring that back first" in outcome.stderr
        done("quarantine", "restore", "--yes", store, f"{FOLDER}/0002")
        done("quarantine", "restore", "--yes", store, f"{FOLDER}/0001")

    def test_what_is_not_there_or_more_than_one(self, store: Path) -> None:
        done("quarantine", "add", "--yes", store, file_of(store, 0), file_of(store, 1))
        for wanted, said in ((FOLDER, "more than one thing (2)"), (f"{FOLDER}/0009", "is nothing in")):
            outcome = inside("quarantine", "restore", "--yes", store, wanted)
            assert outcome.returncode == 2
            assert said in outcome.stderr

    def test_changed_since_is_said(self, store: Path) -> None:
        done("quarantine", "add", "--yes", store, file_of(store, 0))
        (store / PLACE / file_of(store, 0).name).write_bytes(b"other")
        shown = inside("quarantine", "restore", "--dry-run", store, FOLDER).stdout
        assert "no longer as it was when it was set aside" in shown

    @pytest.mark.parametrize("origin", ["/etc/passwd", "../outside/x.gob", "x.gob", "a/b/c.gob"])
    def test_a_manifest_cannot_lead_out_of_the_collections(self, store: Path, origin: str) -> None:
        done("quarantine", "add", "--yes", store, file_of(store, 0))
        manifest = store / PLACE / "manifest.json"
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"file": origin}))
        before = tree(store)
        outcome = inside("quarantine", "restore", "--yes", store, FOLDER)
        assert outcome.returncode == 2
        assert "names no place in the store" in outcome.stderr
        assert tree(store) == before

    def test_a_collection_that_another_tool_has_put_there(self, store: Path, go: Go) -> None:
        """contextd moves the files of a folder without metadata to .quarantine/HASH."""
        quarantine = store / ".quarantine"
        quarantine.mkdir()
        (store / FOLDER).rename(quarantine / FOLDER)
        (quarantine / FOLDER / "00000000.gob").unlink()
        outcome = inside("quarantine", "restore", "--yes", store, FOLDER)
        assert outcome.returncode == 1, "the metadata is still missing"
        assert "Next:  chromemctl recover" in outcome.stdout
        done("recover", "--yes", store)
        assert go.chromem_open(store)[NAME] == 3


class TestVerify:
    """What was set aside as a whole is mentioned, with the command that brings it back."""

    def test_a_collection_set_aside(self, store: Path) -> None:
        done("quarantine", "add", "--yes", store, FOLDER)
        [finding] = report("verify", store)["findings"]
        assert (finding["id"], finding["severity"]) == ("QUARANTINED", "info")
        assert finding["path"] == f"{store}/{PLACE}/{FOLDER}"
        assert finding["action"].endswith(f"chromemctl quarantine restore {store} {FOLDER}/0001")

    def test_one_that_was_made_again(self, store: Path) -> None:
        done("quarantine", "add", "--yes", store, FOLDER)
        again(store)
        [finding] = report("verify", store)["findings"]
        assert finding["action"].endswith(f"chromemctl quarantine restore --merge {store} {FOLDER}/0001")

    def test_beside_other_things_of_the_collection_the_advice_still_works(self, store: Path) -> None:
        done("quarantine", "add", "--yes", store, file_of(store, 1))
        done("quarantine", "add", "--yes", store, FOLDER)
        [finding] = report("verify", store)["findings"]
        done(*shlex.split(finding["action"].partition("chromemctl ")[2]), "--yes")
        assert (store / FOLDER / "00000000.gob").exists()

    def test_what_is_left_after_a_merge_is_not_mentioned(self, store: Path) -> None:
        done("quarantine", "add", "--yes", store, FOLDER)
        again(store)
        done("quarantine", "restore", "--merge", "--yes", store, FOLDER)
        assert (store / PLACE / FOLDER / "00000000.gob").exists()
        assert report("verify", store)["findings"] == []

    def test_what_another_tool_has_set_aside(self, store: Path) -> None:
        (store / ".quarantine").mkdir()
        (store / FOLDER).rename(store / ".quarantine" / FOLDER)
        [finding] = report("verify", store)["findings"]
        assert (
            finding["message"]
            == f"3 documents of folder {FOLDER} set aside; the application has none of these"
        )

    def test_single_files_are_not(self, store: Path) -> None:
        done("quarantine", "add", "--yes", store, file_of(store, 0))
        assert report("verify", store)["findings"] == []


class TestMerge:
    """The application has made a collection again that is in quarantine."""

    def test_refused_without_merge(self, store: Path) -> None:
        done("quarantine", "add", "--yes", store, FOLDER)
        again(store)
        before = tree(store)
        outcome = inside("quarantine", "restore", "--yes", store, FOLDER)
        assert outcome.returncode == 2
        assert f"chromemctl quarantine restore --merge {store} {FOLDER}" in outcome.stderr
        assert tree(store) == before

    def test_the_union_opens_and_the_later_version_stays(self, store: Path, go: Go) -> None:
        old = [read_document(file_of(store, number)) for number in range(3)]
        done("quarantine", "add", "--yes", store, FOLDER)
        later = replace(old[1], content="changed since")
        new = replace(old[0], id="new")
        again(store, old[0], later, new)
        before = state(store)
        shown = done("quarantine", "restore", "--merge", "--yes", store, FOLDER)
        assert "1 document brought into contextd_memories" in shown
        assert "1 document the same in both folders" in shown
        assert "the collection has a later version" in shown
        served = go.chromem_documents(store, NAME).documents
        expected = {document.id: document.content for document in (old[0], later, old[2], new)}
        assert {document.id: document.content for document in served} == expected
        assert old[1].to_bytes() in {facts[0] for facts in state(store).values()}
        done("undo", "--last", "--yes", store)
        assert state(store) == before

    def test_an_older_version_in_the_collection_gives_way_and_is_kept(self, store: Path, go: Go) -> None:
        old = read_document(file_of(store, 1))
        older = replace(old, content="from a backup")
        done("quarantine", "add", "--yes", store, FOLDER)
        again(store, older)
        os.utime(file_of(store, 1), (0, 0))
        before = state(store)
        done("quarantine", "restore", "--merge", "--yes", store, FOLDER)
        assert read_document(file_of(store, 1)) == old
        assert older.to_bytes() in {facts[0] for facts in state(store).values()}
        assert go.chromem_open(store)[NAME] == 3
        done("undo", "--last", "--yes", store)
        assert state(store) == before

    def test_what_does_not_fit_is_in_the_journal_for_whoever_finishes(self, store: Path) -> None:
        old, written = read_document(file_of(store, 1)), file_of(store, 1).stat().st_mtime_ns
        done("quarantine", "add", "--yes", store, FOLDER)
        again(store, replace(old, content="written at the same time"))
        os.utime(file_of(store, 1), ns=(written, written))
        outcome = inside("quarantine", "restore", "--merge", "--yes", "--json", store, FOLDER)
        [transfer] = json.loads(outcome.stdout)["transfers"]
        journal = store / ".chromemctl" / "journal" / "0002.jsonl"
        assert transfer["losses"]
        assert json.loads(journal.read_text().splitlines()[0])["losses"] == transfer["losses"]

    def test_what_does_not_fit_stays_and_is_said(self, store: Path) -> None:
        done("quarantine", "add", "--yes", store, FOLDER)
        again(store, Document("other", {}, read_document(_aside(store, 0)).embedding[:3], "short"))
        outcome = inside("quarantine", "restore", "--merge", "--yes", store, FOLDER)
        assert outcome.returncode == 1
        assert "its vector has length 8, not 3; it is kept whole" in outcome.stdout

    def test_another_collection_of_the_same_hash_is_refused(self, store: Path) -> None:
        done("quarantine", "add", "--yes", store, FOLDER)
        (store / FOLDER).mkdir()
        (store / FOLDER / "00000000.gob").write_bytes(Metadata("another").to_bytes())
        outcome = inside("quarantine", "restore", "--merge", "--yes", store, FOLDER)
        assert outcome.returncode == 2
        assert "is another collection: 'contextd_memories'" in outcome.stderr

    def test_the_collection_must_be_sound(self, store: Path) -> None:
        done("quarantine", "add", "--yes", store, FOLDER)
        (store / FOLDER).mkdir()
        (store / FOLDER / "00000000.gob").write_bytes(b"")
        outcome = inside("quarantine", "restore", "--merge", "--yes", store, FOLDER)
        assert outcome.returncode == 2
        assert "has no metadata that can be read; repair it first" in outcome.stderr

    def test_into_a_compressed_collection(self, store: Path, go: Go) -> None:
        done("quarantine", "add", "--yes", store, FOLDER)
        for path in store.glob("*/*.gob"):
            if ".quarantine" not in path.parts:
                gob = path.read_bytes()
                path.with_name(path.name + ".gz").write_bytes(envelope.wrap(gob, compressed=True))
                path.unlink()
        (store / FOLDER).mkdir()
        metadata = envelope.wrap(Metadata(NAME).to_bytes(), compressed=True)
        (store / FOLDER / "00000000.gob.gz").write_bytes(metadata)
        done("quarantine", "restore", "--merge", "--yes", store, FOLDER)
        assert go.chromem_open(store, compress=True)[NAME] == 3
        assert _aside(store, 0).exists()

    def test_only_a_collection_can_be_merged(self, store: Path) -> None:
        done("quarantine", "add", "--yes", store, file_of(store, 0))
        outcome = inside("quarantine", "restore", "--merge", "--yes", store, FOLDER)
        assert outcome.returncode == 2


class TestSeveral:
    """Several things brought back at once: each is planned after the ones before it."""

    @pytest.fixture
    def twice(self, store: Path) -> Path:
        """A collection that was set aside, made again, set aside again and made again."""
        old = [read_document(file_of(store, number)) for number in range(3)]
        done("quarantine", "add", "--yes", store, FOLDER)
        again(store, replace(old[0], content="second"), replace(old[1], id="only second"))
        for path in (store / FOLDER).iterdir():
            os.utime(path, (2_000_000_000, 2_000_000_000))
        done("quarantine", "add", "--yes", store, FOLDER)
        again(store, replace(old[1], id="only third"))
        return store

    def served(self, go: Go, store: Path) -> dict[str, str]:
        return {document.id: document.content for document in go.chromem_documents(store, NAME).documents}

    def test_both_are_merged_and_the_dry_run_is_true(self, twice: Path, go: Go) -> None:
        before = state(twice)
        command = ["quarantine", "restore", "--merge", twice, f"{FOLDER}/0001", f"{FOLDER}/0002"]
        shown = done(*command, "--dry-run")
        assert done(*command, "--yes").startswith(shown.partition("\nNothing was changed")[0])
        served = self.served(go, twice)
        assert set(served) == {*(f"{NAME}-{n}" for n in range(3)), "only second", "only third"}
        assert served[f"{NAME}-0"] == "second"
        done("undo", "--last", "--yes", twice)
        assert state(twice) == before

    def test_what_the_first_has_brought_gives_way_to_the_second(self, twice: Path, go: Go) -> None:
        """Compressed, so that what the first brings is written again."""
        for path in (twice / FOLDER).iterdir():
            data = envelope.wrap(path.read_bytes(), compressed=True)
            path.with_name(path.name + ".gz").write_bytes(data)
            path.unlink()
        inside("quarantine", "restore", "--merge", "--yes", twice, f"{FOLDER}/0001", f"{FOLDER}/0002")
        served = {d.id: d.content for d in go.chromem_documents(twice, NAME, compress=True).documents}
        assert served[f"{NAME}-0"] == "second"
        assert len(served) == 5

    def test_one_to_its_place_and_the_other_into_it(self, twice: Path, go: Go) -> None:
        done("quarantine", "add", "--yes", twice, FOLDER)
        before = state(twice)
        everything = [f"{FOLDER}/{number:04}" for number in (3, 2, 1)]
        done("quarantine", "restore", "--merge", "--yes", twice, *everything)
        assert len(self.served(go, twice)) == 5
        done("undo", "--last", "--yes", twice)
        assert {path: facts[:-1] for path, facts in state(twice).items()} == {
            path: facts[:-1] for path, facts in before.items()
        }

    def test_a_folder_and_then_a_file_of_it(self, store: Path, go: Go) -> None:
        done("quarantine", "add", "--yes", store, file_of(store, 1))
        done("quarantine", "add", "--yes", store, FOLDER)
        done("quarantine", "restore", "--yes", store, f"{FOLDER}/0002", f"{FOLDER}/0001", f"{PLACE}")
        assert go.chromem_open(store)[NAME] == 3
        assert not (store / ".quarantine").exists()

    def test_two_for_one_place_are_refused_before_anything_is_done(self, store: Path) -> None:
        path = file_of(store, 1)
        content = path.read_bytes()
        done("quarantine", "add", "--yes", store, path)
        path.write_bytes(content)
        done("quarantine", "add", "--yes", store, path)
        before = tree(store)
        outcome = inside("quarantine", "restore", "--yes", store, f"{FOLDER}/0001", f"{FOLDER}/0002")
        assert outcome.returncode == 2
        assert "would be brought back twice" in outcome.stderr
        assert tree(store) == before


class TestWhatStandsInThePlace:
    """Something that is no collection: no advice leads in a circle."""

    @pytest.fixture
    def aside(self, store: Path) -> Path:
        done("quarantine", "add", "--yes", store, FOLDER)
        return store

    @pytest.mark.parametrize("merge", [(), ("--merge",)])
    def test_an_empty_folder_gives_way(self, aside: Path, go: Go, merge: tuple[str, ...]) -> None:
        (aside / FOLDER).mkdir(mode=0o710)
        os.utime(aside / FOLDER, (1_000_000_000, 1_000_000_000))
        before = {path: facts[:-1] for path, facts in state(aside).items()}
        assert "the empty folder in its place is removed" in done(
            "quarantine", "restore", *merge, "--yes", aside, FOLDER
        )
        assert go.chromem_open(aside)[NAME] == 3
        done("undo", "--last", "--yes", aside)
        assert {path: facts[:-1] for path, facts in state(aside).items()} == before

    @pytest.mark.parametrize("kind", ["file", "symlink", "folder"])
    @pytest.mark.parametrize("merge", [(), ("--merge",)])
    def test_what_is_advised_works(self, aside: Path, kind: str, merge: tuple[str, ...]) -> None:
        if kind == "folder":
            (aside / FOLDER).mkdir()
            (aside / FOLDER / "notes.txt").write_text("mine")
        elif kind == "file":
            (aside / FOLDER).write_text("mine")
        else:
            (aside / FOLDER).symlink_to("elsewhere")
        before = tree(aside)
        outcome = inside("quarantine", "restore", *merge, "--yes", aside, f"{FOLDER}/0001")
        assert outcome.returncode == 2
        assert tree(aside) == before
        advice = outcome.stderr.splitlines()[-1].strip()
        if kind == "folder":
            done(*shlex.split(advice)[1:], "--yes")
        else:
            subprocess.run(["sh", "-c", advice], check=True)
        done("quarantine", "restore", "--yes", aside, f"{FOLDER}/0001")
        assert inside("verify", aside).returncode == 0


def _aside(store: Path, number: int) -> Path:
    return store / PLACE / FOLDER / file_of(store, number).name
