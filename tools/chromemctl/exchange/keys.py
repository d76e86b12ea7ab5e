"""The key of an encrypted export, from a file."""

from __future__ import annotations

import base64
import binascii
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from chromemctl.exits import KeyFailure
from chromemctl.wording import count, readable
from pygob.chromem.envelope import KEY_BYTES

# What is longer is no key in any form, whatever it is.
_MOST_BYTES = 4096
_HEX = re.compile(rb"[0-9A-Fa-f]{64}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{43}=?")


@dataclass(frozen=True, slots=True)
class Key:
    """A key.

    Attributes:
        data: The 32 bytes; never shown.
        warning: What is unsafe about its file, or None.
    """

    data: bytes
    warning: str | None = None

    def __repr__(self) -> str:
        return "Key(...)"


def read_key(path: Path) -> Key:
    """Read a key: 32 bytes as they are, 64 hexadecimal digits, or base64; a line end may follow.

    Raises:
        KeyFailure: The file cannot be read, or holds something else.
    """
    shown = readable(str(path))
    try:
        with path.open("rb") as file:
            held = file.read(_MOST_BYTES + 1)
            mode = path.stat().st_mode
    except OSError as error:
        raise KeyFailure(f"the key file {shown} cannot be read: {error.strerror}") from error
    data = _key_in(held)
    if data is None:
        size = "more than 4,096 bytes" if len(held) > _MOST_BYTES else count(len(held), "byte")
        raise KeyFailure(
            f"{shown} holds no key, but {size}",
            "a key is 32 bytes, or 64 hexadecimal digits, or base64 of 32 bytes",
        )
    is_open = stat.S_ISREG(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO)
    warning = f"others than its owner may read the key file {shown}; chmod 600 keeps it secret"
    return Key(data, warning if is_open else None)


def _key_in(held: bytes) -> bytes | None:
    if len(held) == KEY_BYTES:
        return held
    line = held.removesuffix(b"\n").removesuffix(b"\r")
    if len(line) == KEY_BYTES:
        return line
    if _HEX.fullmatch(line):
        return bytes.fromhex(line.decode())
    if _BASE64.fullmatch(line):
        try:
            return base64.b64decode(
                line.rstrip(b"=") + b"=", altchars=b"-_" if set(line) & set(b"-_") else b"+/"
            )
        except binascii.Error:
            return None
    return None
