"""Deflate as Go's compress/flate does it at its default level, so that files equal Go's byte for byte.

Any deflate stream would be readable. But a rebuilt file that is identical to the lost one can be proved
right by comparing hashes, so this module makes Go's choices: the parameters of level 6, matches of at
least 4 bytes, lazy evaluation, its order among equal choices, and the empty stored block at the end.

Sources: RFC 1951 for the format; the choices are those of Go 1.21 to 1.26, measured. Go 1.27 makes others.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence

#: Up to this size Go never slides its window of 2 x 32 KiB, the only case this module reproduces.
EXACT_LIMIT = 65_000

_WINDOW = 1 << 15
_MIN_MATCH, _MAX_MATCH = 4, 258
_BLOCK_TOKENS = 1 << 14
_STORED_LIMIT = 65_535
# Level 6: matches this long end the search at once, are not bettered lazily, chain steps tried.
_NICE, _LAZY, _CHAIN = 128, 16, 128
_FAR = 4096  # a match of the least length is not worth a longer distance
_HASH_FACTOR, _HASH_BITS = 0x1E35A7BD, 17  # positions whose hashes collide share one chain

_END_OF_BLOCK = 256
_LENGTH_BASE = (3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115,
                131, 163, 195, 227, 258)  # fmt: skip
_LENGTH_EXTRA = (0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0)
_DISTANCE_BASE = tuple(1 + (code if code < 4 else (2 + code % 2) << (code // 2 - 1)) for code in range(30))
_DISTANCE_EXTRA = tuple(max(0, code // 2 - 1) for code in range(30))
_CODE_LENGTH_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)

_FIXED_LITERAL = [8] * 144 + [9] * 112 + [7] * 24 + [8] * 8
_FIXED_DISTANCE = [5] * 30

# A literal is its byte; a match is (length, distance).
_Token = int | tuple[int, int]


def deflate(data: bytes) -> bytes:
    """Compress as Go does; data beyond `EXACT_LIMIT` is left to zlib."""
    if len(data) > EXACT_LIMIT:
        deflater = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        return deflater.compress(data) + deflater.flush()
    out = _BitWriter()
    for tokens, content in _blocks(data):
        _write_block(out, tokens, content)
    out.stored(b"", final=True)
    return out.bytes()


class _BitWriter:
    """Deflate's bit order: values from their low end, bytes filled from their low end."""

    def __init__(self) -> None:
        self._done = bytearray()
        self._value = 0
        self._bits = 0

    def write(self, value: int, bits: int) -> None:
        self._value |= value << self._bits
        self._bits += bits
        while self._bits >= 8:
            self._done.append(self._value & 0xFF)
            self._value >>= 8
            self._bits -= 8

    def stored(self, content: bytes, *, final: bool) -> None:
        self.write(int(final), 3)
        self.write(0, -self._bits % 8)
        self.write(len(content), 16)
        self.write(len(content) ^ 0xFFFF, 16)
        self._done += content

    def bytes(self) -> bytes:
        assert not self._bits, "the empty stored block at the end leaves no part of a byte"
        return bytes(self._done)


def _blocks(data: bytes) -> Iterator[tuple[list[_Token], bytes]]:
    """Tokens in blocks of Go's size, each with the bytes it stands for."""
    tokens: list[_Token] = []
    start = end = 0
    for token in _tokens(data):
        tokens.append(token)
        end += token[0] if isinstance(token, tuple) else 1
        if len(tokens) == _BLOCK_TOKENS:
            yield tokens, data[start:end]
            tokens, start = [], end
    if tokens:
        yield tokens, data[start:end]


def _tokens(data: bytes) -> Iterator[_Token]:
    """Literals and matches, a match given up when the next position has a longer one."""
    chains = _Chains(data)
    index, held = 0, False  # held: the byte before index is not written yet
    length, distance = _MIN_MATCH - 1, 0
    while index < len(data):
        chains.insert(index)
        earlier_length, earlier_distance = length, distance
        length, distance = _MIN_MATCH - 1, 0
        if len(data) - index > earlier_length and earlier_length < _LAZY:
            length, distance = chains.longest_match(index)
        if earlier_length >= _MIN_MATCH and length <= earlier_length:
            yield earlier_length, earlier_distance
            end = index + earlier_length - 1
            for inside in range(index + 1, end):
                chains.insert(inside)
            index, held = end, False
            length = _MIN_MATCH - 1
        else:
            if held:
                yield data[index - 1]
            index, held = index + 1, True
    if held:
        yield data[-1]


class _Chains:
    """Earlier positions with the same hash of 4 bytes, latest first."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._head: dict[int, int] = {}
        self._earlier: dict[int, int] = {}

    def insert(self, index: int) -> None:
        if index + _MIN_MATCH > len(self._data):
            return
        word = int.from_bytes(self._data[index : index + 4], "big")
        key = (word * _HASH_FACTOR & 0xFFFFFFFF) >> (32 - _HASH_BITS)
        self._earlier[index] = self._head.get(key, -1)
        self._head[key] = index

    def longest_match(self, index: int) -> tuple[int, int]:
        """The longest match among the nearest candidates, the nearest of equals; (3, 0) if there is none."""
        data = self._data
        longest = min(_MAX_MATCH, len(data) - index)
        enough = min(_NICE, longest)
        length, distance = _MIN_MATCH - 1, 0
        candidate = self._earlier.get(index, -1)
        for _ in range(_CHAIN):
            if candidate < 0 or index - candidate > _WINDOW:
                break
            if data[candidate + length] == data[index + length]:
                found = _common_length(data, candidate, index, longest)
                if found > length and (found > _MIN_MATCH or index - candidate <= _FAR):
                    length, distance = found, index - candidate
                    if found >= enough:
                        break
            candidate = self._earlier[candidate]
        return length, distance


def _common_length(data: bytes, first: int, second: int, longest: int) -> int:
    for length in range(longest):
        if data[first + length] != data[second + length]:
            return length
    return longest


def _length_code(length: int) -> int:
    return bisect_right(_LENGTH_BASE, length) - 1


def _distance_code(distance: int) -> int:
    return bisect_right(_DISTANCE_BASE, distance) - 1


def _write_block(out: _BitWriter, tokens: Sequence[_Token], content: bytes) -> None:
    """Write one block in the smallest of the three ways; equal sizes prefer fixed codes, then dynamic."""
    literal_counts, distance_counts, extra_bits = _count(tokens)
    literal_lengths = _code_lengths(literal_counts, 15)
    distance_lengths = _code_lengths(distance_counts, 15)
    header = _DynamicHeader(literal_lengths, distance_lengths)
    fixed_size = (
        3 + _cost(literal_counts, _FIXED_LITERAL) + _cost(distance_counts, _FIXED_DISTANCE) + extra_bits
    )
    dynamic_size = (
        header.size + _cost(literal_counts, literal_lengths) + _cost(distance_counts, distance_lengths)
    ) + extra_bits
    if len(content) <= _STORED_LIMIT and (len(content) + 5) * 8 < min(fixed_size, dynamic_size):
        out.stored(content, final=False)
    elif dynamic_size < fixed_size:
        header.write(out)
        _write_tokens(out, tokens, literal_lengths, distance_lengths)
    else:
        out.write(0b010, 3)
        _write_tokens(out, tokens, _FIXED_LITERAL, _FIXED_DISTANCE)


def _count(tokens: Sequence[_Token]) -> tuple[list[int], list[int], int]:
    """How often each literal or length code and each distance code occurs, and all their extra bits."""
    literals, distances, extra_bits = [0] * 286, [0] * 30, 0
    literals[_END_OF_BLOCK] = 1
    for token in tokens:
        if isinstance(token, int):
            literals[token] += 1
            continue
        length_code, distance_code = _length_code(token[0]), _distance_code(token[1])
        literals[257 + length_code] += 1
        distances[distance_code] += 1
        extra_bits += _LENGTH_EXTRA[length_code] + _DISTANCE_EXTRA[distance_code]
    if not any(distances):
        distances[0] = 1  # a dynamic block must describe one distance code at least
    return literals, distances, extra_bits


def _cost(counts: Sequence[int], lengths: Sequence[int]) -> int:
    return sum(count * length for count, length in zip(counts, lengths, strict=False))


def _write_tokens(
    out: _BitWriter, tokens: Sequence[_Token], literal_lengths: Sequence[int], distance_lengths: Sequence[int]
) -> None:
    literals, distances = _codes(literal_lengths), _codes(distance_lengths)
    for token in tokens:
        if isinstance(token, int):
            out.write(*literals[token])
            continue
        length, distance = token
        code = _length_code(length)
        out.write(*literals[257 + code])
        out.write(length - _LENGTH_BASE[code], _LENGTH_EXTRA[code])
        code = _distance_code(distance)
        out.write(*distances[code])
        out.write(distance - _DISTANCE_BASE[code], _DISTANCE_EXTRA[code])
    out.write(*literals[_END_OF_BLOCK])


class _DynamicHeader:
    """The code lengths of a dynamic block, run-length coded and Huffman coded (RFC 1951, 3.2.7)."""

    def __init__(self, literal_lengths: Sequence[int], distance_lengths: Sequence[int]) -> None:
        self._literals = _used(literal_lengths)
        self._distances = _used(distance_lengths)
        lengths = [*literal_lengths[: self._literals], *distance_lengths[: self._distances]]
        self._runs = list(_run_lengths(lengths))
        counts = [0] * 19
        for symbol, _, _ in self._runs:
            counts[symbol] += 1
        self._lengths = _code_lengths(counts, 7)
        self._described = 19
        while self._described > 4 and not counts[_CODE_LENGTH_ORDER[self._described - 1]]:
            self._described -= 1
        run_bits = sum(self._lengths[symbol] + bits for symbol, _, bits in self._runs)
        self.size = 3 + 5 + 5 + 4 + 3 * self._described + run_bits

    def write(self, out: _BitWriter) -> None:
        out.write(0b100, 3)
        out.write(self._literals - 257, 5)
        out.write(self._distances - 1, 5)
        out.write(self._described - 4, 4)
        for symbol in _CODE_LENGTH_ORDER[: self._described]:
            out.write(self._lengths[symbol], 3)
        codes = _codes(self._lengths)
        for symbol, extra, bits in self._runs:
            out.write(*codes[symbol])
            out.write(extra, bits)


def _used(lengths: Sequence[int]) -> int:
    """Number of codes up to the last one in use."""
    return max(index + 1 for index, length in enumerate(lengths) if length)


def _run_lengths(lengths: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Code lengths as (symbol, value of the extra bits, number of extra bits)."""
    index = 0
    while index < len(lengths):
        length, end = lengths[index], index
        while end < len(lengths) and lengths[end] == length:
            end += 1
        count, index = end - index, end
        if length:
            yield length, 0, 0
            count -= 1
            while count >= 3:
                run = min(count, 6)
                yield 16, run - 3, 2
                count -= run
        else:
            while count >= 11:
                run = min(count, 138)
                yield 18, run - 11, 7
                count -= run
            if count >= 3:
                yield 17, count - 3, 3
                count = 0
        for _ in range(count):
            yield length, 0, 0


def _code_lengths(counts: Sequence[int], longest: int) -> list[int]:
    """Optimal code lengths of at most `longest` bits, by package-merge; packages go before equal leaves."""
    lengths = [0] * len(counts)
    leaves = sorted((count, symbol) for symbol, count in enumerate(counts) if count)
    if len(leaves) <= 2:
        for _, symbol in leaves:
            lengths[symbol] = 1
        return lengths
    # An item is (count, how many leaves it takes at each level from here down).
    plain = [count for count, _ in leaves]
    row: list[tuple[int, tuple[int, ...]]] = [(count, (1,)) for count in plain]
    for _ in range(min(longest, len(leaves) - 1) - 1):
        packages = [
            (first[0] + second[0], tuple(a + b for a, b in zip(first[1], second[1], strict=True)))
            for first, second in zip(row[::2], row[1::2], strict=False)
        ]
        empty = (0,) * len(row[0][1])
        items = [(count, 0, (0, *below)) for count, below in packages]
        items += [(count, 1, (1, *empty)) for count in plain]
        row = [(count, below) for count, _, below in sorted(items, key=lambda item: item[:2])]
    taken = [sum(column) for column in zip(*(item[1] for item in row[: 2 * len(leaves) - 2]), strict=True)]
    # taken[k] leaves, the rarest ones, get one bit more at level k.
    for count in taken:
        for _, symbol in leaves[:count]:
            lengths[symbol] += 1
    return lengths


def _codes(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Canonical codes (RFC 1951, 3.2.2) with their bits reversed, as they are sent from the high end."""
    codes = [(0, 0)] * len(lengths)
    code = 0
    for bits in range(1, max(lengths) + 1):
        code <<= 1
        for symbol, length in enumerate(lengths):
            if length == bits:
                codes[symbol] = (int(f"{code:0{bits}b}"[::-1], 2), bits)
                code += 1
    return codes
