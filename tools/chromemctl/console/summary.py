"""The last words on a store: healthy or not, and would the application start. Lines, each with its style."""

from __future__ import annotations

from collections.abc import Iterator

from chromemctl.console.agreement import Line, about_crosscheck, about_crosschecks, setting_of
from chromemctl.judgement.verdict import BaseVerdict, Verdict
from chromemctl.survey.location import relative_to_store
from chromemctl.wording import count, readable
from pygob.chromem.names import Format

_UNREAD = "Documents were not read (--quick): whether they can be, and what is in them, is not known."

_GOOD, _DOUBTFUL, _BAD, _FIRM, _ORDINARY = "green", "bold yellow", "bold red", "bold", ""


def about_verdict(verdict: Verdict) -> Iterator[Line]:
    """Whether a store is healthy, and whether the application would start."""
    yield from _state(verdict)
    if verdict.unseen:
        documents = sum(item.documents for item in verdict.collections if item.dir in verdict.unseen)
        what = f"{count(len(verdict.unseen), 'collection')}, {count(documents, 'document')}"
        yield f"Out of the application's sight: {what} (MIXED_EXT).", _DOUBTFUL
    for form in verdict.expected_formats:
        yield from _start(verdict, form)
        if verdict.format == "empty":
            break
    if not verdict.reads_documents:
        yield _UNREAD, _ORDINARY
    if verdict.crosscheck is not None:
        yield from about_crosscheck(verdict.crosscheck)


def _state(verdict: Verdict) -> Iterator[Line]:
    healthy = len(verdict.real) - len(verdict.damaged)
    if not verdict.real:
        yield "The store has no collections.", _ORDINARY
    elif verdict.is_healthy:
        state = "Healthy" if verdict.reads_documents else "No damage seen"
        counts = f"{count(healthy, 'collection')}, {count(verdict.documents, 'document')}"
        yield f"{state}: {counts}.", _GOOD
    elif not verdict.damage:
        yield "Not damaged, but the application does not see all of it.", _DOUBTFUL
    elif verdict.damaged:
        damaged = count(len(verdict.damaged), "collection")
        yield f"Damaged: {damaged}; healthy: {healthy:,}.", _BAD
    else:
        yield "Damaged.", _BAD


def _start(verdict: Verdict, form: Format) -> Iterator[Line]:
    prediction = verdict.predictions[form]
    setting = f" with {setting_of(form)}" if verdict.format == "mixed" else ""
    unless = "" if verdict.reads_documents else ", unless a document prevents it,"
    if prediction.opens:
        seen = count(len(prediction.collections), "collection")
        documents = count(sum(prediction.collections.values()), "document")
        yield f"The application would start{setting}{unless} and see {seen} with {documents}.", _ORDINARY
        return
    before = "" if verdict.reads_documents else ", if no document stops it before,"
    error = readable(prediction.error or "")
    if prediction.is_quoted:
        yield f"The application would not start{setting}. chromem stops{before} with", _FIRM
        yield f"    {error}", _ORDINARY
    else:
        yield f"The application would not start{setting}{before}: {error}", _FIRM


def store_rows(found: BaseVerdict) -> Iterator[tuple[str, ...]]:
    """The stores of a nested layout, a row each: path, collections, documents, state, whether it starts."""
    for verdict in found.verdicts:
        kinds = sorted({finding.id for finding in verdict.errors})
        starts = any(verdict.predictions[form].opens for form in verdict.expected_formats)
        yield (
            relative_to_store(verdict.store, found.base),
            f"{len(verdict.real):,}",
            f"{verdict.documents:,}",
            "  ".join(["damaged", ", ".join(kinds)]) if kinds else _sound(verdict),
            "would start" if starts else "would not start",
        )


def _sound(verdict: Verdict) -> str:
    """The state of a store in which nothing is an error."""
    if not verdict.reads_documents:
        return "no damage seen"
    return "warnings" if verdict.has_warnings else "healthy"


def about_base(found: BaseVerdict) -> Iterator[Line]:
    """Whether the stores of a nested layout are healthy, and what was not looked at."""
    for path, reason in found.unknown:
        yield f"Not looked at: {relative_to_store(path, found.base)}: {readable(reason)}", _BAD
    sound = len(found.verdicts) - len(found.damaged)
    read = all(verdict.reads_documents for verdict in found.verdicts)
    if found.damaged:
        yield f"Damaged: {count(len(found.damaged), 'store')}; healthy: {sound:,}.", _BAD
    else:
        yield f"{'Healthy' if read else 'No damage seen'}: {count(sound, 'store')}.", _GOOD
    if not read:
        yield _UNREAD, _ORDINARY
    checked = [verdict.crosscheck for verdict in found.verdicts if verdict.crosscheck is not None]
    yield from about_crosschecks(checked)
