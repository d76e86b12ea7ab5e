"""The recovery of a store, step by step, without a word to anybody: commands tell, this module does."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chromemctl.changes import preconditions, runs
from chromemctl.changes.plan import CreateFile, Plan
from chromemctl.checks.findings import examine
from chromemctl.exits import Doubtful
from chromemctl.identification.backups import backed_up
from chromemctl.identification.copies import copies_elsewhere
from chromemctl.identification.evidence import gather
from chromemctl.identification.name_search import NameSearch
from chromemctl.identification.operator_names import confirmed
from chromemctl.repair import IRREGULAR, REFUSED, Known, contradicted, make_plan, rebuildable
from chromemctl.repair.scope import WHOLE, Scope
from chromemctl.survey import Survey, survey_store
from pygob.chromem.entries import Kind


@dataclass(frozen=True, slots=True)
class Proposal:
    """A survey of a store and the plan that follows from it.

    Attributes:
        survey: The store as it was looked at.
        plan: What to do about it.
        known: What is known of lost names and lost metadata.
        looked_at: When the look began, by the monotonic clock.
        unread: What could not be looked into for them, one sentence each.
    """

    survey: Survey
    plan: Plan
    known: Known
    looked_at: float = field(compare=False)
    unread: tuple[str, ...] = ()


# So many documents with one kind of damage, and more than half of all, are more likely one fault elsewhere.
_MANY = 20
_UNREAD = REFUSED | IRREGULAR

Progress = Callable[[int, int], None]


def propose(
    store: Path,
    *,
    scope: Scope = WHOLE,
    names: Sequence[str] = (),
    search: NameSearch | None = None,
    progress: Progress | None = None,
) -> Proposal:
    """Look at a store and plan its repair. Changes nothing.

    Args:
        store: The store.
        scope: What to repair.
        names: Names that the operator vouches for, as NAME or HASH=NAME.
        search: How lost names are searched for; with what the store tells alone when None.
        progress: Called with the number of files read and of all files.

    Raises:
        UsageFailure: A name does not belong to a folder that needs one.
        Failure: Another command must come first.
    """
    looked_at = time.monotonic()
    survey = survey_store(store, progress)
    findings = [finding for finding in examine(survey) if scope.covers(finding)]
    damage = rebuildable(findings)
    nameless = [folder.dir for folder in survey.folders if folder.dir in damage and folder.name is None]
    explicit = confirmed(names, nameless, survey)
    search = search or NameSearch()
    kept = backed_up(search.backups, store, nameless, required=search.requires_backups)
    elsewhere = copies_elsewhere(survey, nameless)
    doubtful = contradicted(survey, nameless)
    found = None
    if nameless or doubtful:
        copies = (*kept.own.values(), *kept.others.values())
        evidence = gather(
            survey,
            [*nameless, *doubtful],
            explicit=explicit,
            copies=copies,
            elsewhere=elsewhere,
            progress=progress,
        )
        found = search.run([*nameless, *doubtful], evidence)
    known = Known(
        {folder.dir: folder.names for folder in found.folders} if found is not None else {},
        dict(found.tried) if found is not None and nameless else None,
        frozenset(doubtful),
        kept.own,
        elsewhere,
        search.backups,
    )
    plan = make_plan(survey, findings, known, scope)
    if plan.steps:
        preconditions.require_own_directories(store, plan.steps)
    return Proposal(survey, plan, known, looked_at, kept.unread)


def needs_another_run(survey: Survey, proposal: Proposal) -> bool:
    """Whether more can be repaired, now that a plan was carried out, with what is known of names by then.

    Args:
        survey: The store, as it is afterwards.
        proposal: What was planned.
    """
    return bool(make_plan(survey, examine(survey), proposal.known, WHOLE).steps)


def doubt(proposal: Proposal) -> str | None:
    """Why a plan may be a mistake: most documents of the store would be set aside, all for one reason."""
    written = {step.path for step in proposal.plan.steps if isinstance(step, CreateFile)}
    refused = {
        repair.path: repair.finding
        for repair in proposal.plan.files
        if repair.finding in _UNREAD and repair.path not in written
    }
    total = sum(folder.document_count() for folder in proposal.survey.folders)
    for finding, number in Counter(refused.values()).most_common(1):
        if number > _MANY and number > total / 2:
            return (
                f"{number:,} of {total:,} documents cannot be read, all as {finding}. That so many were "
                "damaged alike is less likely than one fault in what they lie on or in how they are read."
            )
    return None


def require_likely(proposal: Proposal) -> None:
    """Check that nothing makes a plan doubtful.

    Raises:
        Doubtful: Something does.
    """
    if (why := doubt(proposal)) is not None:
        raise Doubtful(
            f"{why} Nothing was changed",
            "look for errors of the disk, at how the files were brought here, and at a backup",
            "chromemctl recover --force goes ahead all the same; the files are kept in .quarantine",
        )


def carry_out(store: Path, proposal: Proposal, *, force: bool) -> None:
    """Carry out a plan, provided that the store is at rest and as it was looked at.

    Args:
        store: The store, locked by the caller.
        proposal: What was planned.
        force: Do it although the store seems to be in use.

    Raises:
        Busy: The store is being written, or has changed since the plan was made.
        Failure: The store is of a later chromem.
        IOFailure: The system refused; the next run finishes.
    """
    preconditions.require_known(store)
    if not force:
        require_rest(proposal)
    if steps := proposal.plan.steps:
        runs.carry_out(store, "recover", steps, losses=proposal.plan.losses)


def require_rest(proposal: Proposal) -> None:
    """Check that the store is as it was when the plan was made, and at rest.

    Raises:
        Busy: It is being written.
    """
    preconditions.require_unused(proposal.survey.path)
    looked_for = time.monotonic() - proposal.looked_at
    time.sleep(max(0.0, preconditions.OBSERVATION_SECONDS - looked_for))
    changed = list(proposal.survey.changing) or [
        change.path
        for change in proposal.survey.imprint.changes()
        if not change.before is change.now is Kind.DIRECTORY  # whose own times are left out
    ]
    if changed:
        raise preconditions.being_written(changed[0])
