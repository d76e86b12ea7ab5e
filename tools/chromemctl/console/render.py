"""Text for people: the only module that knows rich. It shows what others decided."""

from __future__ import annotations

import re
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from chromemctl.changes.journal import Run
from chromemctl.changes.plan import Plan, Step, Transfer
from chromemctl.checks.findings import Finding, Severity
from chromemctl.console.agreement import Line
from chromemctl.console.changes import about_plan, about_steps, about_transfer
from chromemctl.console.pipes import quiet_pipe
from chromemctl.console.summary import about_base, about_verdict, store_rows
from chromemctl.judgement.verdict import BaseVerdict, Status, Verdict
from chromemctl.survey.location import relative_to_store
from chromemctl.wording import brief, brief_name, called, count, readable
from pygob.chromem.entries import Kind

if TYPE_CHECKING:  # the search for names takes as long to import as all else here; bars are for terminals
    from rich.progress import Progress, TaskID

    from chromemctl.naming import FolderNames, Identification
    from chromemctl.naming import Progress as SearchProgress
    from chromemctl.quarantine.contents import Quarantined

    NamingProgress = Callable[[SearchProgress], None]

ReadingProgress = Callable[[int, int], None]

# Where the output is no terminal, lines are made for files and mails.
_PLAIN_WIDTH = 110
# Below this width a table that does not fit becomes a list.
_NARROW = 80
# Between the columns of a table.
_GAP = 3
# So many findings of one kind are shown one by one.
_SHOWN_PER_KIND = 10

# Commands of the system that are advised.
_SHELL = re.compile(r": (?:mv|rm|cp) ")

# What is added to the path of something that was set aside and is no file.
_MARKS = {Kind.DIRECTORY: "/", Kind.SYMLINK: "  (a symbolic link)", Kind.SPECIAL: "  (no file)"}

_STATUS_STYLE = {
    Status.HEALTHY: "green",
    Status.WARNING: "yellow",
    Status.DAMAGED: "bold red",
    Status.IGNORED: "dim",
}
_SEVERITY_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "dim"}


class _Console(Console):
    """A console that leaves it to `quiet_pipe` what happens when the reader goes away."""

    def on_broken_pipe(self) -> None:
        """Pass the error on, where rich would end the process with 1, which means damage."""
        raise BrokenPipeError


class Screen:
    """Text on stdout, progress on stderr."""

    def __init__(self, *, color: bool, quiet: bool) -> None:
        self._quiet = quiet
        terminal = sys.stdout.isatty()
        self._console = _Console(
            no_color=not color,
            width=None if terminal else _PLAIN_WIDTH,
            highlight=False,
            markup=False,
            emoji=False,
        )
        self._color = color

    def line(self, text: str | Text = "") -> None:
        """One line; long ones are not broken, so that commands and paths can be copied."""
        with quiet_pipe():
            self._console.print(text, soft_wrap=True)

    def _lines(self, lines: Iterable[Line]) -> None:
        for text, style in lines:
            self.line(Text(text, style=style))

    def heading(self, text: str) -> None:
        """A line that starts a part."""
        self.line()
        self.line(Text(text, style="bold"))

    @contextmanager
    def progress(self, what: str) -> Iterator[Callable[[int, int], None] | None]:
        """A bar on stderr while something lasts; nothing where stderr is no terminal."""
        if self._quiet or not sys.stderr.isatty():
            yield None
            return
        with _bars(is_counted=True, color=self._color) as bars:
            task = bars.add_task(what, total=None)
            yield _reading(bars, task)

    @contextmanager
    def search_progress(self) -> Iterator[tuple[ReadingProgress | None, NamingProgress | None]]:
        """A bar on stderr while a store is read and names are searched for; nothing where nobody looks."""
        if self._quiet or not sys.stderr.isatty():
            yield None, None
            return
        with _bars(is_counted=False, color=self._color) as bars:
            task = bars.add_task("Reading", total=None)

            def searching(now: SearchProgress) -> None:
                bars.start()
                bars.update(task, description=_search_line(now), total=None)

            yield _reading(bars, task), searching

    def verdict(self, verdict: Verdict) -> None:
        """The whole outcome of `verify`."""
        if not self._quiet:
            self.line(_store_line(verdict))
            if verdict.collections:
                self.line()
                columns = ("Collection", "Folder", "Documents", "State")
                self.table(columns, _collection_rows(verdict), numbers=("Documents",))
            self._findings(verdict)
            self.line()
        self._lines(about_verdict(verdict))

    def base_verdict(self, found: BaseVerdict) -> None:
        """The outcome of `verify` for a nested layout: all stores in a table, then those with damage."""
        if not self._quiet:
            self.line(_base_line(found))
            self.line()
            self.table(("Store", "Collections", "Documents", "State", "Application"), store_rows(found))
            for verdict in found.verdicts:
                if not verdict.is_healthy or verdict.has_warnings or verdict.is_contradicted:
                    self.line()
                    self.verdict(verdict)
            self.line()
        self._lines(about_base(found))

    def next_command(self, text: str) -> None:
        """The command to run next."""
        self.line()
        self.line(Text.assemble(("Next:  ", "bold"), text))

    def plan(self, plan: Plan) -> None:
        """What will be done, and what cannot be."""
        self._lines(about_plan(plan))

    def steps(self, steps: Iterable[Step]) -> None:
        """Steps, one a line."""
        self._lines(about_steps(steps))

    def runs(self, runs: Sequence[Run]) -> None:
        """What was done to a store, oldest first."""
        undone = {run.undoes: run.id for run in runs if run.undoes is not None and run.state == "complete"}
        rows = []
        for run in runs:
            what = run.command if run.undoes is None else f"{run.command} of {run.undoes}"
            state = f"undone by {undone[run.id]}" if run.id in undone else run.state.value
            rows.append((run.id, run.time, what, f"{len(run.done):,}", state))
        self.table(("Run", "Time", "What", "Changes", "State"), rows)

    def quarantined(self, items: Sequence[Quarantined]) -> None:
        """What was set aside."""
        rows = [
            (
                readable(str(item.path)) + _MARKS.get(item.kind, ""),
                item.finding or ("unknown" if item.origin is None else "by hand"),
                brief_name(item.collection or "unknown"),
                f"{item.size:,}",
                "yes" if item.salvaged else "",
            )
            for item in items
        ]
        self.table(("File", "Finding", "Collection", "Bytes", "Salvaged"), rows)

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[str | Text]],
        *,
        numbers: Collection[str] = (),
        unbroken: Collection[str] = (),
    ) -> None:
        """Rows under their headings; on a narrow terminal, which would tear them, one cell a line.

        Args:
            columns: The headings.
            rows: The cells of each row.
            numbers: The columns that hold numbers.
            unbroken: The columns whose cells are to be copied, and so stay on one line.
        """
        cells = [[Text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
        if self._console.width < _NARROW and _table_width(columns, cells) > self._console.width:
            self._list(columns, cells)
            return
        table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0))
        for column in columns:
            justify: JustifyMethod = "right" if column in numbers else "left"
            table.add_column(column, overflow="fold", justify=justify, no_wrap=column in unbroken)
        for row in cells:
            table.add_row(*row)
        with quiet_pipe():
            self._console.print(table)

    def _list(self, columns: Sequence[str], rows: Iterable[Sequence[Text]]) -> None:
        for first, *others in rows:
            if first:  # else the row goes on with what is said of the one before
                self.line(Text.assemble((f"{columns[0]}  " if columns[0] else "", "bold"), first))
            for column, cell in zip(columns[1:], others, strict=True):
                if cell:
                    self.line(Text.assemble((f"    {column}  ", "dim"), cell))

    def transfer(self, transfer: Transfer) -> None:
        """Something that is moved because a person wants it so."""
        self._lines(about_transfer(transfer))

    def losses(self, losses: Sequence[str]) -> None:
        """What the application no longer has."""
        self.heading(f"What could not be brought back ({len(losses):,})")
        for loss in losses:
            if called() in loss:  # a command to be copied, so not to be broken
                self.line(f"    {readable(loss)}")
            else:
                self._paragraph(brief(loss))

    def identification(self, found: Identification) -> None:
        """Names, best first, with what speaks for them."""
        columns = ("Folder", "Name", "Confidence", "From", "By chance")
        self.table(columns, [row for folder in found.folders for row in _name_rows(folder)])
        self.line()
        self.line(f"{count(found.candidates, 'candidate')} tried.")
        for item in found.skipped:
            self.line(Text(f"Skipped {readable(item.source)}: {readable(item.reason)}", style="yellow"))

    def tried(self, tried: dict[str, int], *, in_full: bool) -> None:
        """What was tried for a lost name: the sum, or each source with its number of names."""
        used = {source: number for source, number in tried.items() if number}
        if not used:
            self.line("  tried: nothing; there was no evidence")
            return
        names, sources = count(sum(used.values()), "name"), count(len(used), "source")
        self.line(f"  tried: {names} from {sources}" + ("" if in_full else " (--verbose lists them)"))
        if in_full:
            for source, number in used.items():
                self.line(Text(f"    {number:>12,}  {readable(source)}"))

    def _findings(self, verdict: Verdict) -> None:
        for severity, title in (
            (Severity.ERROR, "Errors"),
            (Severity.WARNING, "Warnings"),
            (Severity.INFO, "Notes"),
        ):
            found = [finding for finding in verdict.findings if finding.severity is severity]
            if not found:
                continue
            self.heading(title)
            for finding in _first_of_each_kind(found):
                self._finding(finding, verdict.store)
            for kind, number in Counter(finding.id for finding in found).items():
                if number > _SHOWN_PER_KIND:
                    self.line(f"  {kind}: {number - _SHOWN_PER_KIND:,} more; --json lists all")

    def _finding(self, finding: Finding, store: Path) -> None:
        where = relative_to_store(finding.path, store)
        self.line(Text.assemble("  ", (finding.id, _SEVERITY_STYLE[finding.severity]), f"  {where}"))
        self._paragraph(brief(finding.message))
        action = f"→ {readable(finding.action)}"
        if called() in action or _SHELL.search(action):  # to be copied, so not to be broken
            self.line(Text(f"    {action}", style="italic"))
        elif finding.action:
            self._paragraph(action, style="italic")

    def _paragraph(self, text: str, style: str = "") -> None:
        for line in textwrap.wrap(text, min(self._console.width, _PLAIN_WIDTH) - 4):
            self.line(Text(f"    {line}", style=style))


def _table_width(columns: Sequence[str], rows: Sequence[Sequence[Text]]) -> int:
    """How wide a table is in which nothing is folded."""
    widest = [
        max(len(column), *(row[number].cell_len for row in rows)) if rows else len(column)
        for number, column in enumerate(columns)
    ]
    return sum(widest) + _GAP * (len(columns) - 1)


@contextmanager
def _bars(*, is_counted: bool, color: bool) -> Iterator[Progress]:
    """Bars on stderr, shown from their first news on: until then no thread of theirs forbids to fork."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    numbers = [MofNCompleteColumn()] if is_counted else []
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), *numbers, TimeRemainingColumn())
    bars = Progress(*columns, console=Console(stderr=True, no_color=not color), transient=True)
    try:
        yield bars
    finally:
        bars.stop()


def _reading(bars: Progress, task: TaskID) -> ReadingProgress:
    def reading(done: int, total: int) -> None:
        bars.start()
        bars.update(task, completed=done, total=total)

    return reading


def _store_line(verdict: Verdict) -> Text:
    facts = (
        []
        if verdict.format == "empty"
        else [{"plain": "plain", "gz": "compressed"}.get(verdict.format, verdict.format)]
    )
    facts += [count(len(verdict.real), "collection"), count(verdict.documents, "document")]
    return Text.assemble(("Store  ", "bold"), readable(str(verdict.store)), ("   " + ", ".join(facts), "dim"))


def _base_line(found: BaseVerdict) -> Text:
    facts = [
        count(len(found.verdicts), "store"),
        count(sum(len(verdict.real) for verdict in found.verdicts), "collection"),
        count(sum(verdict.documents for verdict in found.verdicts), "document"),
    ]
    return Text.assemble(("Base  ", "bold"), readable(str(found.base)), ("   " + ", ".join(facts), "dim"))


def _collection_rows(verdict: Verdict) -> Iterator[tuple[str | Text, ...]]:
    for item in verdict.collections:
        kinds = sorted(
            {f.id for f in item.findings if f.severity is not Severity.INFO} or {f.id for f in item.findings}
        )
        unread = item.status is Status.HEALTHY and not verdict.reads_documents
        state = Text("no damage seen" if unread else item.status.value, style=_STATUS_STYLE[item.status])
        if kinds and item.status is not Status.HEALTHY:
            state.append("  " + ", ".join(kinds), style="dim")
        name = Text("unknown", style="dim") if item.name is None else Text(brief_name(item.name))
        yield name, readable(item.dir), f"{item.documents:,}", state


def _first_of_each_kind(findings: Sequence[Finding]) -> Iterator[Finding]:
    seen: Counter[str] = Counter()
    for finding in findings:
        seen[finding.id] += 1
        if seen[finding.id] <= _SHOWN_PER_KIND:
            yield finding


def _search_line(now: SearchProgress) -> str:
    return (
        f"Searching names: {now.candidates:,} tried, {now.named} of {count(now.folders, 'folder')} named "
        f"({now.source})"
    )


def _name_rows(folder: FolderNames) -> Iterator[tuple[str, ...]]:
    shown = readable(folder.dir)
    if not folder.names:
        yield shown, "not found", "", "", ""
    for name in folder.names:
        yield (
            shown,
            brief_name(name.name),
            name.confidence,
            readable(name.source),
            f"{name.expected_accidental:.1g}",
        )
        shown = ""
