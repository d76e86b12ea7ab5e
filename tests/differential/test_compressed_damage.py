"""Damage inside compressed files: chromem's words about it, the offset at which Go notices it included."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from gohelper import Go
from pygob.chromem import Document, Format, Metadata, document_name, envelope, name_hash
from tests.damage.combinations import require_true_prediction

NAME = "contextd_memories"
WORDS = ("alpha", "beta", "gamma", "delta", "omega")


def flipped(data: bytes, numbers: random.Random) -> bytes:
    position = numbers.randrange(len(envelope.GO_HEADER), len(data) - 8)
    changed = bytes((data[position] ^ 1 << numbers.randrange(8),))
    return data[:position] + changed + data[position + 1 :]


def holed(data: bytes, numbers: random.Random) -> bytes:
    position = numbers.randrange(40, len(data) - 60)
    return data[:position] + bytes(50) + data[position + 50 :]


@pytest.mark.parametrize("damage", [flipped, holed])
def test_what_go_says_of_damaged_deflate_streams(
    damage: Callable[[bytes, random.Random], bytes], tmp_path: Path, go: Go
) -> None:
    numbers = random.Random(11)
    words = " ".join(f"{numbers.choice(WORDS)}{numbers.randrange(100)}" for _ in range(200))
    document = Document("id", {}, None, words)
    folder = tmp_path / "store" / name_hash(NAME)
    folder.mkdir(parents=True)
    (folder / Format.GZ.metadata_name).write_bytes(envelope.wrap(Metadata(NAME).to_bytes(), compressed=True))
    sound = envelope.wrap(document.to_bytes(), compressed=True)
    for number in range(40):
        (folder / document_name("id", Format.GZ)).write_bytes(damage(sound, numbers))
        require_true_prediction(tmp_path / "store", go, f"number {number}")


def test_metadata_is_a_stored_block(tmp_path: Path, go: Go) -> None:
    folder = tmp_path / "store" / name_hash(NAME)
    folder.mkdir(parents=True)
    sound = envelope.wrap(Metadata(NAME).to_bytes(), compressed=True)
    for start in range(len(envelope.GO_HEADER), len(sound) - 8, 7):
        (folder / Format.GZ.metadata_name).write_bytes(sound[:start] + bytes(5) + sound[start + 5 :])
        require_true_prediction(tmp_path / "store", go, f"zeros from {start} on")
