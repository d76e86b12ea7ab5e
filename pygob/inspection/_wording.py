"""Values in the words of a person who reads a terminal."""

from __future__ import annotations

from pygob.inspection._marshaled_text import meaning
from pygob.values import Opaque


def count(number: int, noun: str) -> str:
    """A number of things: `1 entry`, `2 entries`."""
    if number == 1:
        return f"1 {noun}"
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {plural}"


def text_shown(value: str, limit: int | None) -> str:
    """A text in quotes, safe for a terminal: whatever is not printable as an escape."""
    shown = value if limit is None else value[:limit]
    rest = f"… ({count(len(value), 'character')})" if len(shown) < len(value) else ""
    return f'"{escaped(shown)}"{rest}'


def escaped(text: str) -> str:
    """Text with an escape for whatever is not printable."""
    return "".join(_character(character) for character in text)


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def bytes_shown(value: bytes, limit: int | None) -> str:
    """Bytes as their number and hexadecimal digits."""
    shown = value if limit is None else value[:limit]
    return f"{count(len(value), 'byte')} {shown.hex(' ')}{' …' if len(shown) < len(value) else ''}".rstrip()


def payload_shown(payload: Opaque, limit: int | None, name: str = "") -> str:
    """What a value that marshals itself says, where that is known, else its bytes.

    Args:
        payload: The value.
        limit: How many bytes are shown at most; all for None.
        name: The name of the type in an interface, which tells more than the stream's definition.
    """
    said = meaning(payload, name)
    if said is None:
        return bytes_shown(payload.data, limit)
    if said.likely:
        return f"{bytes_shown(payload.data, limit)} ({escaped(f'as a {said.likely}: {said.text}')})"
    return said.text


def opaque_shown(payload: Opaque, limit: int | None, name: str = "") -> str:
    """The same behind the name that the stream has for the type."""
    return f"{payload.name} {payload_shown(payload, limit, name)}".lstrip()
