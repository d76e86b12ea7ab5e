"""What is found in a damaged store, planned for it, and what real chromem makes of it: as data."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from chromemctl.changes.plan import (
    CreateFile,
    FileRepair,
    MakeDirectory,
    MoveDirectory,
    MoveEntry,
    MoveFile,
    Plan,
    Repair,
    Step,
)
from chromemctl.checks.findings import Finding
from chromemctl.judgement.prediction import Prediction
from chromemctl.judgement.verdict import Verdict
from gohelper import Document, Go, GoError, GoTimeout
from pygob.chromem import Document as OurDocument
from pygob.chromem import Format, envelope, name_hash
from tests.damage.healthy import DIMENSION

#: What stands for the store's own path.
STORE = "STORE"
AS_BEFORE = "as before"
NOTHING_LEFT = "nothing of it was left"
NOBODY = "NOBODY"
# chromem opens a store in milliseconds, or waits for ever for somebody to write to a pipe.
PATIENCE = 1
Documents = dict[str, dict[str, Document]]


def opened(go: Go, store: Path, form: Format) -> Prediction:
    """What real chromem does, in the shape of a prediction."""
    try:
        collections = go.chromem_open(store, compress=form is Format.GZ)
    except GoError as refused:
        return Prediction(opens=False, error=str(refused))
    return Prediction(opens=True, collections=collections)


def served(go: Go, store: Path, form: Format) -> Documents:
    """Every document that real chromem has of a store, by collection and id."""
    compress = form is Format.GZ
    return {
        name: {found.id: found for found in go.chromem_documents(store, name, compress=compress).documents}
        for name in sorted(opened(go, store, form).collections)
    }


def values(document: Document | OurDocument) -> tuple[object, ...]:
    """Everything in a document, to be compared: vectors as bytes, nil as empty (gob sends neither)."""
    embedding = b"" if document.embedding is None else bytes(memoryview(array("f", document.embedding)))
    return document.id, document.metadata or {}, embedding, document.content


def found(verdict: Verdict) -> list[str]:
    """Every finding in a line: how much it matters, what, where."""
    return [
        f"{finding.severity} {finding.id} {_relative(finding.path, verdict.store)}"
        for finding in verdict.findings
    ]


def _relative(path: Path, store: Path) -> str:
    return str(path.relative_to(store)) if path != store else STORE


def predicted(verdict: Verdict) -> dict[str, Any]:
    """The predictions for both settings of `compress`."""
    return {form: _outcome(verdict.predictions[form], verdict.store) for form in Format}


def _outcome(prediction: Prediction, store: Path) -> dict[str, Any]:
    if prediction.opens:
        return {"opens": True, "collections": dict(sorted(prediction.collections.items()))}
    error = (prediction.error or "").replace(str(store), STORE)
    return {"opens": False, "error": error} if prediction.is_quoted else {"opens": False, "instead": error}


def answered(go: Go, verdict: Verdict) -> dict[str, Any]:
    """What real chromem does with either setting of `compress`, in the shape of the predictions."""
    return {form: _answer(go, verdict, form) for form in Format}


def _answer(go: Go, verdict: Verdict, form: Format) -> dict[str, Any]:
    expected = verdict.predictions[form]
    if expected.opens or expected.is_quoted:
        return _outcome(opened(go, verdict.store, form), verdict.store)
    with Go(timeout=PATIENCE) as patient:
        try:
            return _outcome(opened(patient, verdict.store, form), verdict.store)
        except GoTimeout:
            return _outcome(expected, verdict.store)


def planned(plan: Plan, store: Path) -> dict[str, Any]:
    """What would be done, what would be lost, and what cannot be done."""
    whole = {
        "changes": [_change(change) for change in plan.changes],
        "losses": list(plan.losses),
        "unresolved": [
            {
                "finding": item.finding,
                "at": str(item.path or item.dir),
                "reason": item.reason.replace(str(store), STORE),
                **({"candidates": list(item.candidates)} if item.candidates else {}),
            }
            for item in plan.unresolved
        ],
    }
    return {part: listed for part, listed in whole.items() if listed}


def _change(change: FileRepair | Repair) -> dict[str, Any]:
    steps = {"steps": [_step(step) for step in change.steps]}
    if isinstance(change, FileRepair):
        return {"cures": change.finding, "what": change.what, **steps}
    name = f"{change.name}, {change.confidence}, from {change.source}"
    return {"cures": change.finding, "name": name, "metadata": change.metadata_source, **steps}


def _step(step: Step) -> str:
    match step:
        case MakeDirectory(path):
            return f"make {path}/"
        case CreateFile(path):
            return f"create {path}"
        case (
            MoveFile(source, destination)
            | MoveDirectory(source, destination)
            | MoveEntry(source, destination)
        ):
            return f"move {source} to {destination}"
        case _:
            return f"{type(step).__name__} {step.path}"


def compared(before: Documents, after: Documents, damage: Verdict) -> dict[str, dict[str, str]]:
    """Every document that chromem has: the one of the sound store, or what told that it is another one."""
    sound = {found.id: found for documents in before.values() for found in documents.values()}
    return {
        name: {now.id: _comparison(sound.get(now.id), now, name_hash(name), damage) for now in held.values()}
        for name, held in after.items()
    }


def _comparison(before: Document | None, now: Document, folder: str, damage: Verdict) -> str:
    if before is None:
        return f"new, {_digest(now)}"
    fields = ("metadata", "embedding", "content")
    pairs = zip(fields, values(before)[1:], values(now)[1:], strict=True)
    changed = [name for name, old, new in pairs if old != new]
    if not changed:
        return AS_BEFORE
    return f"{' and '.join(changed)} changed, {_told_by(now.id, folder, damage)}, {_digest(now)}"


def _digest(document: Document) -> str:
    data = repr([part if not isinstance(part, dict) else sorted(part.items()) for part in values(document)])
    return f"sha256 {hashlib.sha256(data.encode()).hexdigest()[:16]}"


def queries(go: Go, store: Path, form: Format, documents: Documents) -> dict[str, str]:
    """What comes of a query for all documents of each collection that has any."""
    return {name: _query(go, store, form, name, held) for name, held in documents.items() if held}


def _query(go: Go, store: Path, form: Format, name: str, held: dict[str, Document]) -> str:
    number = len(held)
    lengths = {len(document.embedding or ()) for document in held.values()}
    direction = [1.0] * (lengths.pop() if len(lengths) == 1 else DIMENSION)
    try:
        found = go.chromem_query(store, name, direction, number, compress=form is Format.GZ)
    except GoError as refused:
        return str(refused)
    return f"{len(found)} of {number} documents"


def missing(
    before: Documents, after: Documents, left: Iterable[bytes], plan: Plan, verdict: Verdict
) -> dict[str, str]:
    """Documents of the sound store that chromem does not have, and by what a person is told of each.

    Args:
        before: The documents of the sound store.
        after: The documents that chromem has.
        left: What is in the files of the damaged store.
        plan: What was done about it.
        verdict: What is found afterwards.
    """
    have = {document_id for documents in after.values() for document_id in documents}
    gobs = [envelope.unwrap(data).data for data in left]
    return {
        document_id: _told(document_id, name_hash(name), plan, verdict)
        if any(document_id.encode() in gob for gob in gobs)
        or any(name_hash(document_id) in loss for loss in plan.losses)
        else NOTHING_LEFT
        for name, documents in before.items()
        for document_id in documents
        if document_id not in have
    }


def _told(document_id: str, folder: str, plan: Plan, verdict: Verdict) -> str:
    losses = [*plan.losses, *(f"{item.path} {item.reason}" for item in plan.unresolved)]
    for name in (document_id, name_hash(document_id)):
        if any(name in loss for loss in losses):
            return f"{name} is named as a loss"
    return _told_by(document_id, folder, verdict)


def _told_by(document_id: str, folder: str, verdict: Verdict) -> str:
    """The findings that tell most exactly of a document, of its folder, or of the whole store."""
    found = verdict.findings
    about = {
        "its file": [each.id for each in found if _names(each, document_id)],
        "its folder": [each.id for each in found if is_about(each, folder)],
        "the store": [each.id for each in found if each.path == verdict.store],
    }
    for what, ids in about.items():
        if ids:
            return f"told by {' and '.join(sorted(set(ids)))} of {what}"
    return f"told by {NOBODY}"


def is_about(finding: Finding, folder: str) -> bool:
    """Whether a finding is about a folder, whose name may be in capitals."""
    return folder in ((finding.dir or "").lower(), finding.path.name.lower())


def _names(finding: Finding, document_id: str) -> bool:
    """Whether a finding is about a document: by its id, or by the file that is its own."""
    return name_hash(document_id) in finding.path.name or repr(document_id) in finding.message
