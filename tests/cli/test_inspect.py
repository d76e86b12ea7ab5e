"""`inspect`: what is in any file of chromem's, and in a store; redacted, nothing that anybody wrote."""

import json
from array import array
from pathlib import Path

import pytest

from pygob.chromem import Document, ExportedCollection, Format, Store, envelope, name_hash, write_export
from tests.stores import contents
from tests.support.inside import inside

SECRETS = ("topsecret", "hushname", "myself", "mumble", "0.6")
KEY = bytes(range(32))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    store = Store.create(tmp_path / "vectorstore")
    notes = store.create_collection("hushname", {"owner": "myself"})
    notes.add("topsecret-1", [0.6, 0.8], metadata={"topic": "mumble"}, content="mumble mumble")
    notes.add("topsecret-2", [1.0, 0.0])
    return store.path


def inspected(*arguments: str | Path) -> dict[str, object]:
    outcome = inside("inspect", "--json", *arguments)
    assert outcome.returncode == 0, outcome.stdout
    return json.loads(outcome.stdout)


def metadata_of(store: Path) -> Path:
    return store / name_hash("hushname") / "00000000.gob"


def document_of(store: Path) -> Path:
    return store / name_hash("hushname") / f"{name_hash('topsecret-1')}.gob"


def test_metadata(store: Path) -> None:
    found = inspected(metadata_of(store))
    assert found["kind"] == "metadata"
    assert (found["name"], found["hash"], found["matches_folder"]) == (
        "hushname",
        name_hash("hushname"),
        True,
    )
    assert found["metadata"] == {"owner": "myself"}
    assert found["type_ids"] == {"record": 64, "map": 65, "slice": None}
    assert found["size"] == metadata_of(store).stat().st_size


def test_a_document(store: Path) -> None:
    found = inspected(document_of(store))
    assert (found["kind"], found["id"], found["matches_file"]) == ("document", "topsecret-1", True)
    assert found["embedding"]["dimension"] == 2
    assert found["embedding"]["values"] == list(array("f", [0.6, 0.8]))
    assert found["content"] == "mumble mumble"
    assert (found["compressed"], found["checksum"]) == (False, "none")


def test_a_compressed_document_of_another_name(store: Path, tmp_path: Path) -> None:
    (tmp_path / "anything").write_bytes(envelope.wrap(document_of(store).read_bytes(), compressed=True))
    found = inspected(tmp_path / "anything")
    assert (found["kind"], found["compressed"], found["checksum"]) == ("document", True, "ok")
    assert found["matches_file"] is False


@pytest.mark.parametrize("sealed", [False, True], ids=["open", "sealed"])
def test_an_export(store: Path, tmp_path: Path, sealed: bool) -> None:
    exported = [found.exported() for found in Store(store).collections()]
    write_export(tmp_path / "file", exported, compressed=True, key=KEY if sealed else None)
    (tmp_path / "key").touch(0o600)
    (tmp_path / "key").write_bytes(KEY)
    found = inspected(tmp_path / "file", *(["--key-file", tmp_path / "key"] if sealed else []))
    assert (found["kind"], found["encrypted"], found["documents_total"]) == ("export", sealed, 2)
    [collection] = found["collections"]
    assert collection == {
        "name": "hushname", "hash": name_hash("hushname"), "metadata": {"owner": "myself"}, "documents": 2,
        "dimensions": {"2": 2}, "content_bytes": 13,
    }  # fmt: skip


def test_a_store(store: Path) -> None:
    found = inspected(store)
    assert (found["kind"], found["format"], found["healthy"]) == ("store", "plain", True)
    [collection] = found["collections"]
    assert (collection["name"], collection["documents"]) == ("hushname", 2)
    assert collection["metadata"] == {"owner": "myself"}
    assert collection["size"] == sum(path.stat().st_size for path in store.rglob("*.gob"))


def test_for_people(store: Path) -> None:
    assert "hushname" in inside("inspect", store).stdout
    shown = inside("inspect", document_of(store)).stdout
    assert "id: topsecret-1\n" in shown
    assert "  topic: mumble\n" in shown
    assert "  values: 0.600000024, 0.800000012\n" in shown


def test_long_texts_are_cut_for_people_and_whole_in_json(tmp_path: Path) -> None:
    document = Document("a", {}, array("f", [0.0] * 20), "x" * 5000)
    (tmp_path / "file").write_bytes(document.to_bytes())
    shown = inside("inspect", tmp_path / "file").stdout
    assert "... (5,000 characters)" in shown
    assert "and 12 more" in shown
    assert inspected(tmp_path / "file")["content"] == "x" * 5000


@pytest.mark.parametrize("form", ["--json", "--verbose"])
@pytest.mark.parametrize(
    "what", [metadata_of, document_of, lambda store: store], ids=["metadata", "document", "store"]
)
def test_redacted_nothing_that_anybody_wrote_is_shown(store: Path, what: object, form: str) -> None:
    outcome = inside("inspect", "--redact", form, what(store))
    assert outcome.returncode == 0
    for secret in (*SECRETS, name_hash("hushname"), name_hash("topsecret-1"), str(store)):
        assert secret not in outcome.stdout
    assert "byte" in outcome.stdout


def test_a_redacted_export(store: Path, tmp_path: Path) -> None:
    write_export(tmp_path / "file", [found.exported() for found in Store(store).collections()])
    outcome = inside("inspect", "--redact", "--json", tmp_path / "file")
    assert not [secret for secret in (*SECRETS, name_hash("hushname")) if secret in outcome.stdout]
    assert json.loads(outcome.stdout)["collections"][0]["name"] == "<8 bytes>"


def test_an_export_without_documents(tmp_path: Path) -> None:
    write_export(tmp_path / "file", [ExportedCollection("a")])
    assert inspected(tmp_path / "file")["kind"] == "export"


def test_not_a_number_is_json_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(Document("a", {}, array("f", [float("nan"), float("inf")])).to_bytes())
    found = inspected(tmp_path / "file")
    assert found["embedding"]["values"] == ["nan", "inf"]


def test_nothing_is_written(store: Path) -> None:
    before = contents(store, but=())
    for path in (store, metadata_of(store), document_of(store)):
        inside("inspect", path)
    assert contents(store, but=()) == before


def test_what_cannot_be_shown_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(Document("\x1b[31m\udcff", {}).to_bytes())
    shown = inside("inspect", tmp_path / "file").stdout
    assert "\x1b" not in shown
    assert "\\x{1b}" in shown


def test_format_is_told(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "gz")
    store.create_collection("a", form=Format.GZ)
    assert inspected(store.path)["format"] == "gz"
