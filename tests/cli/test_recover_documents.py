"""`chromemctl recover` on documents: the application starts, and what is lost is said."""

from __future__ import annotations

import json
import os
import shlex
from array import array
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gohelper import Go
from pygob.chromem import Document, document_name, name_hash, read_document
from pygob.chromem.names import Format
from tests.stores import contents, settled, tree, write_store
from tests.support.inside import inside

NAME = "contextd_memories"
FOLDER = name_hash(NAME)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return write_store(tmp_path / "vectorstore")


def document(store: Path, number: int) -> Path:
    return store / FOLDER / document_name(f"{NAME}-{number}", Format.PLAIN)


def quarantined(store: Path, number: str = "0001") -> Path:
    return store / ".quarantine" / FOLDER / number


def cut(path: Path, missing: int) -> bytes:
    whole = path.read_bytes()
    path.write_bytes(whole[:-missing])
    return whole


def salvaged(store: Path, name: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((quarantined(store) / f"{name}.salvaged.json").read_text())
    return report


def test_a_cut_document_is_set_aside_and_the_application_starts(store: Path) -> None:
    path = document(store, 1)
    original = read_document(path)
    cut(path, 3)
    kept, mtime = path.read_bytes(), path.stat().st_mtime_ns
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 1, "loss never exits with 0"
    assert "The application would start and see 3 collections with 8 documents." in outcome.stdout
    assert "What could not be brought back (1)" in outcome.stdout
    assert outcome.stdout.endswith(f"\nNext:  chromemctl quarantine list {store}\n")
    assert (
        f"{FOLDER}/{path.name}: document '{NAME}-1'; it breaks off after {len(kept)} bytes" in outcome.stdout
    )
    assert not path.exists()
    assert (quarantined(store) / path.name).read_bytes() == kept
    assert (quarantined(store) / path.name).stat().st_mtime_ns == mtime
    manifest = json.loads((quarantined(store) / "manifest.json").read_text())
    assert manifest["file"] == f"{FOLDER}/{path.name}"
    assert manifest["finding"] == "DOC_TRUNCATED"
    report = salvaged(store, path.name)
    assert report["salvaged"] is True
    [found] = report["documents"]
    assert found["id"] == original.id
    assert found["id_confirmed"] is True
    assert found["metadata"] == original.metadata
    assert found["embedding"] == list(original.embedding)
    assert original.content.startswith(found["content"])
    assert not found["complete"]
    assert [item["path"] for item in found["suspects"]] == ["Document.Content"]
    assert (found["end"], report["lost"]) == (len(kept), []), "what is lost is not in the file"


def test_only_that_file_is_touched(store: Path) -> None:
    document(store, 1).write_bytes(bytes(200))
    before = tree(store / FOLDER)
    inside("recover", "--yes", store)
    after = tree(store / FOLDER)
    del before[document(store, 1).name], before["."], after["."]
    assert after == before


def test_a_dry_run_tells_the_loss_and_changes_nothing(store: Path) -> None:
    cut(document(store, 1), 3)
    before = tree(store)
    outcome = inside("recover", "--dry-run", store)
    assert outcome.returncode == 1
    assert f"lost: {FOLDER}/{document(store, 1).name}: document '{NAME}-1'" in outcome.stdout
    assert f"move    {FOLDER}/{document(store, 1).name}  →  .quarantine/{FOLDER}/0001/" in outcome.stdout
    assert tree(store) == before


def test_the_dry_run_is_the_plan_that_runs(store: Path) -> None:
    cut(document(store, 0), 3)
    cut(store / FOLDER / "00000000.gob", 3)
    document(store, 1).rename(store / FOLDER / "copy.gob")
    settled(store)
    dry = json.loads(inside("recover", "--dry-run", "--json", store).stdout)
    wet = json.loads(inside("recover", "--yes", "--json", store).stdout)
    assert dry["plan"] == wet["plan"]
    assert [item["finding"] for item in wet["plan"]["files"]] == ["DOC_TRUNCATED", "DOC_MISNAMED"]
    assert len(wet["plan"]["losses"]) == 1
    assert wet["verify"]["healthy"]


def test_each_damaged_file_has_a_number_of_its_own(store: Path) -> None:
    for number in range(2):
        document(store, number).write_bytes(b"")
    inside("recover", "--yes", store)
    kept = {path.name for number in ("0001", "0002") for path in quarantined(store, number).glob("*.gob")}
    assert kept == {document(store, number).name for number in range(2)}


def test_a_stray_is_no_loss(store: Path) -> None:
    (store / FOLDER / "x.bak.gob").write_bytes(b"not a gob")
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0
    assert "nothing of a document is in it" in outcome.stdout


def test_a_sound_copy_takes_the_place_of_a_damaged_document(store: Path) -> None:
    original = document(store, 1).read_bytes()
    (store / FOLDER / "copy.gob").write_bytes(original)
    cut(document(store, 1), 3)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0, "nothing is lost"
    assert document(store, 1).read_bytes() == original
    assert f"a sound copy of document '{NAME}-1' takes its place" in outcome.stdout


def test_a_later_version_under_another_name_is_said_to_be_set_aside(store: Path) -> None:
    settled(store)
    changed = replace(read_document(document(store, 1)), content="changed")
    (store / FOLDER / "zzzz.gob").write_bytes(changed.to_bytes())
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 1
    assert "another version of document" in outcome.stdout
    assert read_document(document(store, 1)).content == "text 1"
    assert read_document(quarantined(store) / "zzzz.gob") == changed


def test_an_older_version_is_not_a_loss(store: Path) -> None:
    changed = replace(read_document(document(store, 1)), content="changed")
    old = store / FOLDER / "zzzz.gob"
    old.write_bytes(changed.to_bytes())
    os.utime(old, (1, 1))
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0
    assert "an older version of document" in outcome.stdout


def test_a_sibling_copied_over_a_document_one_bit_away_is_set_aside_and_the_lost_one_named(
    store: Path,
) -> None:
    """The ids …-0 and …-1 differ by one bit; a copy of what lies in its place is no damaged id."""
    document(store, 0).write_bytes(document(store, 1).read_bytes())
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 1
    assert (
        f"lost: {FOLDER}/{document(store, 0).name}: document '{NAME}-0'; in its place was" in outcome.stdout
    )
    assert not document(store, 0).exists()
    assert read_document(document(store, 1)).id == f"{NAME}-1"
    assert inside("verify", store).returncode == 0


def test_a_document_that_another_one_was_copied_over_is_lost(store: Path) -> None:
    document(store, 2).write_bytes(document(store, 1).read_bytes())
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 1
    assert "the document of this name, if there was one; in its place was" in outcome.stdout


def test_a_document_that_was_copied_over_and_lies_elsewhere_is_not_lost(store: Path) -> None:
    (store / FOLDER / "zzzz.gob").write_bytes(document(store, 2).read_bytes())
    document(store, 2).write_bytes(document(store, 1).read_bytes())
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0
    assert read_document(document(store, 2)).id == f"{NAME}-2"


def test_what_is_left_for_an_id_in_doubt_is_told_of_both_files(store: Path) -> None:
    name = "contextd_checkpoints"
    files = [store / name_hash(name) / document_name(f"{name}-{number}", Format.PLAIN) for number in (0, 1)]
    files[0].write_bytes(replace(read_document(files[1]), content="changed").to_bytes())
    outcome = inside("recover", "--yes", "--json", store)
    assert outcome.returncode == 1
    left = {item["path"]: item["finding"] for item in json.loads(outcome.stdout)["plan"]["unresolved"]}
    assert left == {
        str(files[0].relative_to(store)): "DOC_MISNAMED",
        str(files[1].relative_to(store)): "DUP_ID",
    }
    told = " ".join(inside("verify", store).stdout.split())
    assert f"recover does if other files show that the id in {files[0].name} is right" in told


def test_a_second_document_that_came_to_light_is_told_to_be_brought_to_its_place(store: Path) -> None:
    """Two documents, one after the other, in the place of the metadata."""
    both = [document(store, number) for number in (0, 1)]
    (store / FOLDER / "00000000.gob").write_bytes(b"".join(path.read_bytes() for path in both))
    for path in both:
        path.unlink()
    outcome = inside("recover", "--yes", store)
    assert "More can be repaired now" in outcome.stdout
    assert f"Next:  chromemctl recover {store}" in outcome.stdout
    assert inside("recover", "--yes", store).returncode == 0
    assert [read_document(path).id for path in both] == [f"{NAME}-0", f"{NAME}-1"]


def exchange(one: Path, other: Path) -> None:
    """Give two files each other's places."""
    between = one.with_name("between")
    one.rename(between)
    other.rename(one)
    between.rename(other)


def test_documents_exchanged_between_collections_come_back(store: Path) -> None:
    before = contents(store)
    other = store / name_hash("contextd_checkpoints") / document_name("contextd_checkpoints-0", Format.PLAIN)
    exchange(document(store, 1), other)
    exchanged = contents(store)
    told = " ".join(inside("verify", store).stdout.split())
    assert f"exchanged with {FOLDER}/{document(store, 1).name}: recover brings both back" in told
    assert "rename it" not in told
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0, outcome.stdout
    assert {path: data for path, data in contents(store).items() if path in before} == before
    assert inside("undo", "--yes", "--last", store).returncode == 0
    part = inside("recover", "--yes", "--collection", NAME, store)
    assert part.returncode == 1, "the other collection is left out"
    assert "may have been exchanged with" in part.stdout
    assert {path: data for path, data in contents(store).items() if path in exchanged} == exchanged


def test_documents_that_went_round_three_collections_come_back(store: Path) -> None:
    before = contents(store)
    names = ("contextd_checkpoints", "contextd_remediations")
    others = [store / name_hash(name) / document_name(f"{name}-2", Format.PLAIN) for name in names]
    exchange(document(store, 1), others[0])
    exchange(others[0], others[1])
    assert inside("recover", "--yes", store).returncode == 0
    assert {path: data for path, data in contents(store).items() if path in before} == before


def test_a_document_that_may_be_of_another_collection_is_given_no_name_in_this_one(store: Path) -> None:
    """Half of an exchange: what was in the place lies under a name that proves nothing."""
    other = store / name_hash("contextd_checkpoints") / document_name("contextd_checkpoints-0", Format.PLAIN)
    exchange(document(store, 1), other)
    document(store, 1).rename(store / FOLDER / "zzzz.gob")
    before = contents(store)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 1
    assert f"may have been exchanged with {FOLDER}/zzzz.gob" in " ".join(outcome.stdout.split())
    assert contents(store) == before


def test_an_id_that_ends_in_a_field_of_spaces_is_not_gone_by(store: Path) -> None:
    path = document(store, 1)
    path.write_bytes(replace(read_document(path), id="contextd_me".ljust(len(NAME))).to_bytes())
    outcome = inside("recover", "--yes", settled(store))
    assert outcome.returncode == 1
    assert "whose id has been overwritten and reads 'contextd_me" in " ".join(outcome.stdout.split())
    assert not path.exists()
    assert not list(path.parent.glob(document_name("contextd_me".ljust(len(NAME)), Format.PLAIN)))


def test_what_the_name_of_a_misnamed_document_may_mean_is_told(store: Path) -> None:
    """Letters over letters make an id like any other: only the name speaks against it."""
    path = document(store, 1)
    path.write_bytes(replace(read_document(path), id="another").to_bytes())
    told = "the name was the hash of another id"
    outcome = inside("recover", "--yes", settled(store))
    assert (outcome.returncode, told in " ".join(outcome.stdout.split())) == (0, True)
    place = path.with_name(document_name("another", Format.PLAIN))
    place.rename(path.with_name("copy.gob"))
    assert told not in " ".join(inside("recover", "--yes", settled(store)).stdout.split())
    assert place.exists()


def test_two_ids_of_one_hash_are_left_alone(store: Path) -> None:
    """The place of a misnamed document is taken by one with another id; nothing is overwritten."""
    first, second = "tenant_132842_memories", "tenant_169843_memories"
    folder = store / FOLDER
    embedding = read_document(document(store, 0)).embedding
    (folder / document_name(first, Format.PLAIN)).write_bytes(Document(first, {}, embedding, "").to_bytes())
    (folder / "other.gob").write_bytes(Document(second, {}, embedding, "").to_bytes())
    before = contents(store)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 1
    assert f"also that of document {first!r}, whose id has the same hash" in outcome.stdout
    assert "Nothing to repair" not in outcome.stdout
    assert contents(store) == before
    told = " ".join(inside("verify", store).stdout.split())
    assert "whose id has the same hash: add one of the two anew under another id" in told
    assert "as recover does" not in told


def test_the_rewrapped_document_is_the_same(store: Path) -> None:
    from pygob.chromem import envelope

    path = document(store, 1)
    original = path.read_bytes()
    other = path.with_name(f"{path.name}.gz")
    other.write_bytes(envelope.wrap(original, compressed=True))
    path.unlink()
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0
    assert path.read_bytes() == original
    assert not other.exists()


def test_an_even_mixture_of_suffixes_is_left_alone(tmp_path: Path) -> None:
    from pygob.chromem import envelope

    store = write_store(tmp_path / "vectorstore", [NAME], documents=1)
    path = document(store, 0)
    path.with_name(f"{path.name}.gz").write_bytes(envelope.wrap(path.read_bytes(), compressed=True))
    path.unlink()
    before = contents(store)
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 1
    assert "not clear whether the application uses .gob or .gob.gz" in outcome.stdout
    assert contents(store) == before


@pytest.mark.parametrize("nameless", [False, True])
def test_a_document_whose_place_would_be_that_of_the_metadata_stays(
    store: Path, go: Go, nameless: bool
) -> None:
    metadata = store / FOLDER / "00000000.gob"
    sibling = next(path for path in sorted((store / FOLDER).iterdir()) if path != metadata)
    homeless = replace(read_document(sibling), id="chunk_3650075649")
    (store / FOLDER / "abcdabcd.gob").write_bytes(homeless.to_bytes())
    if nameless:
        metadata.unlink()
    settled(store)
    shown = " ".join(inside("verify", store).stdout.split())
    assert "'chunk_3650075649' has no place of its own" in shown
    assert "rename it" not in shown
    assert "00000000.gob, or" not in shown
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 0, outcome.stdout
    assert (store / FOLDER / "abcdabcd.gob").read_bytes() == homeless.to_bytes()
    served = {document.id for document in go.chromem_documents(store, NAME).documents}
    assert homeless.id in served
    twin = store / FOLDER / "0000aaaa.gob"
    twin.write_bytes(replace(homeless, content="older").to_bytes())
    os.utime(settled(store) / FOLDER / "0000aaaa.gob", (1, 1))
    assert inside("recover", "--yes", store).returncode == 0
    assert not twin.exists()
    assert go.chromem_open(store)[NAME] == len(served)


def test_a_torn_collection_that_nobody_can_name_and_that_is_empty_is_passed_over(store: Path) -> None:
    folder = store / "0badf00d"
    folder.mkdir()
    (folder / "00000000.gob").write_bytes(b"")
    outcome = inside("recover", "--yes", store)
    assert outcome.returncode == 1, "its name is lost"
    assert "The application would start" in outcome.stdout
    assert "name and metadata of a collection without documents" in outcome.stdout
    assert list(folder.iterdir()) == []


class TestADocumentInThePlaceOfTheMetadata:
    """It goes to its own place if that is free; else the application has it no more, and that is said."""

    @staticmethod
    def laid(tmp_path: Path, document: Document) -> Path:
        store = write_store(tmp_path / "vectorstore", [NAME], documents=2)
        (store / FOLDER / "00000000.gob").write_bytes(document.to_bytes())
        return settled(store)

    @staticmethod
    def lost(store: Path) -> str:
        """What recover names as lost; the file itself and what is in it are kept."""
        raw = (store / FOLDER / "00000000.gob").read_bytes()
        outcome = inside("recover", "--yes", store)
        assert outcome.returncode == 1
        kept = {path.name: path.read_bytes() for path in (store / ".quarantine").rglob("00000000.gob*")}
        assert kept["00000000.gob"] == raw
        assert b"precious" in kept["00000000.gob.salvaged.json"]
        assert inside("verify", store).returncode == 0
        return outcome.stdout.split("What could not be brought back")[1]

    def test_of_an_id_that_chromem_cannot_hold(self, tmp_path: Path) -> None:
        """The hash of this id is 00000000, so its place is that of the metadata."""
        document = Document("chunk_3650075649", {}, array("f", [0.6, 0.8]), "precious")
        assert "document 'chunk_3650075649'" in self.lost(self.laid(tmp_path, document))

    def test_of_an_id_whose_place_holds_another_version(self, tmp_path: Path) -> None:
        document = Document(f"{NAME}-0", {}, array("f", [0.6, 0.8]), "precious")
        told = self.lost(self.laid(tmp_path, document))
        assert f"document '{NAME}-0'" in told
        assert "another version" in told

    def test_the_same_as_in_its_place_is_no_loss(self, tmp_path: Path) -> None:
        store = write_store(tmp_path / "vectorstore", [NAME], documents=2)
        twin = store / FOLDER / document_name(f"{NAME}-0", Format.PLAIN)
        (store / FOLDER / "00000000.gob").write_bytes(twin.read_bytes())
        assert inside("recover", "--yes", settled(store)).returncode == 0


def test_where_no_length_of_vectors_is_usual_the_advice_of_verify_works(
    store: Path,
) -> None:
    for number in (0, 1):
        path = document(store, number)
        short = replace(read_document(path), embedding=array("f", [1.0, 0.0]))
        path.write_bytes(short.to_bytes())
    document(store, 1).unlink()
    document(store, 2).unlink()
    path = store / FOLDER / document_name("other", Format.PLAIN)
    path.write_bytes(replace(short, id="other", embedding=array("f", [1.0, 0.0, 0.0])).to_bytes())
    outcome = inside("verify", settled(store))
    assert "as recover does; or embed" not in outcome.stdout
    [line] = [line for line in outcome.stdout.splitlines() if "only you know which length is right" in line]
    assert inside(*shlex.split(line.partition("chromemctl ")[2]), "--yes").returncode == 0
    assert inside("verify", store).returncode == 0


@pytest.mark.parametrize("damage", ["cut", "with a second record", "of the other suffix"])
def test_a_name_as_long_as_names_can_be(store: Path, damage: str) -> None:
    """What lies beside such a file has a shorter one, and so has what is written for a moment."""
    whole = document(store, 0)
    path = store / FOLDER / f"{'x' * (255 - len('.gob'))}.gob"
    gob = whole.read_bytes()
    path.write_bytes({"cut": gob[:-3], "with a second record": gob + gob, "of the other suffix": gob}[damage])
    if damage == "of the other suffix":
        path.rename(path.with_name(f"{'y' * (255 - len('.gob.gz'))}.gob.gz"))
        whole.unlink()
    before = contents(settled(store))
    recovered = inside("recover", "--yes", store)
    assert recovered.returncode in (0, 1), recovered.stderr
    assert inside("verify", store).returncode == 0
    listed = json.loads(inside("quarantine", "list", "--json", store).stdout)["files"]
    assert [item["salvaged"] for item in listed] == [damage != "of the other suffix"] * len(listed)
    assert inside("undo", "--yes", "--last", store).returncode == 0
    assert contents(store) == before
