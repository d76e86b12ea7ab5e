"""`chromemctl preflight`: before an application starts, so that it does."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import click

from chromemctl.console.examples import examples
from chromemctl.console.output import DIRECTORY, Output, operator_command
from chromemctl.console.pipes import say
from chromemctl.console.report import SCHEMA_VERSION, failure_report, path_fields, text
from chromemctl.exits import Exit, Failure, IOFailure, NoStore
from chromemctl.starting.policy import Policy, PreflightResult, SetAside, State
from chromemctl.starting.preflight import preflight
from chromemctl.survey.location import locate
from chromemctl.wording import command as command_line
from chromemctl.wording import count, readable

Outcome = PreflightResult | Failure


@click.command(
    "preflight",
    epilog=examples(
        "chromemctl preflight path/to/vectorstore && exec app",
        "# in a unit: ExecStartPre=, with the store of the process that still ends",
        "chromemctl preflight --wait 10 path/to/vectorstore",
        "# only tell, as JSON",
        "chromemctl preflight --policy fail --json path/to/vectorstore",
    ),
)
@click.argument("paths", metavar="STORE...", nargs=-1, required=True, type=DIRECTORY)
@click.option("--policy", type=click.Choice([policy.value for policy in Policy]), default="recover",
              show_default=True, help="Repair what is certain and set the rest aside; only set aside what "
              "chromem refuses; or change nothing.")  # fmt: skip
@click.option("--fail-on-corruption", is_flag=True,
              help="Exit with 1 when something was damaged, though the application starts.")  # fmt: skip
@click.option("--compress/--no-compress", default=None,
              help="The application's setting; otherwise told from the files.")  # fmt: skip
@click.option("--wait", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS", show_default=True,
              help="How long a store that is in use is waited for.")  # fmt: skip
@click.option("--full", is_flag=True, help="Read everything although nothing has changed.")
@click.option("--must-exist", is_flag=True, help="Exit with 10 for a store that does not exist yet.")
@click.option("--names-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True,
              help="Names that collections may have, one a line. May be repeated.")  # fmt: skip
@click.option("--backups", type=DIRECTORY, metavar="DIR",
              help="Where backups are, if not in the usual place; without them it goes on.")  # fmt: skip
@click.option("--state", type=DIRECTORY, metavar="DIR",
              help="Where checks are remembered, outside of the store.")  # fmt: skip
@click.option("--force", is_flag=True,
              help="Go ahead although the store seems to be in use, or most of it damaged.")  # fmt: skip
@operator_command
def command(
    output: Output,
    paths: Sequence[Path],
    policy: str,
    fail_on_corruption: bool,
    compress: bool | None,
    wait: float,
    full: bool,
    must_exist: bool,
    names_file: Sequence[Path],
    backups: Path | None,
    state: Path | None,
    force: bool,
) -> Exit:
    """Make sure that an application on chromem starts with STORE, for units, containers and start scripts.

    A store that has not changed since the last check is not read again. Damaged collections are repaired
    where that is certain and set aside where it is not; stderr tells of each. Asks nothing. Exits with 0 when
    the application would start, at the first start too, when there is no store yet.
    """
    outcomes: list[tuple[Path, Outcome]] = []
    for store, known in _stores(paths):
        outcomes.append((store, known or _checked(
            store, policy=policy, compress=compress, wait=wait, full=full, force=force,
            must_exist=must_exist, names=_names(names_file), backups=backups, state=state,
        )))  # fmt: skip
    if output.json:
        output.emit(_report(outcomes))
    else:
        for store, outcome in outcomes:
            _tell(output, store, outcome)
    return _exit([outcome for _, outcome in outcomes], strict=fail_on_corruption)


def _names(files: Sequence[Path]) -> tuple[str, ...]:
    if not files:
        return ()
    from chromemctl.identification.operator_names import listed

    return tuple(chain.from_iterable(map(listed, files)))


def _stores(paths: Sequence[Path]) -> list[tuple[Path, Failure | None]]:
    """The stores that are meant, those below the base of a nested layout one by one."""
    found: list[tuple[Path, Failure | None]] = []
    for path in paths:
        try:
            located = locate(path)
        except NoStore:
            # Nothing that looks like a store yet: what chromem would do with the path is told all the same.
            found.append((path, None))
        except Failure as failure:
            found.append((path, failure))
        else:
            if located.is_store:  # what lies below it does not keep the application from starting
                found.append((path, None))
                continue
            found += [(store, None) for store in located.stores]
            found += [(place, IOFailure(f"{place}: {reason}")) for place, reason in located.unsearched]
    return found


def _checked(store: Path, **options: Any) -> Outcome:
    """The outcome for one store; one that fails hides none of the others."""
    try:
        return preflight(store, **options)
    except Failure as failure:
        return failure
    except OSError as error:
        return IOFailure(f"{os.fsdecode(error.filename or store)}: {error.strerror}")


def _exit(outcomes: Sequence[Outcome], *, strict: bool) -> Exit:
    """0 when the application would start with every store; else the code of the first that prevents it."""
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            return outcome.exit
        if not outcome.starts or (strict and outcome.was_damaged):
            return Exit.DAMAGE
    return Exit.OK


# ---- what is said


def _tell(output: Output, store: Path, outcome: Outcome) -> None:
    """One line for a store that is as it should be, everything about another one; on stderr, as a log."""
    if isinstance(outcome, Failure):
        output.fail(outcome)
        return
    shown = readable(str(store))
    if outcome.was_damaged or outcome.being_written is not None:
        say("\n".join(_lines(shown, outcome)))
    elif not output.quiet:
        say(f"{shown}: {_summary(outcome)}")


def _summary(result: PreflightResult) -> str:
    seen = f"{count(result.collections, 'collection')}, {count(result.documents, 'document')}"
    match result.state:
        case State.NEW:
            return "nothing there yet; chromem makes the store at its first start"
        case State.UNCHANGED:
            return f"unchanged since the last check, healthy: {seen}"
        case State.HEALTHY:
            return f"healthy: {seen}"
    if result.starts:
        return f"the application can start: {seen}"
    return "the application would not start with all that is in the store"


def _lines(shown: str, result: PreflightResult) -> Iterator[str]:
    yield f"{shown}: {_summary(result)}"
    if result.being_written is not None:
        path = readable(str(result.being_written))
        yield f"  in use: {path} changed while it was read; two processes must not share a store"
    yield from (f"  repaired: {readable(sentence)}" for sentence in result.repaired)
    yield from (f"  set aside: {_shown(item)}" for item in result.set_aside)
    whole = {item.dir for item in result.set_aside}
    yield from (f"  lost: {readable(loss)}" for loss in result.losses if loss.split(":")[0] not in whole)
    yield from (f"  wrong: {readable(problem)}" for problem in result.problems)
    yield from (f"  not looked into: {readable(sentence)}" for sentence in result.unread)
    if result.set_aside:
        yield f"  to bring it back: {command_line('chromemctl', 'quarantine', 'list', result.store)}"
    if result.runs:
        yield f"  to take this back: {command_line('chromemctl', 'undo', '--last', result.store)}" + (
            f"  ({len(result.runs)} times)" if len(result.runs) > 1 else ""
        )
    if result.problems and not result.runs:
        yield f"  to see more: {command_line('chromemctl', 'verify', result.store)}"


def _shown(item: SetAside) -> str:
    name = readable(item.name) if item.name is not None else "name not known"
    documents = count(item.documents, "document")
    return f"{readable(item.dir)} ({name}, {documents}), {readable(item.reason)}; now {item.place}"


def _report(outcomes: Sequence[tuple[Path, Outcome]]) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "starts": all(isinstance(o, PreflightResult) and o.starts for _, o in outcomes),
        "stores": [_one(store, outcome) for store, outcome in outcomes],
    }


def _one(store: Path, outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Failure):
        error = failure_report(outcome)["error"]
        return {**path_fields("store", store), "state": None, "starts": False, "error": error}
    return {
        **path_fields("store", store),
        "state": outcome.state.value,
        "starts": outcome.starts,
        "error": None,
        "collections": outcome.collections,
        "documents": outcome.documents,
        "repaired": [text(sentence) for sentence in outcome.repaired],
        "set_aside": [
            {
                "dir": text(item.dir),
                "name": None if item.name is None else text(item.name),
                "documents": item.documents,
                "reason": text(item.reason),
                **path_fields("place", item.place),
            }
            for item in outcome.set_aside
        ],
        "losses": [text(loss) for loss in outcome.losses],
        "problems": [text(problem) for problem in outcome.problems],
        "unread": [text(sentence) for sentence in outcome.unread],
        **({} if outcome.being_written is None else path_fields("being_written", outcome.being_written)),
        "runs": list(outcome.runs),
    }
