"""Pictures of the programs at work: run on a terminal, as a person would, and drawn as SVG."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from chromemctl.simulation.sample import write_damaged_store
from pygob.chromem import Format

WIDTH = 100


@dataclass(frozen=True)
class Screen:
    """One picture.

    Attributes:
        name: Of its file, without a suffix.
        command: What is typed, in a folder that holds the demonstration's damaged store as `vectorstore`
            and the examples' `orders.gob`.
    """

    name: str
    command: str


SCREENS = (
    Screen("verify", "chromemctl verify vectorstore"),
    Screen("recover", "chromemctl recover --dry-run vectorstore"),
    Screen("show", "pygob show orders.gob"),
)


def set_up(folder: Path, examples: Path) -> None:
    """Make what the commands are run on."""
    store = folder / "vectorstore"
    store.mkdir()
    write_damaged_store(store, Format.PLAIN)
    (folder / "orders.gob").write_bytes((examples / "orders" / "orders.gob").read_bytes())


def shot(screen: Screen, folder: Path) -> Text:
    """What a terminal shows: the command line, and what the command says."""
    said = Text.from_ansi(_said(screen.command, folder))
    said.rstrip()
    return Text.assemble(("$ ", "bold"), screen.command, "\n", said)


def svg(screen: Screen, text: Text) -> str:
    """The picture."""
    with Path(os.devnull).open("w") as nowhere:
        # Of any height; but without one a terminal that is called dumb, as in CI, would be 80 wide.
        console = Console(
            width=WIDTH, height=25, record=True, file=nowhere, force_terminal=True, color_system="truecolor"
        )
        console.print(text)
        return console.export_svg(title=screen.command, theme=MONOKAI, unique_id=screen.name)


def _said(command: str, folder: Path) -> str:
    """What a command writes to a terminal; its progress goes to standard error, and is gone in the end."""
    ours, theirs = pty.openpty()
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "COLUMNS": str(WIDTH),
        "TERM": "xterm-256color",
        "LC_ALL": "C.UTF-8",
    }
    running = subprocess.Popen(  # noqa: S603 - one of the screens above
        ["bash", "-c", command],  # noqa: S607
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    said = bytearray()
    while piece := _read(ours):
        said += piece
    os.close(ours)
    running.wait()
    return said.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other side is closed
        return b""
