"""Metadata and documents cut at every byte and with every bit flipped, and what recover makes of them.

Real chromem opens the recovered store, what is rebuilt is what was lost, and no other value than the original
is served unless something is found at its file, or the bit is one of a text or a number.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from chromemctl.changes.plan import CreateFile, MoveFile, Step
from chromemctl.identification.name_search import NameSearch
from chromemctl.judgement.verdict import Verdict, judge
from chromemctl.recovery import Proposal, carry_out, propose
from chromemctl.survey import survey_store
from gohelper import Go
from pygob.chromem import Document, Format, document_name, envelope, name_hash, read_document
from pygob.chromem.names import METADATA_STEM
from tests.damage.flips import outcome
from tests.damage.observing import opened, served, values
from tests.stores import settled, write_store

NAME = "contextd_memories"
ID, OTHER = f"{NAME}-0", f"{NAME}-1"
# A name that is not found soon is looked for among millions, which is not the matter here.
FEW_NAMES = NameSearch(max_candidates=10_000)


# Fields of salvaged documents that are wrong and not doubted, of all flips of every bit.
MOST_WRONG = 2
FORMATS = pytest.mark.parametrize("form", Format)


def verify(store: Path) -> Verdict:
    return judge(survey_store(store))


def recover(store: Path) -> Verdict:
    carry_out(store, propose(store), force=True)
    return verify(store)


@pytest.fixture
def store(tmp_path: Path, form: Format) -> Path:
    return settled(write_store(tmp_path / "vectorstore", [NAME], documents=2, form=form, dimension=4))


def metadata(store: Path, form: Format) -> Path:
    return store / name_hash(NAME) / form.metadata_name


def document(store: Path, form: Format) -> Path:
    return store / name_hash(NAME) / document_name(ID, form)


def cuts(data: bytes) -> Iterator[bytes]:
    for size in range(len(data)):
        yield data[:size]


def flips(data: bytes) -> Iterator[bytes]:
    for position in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[position // 8] ^= 1 << position % 8
        yield bytes(flipped)


def presented_wrongly(proposal: Proposal, original: Document) -> list[str]:
    """What salvaged documents say that was not so, without a word of doubt."""
    return [
        field
        for step in proposal.plan.steps
        if isinstance(step, CreateFile) and step.path.name.endswith(".salvaged.json")
        for found in json.loads(step.data)["documents"]
        for field in _wrong_fields(found, original)
    ]


def _wrong_fields(found: dict[str, Any], original: Document) -> Iterator[str]:
    doubted = {suspect["path"] for suspect in found["suspects"]}
    if doubted & {"", "Document"}:  # the whole of it
        return
    was = {"ID": original.id, "Metadata": original.metadata, "Embedding": list(original.embedding)}
    for field, value in {**was, "Content": original.content}.items():
        is_doubted = any(path.startswith(f"Document.{field}") for path in doubted)
        if not is_doubted and found.get(field.lower(), value) != value:
            yield field.lower()


class Recoveries:
    """Plans that were carried out on a copy, after which real chromem opened it.

    Most damages of a file lead to the same plan: set it aside, and create the same one. Each is tried once.
    """

    def __init__(self, go: Go, form: Format, store: Path) -> None:
        self._go = go
        self._form = form
        self._originals = self._served(store)
        self._sound: set[tuple[object, ...]] = set()

    def require_sound(self, store: Path, proposal: Proposal, about: str) -> None:
        """Check that a plan ends in a store that opens with everything that is not said to be lost."""
        if not proposal.plan.steps:
            self._require_what_is_read(store, about)
            return
        key = tuple(map(_what_it_does, proposal.plan.steps))
        if key in self._sound:
            return
        copy = shutil.copytree(store, store.with_name("copy"))
        carry_out(copy, propose(copy, search=FEW_NAMES), force=True)
        after = judge(propose(copy).survey)
        real = opened(self._go, copy, self._form)
        assert after.is_healthy, about
        assert real.opens, about
        assert real.collections == {NAME: 2 - len(proposal.plan.losses)}, about
        now = self._served(copy)
        assert all(now[document_id] == self._originals[document_id] for document_id in now), about
        shutil.rmtree(copy)
        self._sound.add(key)

    def _require_what_is_read(self, store: Path, about: str) -> None:
        """Check that chromem has the very values that we read, of the damaged document and of the other."""
        files = (path for path in (store / name_hash(NAME)).iterdir() if METADATA_STEM not in path.name)
        ours = {document.id: values(document) for document in map(read_document, files)}
        assert self._served(store) == ours, about
        kept = {document_id: found for document_id, found in ours.items() if document_id != ID}
        assert kept == {OTHER: self._originals[OTHER]}, about

    def _served(self, store: Path) -> dict[str, tuple[object, ...]]:
        held = served(self._go, store, self._form)[NAME]
        return {document_id: values(found) for document_id, found in held.items()}


def _what_it_does(step: Step) -> object:
    """A step, but for what is not the same in each damaged file and does not matter in the end."""
    match step:
        case MoveFile(source, destination):
            return source, destination
        case CreateFile(path, data) if path.parts[0] != ".quarantine":
            return path, hashlib.sha256(data).digest()
    return type(step), step.path


@FORMATS
def test_metadata_cut_at_every_byte(store: Path, form: Format, go: Go) -> None:
    path = metadata(store, form)
    whole, refused = path.read_bytes(), 0
    for size, cut in enumerate(cuts(whole)):
        path.write_bytes(cut)
        verdict = verify(settled(store))
        assert verdict.predictions[form] == opened(go, store, form), f"cut at {size}"
        if not verdict.predictions[form].opens:
            refused += 1
            assert [finding.id for finding in verdict.errors] == ["META_TRUNCATED"], f"cut at {size}"
            assert recover(store).is_healthy
            assert path.read_bytes() == whole, f"cut at {size}"
    # gzip's trailer and deflate's empty last block may be missing: chromem has the whole value before them.
    assert refused == len(whole) - (13 if form is Format.GZ else 0)


@FORMATS
def test_a_document_cut_at_every_byte(store: Path, form: Format, go: Go) -> None:
    path, recoveries = document(store, form), Recoveries(go, form, store)
    original = read_document(path)
    for size, cut in enumerate(cuts(path.read_bytes())):
        path.write_bytes(cut)
        proposal = propose(settled(store))
        verdict, real = judge(proposal.survey), opened(go, store, form)
        assert verdict.predictions[form] == real, f"cut at {size}"
        assert real.opens is verdict.is_healthy, f"cut at {size}"
        assert presented_wrongly(proposal, original) == [], f"cut at {size}"
        recoveries.require_sound(store, proposal, f"cut at {size}")


@FORMATS
def test_every_bit_of_metadata_flipped(store: Path, form: Format, go: Go) -> None:
    path, recoveries = metadata(store, form), Recoveries(go, form, store)
    whole, unnamed = path.read_bytes(), 0
    for position, flipped in enumerate(flips(whole)):
        path.write_bytes(flipped)
        proposal = propose(settled(store), search=FEW_NAMES)
        verdict, real = judge(proposal.survey), opened(go, store, form)
        predicted = verdict.predictions[form]
        assert (predicted.opens, predicted.collections) == (real.opens, real.collections), f"bit {position}"
        assert real.opens or not verdict.is_healthy, f"bit {position}"
        if real.opens:
            found = {finding.path for finding in verdict.findings}
            assert real.collections.keys() == {NAME} or path.parent in found, f"bit {position}"
            continue
        if proposal.plan.unresolved:
            unnamed += 1
            continue
        recoveries.require_sound(store, proposal, f"bit {position}")
        created = [step for step in proposal.plan.steps if isinstance(step, CreateFile)]
        assert [step.data for step in created if step.path == _place(form)] == [whole], f"bit {position}"
    assert unnamed <= 8 * len(whole) // 20, "where the name itself is damaged, it is mostly found again"


def _place(form: Format) -> PurePosixPath:
    return PurePosixPath(name_hash(NAME), form.metadata_name)


@FORMATS
def test_every_bit_of_a_document_flipped(store: Path, form: Format, go: Go) -> None:
    path, recoveries = document(store, form), Recoveries(go, form, store)
    original = read_document(path)
    not_found, wrong = set(), []
    for position, flipped in enumerate(flips(path.read_bytes())):
        path.write_bytes(flipped)
        proposal = propose(settled(store))
        verdict, real = judge(proposal.survey), opened(go, store, form)
        predicted = verdict.predictions[form]
        assert (predicted.opens, predicted.collections) == (real.opens, real.collections), f"bit {position}"
        assert real.opens or not verdict.is_healthy, f"bit {position}"
        if not proposal.plan.unresolved:
            recoveries.require_sound(store, proposal, f"bit {position}")
        wrong += presented_wrongly(proposal, original)
        if (what := outcome(path, original, verdict)).startswith("not found"):
            not_found.add(what)
    # Letters and numbers that make sense; a compressed file has its checksum.
    texts = {"not found: embedding", "not found: content", "not found: metadata"}
    assert not_found == (texts if form is Format.PLAIN else set())
    # A length that is another one, so that what follows makes sense as something else: docs/recovery.md.
    assert len(wrong) <= MOST_WRONG, wrong


@FORMATS
def test_an_id_of_which_a_bit_has_changed_is_not_taken_for_another_document(
    store: Path, form: Format, go: Go
) -> None:
    path = document(store, form)
    gob = envelope.unwrap(path.read_bytes()).data
    path.write_bytes(
        envelope.wrap(gob.replace(ID.encode(), b"sontextd_memories-0", 1), compressed=form is Format.GZ)
    )
    [left] = propose(settled(store)).plan.unresolved
    assert f"is one bit away from {ID!r}" in left.reason
    assert propose(store).plan.steps == ()
