"""Streams of about ten million bytes that ask for as much work and memory as they can.

Run as a program, this reads one of them within three seconds of processor time and 2 GiB, or dies.
"""

from __future__ import annotations

import math
import resource
import sys
import time
from collections.abc import Callable

import pygob
from tests.support import raw

SIZE = 9_900_000
BAD = b"\x80"  # begins no number


def slice_of(elem: int, count: int, body: bytes, *definitions: bytes) -> bytes:
    return b"".join((raw.define_slice(64, elem), *definitions)) + raw.value(
        64, raw.SINGLETON, raw.uint(count), body
    )


def map_of(key: int, elem: int, count: int, body: bytes, *definitions: bytes) -> bytes:
    return b"".join((raw.define_map(64, key, elem), *definitions)) + raw.value(
        64, raw.SINGLETON, raw.uint(count), body
    )


def numbered(count: int, before: bytes, after: bytes) -> bytes:
    """Something with another number in it each time."""
    return b"".join(b"%b\xfd%b%b" % (before, number.to_bytes(3, "big"), after) for number in range(count))


POINT = raw.define_struct(65, [("X", raw.INT), ("Y", raw.INT)], "Point")
NODE = raw.define_struct(64, [("Kids", 65)], "Node") + raw.define_slice(65, 64)
LINK = raw.define_struct(64, [("Next", 64)], "Link") + raw.define_slice(65, 64)
INTERFACES = raw.define_slice(64, raw.INTERFACE)

STREAMS: dict[str, Callable[[], bytes]] = {
    "zeros": lambda: slice_of(raw.INT, SIZE, b"\0" * SIZE),
    "zeros and a fault": lambda: slice_of(raw.INT, SIZE, b"\0" * (SIZE - 1) + BAD),
    "more elements than bytes": lambda: slice_of(raw.BOOL, 1 << 60, b"\1" * SIZE),
    "floats that are zero": lambda: slice_of(raw.FLOAT, SIZE, b"\0" * SIZE),
    "floats of all lengths and a fault": lambda: slice_of(
        raw.FLOAT, SIZE // 2, b"\0\xfe\xf0\x3f" * (SIZE // 4 - 1) + b"\0" + BAD
    ),
    "numbers that are all 255": lambda: slice_of(raw.UINT, SIZE // 2, b"\xff\xff" * (SIZE // 2)),
    "complex numbers": lambda: slice_of(raw.COMPLEX, SIZE // 2, b"\0" * SIZE),
    "empty texts and a fault": lambda: slice_of(raw.STRING, SIZE, b"\0" * (SIZE - 1) + BAD),
    "short texts": lambda: slice_of(raw.STRING, SIZE // 8, b"\7a text." * (SIZE // 8)),
    "empty byte slices": lambda: slice_of(raw.BYTES, SIZE, b"\0" * SIZE),
    "empty slices": lambda: slice_of(65, SIZE, b"\0" * SIZE, raw.define_slice(65, raw.INT)),
    "structs and a fault": lambda: slice_of(
        65, SIZE // 5, b"\1\2\1\2\0" * (SIZE // 5 - 1) + b"\1\2\1" + BAD, POINT
    ),
    "slices of some hundred": lambda: slice_of(
        65, SIZE // 257, (raw.uint(255) + b"\2" * 255) * (SIZE // 257), raw.define_slice(65, raw.INT)
    ),
    "interfaces that hold nothing": lambda: INTERFACES
    + raw.value(64, raw.SINGLETON, raw.uint(SIZE), b"\0" * SIZE),
    "interfaces that hold numbers": lambda: INTERFACES
    + raw.value(64, raw.SINGLETON, raw.uint(SIZE // 8), b"\3int\4\2\0\2" * (SIZE // 8)),
    "a tree": lambda: NODE + raw.value(64, b"\1", raw.uint(SIZE), b"\0" * (SIZE + 1)),
    "linked lists": lambda: LINK
    + raw.value(65, raw.SINGLETON, raw.uint(SIZE // 18_000), (b"\1" * 8_999 + b"\0" * 9_000) * 550),
    "a map": lambda: map_of(raw.INT, raw.INT, SIZE // 5, numbered(SIZE // 5, b"", b"\0")),
    "a map by structs": lambda: map_of(
        65, raw.INT, SIZE // 9, numbered(SIZE // 9, b"\1", b"\1\2\0\0"), POINT
    ),
    "types": lambda: b"".join(raw.define_slice(64 + n, raw.INT) for n in range(500_000)),
    "fields": lambda: raw.define_struct(64, [("Field", raw.INT)] * 700_000) + raw.value(64, b"\0"),
}  # fmt: skip


# What each may take on a machine that decodes 768 floats in 45 us, and how much slower others may be: a test
# that fails where a machine is slow says nothing.
SECONDS = 3
SLOWER = 4


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1] not in STREAMS:
        sys.exit("\n".join(STREAMS))
    data = STREAMS[sys.argv[1]]()
    before = time.process_time()
    bound = math.ceil(before) + SECONDS * SLOWER
    resource.setrlimit(resource.RLIMIT_CPU, (bound, bound))
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    try:
        pygob.loads(data)
    except pygob.GobError as error:
        print("refused:", error)
    else:
        print("decoded")
    print(f"{time.process_time() - before:.2f} s of processor time")


if __name__ == "__main__":
    main()
