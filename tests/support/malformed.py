"""Streams that are broken in every way we know, from a seed."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from pathlib import Path

VECTORS = Path(__file__).resolve().parent.parent / "vectors" / "conformance.jsonl"


def sound_streams(longest: int) -> list[bytes]:
    """The streams that real Go made for the conformance tests, up to a length in bytes."""
    with VECTORS.open(encoding="utf-8") as lines:
        streams = {base64.b64decode(json.loads(line)["stream"]) for line in lines}
    return sorted((s for s in streams if len(s) <= longest), key=lambda s: (len(s), s))


def cuts(stream: bytes) -> Iterator[bytes]:
    """The stream cut before every byte."""
    return (stream[:end] for end in range(len(stream)))


def changes(stream: bytes, chance: random.Random) -> Iterator[bytes]:
    """The stream with every byte changed in turn, to what hurts most: flips, ends and extremes."""
    for at, byte in enumerate(stream):
        others = {byte ^ 1, byte ^ 0x80, 0, 0xFF, 0xF8, (byte + 1) & 0xFF, chance.randrange(256)} - {byte}
        for other in sorted(others):
            yield stream[:at] + bytes([other]) + stream[at + 1 :]


def mutations(stream: bytes, others: list[bytes], chance: random.Random) -> Iterator[bytes]:
    """Endlessly: bytes inserted, deleted, doubled, swapped, zeroed, and pieces of other streams."""
    while True:
        data = bytearray(stream)
        for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
            at = chance.randrange(len(data) + 1)
            end = min(len(data), at + chance.choice((1, 1, 2, 3, 8, 20)))
            match chance.randrange(7):
                case 0:
                    data[at:at] = chance.randbytes(chance.choice((1, 1, 2, 9)))
                case 1:
                    del data[at:end]
                case 2:
                    data[at:at] = data[at:end]
                case 3:
                    data[at:end] = bytes(end - at)
                case 4:
                    data[at:end] = chance.randbytes(end - at)
                case 5:
                    other = chance.choice(others)
                    start = chance.randrange(len(other))
                    data[at:end] = other[start : start + end - at]
                case 6:
                    data += chance.choice(others)
        yield bytes(data)


def resized(body: bytes) -> bytes:
    """A message with this body: a fault inside it then is not hidden by a wrong length."""
    size = len(body)
    return (bytes([size]) if size < 128 else bytes([0xFE]) + size.to_bytes(2, "big")) + body


def inner_mutations(stream: bytes, others: list[bytes], chance: random.Random) -> Iterator[bytes]:
    """Endlessly: the body of one message mutated, its length made right again."""
    messages = split(stream)
    while True:
        at = chance.randrange(len(messages))
        body = next(mutations(messages[at], others, chance))
        parts = [resized(body[: 1 << 15] if index == at else m) for index, m in enumerate(messages)]
        yield b"".join(parts)


def reordered(stream: bytes, others: list[bytes], chance: random.Random) -> Iterator[bytes]:
    """Endlessly: whole messages left out, doubled, moved, or taken from another stream."""
    while True:
        messages = split(stream)
        at = chance.randrange(len(messages))
        match chance.randrange(4):
            case 0:
                del messages[at]
            case 1:
                messages.insert(chance.randrange(len(messages) + 1), messages[at])
            case 2:
                chance.shuffle(messages)
            case 3:
                messages[at] = chance.choice(split(chance.choice(others)))
        yield b"".join(map(resized, messages))


def split(stream: bytes) -> list[bytes]:
    """The bodies of the messages of a sound stream."""
    bodies, at = [], 0
    while at < len(stream):
        first = stream[at]
        width = 0 if first < 128 else 256 - first
        size = first if first < 128 else int.from_bytes(stream[at + 1 : at + 1 + width], "big")
        at += 1 + width + size
        bodies.append(stream[at - size : at])
    return bodies


def noise(chance: random.Random) -> Iterator[bytes]:
    """Endlessly: random bytes, some behind a right length or a right beginning."""
    while True:
        body = chance.randbytes(chance.choice((1, 2, 3, 5, 9, 30, 100)))
        small = bytes(chance.choice((0, 1, 2, 3, 4, 5, 6, 7, 12, 16, 0xFF, 0xFE, 0x7F)) for _ in body)
        yield body
        yield resized(body)
        yield resized(small)
        yield resized(b"\x7f" + small)  # the definition of type id 64
        yield resized(bytes([2 * chance.randrange(1, 9)]) + b"\0" + small)


def sample(count: int, seed: int, *, longest: int = 700) -> list[bytes]:
    """Malformed streams, all different, the same ones for the same seed; some turn out sound."""
    chance = random.Random(seed)
    sound = sound_streams(longest)
    seen: set[bytes] = set()
    random_bytes = noise(chance)
    while len(seen) < count:
        stream = chance.choice(sound)
        kind = chance.randrange(6)
        if kind == 0:
            every = list(cuts(stream))
            seen.update(chance.sample(every, min(len(every), 8)))
        elif kind == 1:
            every = list(changes(stream, chance))
            seen.update(chance.sample(every, min(len(every), 24)))
        elif kind == 5:
            seen.update(next(random_bytes) for _ in range(8))
        else:
            endless = (mutations, inner_mutations, reordered)[kind - 2](stream, sound, chance)
            seen.update(next(endless) for _ in range(8))
    return sorted(seen)[:count] if len(seen) == count else chance.sample(sorted(seen), count)
