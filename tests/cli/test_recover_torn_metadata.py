"""Metadata cut at every byte: what is kept is true, what is lost is said."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from chromemctl import recovery
from chromemctl.changes import holders, preconditions
from chromemctl.cli import cli
from chromemctl.naming.sources import torn
from pygob.chromem import Format, Metadata, envelope, name_hash, read_metadata
from tests.stores import chromemctl, settled, write_store

NAME = "contextd_memories"
SHAPES: dict[str, dict[str, str]] = {
    "empty": {},
    "one": {"k": "v"},
    "empty key": {"": "v"},
    "empty value": {"k": ""},
    "long key": {"description of this": "text"},
    "two": {"first": "whole", "second": "cut here"},
    "like a path": {"Metadata[key ": "v", "a": "b"},
    "like another path": {"x": "1", ".Metadata[key 0]": "v", "'].Metadata": "w"},
    "twenty": {f"key {number}": f"value {number}" for number in range(20)},
}


@pytest.fixture(autouse=True)
def no_waiting_no_searching(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preconditions, "OBSERVATION_SECONDS", 0.0)
    monkeypatch.setattr(holders, "_PROC", Path("/nowhere"))
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    monkeypatch.setattr(torn, "LOST_CHARACTERS", 0)
    monkeypatch.setattr(torn, "FLIPPED", 0)


def recover(store: Path, *options: str) -> tuple[int, dict[str, object]]:
    outcome = CliRunner().invoke(cli, ["recover", "--json", *options, str(store)], standalone_mode=False)
    assert outcome.exception is None, outcome.exception
    return int(outcome.return_value), json.loads(outcome.stdout)


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_cut(tmp_path: Path, shape: str, form: Format) -> None:
    metadata = SHAPES[shape]
    whole = write_store(tmp_path / "whole", [NAME], documents=1, form=form, metadata=metadata)
    file = Path(name_hash(NAME), form.metadata_name)
    data = (whole / file).read_bytes()
    store = tmp_path / "store"
    first = 0 if shape == "one" else 60  # what stands before is the same in all
    for cut in range(first, len(data)):
        shutil.copytree(whole, store)
        (store / file).write_bytes(data[:cut])
        settled(store)
        code, report = recover(store, "--yes")
        kept = read_metadata(store / file)
        assert kept.name == NAME
        assert (kept.metadata or {}).items() <= metadata.items()
        losses = [loss for repair in report["plan"]["repairs"] for loss in repair["losses"]]  # type: ignore[index]
        assert code == (1 if losses else 0), cut
        if losses:
            assert kept.metadata != metadata, "nothing was lost"
        elif kept.metadata != metadata:
            assert kept.metadata == {}, "a part is never taken for the whole"
            assert _nothing_says_so(data[:cut]), cut
        shutil.rmtree(store)


def _nothing_says_so(rest: bytes) -> bool:
    """Whether the record's length, the first thing behind the types, did not survive."""
    types = len(Metadata("", None).to_bytes()) - 4
    return not rest or len(envelope.unwrap(rest).data) <= types


@pytest.mark.parametrize("form", Format)
def test_a_name_given_or_known_otherwise_is_no_guess(tmp_path: Path, form: Format) -> None:
    """The first key of the metadata, when it is cut, looks like the beginning of a name."""
    metadata = {"description": "some text of some length"}
    store = write_store(
        tmp_path / "store", [NAME], form=form, metadata=metadata, document_metadata={"about": "nothing"}
    )
    file = store / name_hash(NAME) / form.metadata_name
    data = file.read_bytes()
    for cut in range(90, len(data) - 16):
        file.write_bytes(data[:cut])
        os.utime(file, (0, 0))
        for names in ([], [NAME]):
            [repair] = recovery.propose(store, names=names).plan.repairs
            assert repair.name == NAME, cut
            assert not names or repair.confidence == "certain"


def test_a_missing_file_where_all_others_have_metadata(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store", metadata={"model": "small"})
    (store / name_hash(NAME) / "00000000.gob").unlink()
    [repair] = recovery.propose(store).plan.repairs
    assert repair.losses == ()
    assert "although every other collection has some, such as model=small" in repair.metadata_source


def test_a_missing_file_where_one_other_has_no_metadata(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store", metadata={"model": "small"})
    other = store / name_hash("contextd_checkpoints") / "00000000.gob"
    other.write_bytes(Metadata("contextd_checkpoints").to_bytes())
    (store / name_hash(NAME) / "00000000.gob").unlink()
    [repair] = recovery.propose(store).plan.repairs
    assert repair.metadata_source == "none known, written as empty"


def test_a_huge_file_is_never_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = write_store(tmp_path / "store", [NAME])
    file = store / name_hash(NAME) / "00000000.gob"
    size = 8 << 20
    monkeypatch.setattr(envelope, "DEFAULT_LIMIT", 1 << 20)
    os.truncate(file, size)
    settled(store)
    largest = 0
    read = os.read

    def watched(descriptor: int, count: int) -> bytes:
        nonlocal largest
        data = read(descriptor, count)
        largest = max(largest, len(data))
        return data

    monkeypatch.setattr(os, "read", watched)
    assert recover(store, "--yes", "--name", NAME)[0] == 0
    assert largest <= 1 << 20
    assert (store / ".quarantine" / name_hash(NAME) / "0001" / "00000000.gob").stat().st_size == size
    assert read_metadata(file).name == NAME


@pytest.mark.parametrize(
    ("modes", "expected"),
    [((0o600, 0o660, 0o660), 0o660), ((0, 0, 0o640), 0o640), ((0, 0, 0), 0)],
)
def test_the_new_file_has_the_mode_of_most_documents(
    tmp_path: Path, modes: tuple[int, ...], expected: int
) -> None:
    store = write_store(tmp_path / "store", [NAME], documents=len(modes))
    folder = store / name_hash(NAME)
    (folder / "00000000.gob").unlink()
    for file, mode in zip(sorted(folder.iterdir()), modes, strict=True):
        file.chmod(mode)
    plan = recovery.propose(store, names=[NAME]).plan
    [create] = plan.steps
    assert create.ownership.mode == expected  # type: ignore[union-attr]


@pytest.mark.parametrize("torn", [b"", b"torn"])
def test_a_collection_without_name_and_documents_is_set_aside_and_its_loss_told(
    tmp_path: Path, torn: bytes
) -> None:
    """Nothing is left that a name could bring back; chromem passes over the folder that stays, empty."""
    store = write_store(tmp_path / "vectorstore", ["contextd_memories"])
    folder = store / "0a1b2c3d"
    folder.mkdir()
    (folder / "00000000.gob").write_bytes(torn)
    outcome = chromemctl("recover", "--yes", settled(store))
    assert outcome.returncode == 1
    assert "name and metadata of a collection without documents" in outcome.stdout
    assert list(folder.iterdir()) == []
    assert [file.read_bytes() for file in (store / ".quarantine").rglob("00000000.gob")] == [torn]
    assert chromemctl("verify", store).returncode == 0


@pytest.mark.parametrize("form", Format)
def test_sound_metadata_of_the_other_suffix_is_written_again_for_the_documents_of_this_one(
    tmp_path: Path, form: Format
) -> None:
    store = write_store(tmp_path / "store", [NAME, "other"], form=form, metadata={"made": "by hand"})
    damaged = store / name_hash(NAME) / form.metadata_name
    other = Format.GZ if form is Format.PLAIN else Format.PLAIN
    gob = envelope.unwrap(damaged.read_bytes()).data
    damaged.with_name(other.metadata_name).write_bytes(envelope.wrap(gob, compressed=other is Format.GZ))
    damaged.write_bytes(b"no metadata")
    assert recover(settled(store), "--yes")[0] == 0
    assert read_metadata(damaged) == Metadata(NAME, {"made": "by hand"})
    plan = json.loads(CliRunner().invoke(cli, ["recover", "--dry-run", "--json", str(store)]).stdout)["plan"]
    assert (plan["files"], plan["repairs"]) == ([], [])
