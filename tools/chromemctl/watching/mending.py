"""Repairs that a watch makes by itself, where it was told to: those of a preflight, no others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chromemctl import logs
from chromemctl.starting.policy import Policy, PreflightResult
from chromemctl.starting.preflight import preflight
from chromemctl.wording import command, count, readable


def mend(store: Path, policy: Policy) -> PreflightResult:
    """Repair what is certain, or set aside what chromem refuses; a store that is in use is left alone.

    Raises:
        Failure: It is in use, or cannot be repaired now.
    """
    return preflight(store, policy=policy, full=True, must_exist=True)


def tell_mended(result: PreflightResult) -> None:
    """Log what was done to a store, and what became of it."""
    store = readable(str(result.store))
    for sentence in _sentences(result):
        logs.warning(f"{store}: {readable(sentence)}", store=store, event="mended")
    if result.runs:
        logs.warning(
            f"{store}: to take this back: {command('chromemctl', 'undo', '--last', result.store)}",
            store=store,
            event="mended",
        )


def _sentences(result: PreflightResult) -> Iterator[str]:
    yield from (f"repaired: {sentence}" for sentence in result.repaired)
    for item in result.set_aside:
        shown = item.name if item.name is not None else "name not known"
        documents = count(item.documents, "document")
        yield f"set aside: {item.dir} ({shown}, {documents}): {item.reason}; now in {item.place}"
    yield from (f"lost: {loss}" for loss in result.losses)
    yield from (f"wrong still: {problem}" for problem in result.problems)
    yield from (f"not looked into: {sentence}" for sentence in result.unread)
