"""The key of an encrypted export, in the forms in which people keep one."""

import base64
import os
from pathlib import Path

import pytest

from chromemctl.exchange.keys import read_key
from chromemctl.exits import Exit, KeyFailure

KEY = bytes(range(224, 256))
TEXT = b"correct horse battery staple 123"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.touch(0o600)
    return path


@pytest.mark.parametrize(
    ("held", "key"),
    [
        (KEY, KEY),
        (KEY + b"\n", KEY),
        (bytes(31) + b"\n", bytes(31) + b"\n"),
        (TEXT, TEXT),
        (TEXT + b"\n", TEXT),
        (TEXT + b"\r\n", TEXT),
        (KEY.hex().encode(), KEY),
        (KEY.hex().upper().encode() + b"\n", KEY),
        (base64.b64encode(KEY), KEY),
        (base64.b64encode(KEY) + b"\n", KEY),
        (base64.b64encode(KEY).rstrip(b"="), KEY),
        (base64.urlsafe_b64encode(KEY), KEY),
    ],
)
def test_forms_of_a_key(file: Path, held: bytes, key: bytes) -> None:
    file.write_bytes(held)
    assert read_key(file).data == key


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (b"", "0 bytes"),
        (b"\n", "1 byte"),
        (KEY[:31], "31 bytes"),
        (KEY + b"xx", "34 bytes"),
        (KEY.hex().encode() + b"00", "66 bytes"),
        (b"g" * 64, "64 bytes"),
        (base64.b64encode(KEY + b"x"), "44 bytes"),
        (bytes(1_000_000), "more than 4,096 bytes"),
    ],
)
def test_what_is_no_key(file: Path, held: bytes, said: str) -> None:
    file.write_bytes(held)
    with pytest.raises(KeyFailure, match=said) as caught:
        read_key(file)
    assert caught.value.exit is Exit.KEY


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(KeyFailure, match="cannot be read"):
            read_key(path)


@pytest.mark.parametrize(("mode", "is_open"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_a_file_that_others_may_read(file: Path, mode: int, is_open: bool) -> None:
    file.write_bytes(KEY)
    file.chmod(mode)
    assert (read_key(file).warning is not None) is is_open


def test_a_key_from_a_pipe(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, KEY)
    os.close(writing)
    key = read_key(Path(f"/dev/fd/{reading}"))
    os.close(reading)
    assert (key.data, key.warning) == (KEY, None)


def test_a_key_is_never_shown(file: Path) -> None:
    file.write_bytes(TEXT)
    assert "horse" not in repr(read_key(file))
