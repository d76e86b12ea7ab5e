"""`chromemctl simulate`: a damaged copy of a store, for drills."""

from __future__ import annotations

import random
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chromemctl.console.examples import examples
from chromemctl.console.output import DIRECTORY, Output, operator_command
from chromemctl.console.report import SCHEMA_VERSION, path_fields, text
from chromemctl.exits import Exit, UsageFailure
from chromemctl.simulation import Damage, NotApplicable, Target, damages
from chromemctl.simulation.copies import Change, StoreCopy
from chromemctl.survey.location import require_store
from chromemctl.wording import command as command_line
from chromemctl.wording import readable
from pygob import GobDecodeError
from pygob.chromem.collection import Collection
from pygob.chromem.names import Format, name_hash
from pygob.chromem.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command(
    "simulate",
    epilog=examples(
        "chromemctl simulate --list",
        "chromemctl simulate metadata-empty path/to/vectorstore drill",
        "chromemctl simulate document-cut path/to/vectorstore drill --collection contextd_memories",
    ),
)
@click.argument("kind", required=False)
@click.argument("store", type=DIRECTORY, required=False)
@click.argument("out", type=DIRECTORY, required=False)
@click.option("--list", "listing", is_flag=True, help="Show the kinds of damage.")
@click.option("--collection", metavar="NAME|HASH", help="The collection to damage; by default any.")
@click.option("--seed", type=int, default=0, show_default=True, help="Chooses what is hit.")
@operator_command
def command(
    output: Output,
    kind: str | None,
    store: Path | None,
    out: Path | None,
    listing: bool,
    collection: str | None,
    seed: int,
) -> Exit:
    """Make OUT, a copy of STORE with damage of one KIND, to practise on.

    STORE is only read, and OUT must not exist. The same seed does the same damage. `--list` shows the kinds.
    """
    if listing:
        _list(output)
        return Exit.OK
    if kind is None or store is None or out is None:
        raise UsageFailure(
            "give a KIND, a STORE and a new folder OUT",
            f"  {command_line('chromemctl', 'simulate', 'metadata-removed', 'path/to/vectorstore', 'drill')}",
            "chromemctl simulate --list shows the kinds",
        )
    chosen = _damage(kind)
    candidates = _candidates(require_store(store, "simulate", kind), collection, random.Random(seed))  # noqa: S311 - no secrets
    copy = StoreCopy.make(store, out)
    target = _apply(chosen, candidates, copy, seed)
    _tell(output, chosen, store, copy, target, seed)
    return Exit.OK


def _list(output: Output) -> None:
    kinds = damages().values()
    if output.json:
        listed = [{"kind": item.kind, "summary": item.summary} for item in kinds]
        output.emit({"schema_version": SCHEMA_VERSION, "kinds": listed})
    else:
        output.screen.table(("Kind", "What happens"), [(item.kind, item.summary) for item in kinds])


def _damage(kind: str) -> Damage:
    known = damages()
    if kind not in known:
        raise UsageFailure(
            f"there is no kind of damage {readable(kind)!r}",
            "see what kinds there are:",
            f"  {command_line('chromemctl', 'simulate', '--list')}",
        )
    return known[kind]


def _candidates(
    store: Path, wanted: str | None, numbers: random.Random
) -> list[tuple[Collection, Format, str]]:
    """The collections that can be damaged, in the order in which they are tried."""
    found = list(_sound(store))
    chosen = [item for item in found if wanted in (None, item[2], item[0].dir)]
    if wanted is not None and not chosen:
        raise UsageFailure(
            f"{readable(str(store))} has no sound collection {readable(wanted)!r} "
            f"(its folder would be {name_hash(wanted)})",
            "see what there is:",
            f"  {command_line('chromemctl', 'verify', store)}",
        )
    if not chosen:
        raise UsageFailure(f"{readable(str(store))} has no sound collection that could be damaged")
    numbers.shuffle(chosen)
    return chosen


def _sound(store: Path) -> Iterator[tuple[Collection, Format, str]]:
    """The collections whose metadata chromem can read."""
    for collection in Store(store).collections():
        try:
            name = collection.metadata().name
        except (OSError, GobDecodeError):
            continue
        forms = [entry.format for entry in collection.entries() if entry.is_metadata]
        if name and len(forms) == 1 and (form := forms[0]) is not None:
            yield collection, form, name


def _apply(
    damage: Damage, candidates: list[tuple[Collection, Format, str]], copy: StoreCopy, seed: int
) -> Target:
    """Damage the first of the collections to which this can happen."""
    reasons: list[str] = []
    for collection, form, name in candidates:
        numbers = random.Random(seed)  # noqa: S311 - chance for a drill, no secrets
        target = Target(copy, copy.root / collection.dir, form, name, numbers)
        try:
            damage.apply(target)
        except NotApplicable as refused:
            reasons.append(str(refused))
            continue
        return target
    copy.discard()
    raise UsageFailure(f"{damage.kind} cannot happen to this collection or store: {readable(reasons[0])}")


def _tell(output: Output, damage: Damage, store: Path, copy: StoreCopy, target: Target, seed: int) -> None:
    following = command_line("chromemctl", "verify", copy.root)
    if output.json:
        output.emit(
            {
                "schema_version": SCHEMA_VERSION,
                **path_fields("store", store),
                **path_fields("out", copy.root),
                "kind": damage.kind,
                "summary": damage.summary,
                "seed": seed,
                "collection": {"dir": text(target.folder.name), "name": text(target.name)},
                "changes": [_change(change) for change in copy.changes],
                "next": text(following),
            }
        )
        return
    output.screen.line(f"{readable(str(copy.root))} is a copy of {readable(str(store))}, damaged:")
    output.screen.line(f"  {damage.kind}: {damage.summary}")
    for change in copy.changes:
        output.screen.line(f"    {change.action:8}{readable(str(change.path))}  {change.detail}".rstrip())
    output.screen.next_command(following)


def _change(change: Change) -> dict[str, str]:
    return {**asdict(change), **path_fields("path", change.path), "detail": text(change.detail)}
