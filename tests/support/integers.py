"""Slices of integers as they travel: of every width, longer than need be, cut."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.support import raw
from tests.support.floats import byte

# Numbers of the wire. Each byte is as likely a zero or a header as anything else, so that what stands inside
# of a token looks like the beginning of one.
of_bytes = (
    st.integers(1, 8)
    .flatmap(lambda width: st.lists(byte, min_size=width, max_size=width))
    .map(lambda parts: int.from_bytes(parts, "big"))
)
edges = st.sampled_from(
    [
        base + more
        for bits in (0, 7, 8, 15, 16, 24, 31, 32, 40, 48, 56, 63)
        for base in (1 << bits,)
        for more in (-1, 0)
    ]
    + [254, 255, 256, (1 << 64) - 2, (1 << 64) - 1]
)


def _below(bits: int) -> st.SearchStrategy[int]:
    return st.integers(0, (1 << bits) - 1)


@st.composite
def numbers(draw: st.DrawFn) -> list[int]:
    """The unsigned integers of a slice: mostly of one kind, with some of others among them."""
    common = draw(
        st.sampled_from([7, 8, 9, 16, 17, 24, 33, 41, 64]).map(_below)
        | st.sampled_from([of_bytes, st.one_of(*map(_below, (7, 8, 16, 24)))])
    )
    found = draw(st.lists(common, max_size=20))
    found *= draw(st.sampled_from([1, 1, 3, 6]))
    for _ in range(draw(st.integers(0, 4))):
        found.insert(draw(st.integers(0, len(found))), draw(st.one_of(edges, of_bytes)))
    return found


def token(number: int, extra: int) -> bytes:
    """An integer as it travels, with zeros in front that nobody needs."""
    if not extra:
        return raw.uint(number)
    width = min(8, (number.bit_length() + 7) // 8 + extra)
    return bytes([256 - width]) + number.to_bytes(width, "big")


@st.composite
def payloads(draw: st.DrawFn) -> tuple[int, bytes]:
    """A count and tokens that may be longer than need be, cut, of another number, or followed by more."""
    sent = draw(numbers())
    longer = draw(st.sampled_from([0.0, 0.0, 0.05, 1.0]))
    chance = draw(st.randoms(use_true_random=False))
    data = b"".join(token(number, chance.randint(1, 7) if chance.random() < longer else 0) for number in sent)
    data += draw(st.binary(max_size=12))
    count = max(0, len(sent) + draw(st.sampled_from([0, 0, 0, 1, -1, 5, -5])))
    if draw(st.booleans()):
        data = data[: draw(st.integers(0, len(data)))]
    return count, data
