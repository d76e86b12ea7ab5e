"""Colour for whoever sits at a terminal, where rich is installed; the text stays the same."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text


class Look(Enum):
    """What the lines of a command are."""

    PLAIN = "plain"
    TREE = "tree"
    JSON = "json"
    BYTES = "bytes"
    REPORT = "report"


_TEXT = r'"(?:\\.|[^"\\])*"…?'
_NUMBER = r"(?<![^\s\[:,])-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?%?(?![^\s\],:])"
_WORD = r"\b(?:true|false|nil|null)\b"
# What is painted in which lines, later ones over earlier ones.
_STYLES: Mapping[Look, tuple[tuple[str, str], ...]] = {
    Look.PLAIN: (),
    Look.TREE: (
        (r"(?<=: )-?\d\S*$|(?<=elements: ).*|(?<=element: ).*", "cyan"),
        (_WORD, "magenta"),
        (r"^\S+$", "bold"),
        (_TEXT, "green"),
        (r"^\s*(?:\"(?:\\.|[^\"\\])*\"|[^\s:\"]+)(?=: )", "blue"),
    ),
    Look.JSON: ((_NUMBER, "cyan"), (_WORD, "magenta"), (_TEXT, "green"), (_TEXT + "(?=:)", "blue")),
    Look.BYTES: (
        (r"^[0-9a-f]{8}", "dim"),
        (r"(?<=^.{11})(?:[0-9a-f]{2} )+(?:\+[\d,]+)?", "cyan"),
        (_TEXT, "green"),
        (r"^[0-9a-f]{8} !.*", "bold red"),
    ),
    Look.REPORT: (
        (_NUMBER, "cyan"),
        (_TEXT, "green"),
        (r"^(?:lost|first error|!).*", "red"),
        (r"^(?:type|field of) .*", "bold"),
    ),
}


def painter(look: Look, *, is_wanted: bool) -> Callable[[str], str] | None:
    """What paints a line, for a terminal that shows colours; `None` where nothing is to be painted.

    Args:
        look: What the lines are.
        is_wanted: Whether the user has not said no.
    """
    is_off = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if not is_wanted or is_off or not sys.stdout.isatty() or not _STYLES[look]:
        return None
    try:
        from rich.console import Console
        from rich.text import Text
    except ImportError:
        return None
    console = Console(file=io.StringIO(), force_terminal=True, soft_wrap=True, highlight=False, markup=False)

    def paint(line: str) -> str:
        return "\t".join(map(painted, line.split("\t")))  # tabs stay tabs

    def painted(part: str) -> str:
        text: Text = Text(part)
        for pattern, style in _STYLES[look]:
            text.highlight_regex(pattern, style)
        if look is Look.TREE:
            text = text.with_indent_guides(2, character="│", style="dim")
        with console.capture() as capture:
            console.print(text, soft_wrap=True, end="")
        return capture.get()

    return paint
