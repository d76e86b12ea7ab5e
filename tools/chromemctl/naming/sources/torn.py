"""Names in what is left of a metadata file: whole, with one flipped bit, or torn off.

gob writes a text as its length and its bytes, so a name is found wherever a length fits what follows it,
whatever became of the rest of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product

from chromemctl.naming.case import Case, Stream, Trust
from chromemctl.naming.model import Fragment, TornName
from pygob.chromem.envelope import unwrap
from pygob.chromem.records import Metadata
from pygob.errors import GobLimitExceeded

#: Bytes of a fragment that are looked at; chromem's metadata begins with the name, 69 bytes into the file.
FRAGMENT_BYTES = 1 << 16
#: Longest text that is taken for a torn or damaged name.
LONGEST_NAME = 8192
#: Characters that are tried when the end of a name is lost, and how many of them at most: 38^3 = 54,872
#: names.
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789_-"
LOST_CHARACTERS = 3

#: Names one bit away that are tried at most; the name of a real fragment has some hundred.
FLIPPED = 1 << 16

# The shortest type definitions that come before a name; their texts stand where the beginning of one could.
# What follows them in metadata that says nothing: length, type id in two bytes, end of the struct.
_DEFINITIONS = len(Metadata("", None).to_bytes()) - 4

# Before the name stands the number of its field: 1, the first.
_FIRST_FIELD = 1
# gob writes lengths below this in one byte; above, the negated number of bytes that follow comes first.
_LONG = 0x80


@dataclass(frozen=True, slots=True)
class _Text:
    offset: int
    length: int
    data: bytes

    @property
    def whole(self) -> bool:
        return len(self.data) == self.length

    def follows_first_field(self, data: bytes) -> bool:
        """Whether it stands in `data` where the first field of a struct does, as the name does."""
        return self.offset > 1 and data[self.offset - 2] == _FIRST_FIELD


def torn_names(fragment: Fragment) -> tuple[TornName, ...]:
    """Beginnings of a name in a fragment: a text that the end of the file or zeros cut short."""
    found = []
    for data in _contents(fragment):
        for text in _texts(data):
            kept = text.data.partition(b"\0")[0]
            if (
                text.offset > _DEFINITIONS
                and text.follows_first_field(data)
                and 0 < len(kept) < text.length <= LONGEST_NAME
                and _printable(kept)
                and (not text.whole or not text.data[len(kept) :].strip(b"\0"))
            ):
                prefix = kept.decode("utf-8", "ignore")
                if prefix:  # else only the length, or any number at all
                    found.append(TornName(fragment.dir, prefix, text.length, fragment.source))
    return tuple(found)


def streams(case: Case) -> Iterator[Stream]:
    """Whole names in fragments, names one bit away from those, and completions of torn names."""
    for fragment in case.evidence.fragments:
        yield Stream(fragment.source, Trust.READ, _whole(fragment), fragment.dir)
    for fragment in case.evidence.fragments:
        yield Stream(
            f"{fragment.source}, one bit put right",
            Trust.TIED,
            islice(_flipped(fragment), FLIPPED),
            fragment.dir,
        )
    endings = sorted(case.endings) if case.torn else []
    for torn in case.torn:
        source = f"{torn.source}, torn name completed"
        yield Stream(source, Trust.TIED, _completed(torn, endings), torn.dir)
        yield Stream(f"{source} by all characters", Trust.TIED, _all_ends(torn), torn.dir)


def _contents(fragment: Fragment) -> Iterator[bytes]:
    """The bytes, and for gzip what they unpack to as well: a stored block shows the name in both."""
    yield fragment.data[:FRAGMENT_BYTES]
    try:
        unwrapped = unwrap(fragment.data, limit=FRAGMENT_BYTES)
    except GobLimitExceeded:
        return  # metadata of chromem is small; the carved bytes above were looked at
    if unwrapped.compressed:
        yield unwrapped.data


def _texts(data: bytes) -> Iterator[_Text]:
    """Every place where a length could stand, with the bytes that follow it."""
    for offset, length in enumerate(data, 1):
        if 0 < length < _LONG:
            yield _Text(offset, length, data[offset : offset + length])
        elif length >= 0xFE:  # one or two bytes of length follow, highest first
            start = offset + 0x100 - length
            long = int.from_bytes(data[offset:start], "big")
            if _LONG <= long <= LONGEST_NAME:
                yield _Text(start, long, data[start : start + long])


def _whole(fragment: Fragment) -> Iterator[str]:
    for data in _contents(fragment):
        for text in _texts(data):
            if text.whole:
                yield text.data.decode("utf-8", "surrogateescape")


def _flipped(fragment: Fragment) -> Iterator[str]:
    for data in _contents(fragment):
        yield from _other_lengths(data)
        for text in _texts(data):
            if text.whole and text.follows_first_field(data):
                for position, bit in product(range(text.length), range(8)):
                    changed = bytearray(text.data)
                    changed[position] ^= 1 << bit
                    yield changed.decode("utf-8", "surrogateescape")


def _other_lengths(data: bytes) -> Iterator[str]:
    """Texts after the number of the first field, as long as a length with one flipped bit says."""
    for offset in range(2, len(data)):
        if data[offset - 2] == _FIRST_FIELD:
            for bit in range(8):
                length = data[offset - 1] ^ 1 << bit
                if 0 < length < _LONG:
                    yield data[offset : offset + length].decode("utf-8", "surrogateescape")


def _printable(data: bytes) -> bool:
    text = data.decode("utf-8", "ignore")
    return text.isprintable() and len(text.encode()) > len(data) - 4  # a character may be cut


def _completed(torn: TornName, endings: Iterable[str]) -> Iterator[str]:
    """The prefix continued by words that end names: kinds of the applications, ends of healthy names."""
    for ending in endings:
        for kept in range(len(ending)):
            if torn.prefix.endswith(ending[:kept]):
                yield torn.prefix + ending[kept:]


def _all_ends(torn: TornName) -> Iterator[str]:
    if torn.length is None:
        lengths: range = range(LOST_CHARACTERS + 1)
    else:
        lost = torn.length - len(torn.prefix.encode("utf-8", "surrogateescape"))
        lengths = range(lost, lost + 1)
    for lost in lengths:
        if 0 <= lost <= LOST_CHARACTERS:
            yield from (torn.prefix + "".join(end) for end in product(ALPHABET, repeat=lost))
