"""Slices and documents read side by side against each of them read alone."""

from __future__ import annotations

import struct
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pygob
from pygob._kernels.lockstep import LEAD, lockstep_floats
from pygob._messages.source import Source
from pygob.chromem import Document, Format, document_name, embeddings, envelope, read_embeddings
from pygob.chromem.records import DOCUMENT_TYPE, read_vector, unwrapped
from pygob.limits import DEFAULT_LIMITS
from pygob.wire import TypeTable
from tests.support.floats import payloads, slices, token
from tests.support.strategies import damaged

BEFORE = (b"whatever" * LEAD)[:LEAD]
AROUND = b"whatever"


def alone(data: bytes, start: int, count: int) -> tuple[list[float], int] | None:
    """A slice read float by float, and where it ends."""
    source = Source(DEFAULT_LIMITS, "list", TypeTable())
    source.refill(data, 0)
    source.pos = start
    try:
        return [source.read_float() for _ in range(count)], source.pos
    except pygob.GobDecodeError:
        return None


def rounded(values: list[float]) -> bytes:
    with numpy.errstate(all="ignore"):
        return numpy.array(values).astype(numpy.float32).tobytes()


@given(st.lists(payloads(), min_size=1, max_size=5), st.integers(0, 70))
def test_each_slice_is_what_it_is_alone(parts: list[tuple[int, bytes]], count: int) -> None:
    """The slices follow one another, so that one that is damaged or cut goes on into the next."""
    data, starts = BEFORE, []
    for _, tokens in parts:
        starts.append(len(data))
        data += tokens
    data += AROUND
    rows, ends = lockstep_floats(data, starts, count)
    assert (rows.shape, rows.dtype) == ((len(parts), count), numpy.float32)
    for start, row, end in zip(starts, rows, ends, strict=True):
        expected = alone(data, start, count)
        if expected is None:
            assert end > len(data)
        else:
            assert (row.tobytes(), end) == (rounded(expected[0]), expected[1])


@given(slices(), st.integers(1, 3))
def test_a_slice_to_the_very_end_is_read(bits: bytes, times: int) -> None:
    tokens = b"".join(token(bits[at : at + 8], 0) for at in range(0, len(bits), 8))
    count = len(bits) // 8
    data = BEFORE + tokens * times
    rows, ends = lockstep_floats(data, [len(data) - len(tokens)], count)
    assert ends == [len(data)]
    assert rows.tobytes() == rounded(list(struct.unpack(f"<{count}d", bits)))


# ---- documents

VECTORS = st.lists(st.floats(-1, 1, width=32), min_size=3, max_size=3)
texts = st.text(max_size=5) | st.sampled_from(["x" * 127, "x" * 128, "x" * 300])
sound = st.builds(
    lambda document_id, metadata, vector, content: Document(
        document_id, metadata, array("f", vector), content
    ).to_bytes(),
    texts,
    st.none() | st.dictionaries(texts, texts, max_size=3),
    VECTORS,
    texts,
)
strange = st.one_of(
    st.builds(lambda vector: Document("other length", {}, array("f", vector)).to_bytes(), st.just([0.5] * 4)),
    st.builds(lambda odd: pygob.dumps({"Embedding": [odd, 1.0, 0.1]}, DOCUMENT_TYPE),
              st.sampled_from([float("inf"), float("nan"), -0.0, 3.4028234663852886e38])),
    st.builds(lambda data: data + b"\3\4\0\0", sound),  # chromem reads the first value only
    st.just(b""),
)  # fmt: skip
files = st.lists(st.one_of(sound, sound, sound, damaged(sound), strange), min_size=1, max_size=8)


@contextmanager
def written(contents: list[bytes], *, compressed: bool) -> Iterator[Path]:
    form = Format.GZ if compressed else Format.PLAIN
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(contents):
            path = Path(folder) / document_name(f"{number}", form)
            path.write_bytes(envelope.wrap(data, compressed=compressed))
        yield Path(folder)


def one_by_one(folder: Path) -> tuple[Any, ...]:
    """The ids and vectors, or what is wrong with the first file that cannot be among them."""
    ids: list[str] = []
    rows: list[bytes] = []
    for path in sorted(folder.iterdir()):
        try:
            document_id, vector = read_vector(unwrapped(path.read_bytes()))
        except pygob.GobDecodeError as error:
            return type(error), f"{path}: {error}"
        if rows and len(vector) * 4 != len(rows[0]):
            reason = f"has length {len(vector)}, those before it have {len(rows[0]) // 4}"
            return ValueError, f"{path}: the vector of document {document_id!r} {reason}"
        ids.append(document_id)
        rows.append(vector.tobytes())
    return ids, rows


def together(folder: Path) -> tuple[Any, ...]:
    try:
        found = read_embeddings([folder])
    except ValueError as error:
        return type(error), str(error)
    return found.ids, [row.tobytes() for row in found.vectors]


@given(files, st.booleans(), st.sampled_from([1, 2, 5, 512]), st.sampled_from([300, 1 << 20]))
def test_documents_together_are_what_they_are_alone(
    contents: list[bytes], compressed: bool, batch: int, piece: int
) -> None:
    pygob.loads(Document("met", {"before": ""}, array("f", [1.0])).to_bytes())
    with written(contents, compressed=compressed) as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(embeddings, "LOCKSTEP_FROM", 1)
        patch.setattr(embeddings, "BATCH_FILES", batch)
        patch.setattr(embeddings, "PIECE_BYTES", piece)
        assert together(folder) == one_by_one(folder)


def test_documents_like_most_are_read_in_lockstep(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Else the test above would compare the long way with itself."""
    read_alone: list[str] = []

    def read(path: str, raw: bytes) -> tuple[str, Any]:
        read_alone.append(path)
        return read_vector(raw)

    monkeypatch.setattr(embeddings, "_read", read)
    for number in range(100):
        vector = array("f", [number / 7 - 3, -0.01 * number, 1.0])
        document = Document(f"{number}", {"k": "v" * number}, vector, "content" * number)
        (tmp_path / document_name(document.id, Format.PLAIN)).write_bytes(document.to_bytes())
    found = read_embeddings([tmp_path])
    assert len(found.ids) == 100
    assert len(read_alone) <= 1  # the first, when its definitions had not been met
