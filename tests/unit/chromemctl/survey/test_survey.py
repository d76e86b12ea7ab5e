"""What a survey keeps of a store: the documents that matter one by one, the ordinary ones by number."""

from __future__ import annotations

import os
from array import array
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from chromemctl.survey import Change, FolderFacts, glance, imprint, survey_store, take_imprint
from chromemctl.survey.forks import Forks
from pygob.chromem import Document, Format, Kind, Metadata, document_name, envelope, name_hash
from tests.stores import settled, write_store

NAME = "collection"
UNIT = array("f", [1.0, 0.0])
LONG = array("f", [3.0, 4.0])
FORMATS = pytest.mark.parametrize("form", Format)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "store" / name_hash(NAME)
    path.mkdir(parents=True)
    (path / "00000000.gob").write_bytes(Metadata(NAME).to_bytes())
    return path


def put(
    folder: Path, document_id: str, embedding: array[float] = UNIT, *, name: str | None = None,
    form: Format = Format.PLAIN, metadata: dict[str, str] | None = None,
) -> str:  # fmt: skip
    data = Document(document_id, metadata, embedding).to_bytes()
    name = name or document_name(document_id, form)
    (folder / name).write_bytes(envelope.wrap(data, compressed=form is Format.GZ))
    return name


def facts(folder: Path) -> FolderFacts:
    found = survey_store(settled(folder.parent)).folder(folder.name)
    assert found is not None
    return found


def kept(folder: Path) -> list[str]:
    """The documents that the survey keeps one by one."""
    return [file.entry.name for file in facts(folder).documents]


@FORMATS
def test_of_ordinary_documents_the_number_is_kept(folder: Path, form: Format) -> None:
    for number in range(5):
        put(folder, f"document {number}", form=form)
    found = facts(folder)
    assert found.documents == ()
    assert [(shape.dimension, shape.is_unit, number) for shape, number in found.ordinary.items()] == [
        (2, True, 5)
    ]
    assert (found.document_count(), found.document_count(form), found.sound_documents) == (5, 5, 5)
    assert found.dimensions == {2: 5}


def test_documents_of_which_something_is_to_be_said_are_kept(folder: Path) -> None:
    put(folder, "ordinary")
    names = [
        put(folder, "misnamed", name="12345678.gob"),
        put(folder, "other name", name="other.gob"),
        put(folder, ""),
        put(folder, "zeros", array("f", [0.0, 0.0])),
        put(folder, "not a number", array("f", [float("nan"), 0.0])),
        put(folder, "of gzip", form=Format.GZ, name=document_name("of gzip", Format.PLAIN)),
    ]
    for suffix in "trailing", "cut", "empty":
        names.append(put(folder, suffix))
    (folder / names[-3]).write_bytes((folder / names[-3]).read_bytes() + b"\1")
    (folder / names[-2]).write_bytes((folder / names[-2]).read_bytes()[:-1])
    (folder / names[-1]).write_bytes(b"")
    os.mkfifo(folder / "0000000f.gob")
    linked = folder.parent / put(folder.parent, "linked")
    (folder / "0000000e.gob").symlink_to(linked)
    assert kept(folder) == sorted([*names, "0000000f.gob", "0000000e.gob"])
    assert sum(facts(folder).ordinary.values()) == 1


def test_a_gzip_file_with_a_wrong_checksum_is_kept(folder: Path) -> None:
    name = put(folder, "document", form=Format.GZ)
    data = bytearray((folder / name).read_bytes())
    data[-5] ^= 1
    (folder / name).write_bytes(data)
    assert kept(folder) == [name]


def test_vectors_of_another_length_than_most_are_kept(folder: Path) -> None:
    for number in range(3):
        put(folder, f"document {number}")
    other = put(folder, "other", array("f", [1.0]))
    found = facts(folder)
    assert [file.entry.name for file in found.documents] == [other]
    assert found.dimensions.most_common() == [(2, 3), (1, 1)]


def test_of_equally_many_vectors_those_like_the_first_are_usual(folder: Path) -> None:
    embeddings = {name_hash(text): array("f", [1.0, *[0.0] * len(text)]) for text in ("a", "bc")}
    put(folder, "a", embeddings[name_hash("a")])
    put(folder, "bc", embeddings[name_hash("bc")])
    first = min(embeddings)
    assert facts(folder).dimensions.most_common(1) == [(len(embeddings[first]), 1)]
    assert kept(folder) == [f"{max(embeddings)}.gob"]


def test_a_few_vectors_not_of_length_1_are_kept(folder: Path) -> None:
    for number in range(3):
        put(folder, f"document {number}")
    assert [put(folder, "odd", LONG)] == kept(folder)


def test_many_vectors_not_of_length_1_are_ordinary(folder: Path) -> None:
    for number in range(3):
        put(folder, f"document {number}", LONG)
    put(folder, "unit")
    found = facts(folder)
    assert found.documents == ()
    assert {shape.is_unit: number for shape, number in found.ordinary.items()} == {False: 3, True: 1}


def test_a_document_that_another_file_claims_is_kept(folder: Path) -> None:
    put(folder, "ordinary")
    proper, twin = put(folder, "document"), put(folder, "document", name="12345678.gob")
    assert kept(folder) == sorted([proper, twin])


def test_a_document_is_found_by_its_name(folder: Path) -> None:
    ordinary, misnamed = put(folder, "ordinary"), put(folder, "misnamed", name="misnamed.gob")
    cut = put(folder, "cut")
    (folder / cut).write_bytes(b"cut")
    found = facts(folder)
    for name, document_id in (ordinary, "ordinary"), (misnamed, "misnamed"):
        file = found.document(name)
        assert file is not None
        assert file.document is not None
        assert file.document.id == document_id
    assert found.document(cut) is None
    assert found.document("12345678.gob") is None
    (folder / ordinary).unlink()
    assert found.document(ordinary) is None


def test_every_file_comes_in_the_order_of_chromem(folder: Path) -> None:
    names = [put(folder, f"document {number}", form=form) for number in range(4) for form in Format]
    names += [put(folder, "misnamed", name="misnamed.gob"), "00000000.gob"]
    assert [file.entry.name for file in facts(folder).every_file()] == sorted(names)


def test_processes_find_the_same(tmp_path: Path) -> None:
    store = settled(write_store(tmp_path / "store", [f"c{number}" for number in range(30)], documents=20))
    victim = next(path for path in sorted(store.rglob("*.gob")) if path.name != "00000000.gob")
    victim.write_bytes(b"")
    settled(store)
    alone = survey_store(store).folders
    for executor in Forks(2), ProcessPoolExecutor(2, get_context("spawn")):
        with executor:
            assert survey_store(store, executor=executor).folders == alone


def test_progress_ends_with_all_files(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store", documents=3)
    told: list[tuple[int, int]] = []
    survey_store(store, lambda done, total: told.append((done, total)))
    assert told[-1] == (12, 12)


class TestGlance:
    """A look at metadata and directory entries only."""

    def test_documents_are_not_opened(self, folder: Path) -> None:
        for number in range(3):
            (folder / put(folder, f"document {number}")).write_bytes(b"rubbish")
        (folder / "other.gob").write_bytes(b"rubbish")
        found = glance(settled(folder.parent))
        assert not found.reads_documents
        (collection,) = found.folders
        assert collection.name == NAME
        assert collection.documents == ()
        assert (collection.document_count(), collection.sound_documents) == (4, 4)

    def test_what_a_directory_entry_shows_is_told(self, folder: Path) -> None:
        empty = put(folder, "empty")
        (folder / empty).write_bytes(b"")
        os.mkfifo(folder / "0000000f.gob")
        (folder / "0000000e.gob").symlink_to("nowhere")
        put(folder, "sound")
        (collection,) = glance(settled(folder.parent)).folders
        assert [file.entry.name for file in collection.documents] == sorted(
            [empty, "0000000f.gob", "0000000e.gob"]
        )


class TestImprint:
    """Whether a store has changed."""

    def test_a_store_at_rest(self, tmp_path: Path) -> None:
        assert take_imprint(write_store(tmp_path / "store")).changes() == []

    def test_a_survey_notes_the_same_as_a_look_at_the_entries(self, tmp_path: Path) -> None:
        store = write_store(tmp_path / "store")
        assert survey_store(store).imprint == take_imprint(store)

    @pytest.mark.parametrize("name", ["document", "00000000.gob", "note.txt"])
    @pytest.mark.parametrize("rewritten", [True, False])
    def test_a_file_that_changes(self, folder: Path, name: str, *, rewritten: bool) -> None:
        path = folder / (put(folder, "document") if name == "document" else name)
        path.touch()
        settled(folder.parent)
        before = take_imprint(folder.parent)
        times = [path.stat() for path in (folder, folder.parent)]
        if rewritten:
            path.write_bytes(b"other")
        else:
            path.unlink()
        for changed, status in zip((folder, folder.parent), times, strict=True):
            os.utime(changed, ns=(status.st_atime_ns, status.st_mtime_ns))
        now = Kind.FILE if rewritten else None
        # On some file systems, such as tmpfs, the size of a folder goes by the number of its entries.
        found = [change for change in before.changes() if change.path != folder]
        assert found == [Change(path, Kind.FILE, now)]

    def test_several_look_at_parts_of_a_folder(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(imprint, "_PORTION", 2)
        paths = sorted(folder / put(folder, f"document {number}") for number in range(9))
        before = take_imprint(settled(folder.parent))
        paths[0].unlink()
        paths[4].write_bytes(b"other")
        paths[8].unlink()
        paths[8].mkdir()
        added = folder / put(folder, "added")
        expected = {
            paths[0]: (Kind.FILE, None),
            paths[4]: (Kind.FILE, Kind.FILE),
            paths[8]: (Kind.FILE, Kind.DIRECTORY),
            added: (None, Kind.FILE),
        }
        with ThreadPoolExecutor(2) as pool:
            for executor in (pool, None):
                found = [change for change in before.changes(executor) if change.path != folder]
                assert {change.path: change[1:] for change in found} == expected
                assert [change.path for change in found] == sorted(expected)

    def test_new_files(self, folder: Path) -> None:
        before = take_imprint(folder.parent)
        paths = [folder / put(folder, "document"), folder / "note.txt"]
        paths[1].touch()
        changes = [change for change in before.changes() if change.path != folder]
        assert changes == [Change(path, None, Kind.FILE) for path in sorted(paths)]

    def test_a_file_that_becomes_a_link(self, folder: Path) -> None:
        path = folder / put(folder, "document")
        before = take_imprint(folder.parent)
        path.unlink()
        path.symlink_to("elsewhere")
        assert Change(path, Kind.FILE, Kind.SYMLINK) in before.changes()

    def test_folders_that_come_and_go(self, tmp_path: Path) -> None:
        store = write_store(tmp_path / "store", ["a", "b"], documents=0)
        before = take_imprint(store)
        (store / name_hash("a")).rename(store / "elsewhere")
        assert {change.path.name: change[1:] for change in before.changes()} == {
            name_hash("a"): (Kind.DIRECTORY, None),
            "elsewhere": (None, Kind.DIRECTORY),
        }
