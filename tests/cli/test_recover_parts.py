"""`recover` of a part of a store, of a copy, and the refusal of what is more likely a mistake."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from gohelper import Go
from pygob.chromem import Format, document_name, name_hash
from tests.stores import contents, settled, tree, write_store
from tests.support.inside import inside

NAMES = ("contextd_memories", "contextd_checkpoints")
FIRST, SECOND = map(name_hash, NAMES)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Two collections without metadata, the first with a torn document too."""
    store = write_store(tmp_path / "vectorstore", NAMES, documents=3)
    for folder in (FIRST, SECOND):
        (store / folder / "00000000.gob").unlink()
    os.truncate(store / FIRST / document_name(f"{NAMES[0]}-1", Format.PLAIN), 60)
    return settled(store)


def findings(store: Path) -> set[tuple[str, str]]:
    report = json.loads(inside("verify", "--json", store).stdout)
    return {(item["id"], Path(item["path"]).parent.name) for item in report["findings"]}


def plan(*arguments: str | Path) -> dict[str, Any]:
    outcome = inside("recover", "--dry-run", "--json", *arguments)
    data: dict[str, Any] = json.loads(outcome.stdout)["plan"]
    return data


class TestOnly:
    """One kind of damage."""

    def test_only_what_cures_a_finding(self, broken: Path) -> None:
        outcome = inside("recover", "--yes", "--only", "META_MISSING", broken)
        assert outcome.returncode == 1, "the torn document is still there"
        assert findings(broken) == {("DOC_TRUNCATED", FIRST)}

    def test_an_id_that_comes_twice_concerns_all_its_files(self, tmp_path: Path) -> None:
        store = write_store(tmp_path / "store", NAMES, documents=3)
        document = store / FIRST / document_name(f"{NAMES[0]}-1", Format.PLAIN)
        for name in ("copy.gob", "zzz.gob"):
            document.with_name(name).write_bytes(document.read_bytes())
        outcome = inside("recover", "--yes", "--only", "DUP_ID", settled(store))
        assert outcome.returncode == 0, outcome.stdout
        assert findings(store) == set()
        assert document.exists()

    def test_several(self, broken: Path) -> None:
        planned = plan("--only", "META_MISSING", "--only", "DOC_TRUNCATED", broken)
        assert planned == plan(broken)

    def test_a_finding_that_is_none(self, broken: Path) -> None:
        before = tree(broken)
        for finding in ("NO_SUCH", "NORM"):
            outcome = inside("recover", "--yes", "--only", finding, broken)
            assert outcome.returncode == 2
            assert f"{finding} is no finding that recover cures" in outcome.stderr
        assert tree(broken) == before


class TestCollection:
    """One collection."""

    @pytest.mark.parametrize("wanted", [NAMES[1], SECOND])
    def test_by_name_or_folder(self, broken: Path, wanted: str) -> None:
        outcome = inside("recover", "--yes", "--collection", wanted, broken)
        assert outcome.returncode == 1
        assert findings(broken) == {("META_MISSING", FIRST), ("DOC_TRUNCATED", FIRST)}

    def test_by_a_name_that_lies_in_another_folder(self, broken: Path) -> None:
        named = write_store(broken.parent / "other", ["elsewhere"]) / name_hash("elsewhere")
        os.truncate(next(named.glob("[1-9a-f]*.gob")), 60)
        named.rename(broken / "aaaaaaaa")
        assert {item["dir"] for item in plan("--collection", "elsewhere", broken)["files"]} == {"aaaaaaaa"}

    def test_one_that_is_not_there(self, broken: Path) -> None:
        outcome = inside("recover", "--yes", "--collection", "nobody", broken)
        assert outcome.returncode == 2
        assert "has no collection 'nobody'" in outcome.stderr

    def test_not_with_path(self, broken: Path) -> None:
        outcome = inside("recover", "--yes", "--collection", NAMES[0], "--path", broken / FIRST)
        assert outcome.returncode == 2
        assert "--path names one collection already" in outcome.stderr

    def test_the_next_command_keeps_what_was_given(self, broken: Path) -> None:
        given = ["--collection", SECOND, "--only", "META_MISSING", "--output", str(broken.parent / "copy")]
        outcome = inside("recover", "--dry-run", *given, broken)
        assert f"Next:  chromemctl recover {' '.join(given)} {broken}\n" in outcome.stdout


class TestOutput:
    """A copy is repaired; the store is only read."""

    def test_the_copy_is_what_the_store_would_have_become(self, broken: Path, go: Go) -> None:
        before, copy = tree(broken), broken.parent / "copy"
        outcome = inside("recover", "--yes", "--output", copy, broken)
        assert outcome.returncode == 1, "a document is lost"
        assert f"Done. {copy} was read again" in outcome.stdout
        assert tree(broken) == before
        assert go.chromem_open(copy) == {NAMES[0]: 2, NAMES[1]: 3}
        inside("recover", "--yes", broken)
        assert contents(copy) == contents(broken)

    def test_the_copy_can_be_undone_to_the_very_store(self, broken: Path) -> None:
        copy = broken.parent / "copy"
        inside("recover", "--yes", "--output", copy, broken)
        assert inside("undo", "--last", "--yes", copy).returncode == 0
        assert contents(copy) == contents(broken)
        assert facts(copy) == facts(broken)

    def test_json_names_the_copy(self, broken: Path) -> None:
        copy = broken.parent / "copy"
        report = json.loads(inside("recover", "--yes", "--json", "--output", copy, broken).stdout)
        assert (report["store"], report["verify"]["store"], report["applied"]) == (str(copy), str(copy), True)

    def test_a_healthy_store_is_not_copied(self, tmp_path: Path) -> None:
        store = settled(write_store(tmp_path / "vectorstore"))
        outcome = inside("recover", "--yes", "--output", tmp_path / "copy", store)
        assert outcome.returncode == 0
        assert "Nothing to repair" in outcome.stdout
        assert not (tmp_path / "copy").exists()

    def test_a_dry_run_copies_nothing(self, broken: Path) -> None:
        assert inside("recover", "--dry-run", "--output", broken.parent / "copy", broken).returncode == 1
        assert not (broken.parent / "copy").exists()

    @pytest.mark.parametrize("place", [".", "inside", "../none/copy"])
    def test_where_no_copy_can_be(self, broken: Path, place: str) -> None:
        before = tree(broken)
        outcome = inside("recover", "--yes", "--output", broken / place, broken)
        assert outcome.returncode == 2
        assert tree(broken) == before

    def test_a_store_that_is_written_meanwhile(self, broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A copy of two moments is removed."""
        document = next((broken / SECOND).iterdir())

        def write(*_: object) -> None:
            document.write_bytes(document.read_bytes() + b"\0")

        monkeypatch.setattr("chromemctl.commands.recover.require_known", write)
        outcome = inside("recover", "--yes", "--output", broken.parent / "copy", broken)
        assert outcome.returncode == 11
        assert "is being written" in outcome.stderr
        assert not (broken.parent / "copy").exists()


class TestDoubt:
    """Most of a store damaged in one way is more likely a fault elsewhere."""

    @pytest.fixture
    def ruined(self, tmp_path: Path) -> Path:
        store = write_store(tmp_path / "vectorstore", NAMES, documents=20)
        for path in sorted(store.glob("*/*.gob")):
            if path.name != "00000000.gob":
                path.write_bytes(bytes(path.stat().st_size))
        return settled(store)

    def test_it_is_shown_and_refused(self, ruined: Path) -> None:
        before = tree(ruined)
        shown = inside("recover", "--dry-run", ruined)
        assert "40 of 40 documents cannot be read, all as DOC_CORRUPT" in shown.stdout
        outcome = inside("recover", "--yes", ruined)
        assert outcome.returncode == 1
        assert "recover --force goes ahead all the same" in outcome.stderr
        assert tree(ruined) == before

    def test_force_goes_ahead(self, ruined: Path) -> None:
        inside("recover", "--yes", "--force", ruined)
        assert inside("verify", ruined).returncode == 0

    def test_half_of_a_store_is_not_most_of_it(self, ruined: Path) -> None:
        sound = write_store(ruined.parent / "more", ["more"], documents=40) / name_hash("more")
        sound.rename(ruined / sound.name)
        assert "Is that so" not in inside("recover", "--dry-run", ruined).stdout


def facts(store: Path) -> dict[str, tuple[object, ...]]:
    """Everything but the journal, and but for inodes, which a copy has anew."""
    return {path: found[:-1] for path, found in tree(store).items() if not path.startswith(".chromemctl")}
