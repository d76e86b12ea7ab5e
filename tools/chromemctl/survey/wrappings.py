"""What has been put around a file's bytes on their way, where it can be taken off again and proven right.

Copies that are made as text, editors, mail and one `gzip` too many change files so that chromem refuses them
although every byte is still there. What is found below such a wrapping counts only if it is a whole record of
this very file: it can be read to its last byte, and the hash of its id or name is that in the path.
"""

from __future__ import annotations

import binascii
import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pygob import GobDecodeError
from pygob.chromem import envelope


class Wrapped(NamedTuple):
    """A whole file inside of another one.

    Attributes:
        data: The file's content as chromem wrote it, compressed or not.
        gob: Its gob bytes.
        layers: What was around it, outermost first, for people.
    """

    data: bytes
    gob: bytes
    layers: tuple[str, ...]

    @property
    def shown(self) -> str:
        """What was around it, in words."""
        return " in ".join(reversed(self.layers))


# So many wrappings are taken off. Whatever is around a document or inside of it is larger than any that a
# program embeds, and what a few bytes unpack to has no bound of its own.
_DEPTH = 3
_LARGEST = 16 << 20


def unwrapped(raw: bytes, is_whole: Callable[[bytes], bool]) -> Wrapped | None:
    """Take off what is around a file's content; None where nothing whole is found.

    Args:
        raw: The file's bytes, which chromem cannot read.
        is_whole: Whether gob bytes are a whole record of this file.
    """
    waiting: deque[tuple[bytes, tuple[str, ...]]] = deque([(raw, ())] if len(raw) <= _LARGEST else ())
    while waiting:
        data, layers = waiting.popleft()
        for take_off, shown in _LAYERS:
            for inside in take_off(data):
                if len(inside) > _LARGEST:
                    continue
                found = (*layers, shown)
                gob = _gob(inside)
                if gob is not None and is_whole(gob):
                    return Wrapped(inside, gob, found)
                if len(found) < _DEPTH:
                    waiting.append((inside, found))
    return None


def _gob(data: bytes) -> bytes | None:
    """The gob bytes of a file's content, as chromem takes them, where the gzip around them is sound."""
    if not data.startswith(envelope.GZIP_MAGIC):
        return data
    return next(_gunzipped(data), None)


def _gunzipped(data: bytes) -> Iterator[bytes]:
    if data.startswith(envelope.GZIP_MAGIC):
        try:
            inside = envelope.unwrap(data, limit=_LARGEST)
        except GobDecodeError:
            return
        if inside.checksum is envelope.Checksum.OK:
            yield inside.data


_BASE64 = re.compile(rb"[A-Za-z0-9+/\s]{16,}={0,2}\s*").fullmatch


def _from_base64(data: bytes) -> Iterator[bytes]:
    plain = data.translate(bytes.maketrans(b"-_", b"+/"))
    if _BASE64(plain):
        try:
            yield binascii.a2b_base64(b"".join(plain.split()), strict_mode=True)
        except ValueError:
            return


_DIGITS = re.compile(rb"[0-9A-Fa-f\s]{16,}").fullmatch


def _from_digits(data: bytes) -> Iterator[bytes]:
    if _DIGITS(data):
        try:
            yield binascii.a2b_hex(b"".join(data.split()))
        except ValueError:
            return


# xxd, hexdump -C and od -A x -t x1: where a line begins, its bytes, and perhaps the same as text.
_DUMPED = re.compile(rb"([0-9A-Fa-f]{6,16})(:?)((?: .*)?)").fullmatch


def _from_dump(data: bytes) -> Iterator[bytes]:
    """The bytes of a dump; a star stands for lines like the one before, as hexdump writes it."""
    found, line_before, is_repeated = bytearray(), b"", False
    for line in data.splitlines():
        if line == b"*":
            is_repeated = True
            continue
        parts = _DUMPED(line)
        if parts is None:
            return
        offset = int(parts[1], 16)
        if is_repeated and line_before and len(found) < offset <= _LARGEST:
            found += line_before * ((offset - len(found)) // len(line_before))
        is_repeated = False
        # Behind a colon two spaces end the bytes; else a bar does, and two spaces are in their middle.
        digits = parts[3].strip().partition(b"  ")[0] if parts[2] else parts[3].partition(b"|")[0]
        try:
            line_before = binascii.a2b_hex(b"".join(digits.split()))
        except ValueError:
            return
        if offset != len(found):
            return
        found += line_before
    if found:
        yield bytes(found)


def _from_text(data: bytes) -> Iterator[bytes]:
    """Bytes that were taken for text of one byte a letter, and written as UTF-8 or UTF-16.

    Letters of ASCII are the same bytes in UTF-8: there is nothing to take off then.
    """
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return
    if text.isascii() and encoding != "utf-16":
        return
    for codec in (_as_latin_1, _as_windows_1252):
        inside = codec(text)
        if inside is not None:
            yield inside


def _as_latin_1(text: str) -> bytes | None:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return None


# Windows gives the five bytes that this code page leaves out to the letters of the same numbers.
_WINDOWS_1252 = {
    ord(bytes((byte,)).decode("cp1252", "ignore") or chr(byte)): chr(byte) for byte in range(256)
}


def _as_windows_1252(text: str) -> bytes | None:
    return _as_latin_1(text.translate(_WINDOWS_1252)) if max(text, default="") > "\xff" else None


def _without_mark(data: bytes) -> Iterator[bytes]:
    if data.startswith(b"\xef\xbb\xbf"):
        yield data[3:]


def _without_returns(data: bytes) -> Iterator[bytes]:
    if b"\r\n" in data:
        yield data.replace(b"\r\n", b"\n")


def _with_returns(data: bytes) -> Iterator[bytes]:
    if b"\n" in data and b"\r\n" not in data:
        yield data.replace(b"\n", b"\r\n")


def _without_last_line_end(data: bytes) -> Iterator[bytes]:
    for end in (b"\r\n", b"\n"):
        if data.endswith(end):
            yield data.removesuffix(end)


_LAYERS: tuple[tuple[Callable[[bytes], Iterator[bytes]], str], ...] = (
    (_gunzipped, "gzip"),
    (_from_base64, "base64 text"),
    (_from_digits, "hexadecimal text"),
    (_from_dump, "a hexadecimal dump"),
    (_from_text, "a re-encoding as Unicode text"),
    (_without_mark, "a byte order mark"),
    (_without_returns, "line ends of Windows"),
    (_with_returns, "line ends of Unix"),
    (_without_last_line_end, "an added line end"),
)
