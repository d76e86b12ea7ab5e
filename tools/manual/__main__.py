"""Write the reference pages, the screens, the man pages and the completion scripts: `make docs`."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import shtab
from click.shell_completion import get_completion_class

import pygob.chromem
from chromemctl.cli import cli
from manual import man, markdown, names, schemas, screens, shapes
from manual.grammar import Command, of_argparse, of_click
from manual.shapes import pygob as pygob_shapes
from pygob import __version__, marshalers
from pygob.command.main import parser

ROOT = Path(__file__).parents[2]
PYTHON = (
    "Every public name, with what its docstring says; made from the source by `make docs`. "
    "[Reading and writing gob](../gob.md) is the way in."
)
JSON = (
    "Each document but the lines of `pygob` has `schema_version`; it changes when anything is changed but by "
    "adding, so programs should pass over keys that they do not know. The same as JSON Schema: "
    "[chromemctl](chromemctl.schema.json), [pygob](pygob.schema.json). The tests hold what every command "
    "writes against it. Of bytes that are not UTF-8, texts show U+FFFD. Made by `make docs`."
)
REPORTS = {
    "chromemctl": shapes.REPORTS | {"any command, when it fails": (shapes.FAILURE,)},
    "pygob": pygob_shapes.REPORTS,
}
SHELLS = ("bash", "zsh", "fish")


def reference() -> Iterator[tuple[Path, str]]:
    """The pages that are committed: where each lies, and its text."""
    folder = ROOT / "docs" / "reference"
    yield folder / "chromemctl.md", markdown.page(_chromemctl())
    yield folder / "pygob.md", markdown.page(_pygob())
    yield folder / "json.md", schemas.page(REPORTS, JSON)
    for program, reports in REPORTS.items():
        shape = schemas.schema(f"what {program} writes as JSON", reports)
        yield folder / f"{program}.schema.json", json.dumps(shape, indent=2) + "\n"
    yield folder / "python.md", names.page("Python names", PYTHON, [pygob, pygob.chromem, marshalers])


def pictures() -> Iterator[tuple[Path, str]]:
    """The screens, which are committed too."""
    with tempfile.TemporaryDirectory() as folder:
        screens.set_up(Path(folder), ROOT / "examples")
        for screen in screens.SCREENS:
            text = screens.shot(screen, Path(folder))
            yield ROOT / "docs" / "images" / f"{screen.name}.svg", screens.svg(screen, text)


def man_pages() -> Iterator[tuple[Path, str]]:
    """A man page for each command."""
    for commands in (_chromemctl(), _pygob()):
        for command in commands:
            yield ROOT / "build" / "man" / f"{command.page}.1", man.page(command, commands, __version__)


def completions() -> Iterator[tuple[Path, str]]:
    """Scripts for shells."""
    folder = ROOT / "build" / "completion"
    for shell in SHELLS:
        script = get_completion_class(shell)
        if script is not None:
            yield (
                folder / f"chromemctl.{shell}",
                script(cli, {}, "chromemctl", "_CHROMEMCTL_COMPLETE").source(),
            )
        yield folder / f"pygob.{shell}", shtab.complete(parser(), shell)


def _chromemctl() -> list[Command]:
    return list(of_click(cli, "chromemctl"))


def _pygob() -> list[Command]:
    return list(of_argparse(parser()))


def main() -> int:
    """Write everything, and say what was written."""
    for pages in (reference(), pictures(), man_pages(), completions()):
        for path, text in pages:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
