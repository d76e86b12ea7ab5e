"""Killed or refused anywhere, a conversion and an import leave a whole store or none; an export likewise."""

import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from chromemctl.exchange.conversion import convert
from chromemctl.exchange.exports import export, import_store
from chromemctl.exchange.soundness import sound_survey
from chromemctl.exits import Busy
from pygob.chromem import Format, Store, read_export, write_export
from tests.stores import contents, write_store
from tests.support.crash import every_death
from tests.support.faults import Faults, failing_medium, full_disk

NAMES = ("a", "b")
Way = Callable[[Path], object]


def converted(folder: Path) -> None:
    convert(sound_survey(folder / "store")[0], folder / "out", Format.GZ)


def exported(folder: Path) -> None:
    survey, _ = sound_survey(folder / "store")
    export(survey, folder / "out", names=(), compressed=True, key=bytes(32))


def imported(folder: Path) -> None:
    import_store(folder / "export", folder / "out", names=(), form=Format.PLAIN, key=None)


WAYS = pytest.mark.parametrize("way", [converted, exported, imported])


@pytest.fixture
def start(tmp_path: Path) -> Path:
    folder = tmp_path / "start"
    folder.mkdir()
    store = write_store(folder / "store", NAMES, documents=2)
    write_export(folder / "export", [found.exported() for found in Store(store).collections()])
    return folder


def number_of_documents(out: Path) -> list[int]:
    if out.is_dir():
        return [len(list(found.documents())) for found in Store(out).collections()]
    return [len(list(found.documents)) for found in read_export(out, key=bytes(32))]


@WAYS
def test_killed_anywhere(start: Path, tmp_path: Path, way: Way) -> None:
    source = contents(start)
    folder = start
    for folder, _ in every_death(lambda name: shutil.copytree(start, tmp_path / name), way, fewest=2):
        found = contents(folder)
        assert {name: found[name] for name in source} == source
        if (folder / "out").exists():
            assert number_of_documents(folder / "out") == [2, 2]
    assert set(os.listdir(folder)) == {"store", "export", "out"}


@pytest.mark.parametrize("fault", [full_disk, failing_medium])
@WAYS
def test_refused_anywhere(
    start: Path, tmp_path: Path, way: Way, fault: Callable[[int], AbstractContextManager[Faults]]
) -> None:
    source = contents(start)
    for at in range(1_000):
        folder = shutil.copytree(start, tmp_path / f"at-{at}")
        with fault(at) as faults:
            try:
                way(folder)
            except OSError:
                assert faults.struck
        if not faults.struck:
            break
        if (folder / "out").exists():
            assert number_of_documents(folder / "out") == [2, 2]
        elif fault is full_disk:  # of a medium that fails a leftover may be what cannot be removed
            assert contents(folder) == source
        shutil.rmtree(folder)
    assert number_of_documents(folder / "out") == [2, 2]


@pytest.mark.parametrize("way", [converted, exported])
def test_a_store_that_changes_meanwhile(start: Path, way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document is added while others are read: what was surveyed is no longer all there is."""
    import chromemctl.exchange.conversion as conversion
    from pygob.chromem import collection as stores

    def adding(read: Callable[[Path], object]) -> Callable[[Path], object]:
        def reading(path: Path) -> object:
            Store(start / "store").collection("b").add("new", [1.0] * 8)
            return read(path)

        return reading

    real = stores.read_document
    monkeypatch.setattr(conversion, "read_file", adding(conversion.read_file))
    monkeypatch.setattr(stores, "read_document", adding(real))
    with pytest.raises(Busy, match="nothing was written"):
        way(start)
    assert set(os.listdir(start)) == {"store", "export"}
