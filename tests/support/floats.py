"""Slices of floats as they travel: of every width, longer than need be, cut."""

from __future__ import annotations

import struct

from hypothesis import strategies as st

# Bit patterns of float64, little-endian as they travel: each byte as likely a zero or a header as anything
# else, so that what stands inside a token looks like the beginning of one.
HEADERS = [0, 0, 0, 1, 0x7F, 0x80, 0xF7, 0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF]
byte = st.one_of(st.sampled_from(HEADERS), st.integers(0, 255))
double = st.lists(byte, min_size=8, max_size=8).map(bytes)
widened = st.tuples(
    st.sampled_from([0, 0, 0x20, 0x40, 0x80, 0xE0]), st.lists(byte, min_size=4, max_size=4)
).map(lambda parts: bytes([0, 0, 0, parts[0], *parts[1]]))
ordinary = st.floats(-1, 1).map(lambda value: struct.pack("<d", value))
singles = st.builds(
    lambda sign, fraction, exponent: struct.pack("<d", sign * (1 + fraction / (1 << 23)) * 2.0**exponent),
    st.sampled_from([1, -1]),
    st.integers(0, (1 << 23) - 1),
    st.integers(-20, 20) | st.sampled_from([-126, -112, -111, -110, 112, 113, 114, 127]),
)
halves = st.floats(-8, 8, width=16).map(lambda value: struct.pack("<d", value))
special = st.sampled_from(
    [
        0.0,
        -0.0,
        1.0,
        -2.0,
        5e-324,
        2.2250738585072014e-308,
        1.401298464324817e-45,
        1.7e308,
        3.4028234663852886e38,
    ]
).map(lambda value: struct.pack("<d", value)) | st.sampled_from(
    [0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0x7FF0000020000000, 0xFFF8DEADBEEF0001]
).map(lambda bits: struct.pack("<Q", bits))


@st.composite
def slices(draw: st.DrawFn) -> bytes:
    """The float64 of a slice: mostly of one kind, with some of others among them."""
    common = draw(st.sampled_from([double, widened, ordinary, singles, halves]))
    parts = draw(st.lists(common, max_size=60))
    for _ in range(draw(st.integers(0, 4))):
        parts.insert(draw(st.integers(0, len(parts))), draw(st.one_of(special, double, widened, singles)))
    return b"".join(parts)


# As many of each as of the others, so that no width is that of most.
of_all_widths = st.lists(st.one_of(double, widened, ordinary, singles, halves, special), max_size=60).map(
    b"".join
)


def token(bits: bytes, extra: int) -> bytes:
    """A float as it travels, with zeros in front that nobody needs."""
    data = bits.lstrip(b"\0")
    if not extra and len(data) <= 1 and data < b"\x80":
        return data or b"\0"
    data = data.rjust(min(8, len(data) + extra), b"\0")
    return bytes([256 - len(data)]) + data


@st.composite
def payloads(draw: st.DrawFn) -> tuple[int, bytes]:
    """A count and tokens that may be longer than need be, cut, of another number, or followed by more."""
    bits = draw(slices() | of_all_widths)
    longer = draw(st.sampled_from([0.0, 0.0, 0.05, 1.0]))
    chance = draw(st.randoms(use_true_random=False))
    tokens = [
        token(bits[at : at + 8], chance.randint(1, 7) if chance.random() < longer else 0)
        for at in range(0, len(bits), 8)
    ]
    data = b"".join(tokens) + draw(st.binary(max_size=12))
    count = max(0, len(tokens) + draw(st.sampled_from([0, 0, 0, 1, -1, 5, -5])))
    if draw(st.booleans()):
        data = data[: draw(st.integers(0, len(data)))]
    return count, data
