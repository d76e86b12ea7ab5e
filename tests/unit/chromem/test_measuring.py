"""Documents measured many at a time: as one by one, with NumPy or without."""

from __future__ import annotations

import math
import random
from array import array

import pytest

from pygob import GobDecodeError, types
from pygob.chromem import Document, Metadata, RecordIds
from pygob.chromem.measuring import (
    LARGE,
    LOCKSTEP_FROM,
    Measured,
    measure_one_by_one,
    measure_side_by_side,
)
from pygob.encoder import GobWriter

pytest.importorskip("numpy")

MANY = 2 * LOCKSTEP_FROM
OTHER_IDS = RecordIds(64, 65, 66)


def document(number: int, dimension: int = 8) -> Document:
    numbers = random.Random(number)
    vector = array("f", [numbers.gauss(0, 1) for _ in range(dimension)])
    return Document(f"document {number}", {"number": str(number)}, vector, "text" * (number % 3))


def close(found: Measured | None) -> tuple[object, ...] | None:
    """Vectors are added up in another order, and as float32."""
    return found and (found.id, found.dimension, pytest.approx(found.norm, rel=1e-6, nan_ok=True), found.ids)


def plainly(streams: list[bytes]) -> list[Measured | None]:
    """Each by the way that knows every rule."""
    found: list[Measured | None] = []
    for stream in streams:
        try:
            reading = Document.summarize(stream)
        except GobDecodeError:
            found.append(None)
            continue
        record = reading.record
        whole = Measured(record.id, record.dimension, record.norm, reading.ids)
        found.append(None if reading.trailing else whole)
    return found


def test_sound_documents() -> None:
    streams = [document(number).to_bytes() for number in range(MANY)]
    for measure in measure_one_by_one, measure_side_by_side:
        for number, found in enumerate(measure(streams)):
            assert found is not None
            assert (found.id, found.dimension) == (f"document {number}", 8)
            assert found.norm == pytest.approx(math.hypot(*document(number).embedding), rel=1e-6)
            assert found.ids == RecordIds(66, 65, 67)


def test_documents_of_several_kinds() -> None:
    """Dimensions, type ids, empty vectors, metadata and float64 among them."""
    double = types.Struct("Document", {"ID": types.STRING, "Embedding": types.Slice(types.FLOAT)})
    writer = GobWriter()
    streams = [
        *(document(number, 4 + 4 * (number % 2)).to_bytes() for number in range(2 * MANY)),
        *(document(number).to_bytes(OTHER_IDS) for number in range(MANY)),
        Document("empty").to_bytes(),
        Document("large", {}, document(1).embedding, "text" * LARGE).to_bytes(),
        Document("", {}, array("f", [1.0])).to_bytes(),
        Metadata("name").to_bytes(),
        writer.encode({"ID": "double", "Embedding": [0.1, 0.2]}, double),
        b"",
    ]
    random.Random(5).shuffle(streams)
    for measure in measure_one_by_one, measure_side_by_side:
        assert list(map(close, measure(streams))) == plainly(streams)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf, 3.4028235e38, 1e39])
def test_odd_numbers(odd: float) -> None:
    """A number too large for float32 is an overflow to Go, which refuses the file."""
    wide = types.Struct("Document", {"ID": types.STRING, "Embedding": types.Slice(types.FLOAT)})
    streams = [document(number, 2).to_bytes() for number in range(MANY)]
    streams[MANY // 2] = GobWriter().encode({"ID": "odd", "Embedding": [odd, 1.0]}, wide)
    streams[MANY // 3] = Document("odd", {}, array("f", [min(odd, 3e38), 1.0])).to_bytes()
    for measure in measure_one_by_one, measure_side_by_side:
        assert list(map(close, measure(streams))) == plainly(streams)


@pytest.mark.parametrize("seed", range(20))
def test_damaged_documents(seed: int) -> None:
    """Cut, flipped and lengthened files among sound ones: each is judged as if it were alone."""
    numbers = random.Random(seed)
    streams = []
    for number in range(MANY):
        data = bytearray(document(number).to_bytes())
        match numbers.randrange(4):
            case 0:
                del data[numbers.randrange(len(data)) :]
            case 1:
                data[numbers.randrange(len(data))] ^= 1 << numbers.randrange(8)
            case 2:
                data += bytes([numbers.randrange(256)])
        streams.append(bytes(data))
    for measure in measure_one_by_one, measure_side_by_side:
        assert list(map(close, measure(streams))) == plainly(streams)
