"""A store like contextd's, damaged as crashes and full disks damage them: for the demonstration.

The same seed gives the same bytes. Embeddings are random directions of 384 floats, which to gob and chromem
are like any others.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from chromemctl.changes import fsops
from pygob.chromem import envelope
from pygob.chromem.names import Format, document_name, name_hash
from pygob.chromem.records import Document, Metadata

SEED = 20260122
DIMENSION = 384

_COLLECTIONS = {
    "contextd_memories": 144,
    "contextd_checkpoints": 60,
    "contextd_remediations": 38,
    "acme_platform_codebase": 210,
    "platform_sessions": 56,
    "acme_billing_conversations": 84,
    "reasoningbank": 20,
}

_SUBJECTS = (
    "The deploy job", "The retry loop in the payment worker", "Schema migration 0042",
    "The cache of user profiles",
    "The nightly import", "The flaky test of the scheduler", "The gateway's rate limiter", "The search index",
)  # fmt: skip
_OBSERVATIONS = (
    "failed when the disk was full", "needs the lock released before the callback runs",
    "is safe to run twice", "was slow until the second index was added",
    "must not be started while a backup runs", "works once the time zone is set to UTC",
    "was rolled back and is to be split in two",
)  # fmt: skip
_LESSONS = (
    "Check free space first.", "Keep the transaction short.", "Write the file beside it, then rename.",
    "Ask the owner of the service before changing it.", "The fix is in the branch of that name.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loss:
    """What was done to one metadata file.

    Attributes:
        path: The file.
        what: What happened to it, for people.
        original: Its bytes before.
    """

    path: Path
    what: str
    original: bytes


def write_damaged_store(path: Path, form: Format) -> list[Loss]:
    """Write the store, three of its metadata files lost, empty and cut.

    Args:
        path: An existing, empty directory.
        form: Whether files are compressed.

    Returns:
        The damage, so that the recovery can be compared with what was lost.
    """
    numbers = random.Random(SEED)  # noqa: S311 - content, not secrets
    losses: list[Loss] = []
    damages = {
        "contextd_memories": ("removed", None),
        "acme_platform_codebase": ("emptied, as a full disk does", 0),
        "platform_sessions": ("cut in the middle, as a crash does", -14),
    }
    for name, count in _COLLECTIONS.items():
        folder = path / name_hash(name)
        for document in _documents(name, count, numbers):
            data = envelope.wrap(document.to_bytes(), compressed=form is Format.GZ)
            fsops.write_scratch(folder / document_name(document.id, form), data)
        metadata_path = folder / form.metadata_name
        original = envelope.wrap(Metadata(name).to_bytes(), compressed=form is Format.GZ)
        what, kept = damages.get(name, ("", len(original)))
        if what:
            losses.append(Loss(metadata_path, what, original))
        if kept is not None:
            fsops.write_scratch(metadata_path, original[:kept])
    return losses


def _documents(collection: str, count: int, numbers: random.Random) -> Iterator[Document]:
    project = "billing" if "billing" in collection else "platform"
    for index in range(count):
        sentences = [
            f"{numbers.choice(_SUBJECTS)} {numbers.choice(_OBSERVATIONS)}. {numbers.choice(_LESSONS)}"
            for _ in range(numbers.randint(1, 6))
        ]
        yield Document(
            id=f"{collection}_{index:04d}_{numbers.getrandbits(32):08x}",
            metadata={
                "tenant_id": "acme",
                "project_id": project,
                "scope": "project",
                "session_id": f"session-{numbers.randint(1, 40):03d}",
                "created_at": f"2026-01-{numbers.randint(1, 22):02d}T{numbers.randint(0, 23):02d}:00:00Z",
            },
            embedding=_direction(numbers),
            content=" ".join(sentences),
        )


def _direction(numbers: random.Random) -> array[float]:
    values = [numbers.gauss(0, 1) for _ in range(DIMENSION)]
    length = sqrt(sum(value * value for value in values))
    return array("f", [value / length for value in values])
