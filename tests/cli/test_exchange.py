"""`convert`, `export` and `import`: stores in another form and another place, and how each attempt ends."""

import json
import os
import random
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from gohelper import Go
from pygob.chromem import Document, ExportedCollection, Format, Store, name_hash, read_export, write_export
from tests.stores import chromemctl, contents, tree, write_store
from tests.support.inside import inside
from tests.support.terminal import on_a_terminal

NAMES = ("contextd_checkpoints", "contextd_memories", "contextd_remediations")
KEY = bytes(range(32))
# Two names of one hash.
ONE, OTHER = "tenant_132842_memories", "tenant_169843_memories"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return write_store(tmp_path / "store", metadata={"owner": "ops"})


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return key_file(tmp_path / "key", KEY)


def key_file(path: Path, data: bytes) -> Path:
    path.touch(0o600)
    path.write_bytes(data)
    return path


def held(path: Path) -> dict[str, object]:
    """Everything in a store: collections, their metadata and documents."""
    return {
        found.metadata().name: (
            found.metadata().metadata,
            sorted(found.documents(), key=lambda document: document.id),
        )
        for found in Store(path).collections()
    }


class TestConvert:
    @pytest.mark.parametrize("before", Format)
    @pytest.mark.parametrize("after", Format)
    def test_chromem_sees_the_same(self, go: Go, tmp_path: Path, before: Format, after: Format) -> None:
        store = write_store(tmp_path / "store", form=before)
        untouched = tree(store)
        outcome = inside("convert", store, tmp_path / "out", "--to", after)
        assert outcome.returncode == 0, outcome.stderr
        assert f"out: {after}, 3 collections, 9 documents." in outcome.stdout
        assert f"Next:  chromemctl verify {tmp_path / 'out'}" in outcome.stdout
        assert held(tmp_path / "out") == held(store)
        assert go.chromem_open(tmp_path / "out", compress=after is Format.GZ) == dict.fromkeys(NAMES, 3)
        assert tree(store).keys() == untouched.keys()
        assert contents(store) == {name: facts[0] for name, facts in untouched.items() if name != "."}

    def test_there_and_back_is_the_same_bytes(self, tmp_path: Path, store: Path) -> None:
        for path in store.rglob("*"):
            path.chmod(0o750 if path.is_dir() else 0o640)
        assert inside("convert", store, tmp_path / "gz", "--to", "gz").returncode == 0
        assert inside("convert", tmp_path / "gz", tmp_path / "back", "--to", "plain").returncode == 0
        assert contents(tmp_path / "back") == contents(store)
        modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "back").rglob("*")}
        assert modes == {0o750, 0o640}

    def test_a_mixed_store_becomes_one_that_chromem_sees_whole(
        self, go: Go, tmp_path: Path, store: Path
    ) -> None:
        compressed = write_store(tmp_path / "gz", ["other"], form=Format.GZ)
        (compressed / name_hash("other")).rename(store / name_hash("other"))
        outcome = inside("convert", store, tmp_path / "out", "--to", "plain")
        assert outcome.returncode == 0
        assert inside("verify", tmp_path / "out").returncode == 0
        assert set(go.chromem_open(tmp_path / "out")) == {*NAMES, "other"}

    def test_what_chromem_does_not_read_stays_behind(self, tmp_path: Path, store: Path) -> None:
        (store / "notes.txt").write_text("")
        (store / name_hash(NAMES[1]) / "00000000.gob.backup").write_text("")
        (store / ".quarantine" / "00").mkdir(parents=True)
        outcome = inside("convert", store, tmp_path / "out", "--to", "gz", "--json")
        assert outcome.returncode == 0
        left = {item["path"] for item in json.loads(outcome.stdout)["passed_over"]}
        assert left == {"notes.txt", ".quarantine", f"{name_hash(NAMES[1])}/00000000.gob.backup"}
        assert len(contents(tmp_path / "out")) == 15

    def test_bytes_after_a_document_stay_with_it(self, tmp_path: Path, store: Path) -> None:
        path = next(iter((store / name_hash(NAMES[0])).glob("[1-9a-f]*.gob")))
        path.write_bytes(path.read_bytes() + b"tail")
        for source, out, form in [("store", "gz", "gz"), ("gz", "back", "plain")]:
            outcome = inside("convert", tmp_path / source, tmp_path / out, "--to", form)
            assert outcome.returncode == 0
            assert "TRAILING" in outcome.stdout
        assert contents(tmp_path / "back") == contents(store)

    def test_damage_is_refused_with_every_file_named(self, tmp_path: Path, store: Path) -> None:
        first, second = sorted(store.glob("*/[1-9a-f]*.gob"))[:2]
        first.write_bytes(b"")
        second.write_bytes(second.read_bytes()[:50])
        outcome = inside("convert", store, tmp_path / "out", "--to", "gz")
        assert outcome.returncode == 1
        assert "2 findings; nothing was written" in outcome.stderr
        assert all(str(path) in outcome.stderr for path in (first, second))
        assert f"chromemctl recover {store}" in outcome.stderr
        assert os.listdir(tmp_path) == ["store"]

    def test_what_recover_cannot_cure_is_left_to_verify(self, tmp_path: Path, store: Path) -> None:
        (store / name_hash("elsewhere")).symlink_to(write_store(tmp_path / "other") / name_hash(NAMES[0]))
        outcome = inside("convert", store, tmp_path / "out", "--to", "gz")
        assert outcome.returncode == 1
        assert "SYMLINK_COLLECTION" in outcome.stderr
        assert f"chromemctl verify {store}" in outcome.stderr

    def test_a_folder_that_is_two_collections(self, tmp_path: Path, store: Path) -> None:
        twin = write_store(tmp_path / "twin", NAMES[:1], form=Format.GZ)
        for path in (twin / name_hash(NAMES[0])).iterdir():
            path.rename(store / name_hash(NAMES[0]) / path.name)
        outcome = inside("convert", store, tmp_path / "out", "--to", "gz")
        assert outcome.returncode == 1
        assert "two collections" in outcome.stderr
        assert not (tmp_path / "out").exists()


class TestExportAndImport:
    @pytest.mark.parametrize("compress", [(), ("--gzip",)], ids=["plain", "gzip"])
    @pytest.mark.parametrize("sealed", [False, True], ids=["open", "sealed"])
    @pytest.mark.parametrize("form", Format)
    def test_with_chromem_at_either_end(
        self,
        go: Go,
        tmp_path: Path,
        store: Path,
        key: Path,
        compress: tuple[str, ...],
        sealed: bool,
        form: Format,
    ) -> None:
        options = ["--key-file", key] if sealed else []
        secret = KEY if sealed else b""
        outcome = inside("export", store, tmp_path / "ours", *compress, *options)
        assert outcome.returncode == 0, outcome.stderr
        assert outcome.stderr == ""
        assert stat.S_IMODE((tmp_path / "ours").stat().st_mode) == 0o600
        go.chromem_import(tmp_path / "theirs", tmp_path / "ours", key=secret)
        assert held(tmp_path / "theirs") == held(store)

        go.chromem_export(store, tmp_path / "file", compress_file=bool(compress), key=secret)
        outcome = inside("import", tmp_path / "file", tmp_path / "new", "--to", form, *options)
        assert outcome.returncode == 0, outcome.stderr
        assert f"new: {form}, 3 collections, 9 documents." in outcome.stdout
        assert held(tmp_path / "new") == held(store)
        assert go.chromem_open(tmp_path / "new", compress=form is Format.GZ) == dict.fromkeys(NAMES, 3)

    def test_collections_that_are_chosen(self, tmp_path: Path, store: Path) -> None:
        chosen = ["--collection", NAMES[0], "--collection", NAMES[2]]
        outcome = inside("export", store, tmp_path / "file", *chosen, "--json")
        assert outcome.returncode == 0
        assert [each["name"] for each in json.loads(outcome.stdout)["collections"]] == [NAMES[0], NAMES[2]]
        assert [found.name for found in read_export(tmp_path / "file")] == [NAMES[0], NAMES[2]]
        outcome = inside("import", tmp_path / "file", tmp_path / "new", "--collection", NAMES[2])
        assert outcome.returncode == 0
        assert set(held(tmp_path / "new")) == {NAMES[2]}

    def test_damage_in_another_collection_does_not_matter(self, tmp_path: Path, store: Path) -> None:
        (store / name_hash(NAMES[0]) / "00000000.gob").unlink()
        assert inside("export", store, tmp_path / "whole").returncode == 1
        outcome = inside("export", store, tmp_path / "part", "--collection", NAMES[0])
        assert outcome.returncode == 1
        assert "META_MISSING" in outcome.stderr
        assert inside("export", store, tmp_path / "part", "--collection", NAMES[1]).returncode == 0
        assert not (tmp_path / "whole").exists()

    def test_an_empty_store(self, go: Go, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        assert inside("export", tmp_path / "empty", tmp_path / "file").returncode == 0
        assert go.chromem_import(tmp_path / "theirs", tmp_path / "file") == {}
        assert inside("import", tmp_path / "file", tmp_path / "new").returncode == 0
        assert contents(tmp_path / "new") == {}

    def test_names_that_are_not_utf8(self, tmp_path: Path) -> None:
        wanted = [ExportedCollection("\udcff", {"\udcfe": "\udcfd"}, [Document("\udcfc", {})])]
        write_export(tmp_path / "file", wanted)
        assert inside("import", tmp_path / "file", tmp_path / "new").returncode == 0
        assert set(held(tmp_path / "new")) == {"\udcff"}
        assert inside("export", tmp_path / "new", tmp_path / "again").returncode == 0
        assert (tmp_path / "again").read_bytes() == (tmp_path / "file").read_bytes()

    @pytest.mark.parametrize(
        ("collections", "said"),
        [
            ([ExportedCollection("a", {}, [Document(ONE), Document(OTHER)])],
             "have the same hash, so chromem has one file for both"),
            ([ExportedCollection(ONE), ExportedCollection(OTHER)],
             "so chromem has one folder for both"),
            ([ExportedCollection("a", {}, [Document("chunk_3650075649")])], "would be the metadata's"),
            ([ExportedCollection("a", {}, [Document("")])], "a document without an id"),
            ([ExportedCollection("")], "a collection without a name"),
        ],
        ids=["documents", "collections", "metadata", "no id", "no name"],
    )  # fmt: skip
    def test_what_chromem_would_lose_is_refused(
        self, tmp_path: Path, collections: list[ExportedCollection], said: str
    ) -> None:
        write_export(tmp_path / "file", collections)
        outcome = inside("import", tmp_path / "file", tmp_path / "new")
        assert outcome.returncode == 1
        assert said in outcome.stderr
        assert os.listdir(tmp_path) == ["file"]

    def test_a_cut_export_is_salvaged_and_every_loss_named(self, go: Go, tmp_path: Path, store: Path) -> None:
        assert inside("export", store, tmp_path / "e.gob").returncode == 0
        size = (tmp_path / "e.gob").stat().st_size
        os.truncate(tmp_path / "e.gob", size * 5 // 8)
        refused = inside("import", tmp_path / "e.gob", tmp_path / "out")
        assert refused.returncode == 1
        assert f"chromemctl import --salvage {tmp_path / 'e.gob'} OUT" in refused.stderr
        outcome = inside("import", "--salvage", "--json", tmp_path / "e.gob", tmp_path / "out")
        assert outcome.returncode == 1
        report = json.loads(outcome.stdout)
        assert "1 collection with all documents: nothing of it was found" in report["losses"]
        whole, part = report["collections"]
        assert whole["documents"] == 3
        assert f"{3 - part['documents']} of 3 documents of '{part['name']}'" in report["losses"]
        assert go.chromem_open(tmp_path / "out") == {
            each["name"]: each["documents"] for each in report["collections"]
        }

    def test_salvage_of_a_sound_export_is_an_import(self, tmp_path: Path, store: Path) -> None:
        assert inside("export", store, tmp_path / "e.gob", "--gzip").returncode == 0
        outcome = inside("import", "--salvage", tmp_path / "e.gob", tmp_path / "out")
        assert (outcome.returncode, outcome.stderr) == (0, "")
        assert held(tmp_path / "out") == held(store)

    def test_salvage_of_what_is_none_writes_nothing(self, tmp_path: Path, store: Path) -> None:
        (tmp_path / "e.gob").write_bytes(random.Random(1).randbytes(3000))
        key = key_file(tmp_path / "key", bytes(32))
        assert inside("import", "--salvage", tmp_path / "e.gob", tmp_path / "out").returncode == 1
        outcome = inside("import", "--salvage", tmp_path / "e.gob", tmp_path / "out", "--key-file", key)
        assert outcome.returncode == 12
        assert sorted(os.listdir(tmp_path)) == ["e.gob", "key", "store"]

    def test_salvage_says_what_nobody_can_tell_of_an_encrypted_file(
        self, tmp_path: Path, store: Path
    ) -> None:
        key = key_file(tmp_path / "key", bytes(range(32)))
        assert inside("export", store, tmp_path / "e", "--gzip", "--key-file", key).returncode == 0
        os.truncate(tmp_path / "e", (tmp_path / "e").stat().st_size - 60)
        words = (tmp_path / "e", tmp_path / "out", "--key-file", key)
        assert inside("import", *words).returncode == 12
        outcome = inside("import", "--salvage", *words)
        assert outcome.returncode == 1
        assert "What was read of the encrypted file could not be authenticated." in outcome.stdout
        assert "The file is damaged: unexpected EOF" in outcome.stdout

    def test_the_largest_document_that_is_read(self, tmp_path: Path) -> None:
        store = write_store(tmp_path / "store", NAMES[:1], documents=1, text="x" * 5_000_000)
        assert inside("export", store, tmp_path / "e.gob").returncode == 0
        for words in (["import", tmp_path / "e.gob", tmp_path / "out"], ["inspect", tmp_path / "e.gob"]):
            outcome = inside(*words, "--max-document", "2")
            assert outcome.returncode == 1
            assert "--max-document MIB reads larger ones" in outcome.stderr
            assert inside(*words, "--max-document", "5").returncode == 0

    def test_inspect_of_a_cut_export_says_how_to_salvage_it(self, tmp_path: Path, store: Path) -> None:
        assert inside("export", store, tmp_path / "e.gz", "--gzip").returncode == 0
        os.truncate(tmp_path / "e.gz", (tmp_path / "e.gz").stat().st_size - 100)
        outcome = inside("inspect", tmp_path / "e.gz")
        assert outcome.returncode == 1
        assert "the gzip stream is cut short" in outcome.stderr
        assert "chromemctl import --salvage" in outcome.stderr

    def test_without_the_package_for_encryption(self, tmp_path: Path, store: Path, key: Path) -> None:
        (tmp_path / "without" / "cryptography").mkdir(parents=True)
        (tmp_path / "without" / "cryptography" / "__init__.py").write_text("raise ImportError\n")
        env = {"PYTHONPATH": str(tmp_path / "without")}
        write_export(tmp_path / "sealed", [], key=KEY)
        for words in (["export", store, tmp_path / "out"], ["import", tmp_path / "sealed", tmp_path / "out"]):
            outcome = chromemctl(*words, "--key-file", key, env=env)
            assert outcome.returncode == 2
            assert "pip install cryptography" in outcome.stderr
            assert not (tmp_path / "out").exists()

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        outcome = inside("import", tmp_path / "pipe", tmp_path / "new")
        assert outcome.returncode == 3
        assert "not a regular file" in outcome.stderr

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
    def test_what_root_makes_belongs_to_the_owner_of_the_folder(self, tmp_path: Path, store: Path) -> None:
        home = tmp_path / "home"
        home.mkdir()
        os.chown(home, 1234, 2345)
        for words in (["export", store, home / "file"], ["import", home / "file", home / "new"]):
            assert inside(*words).returncode == 0
        assert {(path.stat().st_uid, path.stat().st_gid) for path in home.rglob("*")} == {(1234, 2345)}

    def test_an_open_key_file_is_warned_of(self, tmp_path: Path, store: Path, key: Path) -> None:
        key.chmod(0o644)
        outcome = inside("export", store, tmp_path / "file", "--key-file", key, "--json")
        assert outcome.returncode == 0
        assert outcome.stderr.startswith("Warning: others than its owner may read the key file")
        json.loads(outcome.stdout)


Ways = Callable[[Path], list[str | Path]]


def damaged(folder: Path) -> Path:
    (folder / "store" / name_hash(NAMES[0]) / "00000000.gob").write_bytes(b"")
    return folder / "store"


def cut(folder: Path) -> Path:
    path = folder / "export"
    path.write_bytes(path.read_bytes()[:-5])
    return path


def longer(folder: Path) -> Path:
    path = folder / "export"
    path.write_bytes(path.read_bytes() + b"\0")
    return path


def by(path: Path) -> list[str | Path]:
    return ["--key-file", path]


ENDINGS: dict[str, tuple[int, Ways]] = {
    "convert": (0, lambda at: ["convert", at / "store", at / "out", "--to", "gz"]),
    "convert without a form": (2, lambda at: ["convert", at / "store", at / "out"]),
    "convert to what is there": (2, lambda at: ["convert", at / "store", at / "export", "--to", "gz"]),
    "convert into itself": (2, lambda at: ["convert", at / "store", at / "store" / "out", "--to", "gz"]),
    "convert to nowhere": (2, lambda at: ["convert", at / "store", at / "no" / "out", "--to", "gz"]),
    "convert nothing": (10, lambda at: ["convert", at / "missing", at / "out", "--to", "gz"]),
    "convert a file": (10, lambda at: ["convert", at / "export", at / "out", "--to", "gz"]),
    "convert a damaged store": (1, lambda at: ["convert", damaged(at), at / "out", "--to", "gz"]),
    "export": (0, lambda at: ["export", at / "store", at / "out"]),
    "export to what is there": (2, lambda at: ["export", at / "store", at / "export"]),
    "export into itself": (2, lambda at: ["export", at / "store", at / "store" / "out"]),
    "export nothing": (10, lambda at: ["export", at / "missing", at / "out"]),
    "export a damaged store": (1, lambda at: ["export", damaged(at), at / "out"]),
    "export no such collection": (2, lambda at: ["export", at / "store", at / "out", "--collection", "x"]),
    "export without a key": (12, lambda at: ["export", at / "store", at / "out", *by(at / "none")]),
    "export with no key": (12, lambda at: ["export", at / "store", at / "out", *by(at / "export")]),
    "import": (0, lambda at: ["import", at / "export", at / "out"]),
    "import sealed": (0, lambda at: ["import", at / "sealed", at / "out", *by(at / "key")]),
    "import to what is there": (2, lambda at: ["import", at / "export", at / "store"]),
    "import nothing": (3, lambda at: ["import", at / "missing", at / "out"]),
    "import a folder": (3, lambda at: ["import", at / "store", at / "out"]),
    "import without a key": (12, lambda at: ["import", at / "sealed", at / "out"]),
    "import by another key": (12, lambda at: ["import", at / "sealed", at / "out", *by(at / "other")]),
    "import with a needless key": (12, lambda at: ["import", at / "export", at / "out", *by(at / "key")]),
    "import no such collection": (2, lambda at: ["import", at / "export", at / "out", "--collection", "x"]),
    "import a cut file": (1, lambda at: ["import", cut(at), at / "out"]),
    "import what goes on": (1, lambda at: ["import", longer(at), at / "out"]),
    "import what is no export": (
        1, lambda at: ["import", at / "store" / name_hash(NAMES[0]) / "00000000.gob", at / "out"]),
    "inspect": (0, lambda at: ["inspect", at / "export"]),
    "inspect a store": (0, lambda at: ["inspect", at / "store"]),
    "inspect a damaged store": (1, lambda at: ["inspect", damaged(at)]),
    "inspect a store with a key": (2, lambda at: ["inspect", at / "store", *by(at / "key")]),
    "inspect a cut file": (1, lambda at: ["inspect", cut(at)]),
    "inspect nothing": (3, lambda at: ["inspect", at / "missing"]),
    "inspect no chromem file": (1, lambda at: ["inspect", at / "text"]),
    "inspect a folder that is no store": (10, lambda at: ["inspect", at / "folder"]),
    "inspect without a key": (12, lambda at: ["inspect", at / "sealed"]),
    "inspect by another key": (12, lambda at: ["inspect", at / "sealed", *by(at / "other")]),
}  # fmt: skip


@pytest.mark.parametrize(("code", "words"), ENDINGS.values(), ids=ENDINGS)
def test_how_it_ends(tmp_path: Path, store: Path, code: int, words: Ways) -> None:
    key_file(tmp_path / "key", KEY)
    key_file(tmp_path / "other", bytes(32))
    (tmp_path / "text").write_text("just a text, which is no gob of any kind\n" * 3)
    (tmp_path / "folder" / "empty").mkdir(parents=True)
    exported = [found.exported() for found in Store(store).collections()]
    write_export(tmp_path / "export", exported, compressed=True)
    write_export(tmp_path / "sealed", exported, key=KEY)
    arguments = words(tmp_path)
    before = contents(tmp_path)
    outcome = inside(*arguments, "--json")
    assert outcome.returncode == code, outcome.stdout
    answer = json.loads(outcome.stdout)
    assert answer["schema_version"] == 1
    if code not in (0, 1):
        assert answer["error"]["exit_code"] == code
    assert "Traceback" not in outcome.stderr
    left = contents(tmp_path)
    assert {name: left[name] for name in before} == before
    if code != 0:
        assert left == before


@pytest.mark.parametrize("words", [("convert", "store", "out", "--to", "gz"), ("export", "store", "out")])
def test_quiet_is_one_line(tmp_path: Path, store: Path, words: tuple[str, ...]) -> None:
    (store / "notes.txt").write_text("")
    name, source, out, *options = words
    outcome = inside(name, tmp_path / source, tmp_path / out, *options, "--quiet")
    assert len(outcome.stdout.splitlines()) == 1
    assert outcome.stderr == ""


@pytest.mark.parametrize("words", [("convert", "store", "out", "--to", "gz"), ("export", "store", "out")])
def test_progress_only_where_somebody_watches(tmp_path: Path, store: Path, words: tuple[str, ...]) -> None:
    name, source, out, *options = words
    code, printed = on_a_terminal(name, tmp_path / source, tmp_path / out, *options)
    assert (code, "Writing" in printed, "\x1b[?25l" in printed) == (0, True, True)
    (tmp_path / "second").mkdir()
    outcome = inside(name, tmp_path / source, tmp_path / "second" / out, *options)
    assert "Writing" not in outcome.stdout + outcome.stderr
