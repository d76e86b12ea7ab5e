"""Damages that lose nothing: something is put around a file, or its bytes are written in another way."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

from chromemctl.simulation.damages import NotApplicable, Target, damage
from pygob.chromem import envelope

_LINE = 16


@damage
def document_compressed_again(target: Target) -> None:
    """A document's file is compressed once or twice more than chromem looks for."""
    path = target.choose()
    once = envelope.wrap(path.read_bytes(), compressed=True)
    target.copy.write(path, envelope.wrap(once, compressed=True))


@damage
def document_in_base64(target: Target) -> None:
    """A document's file is base64 text, as mail and some copies make it."""
    _change(target, target.choose(), base64.encodebytes)


@damage
def document_in_hexadecimal(target: Target) -> None:
    """A document's file is a dump in hexadecimal digits."""
    _change(target, target.choose(), _dumped)


@damage
def document_re_encoded(target: Target) -> None:
    """A document's file went through a program that took its bytes for letters and wrote UTF-8."""
    _change(target, target.choose(), _re_encoded)


@damage
def document_with_line_ends_of_windows(target: Target) -> None:
    """A document's file was copied as text, so that each line end became one of Windows."""
    found = [path for path in target.documents if b"\n" in path.read_bytes()]
    if not found:
        raise NotApplicable("it needs a document with a byte that is a line end")
    _change(target, target.numbers.choice(found), lambda data: data.replace(b"\n", b"\r\n"))


@damage
def metadata_in_base64(target: Target) -> None:
    """The metadata file is base64 text."""
    _change(target, target.metadata, base64.encodebytes)


@damage
def metadata_re_encoded(target: Target) -> None:
    """The metadata file went through a program that took its bytes for letters and wrote UTF-8."""
    _change(target, target.metadata, _re_encoded)


@damage
def collection_re_encoded(target: Target) -> None:
    """All files of a collection were taken for text in the code page of Windows, and written as UTF-8."""
    for path in (target.metadata, *target.documents):
        _change(target, path, _from_windows)


def _change(target: Target, path: Path, change: Callable[[bytes], bytes]) -> None:
    before = path.read_bytes()
    if not before:
        raise NotApplicable(f"it needs a file that holds something, and {path.name} is empty")
    target.copy.write(path, change(before))


def _dumped(data: bytes) -> bytes:
    lines = [f"{start:08x}  {data[start : start + _LINE].hex(' ')}\n" for start in range(0, len(data), _LINE)]
    return "".join([*lines, f"{len(data):08x}\n"]).encode()


def _re_encoded(data: bytes) -> bytes:
    return data.decode("latin-1").encode()


def _from_windows(data: bytes) -> bytes:
    return "".join(bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in data).encode()
