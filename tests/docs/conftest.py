"""The folder in which the documents' snippets run."""

import shutil
from array import array
from pathlib import Path

import pytest

from pygob.chromem import Document, Format, Metadata, Store, name_hash, write_document, write_metadata

COLLECTIONS = ("contextd_memories", "contextd_checkpoints", "contextd_remediations")
LOST = "contextd_memories"
VECTOR = array("f", [0.6, 0.8])


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder as the documents assume it.

    It holds `healthy`, a store of three collections with two documents each; `damaged` and
    `path/to/vectorstore` are the same store after the metadata file of contextd_memories was lost; and
    `orders.gob` of the examples.
    """
    for folder in ("home", "tmp"):
        (tmp_path / folder).mkdir()
    write_store(tmp_path / "healthy")
    for damaged in (tmp_path / "damaged", tmp_path / "path" / "to" / "vectorstore"):
        write_store(damaged)
        (damaged / name_hash(LOST) / "00000000.gob").unlink()
    shutil.copy(Path(__file__).parents[2] / "examples" / "orders" / "orders.gob", tmp_path)
    return tmp_path


def write_store(path: Path) -> Store:
    for name in COLLECTIONS:
        collection = path / name_hash(name)
        collection.mkdir(parents=True, mode=0o700)
        write_metadata(collection, Metadata(name, {}), Format.PLAIN)
        for number in (1, 2):
            document = Document(
                f"{name}-{number}", {"project_id": "atlas"}, VECTOR, f"Note {number} of atlas."
            )
            write_document(collection, document, Format.PLAIN)
    return Store(path)
