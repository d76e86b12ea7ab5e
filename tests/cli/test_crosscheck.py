"""`--crosscheck`: real chromem-go opens the store too, and whether it agrees is said."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gohelper.build import build_command
from gohelper.errors import GoHelperError
from pygob.chromem import Format, document_name, name_hash
from pygob.chromem.envelope import DEFAULT_LIMIT
from tests.stores import settled, tree, write_store
from tests.support.inside import inside

NAME = "contextd_memories"
FOLDER = name_hash(NAME)
VARIABLE = "CHROMEMCTL_GOHELPER"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return settled(write_store(tmp_path / "vectorstore"))


@pytest.fixture(scope="module")
def real() -> Path:
    """The program that asks real chromem-go."""
    try:
        return build_command()
    except GoHelperError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture
def program(real: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(real))
    return real


def answering(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A program in the place of the real one."""
    path = folder / "gohelper"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(path))


@pytest.mark.usefixtures("program")
class TestAgreement:
    def test_healthy(self, store: Path) -> None:
        before = tree(store)
        outcome = inside("verify", "--crosscheck", store)
        assert outcome.returncode == 0
        assert "Real chromem-go v0.7.0 was asked and does the same.\n" in outcome.stdout
        assert tree(store) == before

    @pytest.mark.parametrize("name", ["00000000.gob", document_name(f"{NAME}-0", Format.PLAIN)])
    def test_of_a_file_too_large_to_be_read_chromem_reads_the_first_record(
        self, store: Path, name: str
    ) -> None:
        os.truncate(store / FOLDER / name, DEFAULT_LIMIT + 1)
        outcome = inside("verify", "--crosscheck", "--json", settled(store))
        assert outcome.returncode == 1, outcome.stderr
        report = json.loads(outcome.stdout)
        assert report["crosscheck"]["agrees"]
        assert report["chromem"]["plain"]["opens"]
        assert report["chromem"]["plain"]["collections"][NAME] == 3
        [error] = [finding for finding in report["findings"] if finding["severity"] == "error"]
        assert error["path"] == str(store / FOLDER / name)
        assert "only the first record" in error["message"]
        assert "refuses" not in error["message"]

    def test_damaged_and_recovered(self, store: Path) -> None:
        (store / FOLDER / "00000000.gob").unlink()
        outcome = inside("verify", "--crosscheck", "--json", store)
        assert outcome.returncode == 1
        checked = json.loads(outcome.stdout)["crosscheck"]
        assert (checked["agrees"], checked["error"], checked["chromem"]) == (True, None, "v0.7.0")
        assert checked["plain"]["error"] == f"collection metadata file not found: {store}/{FOLDER}"
        assert checked["gz"] == {"opens": True, "error": None, "collections": {}}
        recovered = json.loads(inside("recover", "--yes", "--crosscheck", "--json", store).stdout)
        assert recovered["verify"]["crosscheck"]["plain"]["collections"][NAME] == 3

    def test_the_advised_command_asks_again(self, store: Path) -> None:
        (store / FOLDER / "00000000.gob").unlink()
        assert "recover --crosscheck" in inside("recover", "--dry-run", "--crosscheck", store).stdout

    def test_a_path_that_chromem_cleans(self, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (store / FOLDER / "00000000.gob").unlink()
        monkeypatch.chdir(store)
        crooked = f"../{store.name}/{FOLDER}/.."
        assert "does the same" in inside("verify", "--crosscheck", crooked).stdout
        assert "does the same" in inside("verify", "--crosscheck", ".").stdout

    def test_a_path_that_is_not_utf_8(self, tmp_path: Path) -> None:
        store = write_store(tmp_path / "store").rename(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
        assert "does the same" in inside("verify", "--crosscheck", store).stdout

    def test_where_it_would_wait_for_ever_it_is_not_asked(self, store: Path) -> None:
        os.mkfifo(store / FOLDER / "abcdabcd.gob")
        outcome = inside("verify", "--crosscheck", store)
        assert outcome.returncode == 1
        assert "Real chromem-go was not asked where it would wait for ever." in outcome.stdout

    def test_every_store_of_a_base(self, store: Path) -> None:
        write_store(store.parent / "second")
        outcome = inside("verify", "--crosscheck", store.parent)
        assert outcome.returncode == 0
        assert outcome.stdout.count("was asked and does the same") == 1


class TestDisagreement:
    VERSION = """echo '{"result": {"go": "go1", "chromem": "v9", "platform": "x"}}'"""

    def test_is_loud(self, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        opens = """echo '{"result": [{"name": "else", "documents": 7}]}'"""
        refuses = """echo '{"failure": {"message": "no"}}'"""
        answering(tmp_path, monkeypatch, f"{self.VERSION}; {opens}; {refuses}")
        outcome = inside("verify", "--crosscheck", store)
        assert outcome.returncode == 70
        assert "REAL CHROMEM-GO v9 DOES SOMETHING ELSE with compress=false" in outcome.stdout
        assert "opens the store, with these documents: else: 7" in outcome.stdout
        assert "refuses the store: no" in outcome.stdout
        assert "please report it" in outcome.stdout
        report = json.loads(inside("verify", "--crosscheck", "--json", store).stdout)
        assert report["crosscheck"]["agrees"] is False
        assert "DOES SOMETHING ELSE" in inside("verify", "--crosscheck", "--quiet", store).stdout
        write_store(tmp_path / "second")
        both = inside("verify", "--crosscheck", tmp_path)
        assert both.returncode == 70
        assert "Real chromem-go does something else with 2 stores." in both.stdout
        assert inside("recover", "--yes", "--crosscheck", store).returncode == 70

    @pytest.mark.parametrize("script", ["echo nonsense", "exit 3", "kill -9 $$", "echo '{}'", "cat"])
    def test_no_answer(
        self, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
    ) -> None:
        answering(tmp_path, monkeypatch, script)
        (store / FOLDER / "00000000.gob").unlink()
        outcome = inside("recover", "--yes", "--crosscheck", store)
        assert outcome.returncode == 3
        assert "Healthy: 3 collections, 9 documents." in outcome.stdout, "what was done is told all the same"
        assert "Real chromem-go could not be asked: " in outcome.stdout
        assert inside("verify", "--crosscheck", store).returncode == 3


class TestNothingToAsk:
    @pytest.fixture(autouse=True)
    def bare(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.delenv(VARIABLE, raising=False)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr("chromemctl.judgement.crosscheck._BUILDS", tmp_path / "none")

    @pytest.mark.parametrize("command", ["verify", "recover --yes", "recover --dry-run"])
    def test_is_said_before_anything_is_done(self, store: Path, command: str) -> None:
        (store / FOLDER / "00000000.gob").unlink()
        before = tree(store)
        outcome = inside(*command.split(), "--crosscheck", store)
        assert (outcome.returncode, outcome.stdout) == (2, "")
        assert "the program for that is not here; nothing was done" in outcome.stderr
        assert "make gohelper" in outcome.stderr
        assert tree(store) == before

    def test_a_variable_that_names_no_program(
        self, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(VARIABLE, str(tmp_path / "gone"))
        outcome = inside("verify", "--crosscheck", store)
        assert outcome.returncode == 2
        assert f"{VARIABLE} is {tmp_path}/gone, which is no program" in outcome.stderr

    def test_it_is_found_where_it_was_built_and_on_the_path(
        self, store: Path, tmp_path: Path, real: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "gohelper").symlink_to(real)
        assert inside("verify", "--crosscheck", store).returncode == 0
        (tmp_path / "gohelper").unlink()
        monkeypatch.setattr("chromemctl.judgement.crosscheck._BUILDS", real.parents[1])
        assert inside("verify", "--crosscheck", store).returncode == 0

    def test_not_with_quick(self, store: Path) -> None:
        assert inside("verify", "--crosscheck", "--quick", store).returncode == 2
