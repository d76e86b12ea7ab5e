"""The JSON that scripts read: shapes with a schema version, changed only by adding."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from chromemctl.changes.journal import Run, Unfinished, Unreadable
from chromemctl.changes.plan import FileRepair, Plan, Repair, Transfer, Unresolved, step_to_json
from chromemctl.checks.findings import Finding
from chromemctl.exits import Failure
from chromemctl.judgement.crosscheck import Crosscheck
from chromemctl.judgement.prediction import Prediction
from chromemctl.judgement.verdict import BaseVerdict, CollectionVerdict, Verdict
from pygob.chromem.entries import Kind
from pygob.chromem.names import Format

if TYPE_CHECKING:  # the search for names takes as long to import as all else here
    from chromemctl.naming import Identification
    from chromemctl.quarantine.contents import Quarantined

SCHEMA_VERSION = 1


def verify_report(verdict: Verdict) -> dict[str, Any]:
    """The outcome of `verify`."""
    return {
        "schema_version": SCHEMA_VERSION,
        **path_fields("store", verdict.store),
        "format": verdict.format,
        "healthy": verdict.is_healthy,
        "documents_read": verdict.reads_documents,
        "collections": [_collection(item) for item in verdict.collections],
        "findings": [_finding(finding) for finding in verdict.findings],
        "chromem": {form.value: _opening(verdict.predictions[form]) for form in Format},
        **({} if verdict.crosscheck is None else {"crosscheck": _crosscheck(verdict.crosscheck)}),
        "summary": {
            "collections_total": len(verdict.real),
            "collections_healthy": len(verdict.real) - len(verdict.damaged),
            "collections_corrupt": len(verdict.damaged),
            "documents_total": verdict.documents,
        },
    }


def base_report(found: BaseVerdict) -> dict[str, Any]:
    """The outcome of `verify` for the base of a nested layout.

    A base that is a store itself has all that is told of a store, and beside it the stores below.
    """
    unknown = [{**path_fields("path", path), "reason": text(reason)} for path, reason in found.unknown]
    if found.own is not None:
        below = [verify_report(verdict) for verdict in found.verdicts if verdict is not found.own]
        return {**verify_report(found.own), "stores_below": below, "unknown": unknown}
    return {
        "schema_version": SCHEMA_VERSION,
        **path_fields("base", found.base),
        "healthy": found.is_healthy,
        "stores": [verify_report(verdict) for verdict in found.verdicts],
        "unknown": unknown,
        "summary": {
            "stores_total": len(found.verdicts),
            "stores_healthy": len(found.verdicts) - len(found.damaged),
            "stores_corrupt": len(found.damaged),
            "documents_total": sum(verdict.documents for verdict in found.verdicts),
        },
    }


def identify_report(found: Identification) -> dict[str, Any]:
    """The outcome of `identify`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "candidates": found.candidates,
        "tried": dict(found.tried),
        "skipped": [{"source": text(item.source), "reason": text(item.reason)} for item in found.skipped],
        "folders": [
            {
                "dir": text(folder.dir),
                "names": [
                    {
                        "name": text(name.name),
                        "source": text(name.source),
                        "confidence": name.confidence.value,
                        "expected_accidental": name.expected_accidental,
                    }
                    for name in folder.names
                ],
            }
            for folder in found.folders
        ],
    }


def recovery_report(
    store: PurePath,
    verdict: Verdict,
    plan: Plan | None,
    interrupted: Sequence[dict[str, Any]],
    *,
    dry_run: bool,
    applied: bool,
) -> dict[str, Any]:
    """The outcome of `recover`.

    Args:
        store: The store.
        verdict: What was found in it at the end.
        plan: What was to be done; None where an interrupted run must end before it can be told.
        interrupted: The `unfinished_report` of each run that was interrupted.
        dry_run: Whether nothing was to be changed.
        applied: Whether the plan was carried out.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        **path_fields("store", store),
        "dry_run": dry_run,
        "applied": applied,
        "interrupted_runs": list(interrupted),
        "plan": None if plan is None else plan_report(plan),
        "tried": {text(source): number for source, number in ((plan and plan.tried) or {}).items()},
        "verify": verify_report(verdict),
    }


def plan_report(plan: Plan) -> dict[str, Any]:
    """What a repair will do."""
    return {
        "files": [_file_repair(repair) for repair in plan.files],
        "repairs": [_repair(repair) for repair in plan.repairs],
        "unresolved": [_unresolved(item) for item in plan.unresolved],
        "losses": [text(loss) for loss in plan.losses],
    }


def run_report(run: Run, runs: Sequence[Run]) -> dict[str, Any]:
    """One of the runs that changed a store."""
    return {
        "id": run.id,
        "command": run.command,
        "time": run.time,
        "state": run.state.value,
        "changes": len(run.done),
        "undoes": run.undoes,
        "undone_by": undone_by(run, runs),
    }


def unreadable_report(journal: Unreadable) -> dict[str, Any]:
    """A journal that cannot be understood."""
    return {
        "id": text(journal.id),
        **path_fields("path", journal.path),
        "reason": text(journal.reason),
        "is_over": journal.is_over,
    }


def unfinished_report(run: Unfinished, given_up: str | None = None) -> dict[str, Any]:
    """A run that was interrupted: what was left of it, and why it was given up if it was."""
    return {
        "id": run.id,
        "command": run.command,
        "time": run.time,
        "steps": [step_to_json(step) for step in run.left],
        "losses": [text(loss) for loss in run.losses],
        "given_up": None if given_up is None else text(given_up),
    }


def undone_by(run: Run, runs: Sequence[Run]) -> str | None:
    """Id of the run that took another one back, None when it stands."""
    return next((other.id for other in runs if other.undoes == run.id and other.state == "complete"), None)


def quarantined_report(item: Quarantined) -> dict[str, Any]:
    """A file or folder that was set aside."""
    return {
        **path_fields("path", item.path),
        "kind": "folder" if item.kind is Kind.DIRECTORY else item.kind.value,
        "entries": item.entries,
        "size": item.size,
        "origin": None if item.origin is None else text(item.origin),
        "finding": item.finding,
        "collection": None if item.collection is None else text(item.collection),
        "salvaged": item.salvaged,
    }


def transfer_report(transfer: Transfer) -> dict[str, Any]:
    """Something that is moved because a person wants it so."""
    return {
        **path_fields("path", transfer.path),
        "what": text(transfer.what),
        "steps": [step_to_json(step) for step in transfer.steps],
        "notes": [text(note) for note in transfer.notes],
        "losses": [text(loss) for loss in transfer.losses],
    }


def failure_report(failure: Failure) -> dict[str, Any]:
    """Why a command could not go on."""
    return {
        "schema_version": SCHEMA_VERSION,
        "error": {
            "exit_code": int(failure.exit),
            "message": text(failure.message),
            "advice": [text(line) for line in failure.advice],
        },
    }


def path_fields(key: str, path: PurePath) -> dict[str, str]:
    """A path as text, and as base64 of its bytes where it is not UTF-8."""
    raw = os.fsencode(path)
    shown = text(os.fspath(path))
    if raw == shown.encode():
        return {key: shown}
    return {key: shown, f"{key}_b64": base64.b64encode(raw).decode()}


def text(value: str) -> str:
    """Text that any JSON reader takes: bytes that are not UTF-8 become U+FFFD."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _opening(outcome: Prediction) -> dict[str, Any]:
    return {
        "opens": outcome.opens,
        "error": None if outcome.error is None else text(outcome.error),
        "collections": {text(name): count for name, count in outcome.collections.items()},
    }


def _crosscheck(checked: Crosscheck) -> dict[str, Any]:
    """What real chromem-go said: null where it was not asked."""
    return {
        "chromem": checked.chromem,
        "agrees": None if checked.error is not None else not checked.differences,
        "error": None if checked.error is None else text(checked.error),
        **{
            form.value: None if outcome is None else _opening(outcome)
            for form, outcome in checked.found.items()
        },
    }


def _collection(item: CollectionVerdict) -> dict[str, Any]:
    return {
        "dir": text(item.dir),
        "name": None if item.name is None else text(item.name),
        "status": item.status.value,
        "documents": item.documents,
        "findings": [_finding(finding) for finding in item.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": finding.severity.value,
        **path_fields("path", finding.path),
        "message": text(finding.message),
        "action": text(finding.action),
    }


def _repair(repair: Repair) -> dict[str, Any]:
    return {
        "dir": text(repair.dir),
        "finding": repair.finding,
        "name": text(repair.name),
        "source": text(repair.source),
        "confidence": repair.confidence,
        "metadata_source": text(repair.metadata_source),
        "steps": [step_to_json(step) for step in repair.steps],
        "losses": [text(loss) for loss in repair.losses],
    }


def _file_repair(repair: FileRepair) -> dict[str, Any]:
    return {
        "dir": text(repair.dir),
        "finding": repair.finding,
        **path_fields("path", repair.path),
        "what": text(repair.what),
        "steps": [step_to_json(step) for step in repair.steps],
        "losses": [text(loss) for loss in repair.losses],
        "notes": [text(note) for note in repair.notes],
    }


def _unresolved(item: Unresolved) -> dict[str, Any]:
    return {
        "dir": text(item.dir),
        "finding": item.finding,
        "reason": text(item.reason),
        "candidates": [text(name) for name in item.candidates],
        **(path_fields("path", item.path) if item.path is not None else {}),
    }
