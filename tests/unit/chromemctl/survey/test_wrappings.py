"""`chromemctl.survey.wrappings`: what was put around a file comes off again, or is left alone."""

from __future__ import annotations

import base64
import binascii
import gzip
from array import array
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chromemctl.survey.wrappings import unwrapped
from pygob.chromem import Document, envelope

DOCUMENT = Document("a", {"line": "one\ntwo"}, array("f", [0.6, -0.8]), "\x80 caf\xe9 \n").to_bytes()

WRAPPERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: envelope.wrap(data, compressed=True),
    "base64 text": base64.b64encode,
    "hexadecimal text": binascii.b2a_hex,
    "a re-encoding as Unicode text": lambda data: data.decode("latin-1").encode(),
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "line ends of Windows": lambda data: data.replace(b"\n", b"\r\n"),
    "an added line end": lambda data: data + b"\n",
}


def found(raw: bytes, content: bytes = DOCUMENT) -> tuple[bytes, tuple[str, ...]] | None:
    inside = unwrapped(raw, lambda gob: gob == content)
    return None if inside is None else (inside.gob, inside.layers)


@pytest.mark.parametrize("name", [name for name in WRAPPERS if name != "gzip"])
def test_each_wrapping_comes_off(name: str) -> None:
    assert found(WRAPPERS[name](DOCUMENT)) == (DOCUMENT, (name,))


@given(st.binary(min_size=12), st.lists(st.sampled_from(sorted(WRAPPERS)), min_size=1, max_size=3))
def test_so_do_three_in_each_other(content: bytes, names: list[str]) -> None:
    content = b"\xff\n" + content.replace(b"\r", b"") + b"."
    raw = content
    for name in names:
        raw = WRAPPERS[name](raw)
    inside = unwrapped(raw, lambda gob: gob == content)
    assert raw == content or inside is not None
    assert inside is None or inside.gob == content


def test_what_is_inside_may_be_compressed() -> None:
    file = envelope.wrap(DOCUMENT, compressed=True)
    inside = unwrapped(base64.encodebytes(file), lambda gob: gob == DOCUMENT)
    assert inside is not None
    assert (inside.data, inside.gob) == (file, DOCUMENT)


def test_gzip_counts_only_where_its_checksum_is_right() -> None:
    twice = bytearray(envelope.wrap(envelope.wrap(DOCUMENT, compressed=True), compressed=True))
    assert found(bytes(twice)) == (DOCUMENT, ("gzip",))
    twice[-8] ^= 1
    assert found(bytes(twice)) is None


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig"])
def test_other_ways_to_write_the_letters(codec: str) -> None:
    assert found(DOCUMENT.decode("latin-1").encode(codec)) == (DOCUMENT, ("a re-encoding as Unicode text",))


@pytest.mark.parametrize("name", ["base64 text", "hexadecimal text"])
def test_text_as_windows_writes_it(name: str) -> None:
    """PowerShell writes what a program prints as UTF-16."""
    text = WRAPPERS[name](DOCUMENT).decode()
    lines = "".join(f"{text[start : start + 76]}\r\n" for start in range(0, len(text), 76))
    layers = ("a re-encoding as Unicode text", name)
    assert found(b"\xff\xfe" + lines.encode("utf-16-le")) == (DOCUMENT, layers)
    assert found(b"\xff\xfe") is None


@pytest.mark.parametrize("times", [1, 2, 3])
def test_what_unpacks_to_too_much_is_left(times: int) -> None:
    """Whatever is looked at is no larger than what is taken from a disk, at every depth."""
    raw = bytes(17 << 20)
    for _ in range(times):
        raw = gzip.compress(raw, 1)
    seen: list[int] = []
    assert unwrapped(raw, lambda gob: seen.append(len(gob)) is not None) is None
    assert max(seen, default=0) < 1 << 20


def test_the_letters_may_be_those_of_windows() -> None:
    content = bytes(range(256))
    text = "".join(bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in content)
    assert found(text.encode(), content) == (content, ("a re-encoding as Unicode text",))


def test_what_became_a_question_mark_is_not_guessed() -> None:
    assert found(DOCUMENT.decode("utf-8", "replace").encode()) is None


DUMPED = b"Go\n\x80gob " + b"0" * 49 + b" end.|"
DUMPS = {
    "xxd": """\
00000000: 476f 0a80 676f 6220 3030 3030 3030 3030  Go..gob 00000000
00000010: 3030 3030 3030 3030 3030 3030 3030 3030  0000000000000000
00000020: 3030 3030 3030 3030 3030 3030 3030 3030  0000000000000000
00000030: 3030 3030 3030 3030 3020 656e 642e 7c    000000000 end.|
""",
    "xxd -p": """\
476f0a80676f622030303030303030303030303030303030303030303030
30303030303030303030303030303030303030303030303030303020656e
642e7c
""",
    "hexdump -C": """\
00000000  47 6f 0a 80 67 6f 62 20  30 30 30 30 30 30 30 30  |Go..gob 00000000|
00000010  30 30 30 30 30 30 30 30  30 30 30 30 30 30 30 30  |0000000000000000|
*
00000030  30 30 30 30 30 30 30 30  30 20 65 6e 64 2e 7c     |000000000 end.||
0000003f
""",
    "od -A x -t x1": """\
000000 47 6f 0a 80 67 6f 62 20 30 30 30 30 30 30 30 30
000010 30 30 30 30 30 30 30 30 30 30 30 30 30 30 30 30
*
000030 30 30 30 30 30 30 30 30 30 20 65 6e 64 2e 7c
00003f
""",
}


@pytest.mark.parametrize("command", DUMPS)
def test_dumps_of_other_programs(command: str) -> None:
    assert found(DUMPS[command].encode(), DUMPED) is not None


def test_a_dump_with_a_line_missing_is_none() -> None:
    lines = [f"{start:08x}: {DOCUMENT[start : start + 16].hex()}" for start in range(0, len(DOCUMENT), 16)]
    assert found("\n".join(lines).encode()) is not None
    del lines[1]
    assert found("\n".join(lines).encode()) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_taken(raw: bytes) -> None:
    assert unwrapped(raw, lambda gob: False) is None
