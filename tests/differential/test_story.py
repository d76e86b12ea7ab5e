"""The story of the runbook, with nothing mocked: real chromem loses a metadata file and refuses to start; one
command brings back the very bytes that were lost; real chromem finds every document again."""

import random
from array import array
from pathlib import Path

import pytest

import gohelper
from gohelper import Go, GoError
from pygob import Stream
from pygob.chromem import Format, envelope, name_hash, read_metadata
from tests.stores import chromemctl, vector

FORMATS = pytest.mark.parametrize("form", Format)
LOST = "contextd_memories"


def documents(name: str, number: int) -> list[gohelper.Document]:
    numbers = random.Random(name)
    return [
        gohelper.Document(
            f"{name}-{index}",
            {"project_id": "platform", "tenant_id": "acme", "scope": "team"},
            vector(numbers, 384),
            f"What was learned on day {index}. " * (index % 7 + 1),
        )
        for index in range(number)
    ]


def collection(name: str, number: int = 12, metadata: dict[str, str] | None = None) -> gohelper.Collection:
    return gohelper.Collection(name, metadata, documents(name, number))


class Life:
    """A store that real chromem keeps, with what the application put into it."""

    def __init__(self, go: Go, path: Path, form: Format) -> None:
        self.go, self.path, self.form = go, path, form
        self.collections: dict[str, gohelper.Collection] = {}

    def create(self, *collections: gohelper.Collection) -> None:
        self.go.chromem_create(self.path, collections, compress=self.form is Format.GZ)
        self.collections.update((item.name, item) for item in collections)

    def metadata_file(self, name: str) -> Path:
        return self.path / name_hash(name) / self.form.metadata_name

    def lose(self, name: str) -> bytes:
        """Remove a metadata file; returns its bytes."""
        data = self.metadata_file(name).read_bytes()
        self.metadata_file(name).unlink()
        return data

    def start(self) -> dict[str, int]:
        return self.go.chromem_open(self.path, compress=self.form is Format.GZ)

    def refusal(self) -> str:
        with pytest.raises(GoError) as refused:
            self.start()
        return str(refused.value)

    def check_everything(self) -> None:
        """Real chromem opens the store, has every document as it was given, and finds each by query."""
        assert self.start() == {name: len(item.documents) for name, item in self.collections.items()}
        for name, given in self.collections.items():
            compress = self.form is Format.GZ
            kept = self.go.chromem_documents(self.path, name, compress=compress)
            assert sorted(map(facts, kept.documents)) == sorted(map(facts, given.documents))
            for document in given.documents:
                assert document.embedding is not None
                [nearest] = self.go.chromem_query(self.path, name, document.embedding, 1, compress=compress)
                assert nearest.document.id == document.id


def facts(document: gohelper.Document) -> tuple[object, ...]:
    embedding = array("f", document.embedding or []).tobytes()
    return document.id, sorted((document.metadata or {}).items()), embedding, document.content


@pytest.fixture
def life(fresh_go: Go, tmp_path: Path, form: Format) -> Life:
    return Life(fresh_go, tmp_path / "vectorstore", form)


def recovered(store: Path, *options: str | Path) -> None:
    outcome = chromemctl("recover", "--yes", *options, store)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "Healthy" in outcome.stdout


@FORMATS
def test_simulate_metadata_loss(life: Life, form: Format) -> None:
    life.create(collection(LOST), collection("contextd_checkpoints"))
    life.check_everything()
    lost = life.lose(LOST)
    folder = life.path / name_hash(LOST)
    assert life.refusal() == f"collection metadata file not found: {folder}"

    recovered(life.path)

    assert life.metadata_file(LOST).read_bytes() == lost
    life.check_everything()


@FORMATS
def test_every_file_that_chromem_writes_survives_parsing(life: Life, form: Format) -> None:
    life.create(collection(LOST), collection("noted", 3, {"model": "bge-small", "dimension": "384"}))
    files = [path for path in life.path.rglob("*") if path.is_file()]
    assert len(files) == 17
    for path in files:
        gob = envelope.unwrap(path.read_bytes()).data
        assert Stream.parse(gob).to_bytes() == gob


@FORMATS
def test_a_compressed_file_is_what_go_compresses(life: Life, form: Format) -> None:
    life.create(collection(LOST), collection("noted", 30, {"model": "bge-small", "dimension": "384"}))
    for path in life.path.rglob("*.gob*"):
        raw = path.read_bytes()
        gob = envelope.unwrap(raw).data
        assert envelope.wrap(gob, compressed=form is Format.GZ) == raw


@FORMATS
def test_one_folder_by_path_as_in_the_runbook(life: Life) -> None:
    life.create(collection(LOST), collection("contextd_checkpoints"))
    lost = life.lose(LOST)
    outcome = chromemctl("recover", "--yes", "--path", life.path / name_hash(LOST))
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert life.metadata_file(LOST).read_bytes() == lost
    life.check_everything()


@FORMATS
def test_several_collections_lost_at_once(life: Life) -> None:
    names = [LOST, "contextd_checkpoints", "acme_platform_codebase", "platform_sessions"]
    life.create(*(collection(name, 5) for name in names), collection("reasoningbank", 2))
    lost = {name: life.lose(name) for name in names}
    recovered(life.path)
    assert {name: life.metadata_file(name).read_bytes() for name in names} == lost
    life.check_everything()


@FORMATS
def test_metadata_comes_back_from_a_backup(life: Life) -> None:
    life.create(collection("unguessable-7f3a", 5, {"embedder": "fastembed"}), collection(LOST))
    path = life.metadata_file("unguessable-7f3a")
    path.with_name(path.name + ".backup").write_bytes(path.read_bytes())
    lost = life.lose("unguessable-7f3a")
    recovered(life.path)
    assert path.read_bytes() == lost
    assert read_metadata(path).metadata == {"embedder": "fastembed"}
    life.check_everything()


@FORMATS
@pytest.mark.parametrize("keys", [2, 9])
def test_the_order_of_many_keys_is_that_of_the_backup(life: Life, keys: int) -> None:
    life.create(collection("many", 3, {f"key {index}": f"value {index}" for index in range(keys)}))
    path = life.metadata_file("many")
    path.with_name(path.name + ".tmp").write_bytes(path.read_bytes())
    lost = life.lose("many")
    recovered(life.path)
    assert path.read_bytes() == lost


@FORMATS
@pytest.mark.parametrize("left", [0, 1, 40, 75, 80, 90])
def test_a_torn_file_is_rebuilt_and_kept(life: Life, form: Format, left: int) -> None:
    life.create(collection(LOST), collection("contextd_checkpoints"))
    path = life.metadata_file(LOST)
    lost = path.read_bytes()
    torn = lost[:left]
    path.write_bytes(torn)
    life.refusal()

    recovered(life.path)

    assert path.read_bytes() == lost
    kept = life.path / ".quarantine" / name_hash(LOST) / "0001"
    assert (kept / form.metadata_name).read_bytes() == torn
    assert (kept / "manifest.json").is_file()
    life.check_everything()


@FORMATS
def test_ids_after_other_gob_types(life: Life, form: Format) -> None:
    """The application encodes types of its own before it creates the collections."""
    encode_something_else(life.go)
    life.create(collection(LOST), collection("contextd_checkpoints"))
    assert ids_of(life.metadata_file(LOST)) > 64
    lost = life.lose(LOST)
    recovered(life.path)
    assert life.metadata_file(LOST).read_bytes() == lost


@FORMATS
def test_ids_after_other_gob_types_from_the_documents_alone(life: Life, form: Format) -> None:
    encode_something_else(life.go)
    life.create(collection(LOST))
    lost = life.lose(LOST)
    recovered(life.path)
    assert life.metadata_file(LOST).read_bytes() == lost


@FORMATS
def test_ids_of_a_process_that_wrote_a_document_first(life: Life, form: Format) -> None:
    """Yesterday's process made one collection; today's adds a document to it, then makes two others."""
    life.create(collection("contextd_checkpoints", 1))
    life.go.restart()
    more = gohelper.Collection("contextd_checkpoints", None, documents("later", 1))
    life.go.chromem_add(life.path, [more], compress=form is Format.GZ)
    life.collections["contextd_checkpoints"].documents.extend(more.documents)
    life.create(collection(LOST, 2), collection("contextd_remediations", 2))
    assert ids_of(life.metadata_file(LOST)) == 67
    lost = life.lose(LOST)
    recovered(life.path)
    assert life.metadata_file(LOST).read_bytes() == lost
    life.check_everything()


def encode_something_else(go: Go) -> None:
    """Let the process meet a type that is none of chromem's."""
    go.gob_encode_document(gohelper.Document("warm", {"up": "x"}, [1.0], "x"))


def ids_of(path: Path) -> int:
    stream = Stream.parse(envelope.unwrap(path.read_bytes()).data)
    return stream.values[0].type_id


@FORMATS
def test_a_name_that_only_the_operator_knows(life: Life, tmp_path: Path) -> None:
    name = "nobody could guess this: №42"
    life.create(collection(name, 2), collection("contextd_checkpoints", 2))
    lost = life.lose(name)
    unknown = chromemctl("recover", "--yes", life.path)
    assert unknown.returncode == 1
    assert "the name was not found" in unknown.stdout
    listed = tmp_path / "names.txt"
    listed.write_text(f"first guess\n{name}\nlast guess\n")
    recovered(life.path, "--names-file", listed)
    assert life.metadata_file(name).read_bytes() == lost
    life.check_everything()
