"""A case on the disk: one file a format with the damage, and everything that must come of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from chromemctl.changes.plan import Plan
from chromemctl.changes.undoing import undo, undoable
from chromemctl.exits import Failure
from chromemctl.judgement.verdict import Verdict, judge
from chromemctl.recovery import carry_out, propose
from chromemctl.survey import survey_store
from gohelper import Go
from pygob.chromem import Format
from tests.damage import healthy, observing
from tests.damage.catalogue import FOLDER, Made, all_cases
from tests.damage.recipe import Recipe
from tests.stores import settled

# Root may read everything; without these capabilities it is a user like any other.
WITHOUT_PRIVILEGE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")


@dataclass(frozen=True)
class Case:
    """A case in one format.

    Attributes:
        path: Its file.
        what: What happened, in a sentence.
        recipe: What that is in the store.
        expected: What must be seen of it before, during and after the recovery, as `observed` gives it.
    """

    path: Path
    what: str
    recipe: Recipe
    expected: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> Case:
        """The case in a file."""
        data = json.loads(path.read_text())
        return cls(path, data["what"], Recipe(**data["damage"]), data["expected"])

    @property
    def form(self) -> Format:
        """The format of the store."""
        return Format(self.path.stem)

    @property
    def id(self) -> str:
        """The name of its folder and its format."""
        return f"{self.path.parent.name}-{self.form}"

    def lay_out(self, store: Path) -> Path:
        """Make the damaged store at a place where nothing is, as if it were an hour old."""
        healthy.lay_out(store, self.form)
        settled(store)
        self.recipe.apply(store)
        return settled(store)

    def write(self) -> None:
        """Write the file."""
        data = {"what": self.what, "damage": self.recipe.to_json(), "expected": self.expected}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(data, indent=1) + "\n")


def read_cases() -> list[Case]:
    """All cases that there are, by number and format."""
    return [Case.read(path) for path in sorted(FOLDER.glob("*/*.json"))]


def make(made: Made, form: Format) -> Case | None:
    """Let a case happen to the sound store; None when it cannot happen to one of this format."""
    with tempfile.TemporaryDirectory() as folder:
        sound, damaged = Path(folder, "sound"), Path(folder, "damaged")
        healthy.lay_out(sound, form)
        healthy.lay_out(damaged, form)
        if not made.damage(damaged, form, healthy.DAMAGED):
            return None
        recipe = Recipe.between(sound, damaged)
    return Case(made.folder / f"{form}.json", made.summary, recipe, {})


def remake(go: Go) -> Iterator[Case]:
    """Write all cases anew, with what is seen of them now."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for made in all_cases():
        for form in Format:
            case = make(made, form)
            if case is not None:
                case.write()  # where another process looks for it
                seen = observed_as_a_user(case, chromem=True) if case.recipe.forbid else observed(case, go)
                case.expected.update(seen)
                case.write()
                yield case


@contextmanager
def laid_out(case: Case) -> Iterator[Path]:
    """The damaged store, until it is no more needed."""
    with tempfile.TemporaryDirectory() as folder:
        store = case.lay_out(Path(folder, "store"))
        try:
            yield store
        finally:
            for path in case.recipe.forbid:  # else it could not be removed
                (store / path).chmod(0o700)


def observed(case: Case, go: Go | None) -> dict[str, Any]:
    """Everything that is seen of a case: before, the plan, after; what real chromem says if it is there."""
    # What survives a power cut is not asked here.
    with laid_out(case) as store, mock.patch.object(os, "fsync"):
        state, damage = _state(store), judge(survey_store(store))
        seen = _look(store, go)
        proposal = propose(store)
        seen["plan"] = observing.planned(proposal.plan, store)
        try:
            carry_out(store, proposal, force=True)
        except Failure as refused:
            return {**seen, "refused": str(refused).replace(str(store), observing.STORE)}
        seen["after"] = _look(store, go)
        seen["after"]["every byte is kept"] = _data(state) <= _data(_state(store))
        seen["after"]["steps left"] = len(propose(store).plan.steps)
        if go is not None:
            left = [content for content in _data(state) if isinstance(content, bytes)]
            seen["after"] |= _in_use(case.form, store, go, damage, left, proposal.plan)
        if proposal.plan.steps:
            undo(store, undoable(store, None), force=True)
        # What was not to be changed was not touched at all.
        seen["after"]["undo brings back what was"] = _state(store) == state
        return seen


def observed_as_a_user(case: Case, *, chromem: bool) -> dict[str, Any]:
    """The same by a process that permissions bind, also where this one is root's."""
    prefix = WITHOUT_PRIVILEGE if os.geteuid() == 0 else ()
    command = [*prefix, sys.executable, "-m", "tests.damage", "observe", str(case.path)]
    command += [] if chromem else ["--without-chromem"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def _look(store: Path, go: Go | None) -> dict[str, Any]:
    verdict = judge(survey_store(store))
    seen: dict[str, Any] = {"findings": observing.found(verdict), "prediction": observing.predicted(verdict)}
    if go is not None:
        seen["chromem"] = observing.answered(go, verdict)
    return seen


def _in_use(
    form: Format, store: Path, go: Go, damage: Verdict, left: list[bytes], plan: Plan
) -> dict[str, Any]:
    """What the application has of the store after its recovery; nothing where it does not start."""
    verdict = judge(survey_store(store))
    if not verdict.predictions[form].opens:
        return {}
    before, now = originals(go, form), observing.served(go, store, form)
    return {
        "documents": observing.compared(before, now, damage),
        "not served": observing.missing(before, now, left, plan, verdict),
        "queries": observing.queries(go, store, form, now),
    }


@cache
def originals(go: Go, form: Format) -> observing.Documents:
    """Every document of a sound store, as real chromem has it."""
    with tempfile.TemporaryDirectory() as folder:
        healthy.lay_out(Path(folder, "sound"), form)
        return observing.served(go, Path(folder, "sound"), form)


def _state(store: Path) -> dict[str, tuple[int, int, bytes | str | None]]:
    """Mode, time and content of all in a store but the journal; what may not be read has no content."""
    entries = (path for path in sorted(store.rglob("*")) if path.relative_to(store).parts[0] != ".chromemctl")
    return {
        str(path.relative_to(store)): (path.lstat().st_mode, path.lstat().st_mtime_ns, _content(path))
        for path in entries
    }


def _content(path: Path) -> bytes | str | None:
    if path.is_symlink():
        return str(path.readlink())
    with suppress(PermissionError):
        return path.read_bytes() if path.is_file() else None
    return None


def _data(state: dict[str, tuple[int, int, bytes | str | None]]) -> set[bytes | str | None]:
    return {content for _, _, content in state.values()}
