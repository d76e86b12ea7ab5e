"""Names read in full from what the operator points to: metadata, exports, reports, manifests."""

from __future__ import annotations

import gzip
import json
from array import array
from pathlib import Path

import pytest

from chromemctl.naming import Confidence, Evidence, identify
from pygob.chromem import Document, Metadata, name_hash
from pygob.chromem.export import ExportedCollection, write_export

NAME = "nobody could guess this 7f3a"
FOLDER = name_hash(NAME)


def searched(path: Path) -> tuple[list[tuple[str, Confidence]], list[str]]:
    found = identify([FOLDER], Evidence(texts=[path]), applications=())
    names = [(name.name, name.confidence) for name in found.folders[0].names]
    return names, [skipped.reason for skipped in found.skipped]


CERTAIN = ([(NAME, Confidence.CERTAIN)], [])


@pytest.mark.parametrize("wrap", [bytes, gzip.compress], ids=["plain", "gz"])
@pytest.mark.parametrize("file", ["00000000.gob", "00000000.gob.gz", "00000000.gob.backup", "saved"])
def test_a_copy_of_metadata(tmp_path: Path, file: str, wrap: type[bytes]) -> None:
    (tmp_path / "old" / FOLDER).mkdir(parents=True)
    (tmp_path / "old" / FOLDER / file).write_bytes(wrap(Metadata(NAME).to_bytes()))
    assert searched(tmp_path / "old") == CERTAIN


@pytest.mark.parametrize("compressed", [False, True])
def test_an_export(tmp_path: Path, compressed: bool) -> None:
    document = Document("a", {}, array("f", [1.0]), "text")
    collections = [ExportedCollection("other", {}, [document]), ExportedCollection(NAME, {}, [document])]
    write_export(tmp_path / "saved.gob", collections, compressed=compressed)
    assert searched(tmp_path / "saved.gob") == CERTAIN


def test_an_export_that_is_cut_says_so(tmp_path: Path) -> None:
    path = tmp_path / "saved.gob"
    collections = [ExportedCollection(name, {}, []) for name in (NAME, "z" * 300)]
    write_export(path, collections)
    path.write_bytes(path.read_bytes()[:-100])
    names, skipped = searched(path)
    assert names == [(NAME, Confidence.CERTAIN)]
    assert len(skipped) == 1
    assert "only 1 of its names can be read" in skipped[0]


def test_an_encrypted_export_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    write_export(tmp_path / "saved.gob.enc", [ExportedCollection(NAME, {}, [])], key=bytes(32))
    _, skipped = searched(tmp_path / "saved.gob.enc")
    assert len(skipped) == 1
    assert "needs its key" in skipped[0]


def test_a_report_of_verify_or_the_manifest_of_a_backup(tmp_path: Path) -> None:
    report = {"schema_version": 1, "collections": [{"dir": "x", "name": None}, {"dir": FOLDER, "name": NAME}]}
    (tmp_path / "report.json").write_text(json.dumps(report))
    assert searched(tmp_path / "report.json") == CERTAIN


@pytest.mark.parametrize("content", [b"", b"[", b"[1]", b'{"collections": 7}', b'{"collections": [7, {}]}'])
def test_other_files_are_no_fault(tmp_path: Path, content: bytes) -> None:
    for file in ("report.json", "00000000.gob", "anything"):
        (tmp_path / file).write_bytes(content)
    assert searched(tmp_path) == ([], [])


def test_documents_of_a_copy_are_not_taken_for_metadata(tmp_path: Path) -> None:
    (tmp_path / "0a0b0c0d.gob").write_bytes(Metadata(NAME).to_bytes())
    names, _ = searched(tmp_path)
    assert names in ([], [(NAME, Confidence.LIKELY)]), "it may be found as a text, but not as a name"
