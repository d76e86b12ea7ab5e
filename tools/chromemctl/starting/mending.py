"""Making a store one that chromem opens: what is certain is repaired, what cannot stay is set aside."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from chromemctl import naming
from chromemctl.changes import preconditions, runs
from chromemctl.changes.lock import exclusive
from chromemctl.changes.plan import FileRepair, MoveDirectory, Plan, Repair, Transfer
from chromemctl.identification.name_search import NameSearch
from chromemctl.judgement.prediction import predict
from chromemctl.judgement.verdict import Verdict, judge
from chromemctl.quarantine.setting_aside import set_aside
from chromemctl.recovery import Proposal, propose, require_likely, require_rest
from chromemctl.repair import Known, rebuildable
from chromemctl.repair.astray import ASTRAY_FINDINGS
from chromemctl.repair.scope import Scope
from chromemctl.repair.trailing import TRAILING_FINDINGS
from chromemctl.starting.policy import Policy, PreflightResult, SetAside, State
from chromemctl.survey import FolderFacts, Survey, survey_store
from chromemctl.wording import count, readable, user
from pygob.chromem.names import Format, name_hash

#: What runs of a preflight are called in the journal.
COMMAND = "preflight"
# A run that sets aside what the one before has left; more than this is no damage but a fault of ours.
_RUNS = 3
# Damage behind which nobody can look: such a folder stays where it is, for a person to see to.
_OUT_OF_REACH = "PERMISSION"
# Documents where chromem does not look: the application may have deleted them, and nobody is asked.
_LEFT_TO_A_PERSON = ASTRAY_FINDINGS | TRAILING_FINDINGS


class CertainNames(NameSearch):
    """A search whose likely and possible names do not count: nobody is there to look at them.

    Where backups should be and are not, it goes on without: all that is sound shall start.
    """

    @property
    def requires_backups(self) -> bool:
        """Whether it fails where there are no backups."""
        return False

    def run(self, folders: Sequence[str], evidence: naming.Evidence) -> naming.Identification:
        """Search for the names of some folders; see `NameSearch`."""
        found = super().run(folders, evidence)
        certain = (
            replace(
                folder,
                names=tuple(n for n in folder.names if n.confidence is naming.Confidence.CERTAIN),
            )
            for folder in found.folders
        )
        return replace(found, folders=tuple(certain))


@dataclass(frozen=True, slots=True)
class _Start:
    """What is to be done before a start.

    Attributes:
        proposal: The repairs.
        verdict: What is wrong with the store that they were planned for.
        aside: The folders that are set aside.
        reasons: Why there is no repair of them, by folder.
    """

    proposal: Proposal
    verdict: Verdict
    aside: Sequence[Transfer]
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Mender:
    """Brings one store into a state in which the application starts.

    Attributes:
        store: The store.
        policy: What may be done.
        compress: The application's setting, None when it is told from the store.
        names: Names to try for lost ones.
        backups: Where backups are, None for the user's own place.
        force: Go ahead although the store is being written, or most of it seems damaged.
    """

    store: Path
    policy: Policy
    compress: bool | None
    names: Sequence[str] = ()
    backups: Path | None = None
    force: bool = False
    _repaired: list[str] = field(default_factory=list)
    _aside: list[SetAside] = field(default_factory=list)
    _losses: list[str] = field(default_factory=list)
    _runs: list[str] = field(default_factory=list)
    _unread: list[str] = field(default_factory=list)

    def run(self) -> PreflightResult:
        """Look at the store, and repair it where the policy allows that.

        Raises:
            Failure: It needs a repair that cannot be made now; see `preflight`.
        """
        survey = survey_store(self.store)
        verdict = judge(survey)
        is_sound = verdict.is_healthy and self._opens(verdict) and not _is_interrupted(verdict)
        if is_sound or self.policy is Policy.FAIL:
            return self._result(survey, verdict)
        preconditions.require_known(self.store)
        with exclusive(self.store):
            self._finish_interrupted()
            self._carry_out(self._first_plan(verdict))
            for _ in range(_RUNS):
                survey = survey_store(self.store)
                verdict = judge(survey)
                if self._opens(verdict) or not self._carry_out(self._plan_for_the_rest(survey, verdict)):
                    break
        return self._result(survey, verdict)

    # ---- what chromem would do

    def _formats(self, verdict: Verdict) -> tuple[Format, ...]:
        """The settings of `compress` with which the store must open."""
        if self.compress is None:
            return verdict.expected_formats
        return (Format.GZ if self.compress else Format.PLAIN,)

    def _opens(self, verdict: Verdict) -> bool:
        return all(verdict.predictions[form].opens for form in self._formats(verdict))

    def _refused(self, survey: Survey, verdict: Verdict) -> list[FolderFacts]:
        """The folders for each of which alone chromem would refuse the store, and that can be read."""
        unreadable = {finding.dir for finding in verdict.errors if finding.id == _OUT_OF_REACH}
        return [
            folder
            for folder in survey.folders
            for alone in [replace(survey, folders=(folder,))]
            if not all(predict(alone, form).opens for form in self._formats(verdict))
            if folder.dir not in unreadable
        ]

    # ---- what to do about it

    def _finish_interrupted(self) -> None:
        """Finish what a run before has left: of an application that was killed in its own preflight, too."""
        interrupted = runs.interrupted(self.store)
        if any(run.left for run in interrupted) and not self.force:
            preconditions.require_rest(self.store)
        for run in interrupted:
            if runs.finish(self.store, run) is None:
                self._repaired.append(f"run {run.id}, which was interrupted, is finished")
                self._losses += run.losses
                self._runs.append(run.id)

    def _first_plan(self, verdict: Verdict) -> _Start:
        if self.policy is Policy.QUARANTINE:
            survey = survey_store(self.store)
            return self._plan_for_the_rest(survey, judge(survey))
        names = self._fitting(verdict)
        proposal = self._propose(Scope(left=_LEFT_TO_A_PERSON), names)
        survey, verdict = proposal.survey, judge(proposal.survey)
        reasons = {item.dir: item.reason for item in proposal.plan.unresolved}
        aside = [folder for folder in self._refused(survey, verdict) if folder.dir in reasons]
        if aside and proposal.plan.steps:
            others = {folder.dir for folder in survey.folders} - {folder.dir for folder in aside}
            proposal = self._propose(Scope(frozenset(others), left=_LEFT_TO_A_PERSON), names)
        return _Start(proposal, verdict, self._transfers(aside), reasons)

    def _plan_for_the_rest(self, survey: Survey, verdict: Verdict) -> _Start:
        """Set aside whatever chromem refuses."""
        proposal = Proposal(survey, Plan(), Known(), time.monotonic())
        return _Start(proposal, verdict, self._transfers(self._refused(survey, verdict)))

    def _propose(self, scope: Scope, names: Sequence[str]) -> Proposal:
        search = CertainNames(backups=self.backups)
        proposal = propose(self.store, scope=scope, names=names, search=search)
        self._unread += proposal.unread
        return proposal

    def _fitting(self, verdict: Verdict) -> list[str]:
        """The given names by which folders without one are called; the operator vouches for them."""
        nameless = rebuildable(verdict.findings).keys() - {item.dir for item in verdict.real if item.name}
        return [name for name in dict.fromkeys(self.names) if name_hash(name) in nameless]

    def _transfers(self, folders: Iterable[FolderFacts]) -> list[Transfer]:
        paths = [folder.path for folder in folders if not folder.dir.startswith(".")]
        return set_aside(self.store, paths) if paths else []

    def _carry_out(self, start: _Start) -> bool:
        """Carry a plan out; whether there was anything to do."""
        steps = [*start.proposal.plan.steps, *(step for item in start.aside for step in item.steps)]
        if not steps:
            return False
        collections = [_set_aside(transfer, start) for transfer in start.aside]
        losses = [*start.proposal.plan.losses, *map(_loss, collections)]
        preconditions.require_own_directories(self.store, steps)
        if not self.force:
            require_likely(start.proposal)
            require_rest(start.proposal)
        runs.carry_out(self.store, COMMAND, steps, losses=losses)
        self._repaired += [_sentence(change) for change in start.proposal.plan.changes]
        self._aside += collections
        self._losses += losses
        self._runs.append(runs.past(self.store)[-1].id)
        return True

    # ---- what to say

    def _result(self, survey: Survey, verdict: Verdict) -> PreflightResult:
        starts = self._opens(verdict) and not self._is_blind(verdict)
        opened = verdict.predictions[self._formats(verdict)[0]].collections if starts else {}
        if self._runs:
            state = State.MENDED if starts else State.DAMAGED
        else:
            state = State.HEALTHY if starts and verdict.is_healthy else State.DAMAGED
        return PreflightResult(
            store=self.store,
            state=state,
            starts=starts,
            collections=len(opened),
            documents=sum(opened.values()),
            repaired=tuple(self._repaired),
            set_aside=tuple(self._aside),
            losses=tuple(dict.fromkeys(self._losses)),
            problems=tuple(dict.fromkeys(self._problems(verdict))),
            unread=tuple(dict.fromkeys(self._unread)),
            being_written=next(iter(survey.changing), None),
            runs=tuple(self._runs),
        )

    def _is_blind(self, verdict: Verdict) -> bool:
        """Whether the application would open none of the collections, and say nothing."""
        return self.compress is not None and verdict.format == self._other_format

    @property
    def _other_format(self) -> Format:
        return Format.PLAIN if self.compress else Format.GZ

    def _problems(self, verdict: Verdict) -> Iterable[str]:
        if self._is_blind(verdict):
            setting = "true" if self.compress else "false"
            yield (
                f"the store is {self._other_format}, and opened with compress={setting} the application sees "
                "none of its collections, without an error"
            )
        for form in self._formats(verdict):
            prediction = verdict.predictions[form]
            if not prediction.opens:
                yield f"chromem would not start: {readable(prediction.error or '')}"
        for finding in verdict.errors:
            where = readable(os.path.relpath(finding.path, self.store))
            yield f"{finding.id} {where}: {readable(finding.message)}"
        if any(finding.id == _OUT_OF_REACH for finding in verdict.errors):
            yield f"this runs as {user(os.geteuid())}; the store is of {user(self.store.stat().st_uid)}"


def _is_interrupted(verdict: Verdict) -> bool:
    return any(finding.id == "INTERRUPTED" for finding in verdict.findings)


def _set_aside(transfer: Transfer, start: _Start) -> SetAside:
    folder = start.proposal.survey.folder(str(transfer.path))
    assert folder is not None, "only folders of the survey are set aside"
    place = next(step.destination for step in transfer.steps if isinstance(step, MoveDirectory))
    kinds = sorted({finding.id for finding in start.verdict.errors if finding.dir == folder.dir})
    why = start.reasons.get(folder.dir)
    reason = ", ".join(kinds) + (f": {why}" if why else "")
    return SetAside(folder.dir, folder.name, folder.document_count(), reason, place)


def _loss(item: SetAside) -> str:
    shown = f"collection {item.name!r}" if item.name is not None else "a collection whose name is not known"
    return (
        f"{item.dir}: {shown} with {count(item.documents, 'document')} ({item.reason}); all of it is in "
        f"{item.place}"
    )


def _sentence(change: FileRepair | Repair) -> str:
    if isinstance(change, FileRepair):
        return f"{change.path}: {change.finding}: {change.what}"
    return f"{change.dir}: {change.finding}: metadata of collection {change.name!r} rebuilt"
