"""The key of an encrypted export, from a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chromemctl.exits import KeyFailure
from chromemctl.wording import count, readable
from pygob.chromem.envelope import KEY_FILE_BYTES, key_file_warning, key_in


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
            held = file.read(KEY_FILE_BYTES + 1)
            mode = path.stat().st_mode
    except OSError as error:
        raise KeyFailure(f"the key file {shown} cannot be read: {error.strerror}") from error
    data = key_in(held)
    if data is None:
        size = (
            f"more than {KEY_FILE_BYTES:,} bytes" if len(held) > KEY_FILE_BYTES else count(len(held), "byte")
        )
        raise KeyFailure(
            f"{shown} holds no key, but {size}",
            "a key is 32 bytes, or 64 hexadecimal digits, or base64 of 32 bytes",
        )
    return Key(data, key_file_warning(shown, mode))
