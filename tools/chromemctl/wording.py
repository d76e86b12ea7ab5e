"""Small words for messages."""

from __future__ import annotations

import shlex
from pathlib import Path


def count(number: int, singular: str, plural: str | None = None) -> str:
    """`1 document`, `5,000 documents`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def command(*parts: str | Path) -> str:
    """A command line that can be copied into a shell, bytes that are not UTF-8 included.

    A path that begins with a dash is written so that it is not taken for an option.
    """
    return " ".join(_quote(_word(part)) for part in parts)


def _word(part: str | Path) -> str:
    word = str(part)
    return f"./{word}" if isinstance(part, Path) and word.startswith("-") else word


def _quote(part: str) -> str:
    try:
        part.encode()
    except UnicodeEncodeError:
        raw = part.encode("utf-8", "surrogateescape")
        printable = "".join(
            chr(byte) if 0x20 <= byte < 0x7F and byte not in b"'\\" else f"\\x{byte:02x}" for byte in raw
        )
        return f"$'{printable}'"
    return shlex.quote(part)


def readable(text: str) -> str:
    """A name or path as it can be printed: control characters and stray bytes escaped."""
    return "".join(
        char if char.isprintable() else char.encode("utf-8", "surrogateescape").hex(" ").join(("\\x{", "}"))
        for char in text
    )
