"""Killed before any change of a quarantine's plan or a merge's, the next run finishes; undo takes it back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chromemctl.changes import runs
from chromemctl.changes.plan import Step
from chromemctl.changes.undoing import undo, undoable
from chromemctl.identification.name_search import NameSearch
from chromemctl.quarantine.setting_aside import set_aside
from chromemctl.recovery import propose
from chromemctl.repair.returning import bring_back
from pygob.chromem import Document, Format, Metadata, document_name, name_hash, read_document
from tests.stores import contents, settled, tree, write_store
from tests.support.crash import every_death

NAME = "contextd_memories"
FOLDER = name_hash(NAME)
Planner = Callable[[Path], list[Step]]


def document(store: Path, number: int) -> Path:
    return store / FOLDER / document_name(f"{NAME}-{number}", Format.PLAIN)


def plan_adding(store: Path) -> list[Step]:
    """A folder and a file of another."""
    checkpoint = store / name_hash("contextd_checkpoints") / "00000000.gob"
    return [step for item in set_aside(store, [store / FOLDER, checkpoint]) for step in item.steps]


def plan_restoring(store: Path) -> list[Step]:
    return [step for item in bring_back(store, [FOLDER], merging=False) for step in item.steps]


def plan_merging(store: Path) -> list[Step]:
    return [step for item in bring_back(store, [FOLDER], merging=True) for step in item.steps]


def plan_merging_both(store: Path) -> list[Step]:
    everything = [f"{FOLDER}/0002", f"{FOLDER}/0001"]
    return [step for item in bring_back(store, everything, merging=True) for step in item.steps]


def plan_recovery(store: Path) -> list[Step]:
    """With a short search for names: of a folder ffffffff none is found in a million either."""
    return list(propose(store, search=NameSearch(max_candidates=10_000)).plan.steps)


def sound(path: Path) -> Path:
    return settled(write_store(path, [NAME, "contextd_checkpoints"], documents=2))


def set_aside_before(path: Path) -> Path:
    store = sound(path)
    runs.carry_out(
        store, "quarantine add", [step for t in set_aside(store, [store / FOLDER]) for step in t.steps]
    )
    return settled(store)


def made_again(path: Path) -> Path:
    """In quarantine, and made again with an older version of a document and a new one."""
    store = set_aside_before(path)
    write_again(
        store, FOLDER, replace(aside(store), content="older"), Document("new", {}, aside(store).embedding)
    )
    settled(store)
    os.utime(document(store, 0), (1, 1))
    return store


def with_an_empty_folder_in_its_place(path: Path) -> Path:
    store = set_aside_before(path)
    (store / FOLDER).mkdir(mode=0o710)
    return settled(store)


def set_aside_twice(path: Path) -> Path:
    store = made_again(path)
    steps = [step for t in set_aside(store, [store / FOLDER]) for step in t.steps]
    runs.carry_out(store, "quarantine add", steps)
    return store


def in_two_folders_of_other_names(path: Path) -> Path:
    store = in_two_folders(path)
    (store / FOLDER).rename(store / "by hand")
    (store / "ffffffff").rename(store / "by another hand")
    return settled(store)


def in_two_folders(path: Path) -> Path:
    store = sound(path)
    first = read_document(document(store, 0))
    write_again(
        store,
        "ffffffff",
        first,
        replace(first, id="new"),
        replace(read_document(document(store, 1)), content="x"),
    )
    return settled(store)


def with_a_second_document(path: Path) -> Path:
    store = sound(path)
    first = document(store, 0)
    first.write_bytes(first.read_bytes() + replace(read_document(first), id="second").to_bytes())
    return settled(store)


def with_a_second_record(path: Path) -> Path:
    store = sound(path)
    first = document(store, 0)
    first.write_bytes(first.read_bytes() + Document("lost").to_bytes())
    return settled(store)


def aside(store: Path) -> Document:
    return read_document(store / ".quarantine" / FOLDER / "0001" / FOLDER / document(store, 0).name)


def write_again(store: Path, folder: str, *documents: Document) -> None:
    (store / folder).mkdir()
    (store / folder / "00000000.gob").write_bytes(Metadata(NAME).to_bytes())
    for item in documents:
        (store / folder / document_name(item.id, Format.PLAIN)).write_bytes(item.to_bytes())


CASES = [
    pytest.param(sound, plan_adding, id="add"),
    pytest.param(set_aside_before, plan_restoring, id="restore"),
    pytest.param(made_again, plan_merging, id="restore --merge"),
    pytest.param(with_an_empty_folder_in_its_place, plan_restoring, id="restore, an empty folder there"),
    pytest.param(set_aside_twice, plan_merging_both, id="restore --merge two"),
    pytest.param(in_two_folders, plan_recovery, id="recover two folders"),
    pytest.param(in_two_folders_of_other_names, plan_recovery, id="recover two folders, and rename"),
    pytest.param(with_a_second_document, plan_recovery, id="recover a second document"),
    pytest.param(with_a_second_record, plan_recovery, id="recover a second record"),
]


def state(store: Path) -> dict[str, tuple[object, ...]]:
    """Everything but our own journal, and but for inodes, which a copy has anew."""
    return {path: facts[:-1] for path, facts in tree(store).items() if not path.startswith(".chromemctl")}


def carry_out(store: Path, plan: Planner) -> None:
    """Finish what was interrupted, else begin."""
    interrupted = runs.interrupted(store)
    for run in interrupted:
        assert runs.finish(store, run) is None
    if not any(run.steps for run in interrupted):
        runs.carry_out(store, "test", plan(store))


def take_back(store: Path) -> None:
    carry_out_undoing = runs.interrupted(store)
    for run in carry_out_undoing:
        assert runs.finish(store, run) is None
    if not any(run.steps for run in carry_out_undoing):
        undo(store, undoable(store, None), force=True)


def every_crash(start: Path, action: Callable[[Path], None], check: Callable[[Path], None]) -> None:
    """Kill an action before each of its changes, run it again, and check."""
    kept = {data for data in contents(start).values() if data is not None}

    def copied(name: str) -> Path:
        return shutil.copytree(start, start.with_name(name), symlinks=True)

    for store, is_killed in every_death(copied, action, fewest=10):
        there = set(contents(store, but=()).values()) | journalled(store)
        assert kept <= there, f"bytes lost: {store.name}"
        if is_killed:
            action(store)
        check(store)


def journalled(store: Path) -> set[bytes]:
    """The content of files that were removed, manifests for example: it stays in the journal."""
    steps = (
        [step for run in runs.past(store) for step in run.done] if (store / ".chromemctl").exists() else []
    )
    return {step.data for step in steps if hasattr(step, "data")}


@pytest.mark.parametrize(("make", "plan"), CASES)
def test_killed_before_every_change(tmp_path: Path, make: Callable[[Path], Path], plan: Planner) -> None:
    start = make(tmp_path / "store")
    whole = shutil.copytree(start, tmp_path / "whole")
    carry_out(whole, plan)
    expected = contents(whole)

    def check(store: Path) -> None:
        assert contents(store) == expected

    every_crash(start, lambda store: carry_out(store, plan), check)


@pytest.mark.parametrize(("make", "plan"), CASES)
def test_undoing_killed_before_every_change(
    tmp_path: Path, make: Callable[[Path], Path], plan: Planner
) -> None:
    start = make(tmp_path / "store")
    before = state(start)
    carry_out(start, plan)

    def check(store: Path) -> None:
        assert state(store) == before

    every_crash(start, take_back, check)
