"""What every command does alike: its common options, JSON or text, progress, failures."""

from __future__ import annotations

import functools
import json
import os
import stat
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, ParamSpec

import click

from chromemctl import logs
from chromemctl.console.pipes import let_reader_catch_up, quiet_pipe, say
from chromemctl.exits import Exit, Failure, IOFailure, UsageFailure
from chromemctl.wording import brief

if TYPE_CHECKING:
    from chromemctl.console.render import Screen

P = ParamSpec("P")


_EMPTY = "the path is empty (is a variable not set?); for the current directory write ."


class _GivenPath(click.Path):
    """A path that was given: an empty one is a variable that was not set, and not the current directory.

    Nothing is asked of the file system, which may not answer.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Take a path, unless it is empty."""
        if not os.fspath(value):
            self.fail(_EMPTY, param, ctx)
        return Path(os.fsdecode(value))


#: An argument that is a directory, or a file. Whether it is there and can be read the command says, with its
#: exit code.
DIRECTORY = FILE = _GivenPath()


def not_empty(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> Sequence[str]:
    """Refuse arguments that are empty.

    Raises:
        click.BadParameter: One of the values is.
    """
    if "" in value:
        raise click.BadParameter(_EMPTY, ctx, param)
    return value


def not_an_option(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> Sequence[str]:
    """Refuse an option in the place of a value: the value was left out.

    Raises:
        click.BadParameter: One of the values is an option of this command.
    """
    options = {option for known in ctx.command.params for option in known.opts}
    for item in value:
        if item in options:
            raise click.BadParameter(f"the value is missing: {item} is an option", ctx, param)
    return value


@dataclass(frozen=True, slots=True)
class Output:
    """How a command speaks.

    Attributes:
        json: One JSON document on stdout instead of text.
        quiet: No progress and no text but the result's last word.
        color: Whether colours are allowed at all.
        verbose: Details too.
        emitted: Whether the one JSON document was begun.
    """

    emitted: ClassVar[bool] = False

    json: bool
    quiet: bool
    color: bool
    verbose: bool = False

    @property
    def screen(self) -> Screen:
        """Where text for people goes. Loads rich, so it is asked for only when there is text."""
        from chromemctl.console.render import Screen

        return Screen(color=self.color, quiet=self.quiet)

    def emit(self, report: dict[str, Any]) -> None:
        """Print the one JSON document."""
        Output.emitted = True
        with quiet_pipe():
            print(json.dumps(report, indent=2), flush=True)  # noqa: T201

    def raw(self, text: str) -> None:
        """Print a file's content as it is."""
        with quiet_pipe():
            print(text, end="", flush=True)  # noqa: T201

    def fail(self, failure: Failure) -> None:
        """Say why the command cannot go on."""
        if self.json:
            from chromemctl.console.report import failure_report

            self.emit(failure_report(failure))
            return
        lines = [f"Error: {brief(failure.message)}", *(f"  {line}" for line in failure.advice)]
        say("\n".join(lines))

    @property
    def is_interactive(self) -> bool:
        """Whether a person can be asked who sees what about: on a terminal, or by a pipe to one."""
        return not self.json and sys.stdin.isatty() and (sys.stdout.isatty() or self._is_piped_to_somebody)

    @property
    def _is_piped_to_somebody(self) -> bool:
        """Whether stdout is a pipe, as to `tee`, and a person is there for questions on stderr."""
        try:
            return sys.stderr.isatty() and stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode)
        except OSError:
            return False

    def agrees(self, question: str, otherwise: str = "Nothing was changed.") -> bool:
        """Ask a person, who agrees only by saying so; when not, say what that means.

        Args:
            question: What is asked.
            otherwise: What is said to somebody who does not agree.
        """
        on_stderr = not sys.stdout.isatty()
        if on_stderr:
            let_reader_catch_up()
        try:
            agreed = click.confirm(f"\n{question}", default=False, err=on_stderr)
        except click.Abort as ending:
            if not isinstance(ending.__context__, EOFError):
                raise  # Ctrl-C
            say(f"\nNo answer was given. {otherwise}")  # Ctrl-D
            return False
        if not agreed:
            say(otherwise)
        return agreed


def require_consent_possible(output: Output, yes: bool) -> None:
    """Check that a person said yes already or can be asked.

    Raises:
        UsageFailure: Neither, or what they would be asked about is not shown.
    """
    if yes:
        return
    if not output.is_interactive:
        raise UsageFailure(
            "there is nobody to ask, who sees what it is about",
            "add --yes (make recover: YES=1) to go ahead, or --dry-run to see the plan",
        )
    if output.quiet:
        raise UsageFailure(
            "--quiet shows no plan that could be agreed to", "add --yes to go ahead, or leave --quiet away"
        )


def operator_command(function: Callable[Concatenate[Output, P], Exit]) -> Callable[P, int]:
    """Give a command the options that all have, and turn failures into messages and exit codes."""

    @click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
    @click.option("-q", "--quiet", is_flag=True, help="Only the result, no progress.")
    @click.option("-v", "--verbose", is_flag=True, help="Say on stderr what is being done.")
    @click.option("--no-color", is_flag=True, help="No colours; NO_COLOR does the same.")
    @click.option("--log-json", is_flag=True, help="Log to stderr as JSON lines.")
    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> int:
        options = {name: kwargs.pop(name) for name in ("as_json", "quiet", "no_color", "verbose")}
        logs.configure(verbose=bool(options["verbose"]), as_json=bool(kwargs.pop("log_json")))
        output = Output(
            json=bool(options["as_json"]),
            quiet=bool(options["quiet"]),
            color=not options["no_color"] and not os.environ.get("NO_COLOR"),
            verbose=bool(options["verbose"]),
        )
        ending: Failure
        try:
            return function(output, *args, **kwargs)
        except Failure as failure:
            ending = failure
        except OSError as error:
            ending = IOFailure(_reason(error))
        if ending.exit in (Exit.IO_ERROR, Exit.NO_STORE) and _is_nowhere():
            advice = "the current directory was deleted: change to another one, or give absolute paths"
            ending.advice = (*ending.advice, advice)
        output.fail(ending)
        return ending.exit

    return wrapper


def _is_nowhere() -> bool:
    """Whether the directory that the command runs in is no more, so that no relative path leads anywhere."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False


def _reason(error: OSError) -> str:
    if error.filename is None and isinstance(error, FileNotFoundError) and _is_nowhere():
        return "a relative path leads nowhere"
    path = f"{os.fsdecode(error.filename)}: " if error.filename is not None else ""
    return f"{path}{error.strerror or error}"
