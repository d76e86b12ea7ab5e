"""Killed before any change to the file system, a recovery is finished by the next run; nothing is lost."""

from __future__ import annotations

import base64
import os
import shutil
from bisect import bisect_left
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from chromemctl.changes import runs
from chromemctl.changes.undoing import undo, undoable
from chromemctl.exits import UsageFailure
from chromemctl.judgement.verdict import judge
from chromemctl.recovery import carry_out, propose
from chromemctl.survey import survey_store
from pygob.chromem import Format, Metadata, document_name, name_hash
from tests.stores import contents, settled, tree, write_store
from tests.support.crash import KILLED, every_death, run_and_die


def copy_of(store: Path, path: Path) -> Path:
    """A copy with its links as they are."""
    return shutil.copytree(store, path, symlinks=True)


def finish_interrupted(store: Path) -> list[str]:
    """Finish what was interrupted, as every command does first; the ids of the runs."""
    interrupted = runs.interrupted(store)
    for run in interrupted:
        runs.finish(store, run)
    return [run.id for run in interrupted]


def recover(store: Path) -> None:
    """What the command does between its lock and its report."""
    finish_interrupted(store)
    carry_out(store, propose(store), force=True)


def broken_store(path: Path, form: Format) -> Path:
    """Metadata a directory, empty, cut, a document in its place, and damaged documents."""
    store = without_metadata(path, form, ["signals"])
    _damage_documents(store / name_hash("signals") / form.metadata_name, form)
    return store


def without_metadata(path: Path, form: Format, others: Sequence[str] = ()) -> Path:
    """Metadata a directory, empty, cut, and a document in its place."""
    names = ["contextd_memories", "contextd_checkpoints", "contextd_remediations", "reasoningbank"]
    write_store(path, [*names, *others], form=form, documents=2)
    files = [path / name_hash(name) / form.metadata_name for name in names]
    files[0].unlink()
    files[0].mkdir(mode=0o750)
    (files[0] / "notes").write_bytes(b"what somebody put there")
    files[1].write_bytes(b"")
    os.truncate(files[2], 80)
    first, second = [file for file in sorted(files[3].parent.iterdir()) if file != files[3]]
    first.rename(files[3])
    os.truncate(second, 100)
    return path


def misplaced(path: Path, form: Format) -> Path:
    """Documents in each other's files, inside of others, in a folder below, in base64; and damaged ones."""
    names = ["contextd_memories", "signals"]
    write_store(path, names, form=form, documents=6)
    own, other = ([path / name_hash(n) / document_name(f"{n}-{i}", form) for i in range(6)] for n in names)
    held = own[0].read_bytes()
    own[0].write_bytes(other[0].read_bytes())
    other[0].write_bytes(held)
    own[1].write_bytes(own[1].read_bytes()[:60] + own[2].read_bytes())
    own[2].unlink()
    own[3].write_bytes(own[3].read_bytes() + bytes(64) + own[4].read_bytes())
    own[4].unlink()
    (own[5].parent / "old").mkdir(mode=0o700)
    own[5].rename(own[5].parent / "old" / own[5].name)
    other[1].write_bytes(base64.encodebytes(other[1].read_bytes()))
    for file in other[2:4]:
        file.unlink()
    _damage_documents(other[0].with_name(form.metadata_name), form, other[4:])
    return path


def _damage_documents(metadata: Path, form: Format, documents: Sequence[Path] = ()) -> None:
    """A document under another name, a link where another was, metadata that chromem takes for a document."""
    first, second = documents or [file for file in sorted(metadata.parent.iterdir()) if file != metadata]
    first.rename(first.with_name(f"copy{form.suffix}"))
    second.unlink()
    second.symlink_to("../gone//elsewhere")
    first.with_name(f"00000000.backup{form.suffix}").write_bytes(metadata.read_bytes())


def broken_collection(path: Path) -> Path:
    """A store of one collection, its metadata cut and its documents damaged."""
    write_store(path, ["contextd_memories"], documents=2)
    metadata = path / name_hash("contextd_memories") / "00000000.gob"
    _damage_documents(metadata, Format.PLAIN)
    os.truncate(metadata, 80)
    return settled(path)


def of_another_user(store: Path) -> Path:
    """The store as that of somebody else, if we may give it away: what is added must be theirs as well."""
    if os.geteuid() == 0:
        for path in (store, *store.rglob("*")):
            os.chown(path, 1000, 1001, follow_symlinks=False)
    return store


def state(store: Path) -> dict[str, tuple[object, ...]]:
    """Content, mode and owner of everything, of the journal mode and owner alone."""
    return {
        path: (None if path.startswith(".chromemctl") else facts[0], *facts[1:4])
        for path, facts in tree(store).items()
    }


@pytest.mark.parametrize("damaged", [without_metadata, misplaced])
def test_killed_before_every_change(tmp_path: Path, damaged: Callable[[Path, Format], Path]) -> None:
    sound = of_another_user(damaged(tmp_path / "sound", Format.PLAIN))
    broken = of_another_user(copy_of(sound, tmp_path / "broken"))
    before = set(contents(broken).values())
    recover(sound)
    expected = state(sound)
    verdict = judge(survey_store(sound))
    assert verdict.is_healthy
    if damaged is misplaced:  # but for the ones that are gone, or cut
        assert verdict.predictions[Format.PLAIN].collections == {"contextd_memories": 5, "signals": 3}

    def copied(name: str) -> Path:
        return of_another_user(copy_of(broken, tmp_path / name))

    for store, is_killed in every_death(copied, recover, fewest=40):
        assert before <= set(contents(store).values()), f"bytes lost: {store.name}"
        if is_killed:
            recover(store)
            assert state(store) == expected, store.name
            assert judge(survey_store(store)).is_healthy


def test_killed_again_and_again(tmp_path: Path) -> None:
    """Each run gets two changes further than the one before, counted anew."""
    store = broken_store(tmp_path / "store", Format.GZ)
    copy_of(store, tmp_path / "other")
    for at in range(0, 200, 2):
        if run_and_die(lambda: recover(store), at) == 0:
            break
    else:
        pytest.fail("it never came to an end")
    recover(tmp_path / "other")
    assert contents(store) == contents(tmp_path / "other")


def without_journal(store: Path) -> dict[str, tuple[object, ...]]:
    """Everything but what the journal leaves behind, and but for inodes, which a copy has anew."""
    return {path: facts[:-1] for path, facts in tree(store).items() if not path.startswith(".chromemctl")}


def take_back(store: Path) -> None:
    """What `undo --last` does."""
    finished = finish_interrupted(store)
    if not any(run.undoes is not None for run in runs.past(store) if run.id in finished):
        undo(store, undoable(store, None), force=True)


def test_an_undoing_killed_before_every_change(tmp_path: Path) -> None:
    broken = broken_collection(tmp_path / "broken")
    recovered = copy_of(broken, tmp_path / "recovered")
    before = without_journal(recovered)
    recover(recovered)

    for store, is_killed in every_death(
        lambda name: copy_of(recovered, tmp_path / name), take_back, fewest=40
    ):
        if is_killed:
            take_back(store)
        assert without_journal(store) == before, store.name


def test_a_recovery_killed_before_every_change_finished_and_taken_back(tmp_path: Path) -> None:
    """The times come back too, that of the store itself included, also where the plan was never written."""
    broken = broken_collection(tmp_path / "broken")
    before = without_journal(broken)
    root_lost: set[str] = set()

    for store, is_killed in every_death(lambda name: copy_of(broken, tmp_path / name), recover, fewest=40):
        if is_killed:
            recover(store)
        undo_all(store)
        after = without_journal(store)
        if after["."] != before["."]:
            root_lost.add(store.name)
            after["."] = before["."]
        assert after == before, store.name
    assert root_lost <= {"killed-1"}, "only between making .chromemctl and the very next call"


def undo_all(store: Path) -> None:
    """What `undo --last` does, until nothing is left to be undone."""
    while True:
        try:
            run = undoable(store, None)
        except UsageFailure:
            return
        undo(store, run, force=True)


def test_an_interrupted_run_is_reported_until_it_is_finished(tmp_path: Path) -> None:
    store = broken_store(tmp_path / "store", Format.PLAIN)
    assert run_and_die(lambda: recover(store), 30) == KILLED
    assert "INTERRUPTED" in {finding.id for finding in judge(survey_store(store)).findings}
    assert len(finish_interrupted(store)) == 1
    assert "INTERRUPTED" not in {finding.id for finding in judge(survey_store(store)).findings}


def test_a_run_whose_store_has_moved_on_is_given_up_and_planned_anew(tmp_path: Path) -> None:
    """After the crash the application has made the collection again; its new metadata stays."""
    store = broken_store(tmp_path / "store", Format.PLAIN)
    metadata = Path(name_hash("contextd_memories"), "00000000.gob")

    def killed(at: int) -> Path:
        copy = copy_of(store, tmp_path / f"copy-{at}")
        assert run_and_die(lambda: recover(copy), at) in (KILLED, 0)
        return copy

    def has_metadata(at: int) -> bool:
        copy = killed(at)
        try:
            return (copy / metadata).is_file()
        finally:
            shutil.rmtree(copy)

    previous = killed(bisect_left(range(1000), True, key=has_metadata) - 1)
    own = previous / metadata
    kept = Metadata("contextd_memories", {"made": "anew"}).to_bytes()
    own.write_bytes(kept)
    recover(previous)
    assert own.read_bytes() == kept
    assert judge(survey_store(previous)).is_healthy


def test_a_journal_line_cut_by_the_crash(tmp_path: Path) -> None:
    store = broken_store(tmp_path / "store", Format.PLAIN)
    assert run_and_die(lambda: recover(store), 30) == KILLED
    [journal] = (store / ".chromemctl" / "journal").iterdir()
    with journal.open("ab") as file:
        file.write(b'{"event": "st')
    recover(store)
    assert judge(survey_store(store)).is_healthy
    assert finish_interrupted(store) == []
