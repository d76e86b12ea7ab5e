"""The sound stores that all cases begin with. Real chromem wrote them; `healthy/` holds their files."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from gohelper import Collection, Document, Go
from pygob.chromem import Format
from tests.stores import vector

FOLDER = Path(__file__).with_name("healthy")
#: The collection that damages happen to; its folder is e9f85bf6.
DAMAGED = "contextd_memories"
OTHERS = ("contextd_checkpoints", "contextd_remediations")
DOCUMENTS = 3
DIMENSION = 8


def write(go: Go) -> None:
    """Let real chromem write the stores anew. Its order of map entries is random, so the bytes are others."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for form in Format:
        go.chromem_create(FOLDER / form, collections(), compress=form is Format.GZ)


def collections() -> list[Collection]:
    """What is in the stores."""
    numbers = random.Random(20260122)
    return [
        Collection(name, {}, [_document(name, number, numbers) for number in range(DOCUMENTS)])
        for name in (DAMAGED, *OTHERS)
    ]


def _document(name: str, number: int, numbers: random.Random) -> Document:
    metadata = {"tenant_id": "acme", "project_id": "platform"}
    return Document(f"{name}-{number}", metadata, vector(numbers, DIMENSION), f"text {number}")


def lay_out(store: Path, form: Format) -> None:
    """Copy a sound store to a place where nothing is."""
    shutil.copytree(FOLDER / form, store)
    for folder in store.iterdir():
        folder.chmod(0o700)
