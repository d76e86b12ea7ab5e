"""The texts in the rows of a SQLite database, from its raw pages: damaged ones and its write-ahead log too.

A row's texts stand side by side without a separator; its header tells how long each is. Pages are read one
by one, wherever they are; what is not a row as it should be is passed over.

Source: the SQLite file format, https://www.sqlite.org/fileformat2.html, sections 1.3, 1.6, 2.1 and 4.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: How a database begins, and how its write-ahead log does: two orders of bytes for its checksums.
DATABASE = b"SQLite format 3\0"
LOGS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")

_DATABASE_HEADER, _LOG_HEADER, _FRAME_HEADER = 100, 32, 24
_SMALLEST_PAGE, _LARGEST_PAGE = 512, 65_536
_ENCODINGS = {2: "utf-16-le", 3: "utf-16-be"}
_GUESSES = ("utf-8", "utf-16-le", "utf-16-be")
# The kinds of pages that hold rows, by their first byte.
_LEAF_TABLE, _LEAF_INDEX, _INTERIOR_INDEX = 0x0D, 0x0A, 0x02
_FIRST_TEXT = 13


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the pages of a file lie.

    Attributes:
        first: Where the first page begins.
        before: Bytes before each page.
        size: Bytes of a page.
        reserved: Bytes at its end that hold no rows.
        encoding: How texts are encoded; None when the file does not say.
    """

    first: int
    before: int
    size: int
    reserved: int
    encoding: str | None


def texts(chunks: Iterable[bytes], longest: int) -> Iterator[str]:
    """The texts of all rows.

    Args:
        chunks: The file, in pieces of any size.
        longest: Longer texts, in bytes, are left out.
    """
    layout: _Layout | None = None
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        if layout is None:
            if len(buffer) < _DATABASE_HEADER:
                continue
            layout = _layout(bytes(buffer[:_DATABASE_HEADER]))
            if layout is None:
                return
            del buffer[: layout.first]
        step = layout.before + layout.size
        whole = len(buffer) - len(buffer) % step
        for start in range(0, whole, step):
            page = bytes(buffer[start + layout.before : start + step])
            yield from _decoded(_page_texts(page, layout, longest), layout.encoding)
        del buffer[:whole]


def _layout(header: bytes) -> _Layout | None:
    if header.startswith(DATABASE):
        size = int.from_bytes(header[16:18], "big")
        size = _LARGEST_PAGE if size == 1 else size
        layout = _Layout(0, 0, size, header[20], _ENCODINGS.get(header[59], "utf-8"))
    elif header.startswith(LOGS):
        layout = _Layout(_LOG_HEADER, _FRAME_HEADER, int.from_bytes(header[8:12], "big"), 0, None)
    else:
        return None
    return layout if _SMALLEST_PAGE <= layout.size <= _LARGEST_PAGE else None


def _decoded(found: Iterable[bytes], encoding: str | None) -> Iterator[str]:
    for raw in found:
        for guess in (encoding,) if encoding is not None else _GUESSES:
            try:
                yield raw.decode(guess)
            except UnicodeDecodeError:
                continue


def _page_texts(page: bytes, layout: _Layout, longest: int) -> Iterator[bytes]:
    start = _DATABASE_HEADER if page.startswith(DATABASE) else 0
    kind = page[start]
    if kind not in (_LEAF_TABLE, _LEAF_INDEX, _INTERIOR_INDEX):
        return
    pointers = start + (12 if kind == _INTERIOR_INDEX else 8)
    number = min(int.from_bytes(page[start + 3 : start + 5], "big"), (layout.size - pointers) // 2)
    left = layout.size  # rows do not overlap, so a page that says so is no sound one
    for index in range(number):
        at = int.from_bytes(page[pointers + 2 * index : pointers + 2 * index + 2], "big")
        if at < pointers:
            continue
        payload = _payload(page, at, kind, layout)
        left -= len(payload)
        if left < 0:
            return
        yield from _row_texts(payload, longest)


def _payload(page: bytes, at: int, kind: int, layout: _Layout) -> bytes:
    """What of a row lies in its page."""
    if kind == _INTERIOR_INDEX:
        at += 4
    size, at = _varint(page, at)
    if kind == _LEAF_TABLE:
        _, at = _varint(page, at)
    usable = layout.size - layout.reserved
    least = (usable - 12) * 32 // 255 - 23
    most = usable - 35 if kind == _LEAF_TABLE else (usable - 12) * 64 // 255 - 23
    if size > most:
        local = least + (size - least) % (usable - 4)
        size = local if local <= most else least
    return page[at : at + size]


def _row_texts(payload: bytes, longest: int) -> Iterator[bytes]:
    header_size, at = _varint(payload, 0)
    if not 1 < header_size <= len(payload):
        return
    value = header_size
    while at < header_size:
        kind, at = _varint(payload, at)
        size = _size(kind)
        if kind >= _FIRST_TEXT and kind % 2 and 0 < size <= longest and value + size <= len(payload):
            yield payload[value : value + size]
        value += size


def _size(kind: int) -> int:
    """Bytes of a value by its serial type."""
    if kind >= _FIRST_TEXT - 1:
        return (kind - 12) // 2
    return (0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0)[kind]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of 1 to 9 bytes, and where it ends; what is cut off counts as zeros."""
    value = 0
    for index in range(8):
        byte = data[at + index] if at + index < len(data) else 0
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + index + 1
    last = data[at + 8] if at + 8 < len(data) else 0
    return value << 8 | last, at + 9
