"""`chromemctl verify` as its user meets it: what it says, and with which exit code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pygob.chromem import Format, name_hash
from tests.stores import tree, write_store
from tests.support.inside import inside

MEMORIES = name_hash("contextd_memories")


def test_healthy_store_of_five_thousand_documents(tmp_path: Path) -> None:
    names = ["contextd_memories", "contextd_checkpoints", "acme_platform_codebase", "signals", "feedback"]
    store = write_store(tmp_path / "vectorstore", names, documents=1000)
    outcome = inside("verify", store)
    assert outcome.returncode == 0
    assert "Healthy: 5 collections, 5,000 documents." in outcome.stdout
    assert "The application would start and see 5 collections with 5,000 documents." in outcome.stdout
    assert outcome.stderr == ""


def test_empty_folder_is_an_empty_store(tmp_path: Path) -> None:
    outcome = inside("verify", tmp_path)
    assert outcome.returncode == 0
    assert "The store has no collections." in outcome.stdout
    assert "The application would start and see 0 collections with 0 documents." in outcome.stdout


def test_what_an_interrupted_deletion_has_left_is_told(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store")
    rest = store / f".{MEMORIES}.0123456789abcdef.deleted"
    rest.mkdir()
    (store / MEMORIES).rename(rest / MEMORIES)
    empty = store / ".f546c161.0123456789abcdef.deleted"
    empty.mkdir()
    outcome = inside("verify", "--json", store)
    assert outcome.returncode == 0
    told = [(item["id"], item["path"], item["message"]) for item in json.loads(outcome.stdout)["findings"]]
    assert [item[:2] for item in told] == [("LEFTOVER", str(rest)), ("LEFTOVER", str(empty))]
    assert "the rest of a collection" in told[0][2]
    assert "an empty folder" in told[1][2]


def test_path_that_does_not_exist(tmp_path: Path) -> None:
    outcome = inside("verify", tmp_path / "nowhere")
    assert outcome.returncode == 10
    assert outcome.stdout == ""
    assert f"{tmp_path}/nowhere does not exist" in outcome.stderr
    assert "check the path" in outcome.stderr


def test_file(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    outcome = inside("verify", tmp_path / "notes.txt")
    assert outcome.returncode == 10
    assert "is a file; a chromem store is a directory" in outcome.stderr


def test_folder_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "photos" / "2026").mkdir(parents=True)
    (tmp_path / "photos" / "2026" / "a.jpg").write_bytes(b"jpeg")
    outcome = inside("verify", tmp_path / "photos")
    assert outcome.returncode == 10
    assert "is not a chromem store: no folder in it holds chromem files" in outcome.stderr


def test_collection_folder_names_its_store(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore")
    outcome = inside("verify", store / MEMORIES)
    assert outcome.returncode == 10
    assert "it looks like one collection of a store" in outcome.stderr
    assert f"chromemctl verify {store}" in outcome.stderr


def test_damage_is_told_with_the_next_command(tmp_path: Path) -> None:
    store = write_store(tmp_path / "my store")
    (store / MEMORIES / "00000000.gob").unlink()
    outcome = inside("verify", store)
    assert outcome.returncode == 1
    assert "Damaged: 1 collection; healthy: 2." in outcome.stdout
    assert "The application would not start. chromem stops with" in outcome.stdout
    assert f"collection metadata file not found: {store}/{MEMORIES}" in outcome.stdout
    assert f"Next:  chromemctl recover '{store}'" in outcome.stdout


@pytest.mark.parametrize("form", Format)
def test_json(tmp_path: Path, form: Format) -> None:
    store = write_store(tmp_path / "vectorstore", form=form)
    (store / MEMORIES / form.metadata_name).unlink()
    outcome = inside("verify", "--json", store)
    assert outcome.returncode == 1
    report = json.loads(outcome.stdout)
    assert report["schema_version"] == 1
    assert report["store"] == str(store)
    assert report["format"] == form.value
    assert report["summary"] == {
        "collections_total": 3,
        "collections_healthy": 2,
        "collections_corrupt": 1,
        "documents_total": 9,
    }
    [damaged] = [item for item in report["collections"] if item["status"] == "damaged"]
    assert (damaged["dir"], damaged["name"], damaged["documents"]) == (MEMORIES, None, 3)
    [finding] = report["findings"]
    assert damaged["findings"] == [finding]
    assert set(finding) == {"id", "severity", "path", "message", "action"}
    assert (finding["id"], finding["severity"]) == ("META_MISSING", "error")
    other = {"plain": "gz", "gz": "plain"}[form.value]
    assert report["chromem"][form.value]["opens"] is False
    assert report["chromem"][form.value]["error"].startswith("collection metadata file not found: ")
    assert report["chromem"][other] == {"opens": True, "error": None, "collections": {}}


@pytest.mark.parametrize("missing", ["nowhere", "a\udcffb"])
def test_json_on_failure(tmp_path: Path, missing: str) -> None:
    outcome = inside("verify", "--json", tmp_path / missing)
    assert outcome.returncode == 10
    report = json.loads(outcome.stdout)
    assert report["schema_version"] == 1
    assert report["error"]["exit_code"] == 10
    assert "does not exist" in report["error"]["message"]


def test_json_on_wrong_usage() -> None:
    outcome = inside("verify", "--json")
    assert outcome.returncode == 2
    assert "STORE" in json.loads(outcome.stdout)["error"]["message"]


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore")
    (store / "caf\udce9").mkdir()
    (store / "caf\udce9" / "broken.gob").write_bytes(b"\xff\xff")
    outcome = inside("verify", "--json", store)
    assert outcome.returncode == 1
    [finding] = json.loads(outcome.stdout)["findings"]
    assert finding["id"] == "STRAY"
    assert "path_b64" in finding
    assert "caf\\x{e9}" in inside("verify", store).stdout


def test_terminal_codes_in_a_name_are_not_sent_to_the_terminal(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore", ["\x1b]0;title\x07[bold]:smile:"])
    outcome = inside("verify", store)
    assert outcome.returncode == 0
    assert "\x1b" not in outcome.stdout
    assert "[bold]:smile:" in outcome.stdout


@pytest.mark.parametrize("damaged", [False, True])
def test_nothing_is_written(tmp_path: Path, damaged: bool) -> None:
    store = write_store(tmp_path / "vectorstore")
    if damaged:
        (store / MEMORIES / "00000000.gob").unlink()
    before = tree(tmp_path)
    for command in (["verify"], ["verify", "--json"], ["identify"], ["recover", "--dry-run"]):
        inside(*command, store)
    assert tree(tmp_path) == before


def test_fifo_is_never_opened(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore")
    os.mkfifo(store / MEMORIES / "abcdabcd.gob")
    outcome = inside("verify", store)
    assert outcome.returncode == 1
    assert "NOT_REGULAR" in outcome.stdout


def test_quiet_says_the_result_only(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore")
    lines = inside("verify", "--quiet", store).stdout.splitlines()
    assert lines[0] == "Healthy: 3 collections, 9 documents."
    assert len(lines) == 2


def test_a_thousand_findings_of_one_kind_are_counted_not_listed(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore", ["many"], documents=30)
    for file in (store / name_hash("many")).iterdir():
        if file.name != "00000000.gob":
            os.truncate(file, 20)
    outcome = inside("verify", store)
    assert len(re.findall("^  DOC_TRUNCATED  ", outcome.stdout, re.MULTILINE)) == 10
    assert "DOC_TRUNCATED: 20 more" in outcome.stdout


class TestLinks:
    """Symbolic links in a store, which chromem passes over."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Path:
        return write_store(tmp_path / "vectorstore")

    def found(self, store: Path, code: int) -> list[tuple[str, str]]:
        outcome = inside("verify", "--json", store)
        assert outcome.returncode == code, outcome.stdout
        return [(item["id"], item["severity"]) for item in json.loads(outcome.stdout)["findings"]]

    def test_to_a_collection(self, store: Path, tmp_path: Path) -> None:
        (store / MEMORIES).rename(tmp_path / "elsewhere")
        (store / MEMORIES).symlink_to(tmp_path / "elsewhere")
        assert self.found(store, 1) == [("SYMLINK_COLLECTION", "error")]

    def test_to_any_other_folder_nothing_is_lost(self, store: Path, tmp_path: Path) -> None:
        (tmp_path / "photos").mkdir()
        (tmp_path / "photos" / "a.jpg").write_bytes(b"jpeg")
        (store / "pictures").symlink_to(tmp_path / "photos")
        (store / "notes").symlink_to(tmp_path / "photos" / "a.jpg")
        assert self.found(store, 0) == [("FOREIGN", "info")]

    def test_to_a_collection_of_the_same_store_nothing_is_lost(self, store: Path) -> None:
        (store / "deadbeef").symlink_to(store / MEMORIES)
        assert self.found(store, 0) == [("FOREIGN", "info")]

    def test_to_nothing(self, store: Path) -> None:
        (store / "anything").symlink_to("gone")
        assert self.found(store, 0) == [("FOREIGN", "info")]
        (store / "cafebabe").symlink_to("gone")
        assert self.found(store, 0) == [("FOREIGN", "info"), ("SYMLINK_COLLECTION", "warning")]


class TestMixedStores:
    """Collections of one format in a store of the other, which chromem passes over without an error."""

    def mixed(self, path: Path, plain: int, compressed: int) -> Path:
        store = write_store(path, [f"plain-{number}" for number in range(plain)])
        other = [f"compressed-{number}" for number in range(compressed)]
        write_store(path.with_name("other"), other, form=Format.GZ)
        for folder in path.with_name("other").iterdir():
            folder.rename(store / folder.name)
        return store

    @pytest.mark.parametrize("form", Format)
    def test_what_the_application_does_not_see_is_not_called_healthy(
        self, tmp_path: Path, form: Format
    ) -> None:
        numbers = (3, 1) if form is Format.PLAIN else (1, 3)
        name = "compressed-0" if form is Format.PLAIN else "plain-0"
        store = self.mixed(tmp_path / "store", *numbers)
        outcome = inside("verify", store)
        assert outcome.returncode == 1
        [row] = [line for line in outcome.stdout.splitlines() if line.startswith(name)]
        assert row.split()[-2:] == ["damaged", "MIXED_EXT"]
        assert "the application does not see this collection of 3 documents" in " ".join(
            outcome.stdout.split()
        )
        assert outcome.stdout.endswith(f"Next:  chromemctl convert {store} OUT --to {form.value}\n")
        assert "Not damaged, but the application does not see all of it.\n" in outcome.stdout
        assert "Out of the application's sight: 1 collection, 3 documents (MIXED_EXT)." in outcome.stdout
        assert inside("convert", store, tmp_path / "OUT", "--to", form.value).returncode == 0
        after = inside("verify", tmp_path / "OUT")
        assert after.returncode == 0
        assert "sight" not in after.stdout

    @pytest.mark.parametrize("numbers", [(3, 1), (2, 2)])
    def test_recover_does_not_guess_the_setting(self, tmp_path: Path, numbers: tuple[int, int]) -> None:
        """It may have changed lately, and then the fewer collections are those that the application sees."""
        store = self.mixed(tmp_path / "store", *numbers)
        before = tree(store)
        outcome = inside("recover", "--yes", "--json", store)
        assert outcome.returncode == 1
        [left] = json.loads(outcome.stdout)["plan"]["unresolved"]
        assert left["finding"] == "MIXED_EXT"
        assert "only you know which compress setting" in left["reason"]
        assert tree(store) == before

    @pytest.mark.parametrize("option", ["--yes", "--dry-run"])
    def test_recover_ends_with_the_command_that_helps(self, tmp_path: Path, option: str) -> None:
        store = self.mixed(tmp_path / "store", 2, 1)
        outcome = inside("recover", option, store)
        assert "files end in .gob.gz, most files of the store in .gob" in " ".join(outcome.stdout.split())
        assert outcome.stdout.endswith(f"Next:  chromemctl convert {store} OUT --to plain\n")

    def test_where_neither_is_usual_both_are_named(self, tmp_path: Path) -> None:
        store = self.mixed(tmp_path / "store", 2, 2)
        [finding] = json.loads(inside("verify", "--json", store).stdout)["findings"]
        assert (finding["id"], finding["severity"], finding["path"]) == ("MIXED_EXT", "error", str(store))
        assert ".gob: plain-" in finding["message"]
        assert ".gob.gz: compressed-" in finding["message"]
        assert f"chromemctl convert {store} OUT --to plain (" in finding["action"]
        for form in Format:
            out = tmp_path / form.value
            assert inside("convert", store, out, "--to", form.value).returncode == 0
            assert inside("verify", out).returncode == 0

    @pytest.mark.parametrize("hidden", [3, 0])
    def test_a_collection_that_exists_twice(self, tmp_path: Path, hidden: int) -> None:
        """Or its metadata alone, which two creators leave that are killed in the midst of it."""
        store = write_store(tmp_path / "my store", documents=4)
        other = write_store(tmp_path / "other", ["contextd_memories"], documents=hidden, form=Format.GZ)
        for path in (other / MEMORIES).iterdir():
            path.rename(store / MEMORIES / path.name)
        outcome = inside("verify", store)
        assert outcome.returncode == 0
        assert "sight" not in outcome.stdout
        assert (
            "the collection exists twice: 4 documents in .gob, which the application sees, and "
            f"{hidden} documents in .gob.gz, which it does not see; {hidden} are in both"
        ) in " ".join(outcome.stdout.split())
        [line] = [line for line in outcome.stdout.splitlines() if "quarantine add" in line]
        advised = "chromemctl" + line.partition("chromemctl")[2] + " --yes"
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        subprocess.run(
            ["bash", "-c", advised], env={**os.environ, "PATH": path}, check=True, capture_output=True
        )
        assert "MIXED_EXT" not in inside("verify", store).stdout
        assert len(list((store / MEMORIES).iterdir())) == 5
