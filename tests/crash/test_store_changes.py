"""Killed before any change, or refused one, a store is the old one or the new one, and chromem opens it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from shutil import copytree, rmtree

import pytest

from gohelper import Go
from pygob.chromem import Document, ExportedCollection, Store, read_export, write_export
from tests.stores import contents
from tests.support.crash import every_death
from tests.support.faults import Faults, failing_medium, full_disk

Change = Callable[[Store], object]
CHANGES: dict[str, Change] = {
    "create a collection": lambda store: store.create_collection("new", {"k": "v"}, backup=True),
    "replace metadata": lambda store: store.collection("notes").set_metadata({"owner": "ops"}),
    "add a document": lambda store: store.collection("notes").add("new", [1.0, 0.0], content="new"),
    "replace a document": lambda store: store.collection("notes").add("a", [0.0, 1.0], content="new"),
    "delete documents": lambda store: store.collection("notes").delete("a", "b"),
    "delete a collection": lambda store: store.delete_collection("notes"),
}
changes = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


@pytest.fixture
def start(tmp_path: Path) -> Path:
    store = Store.create(tmp_path / "start")
    notes = store.create_collection("notes", backup=True)
    for name in "abc":
        notes.add(name, [1.0, 0.0], content="old")
    store.create_collection("other").add("x", [1.0, 0.0])
    return store.path


def held(store: Path) -> dict[str, object]:
    """The metadata and documents of a store, read as chromem reads it: temporary files are nothing."""
    return {
        found.metadata().name: [
            ("", str(found.metadata().metadata)),
            *sorted((document.id, document.content) for document in found.documents()),
        ]
        for found in Store(store).collections()
        if any(entry.format for entry in found.entries())
    }


def whole_steps(before: dict[str, object], after: dict[str, object], found: dict[str, object]) -> bool:
    """Whether every document and collection is as before or as after."""

    def entries(state: dict[str, object]) -> set[object]:
        return {(name, *each) for name, documents in state.items() for each in documents}

    return entries(before) & entries(after) <= entries(found) <= entries(before) | entries(after)


@changes
def test_killed_anywhere(start: Path, tmp_path: Path, go: Go, change: Change) -> None:
    done = copytree(start, tmp_path / "done")
    change(Store(done))
    before, after = held(start), held(done)

    def copied(name: str) -> Path:
        return copytree(start, tmp_path / name)

    for store, is_killed in every_death(copied, lambda store: change(Store(store)), fewest=1):
        assert whole_steps(before, after, held(store)), store.name
        opened = go.chromem_open(store)
        assert opened == {name: len(parts) - 1 for name, parts in held(store).items()}
        if is_killed:
            with suppress(LookupError, ValueError):  # done already
                change(Store(store))
        assert held(store) == after


@pytest.mark.parametrize("fault", [full_disk, failing_medium])
@changes
def test_refused_anywhere(
    start: Path, tmp_path: Path, change: Change, fault: Callable[[int], AbstractContextManager[Faults]]
) -> None:
    done = copytree(start, tmp_path / "done")
    change(Store(done))
    before, after = held(start), held(done)
    for at in range(1_000):
        store = copytree(start, tmp_path / f"at-{at}")
        with fault(at) as faults:
            try:
                change(Store(store))
            except OSError:
                assert faults.struck
        assert whole_steps(before, after, held(store)), at
        if not faults.struck:
            break
        rmtree(store)
    assert held(store) == after


def test_an_export_is_whole_or_not_there(tmp_path: Path) -> None:
    wanted = [ExportedCollection("notes", {}, [Document(str(number), {}) for number in range(3)])]

    def made(name: str) -> Path:
        (tmp_path / name).mkdir()
        return tmp_path / name

    def write(folder: Path) -> None:
        write_export(folder / "file", wanted, compressed=True)

    for folder, is_killed in every_death(made, write, fewest=2):
        if (folder / "file").exists():
            assert [len(list(found.documents)) for found in read_export(folder / "file")] == [3]
        assert is_killed or list(contents(folder)) == ["file"]
