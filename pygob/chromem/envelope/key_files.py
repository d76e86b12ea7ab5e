"""Files that hold a key of AES-256."""

from __future__ import annotations

import base64
import re
import stat

from pygob.chromem.envelope.encryption import KEY_BYTES

#: What is longer holds no key, in any form.
KEY_FILE_BYTES = 4096
_KEY_DIGITS = re.compile(rb"[0-9A-Fa-f]{64}")
_KEY_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{43}=?")
_TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def key_file_warning(shown: str, mode: int) -> str | None:
    """What is unsafe about a key file; `None` if nothing is.

    Args:
        shown: How the file is called in a message.
        mode: Its mode, as `os.stat` gives it.
    """
    if stat.S_ISREG(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO):
        return f"others than its owner may read the key file {shown}; chmod 600 keeps it secret"
    return None


def key_in(held: bytes) -> bytes | None:
    """The key that a key file holds; None if it holds none.

    Args:
        held: What is in the file, or the first `KEY_FILE_BYTES` bytes of it: 32 bytes as they are, 64
            hexadecimal digits, or base64; the end of a line may follow.
    """
    for line in (held, held.removesuffix(b"\n").removesuffix(b"\r")):
        if len(line) == KEY_BYTES:
            return line
        if _KEY_DIGITS.fullmatch(line):
            return bytes.fromhex(line.decode())
        if _KEY_BASE64.fullmatch(line):
            return base64.urlsafe_b64decode(line.translate(_TO_URL_SAFE).rstrip(b"=") + b"=")
    return None
