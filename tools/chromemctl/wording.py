"""Small words for messages."""

from __future__ import annotations

import pwd
import re
import shlex
import shutil
import sys
from pathlib import Path

PROGRAM = "chromemctl"

# Of a name that is longer only the ends are shown.
_LONGEST_NAME = 120
# What is no part of a path, as none can be so long.
_LONG_NAME = re.compile(r"'[^']{256,}'|[^\s/]{256,}")
# A byte that is not UTF-8, in a text that Python has quoted; a backslash of the text itself is doubled.
_QUOTED_BYTE = re.compile(r"(?<!\\)((?:\\\\)*)\\udc([89a-f][0-9a-f])")


def count(number: int, singular: str, plural: str | None = None) -> str:
    """`1 document`, `5,000 documents`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def user(uid: int) -> str:
    """A user by name and number, as far as the system knows the name."""
    try:
        return f"{pwd.getpwuid(uid).pw_name} (uid {uid})"
    except KeyError:
        return f"uid {uid}"


def command(*parts: str | Path) -> str:
    """A command line that can be copied into a shell, bytes that are not UTF-8 included.

    A path that begins with a dash is written so that it is not taken for an option.
    """
    words = [_quote(_word(part)) for part in parts]
    if parts[0] == PROGRAM:
        words[0] = called()
    return " ".join(words)


def called() -> str:
    """How this program was called, as the beginning of a command line that works in the same place.

    By its bare name only where a shell finds this very program by it, or where it is used as a library.
    """
    script = Path(sys.argv[0])
    if script.name == PROGRAM:
        found = shutil.which(PROGRAM)
        known = found is not None and Path(found).absolute() == script.absolute()
        return PROGRAM if known else _quote(sys.argv[0])
    if script.parts[-2:] == (PROGRAM, "__main__.py"):
        return " ".join(map(_quote, (sys.orig_argv[0], "-m", PROGRAM)))
    return PROGRAM


def _word(part: str | Path) -> str:
    word = str(part)
    return f"./{word}" if isinstance(part, Path) and word.startswith("-") else word


def _quote(part: str) -> str:
    if _shows(part):
        return shlex.quote(part)
    shown = "".join(char if _shows(char) and char not in "'\\" else _escaped(char) for char in part)
    return f"$'{shown}'"


def _shows(text: str) -> bool:
    """Whether stdout shows it as it is: no control characters, stray bytes, or what its encoding lacks."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return text.isprintable()


def _escaped(char: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))


def readable(text: str) -> str:
    r"""A name or path as it can be printed: control characters and stray bytes escaped.

    A stray byte has one form, in a name that a sentence quotes too: `\x{80}`, where Python writes `\udc80`.
    """
    shown = "".join(
        char if char.isprintable() else char.encode("utf-8", "surrogateescape").hex(" ").join(("\\x{", "}"))
        for char in text
    )
    return _QUOTED_BYTE.sub(r"\1\\x{\2}", shown)


def brief_name(name: str) -> str:
    """A name or an id for people: `readable`, and of a very long one its two ends. JSON has it whole."""
    return _ends(shown) if len(shown := readable(name)) > _LONGEST_NAME else shown


def brief(sentence: str) -> str:
    """A sentence for people: `readable`, and of very long names in it their two ends. JSON has them whole."""
    return _LONG_NAME.sub(lambda found: _ends(found[0]), readable(sentence))


def _ends(text: str) -> str:
    kept = _LONGEST_NAME // 3
    return f"{text[:kept]}…({len(text) - 2 * kept:,} characters)…{text[-kept:]}"
