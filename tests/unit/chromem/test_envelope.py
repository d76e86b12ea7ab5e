"""gzip as Go reads and writes it."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gohelper import Go
from pygob import GobLimitExceeded
from pygob.chromem.envelope import GO_HEADER, Checksum, GoDeflate, go_deflate_of, unwrap, wrap

TEXT = b"the same words, the same words, and then some others. " * 20


@given(st.binary(max_size=2000))
def test_round_trip(data: bytes) -> None:
    inside = unwrap(wrap(data, compressed=True))
    assert (inside.data, inside.compressed, inside.checksum, inside.error) == (data, True, Checksum.OK, None)


@given(st.binary(max_size=2000))
def test_any_gzip_reader_understands_it(data: bytes) -> None:
    assert gzip.decompress(wrap(data, compressed=True)) == data


def test_plain_bytes_are_left_alone() -> None:
    assert wrap(TEXT, compressed=False) == TEXT
    assert unwrap(TEXT).data == TEXT
    assert unwrap(TEXT).checksum is Checksum.NONE


# Long runs, few and many symbols, matches near and far, nothing to match: each takes another of Go's ways.
SHAPES = {
    "empty": b"",
    "one byte": b"a",
    "shorter than a match": b"aaa",
    "run": b"a" * 5000,
    "text": TEXT,
    "two symbols": bytes(b"ab"[(i * i >> 3) & 1] for i in range(3000)),
    "period": bytes(range(37)) * 90,
    "all bytes": bytes(range(256)) * 40,
    "random": bytes(zlib.crc32(i.to_bytes(4, "big")) & 0xFF for i in range(4000)),
    "more than one block": bytes(zlib.crc32(i.to_bytes(4, "big")) & 0x7F for i in range(40000)),
    "lazy matches": b"abcde bcdefg abcdefg bcdefgh abcdefgh" * 30,
    "far matches": b"needle"
    + bytes(zlib.crc32(i.to_bytes(4, "big")) & 0xFF for i in range(30000))
    + b"needle",
}


@pytest.mark.parametrize("data", SHAPES.values(), ids=SHAPES)
def test_bytes_equal_gos(go: Go, data: bytes) -> None:
    assert wrap(data, compressed=True) == go.gzip_compress(data)


@given(
    data=st.lists(st.sampled_from([b"map[string]string", b"Name", b"a", b"\x00", b"\xff\x82"]), max_size=200)
)
def test_bytes_equal_gos_for_any_words(go: Go, data: list[bytes]) -> None:
    assert wrap(b"".join(data), compressed=True) == go.gzip_compress(b"".join(data))


def test_large_data_is_compressed_with_gos_header() -> None:
    data = TEXT * 200
    assert wrap(data, compressed=True).startswith(GO_HEADER)
    assert unwrap(wrap(data, compressed=True)).data == data


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_cut_trailer_loses_no_data(cut: int) -> None:
    inside = unwrap(wrap(TEXT, compressed=True)[:-cut])
    assert (inside.data, inside.checksum, inside.error) == (TEXT, Checksum.MISSING, "unexpected EOF")


@pytest.mark.parametrize("position", range(-8, 0))
def test_a_wrong_trailer_loses_no_data(position: int) -> None:
    raw = bytearray(wrap(TEXT, compressed=True))
    raw[position] ^= 0xFF
    inside = unwrap(bytes(raw))
    assert (inside.data, inside.checksum) == (TEXT, Checksum.WRONG)
    assert inside.error == "gzip: invalid checksum"


def test_every_cut_gives_a_beginning() -> None:
    raw = wrap(TEXT, compressed=True)
    lengths = [len(unwrap(raw[:size]).data) for size in range(2, len(raw))]
    assert all(TEXT.startswith(unwrap(raw[:size]).data) for size in range(2, len(raw)))
    assert lengths == sorted(lengths)
    assert lengths[-1] == len(TEXT)


def test_data_before_a_fault_is_kept() -> None:
    raw = wrap(TEXT[:300], compressed=True)
    good = raw[: len(GO_HEADER) + 100]
    inside = unwrap(good + b"\xff" * 200)
    assert inside.error is not None
    kept = len(unwrap(good).data)
    assert kept > 50
    assert inside.data[: kept - 8] == TEXT[: kept - 8]


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"\x1f\x8b", "unexpected EOF"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00", "unexpected EOF"),
        (b"\x1f\x8b\x07" + bytes(20), "gzip: invalid header"),
        (b"\x1f\x8b\x08\x08" + bytes(6) + b"name without an end", "unexpected EOF"),
        (b"\x1f\x8b\x08\x02" + bytes(6) + b"\x00\x01", "gzip: invalid header"),
    ],
)
def test_headers_that_go_refuses(raw: bytes, error: str) -> None:
    inside = unwrap(raw)
    assert (inside.opens, inside.error, inside.data) == (False, error, b"")


def test_a_header_with_everything_in_it() -> None:
    header = b"\x1f\x8b\x08\x1e" + bytes(6) + b"\x03\x00abc" + b"name\0" + b"comment\0"
    header += (zlib.crc32(header) & 0xFFFF).to_bytes(2, "little")
    assert unwrap(header + wrap(TEXT, compressed=True)[10:]).data == TEXT


def test_members_one_after_another_are_one_stream() -> None:
    assert unwrap(wrap(b"one ", compressed=True) + wrap(b"two", compressed=True)).data == b"one two"


def test_bytes_after_the_end() -> None:
    inside = unwrap(wrap(TEXT, compressed=True) + b"rubbish after the end")
    assert (inside.data, inside.checksum, inside.error) == (TEXT, Checksum.OK, "gzip: invalid header")


def test_bytes_behind_the_last_member_are_counted() -> None:
    one, empty = wrap(b"one", compressed=True), wrap(b"", compressed=True)
    assert [unwrap(one + rest).behind for rest in (b"", one, empty, b"xxxx", bytes(9) + one)] == [
        0,
        0,
        0,
        4,
        9 + len(one),
    ]
    inside = unwrap(one + one + empty[:12] + b"\xff" * 7)
    assert (inside.data, inside.behind) == (b"oneone", 19)
    assert unwrap(one[:-8] + b"wrong..." + b"xx").behind == 2
    assert unwrap(one[:-9]).behind == 0


def test_a_bomb_is_refused() -> None:
    bomb = wrap(bytes(10_000_000), compressed=True)
    assert len(bomb) < 20_000
    with pytest.raises(GobLimitExceeded, match="more than 1000000 bytes"):
        unwrap(bomb, limit=1_000_000)
    with pytest.raises(GobLimitExceeded):
        unwrap(bomb[:-40] + b"\xff" * 40, limit=1_000_000)
    with pytest.raises(GobLimitExceeded):
        unwrap(bytes(2000), limit=1000)


@given(st.binary(max_size=300))
def test_nothing_but_the_limit_is_ever_raised(data: bytes) -> None:
    unwrap(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + data)
    unwrap(b"\x1f\x8b" + data)


# What Go 1.27.3 wrote for these bytes, and Go 1.26.8 for the same.
GO_1_27 = bytes.fromhex("1f8b08000000000000ff000800f7ff6d6574616461746103001434144f08000000")
GO_1_26 = bytes.fromhex("1f8b08000000000000ffca4d2d494c492c4904040000ffff1434144f08000000")


@pytest.mark.parametrize(("like", "raw"), [(GoDeflate.MODERN, GO_1_27), (GoDeflate.CLASSIC, GO_1_26)])
def test_each_go_has_bytes_of_its_own(like: GoDeflate, raw: bytes) -> None:
    assert wrap(b"metadata", compressed=True, like=like) == raw
    assert go_deflate_of(raw) is like
    assert unwrap(raw).data == b"metadata"


@given(st.binary(max_size=300))
def test_like_go_1_27_any_gzip_reader_understands_it(data: bytes) -> None:
    raw = wrap(data, compressed=True, like=GoDeflate.MODERN)
    assert gzip.decompress(raw) == data
    assert go_deflate_of(raw) is GoDeflate.MODERN


@pytest.mark.parametrize("raw", [b"", b"plain", gzip.compress(b"by Python", mtime=0), GO_1_26[:12]])
def test_what_go_did_not_write_is_neither(raw: bytes) -> None:
    assert go_deflate_of(raw) is None
