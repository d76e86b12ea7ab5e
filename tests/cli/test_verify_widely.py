"""verify over the stores of a nested layout, and verify that reads no documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pygob.chromem import name_hash
from tests.stores import chromemctl, settled, tree, write_store

MEMORIES = name_hash("contextd_memories")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return settled(write_store(tmp_path / "store"))


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Three stores at different depths; one project is called like a hash, one has lost metadata."""
    base = tmp_path / "base"
    for tenant in ("acme", "beta/team"):
        (base / tenant).mkdir(parents=True)
    write_store(base / "acme" / "platform")
    write_store(base / "acme" / "cafebabe")
    damaged = write_store(base / "beta" / "team" / "billing")
    (damaged / MEMORIES / "00000000.gob").unlink()
    (base / "registry.json").write_text("{}")
    (base / "again").symlink_to(base)
    (base / ".trash" / "old" / MEMORIES).mkdir(parents=True)
    return settled(base)


class TestNestedLayouts:
    """BASE/tenant/project."""

    def test_every_store_is_reported(self, base: Path) -> None:
        before = tree(base)
        outcome = chromemctl("verify", "--json", base)
        assert outcome.returncode == 1
        report = json.loads(outcome.stdout)
        assert report["base"] == str(base)
        assert not report["healthy"]
        assert {store["store"]: store["healthy"] for store in report["stores"]} == {
            str(base / "acme" / "cafebabe"): True,
            str(base / "acme" / "platform"): True,
            str(base / "beta" / "team" / "billing"): False,
        }
        assert report["summary"] == {
            "stores_total": 3, "stores_healthy": 2, "stores_corrupt": 1, "documents_total": 27,
        }  # fmt: skip
        assert report["unknown"] == []
        assert tree(base) == before

    def test_in_words(self, base: Path) -> None:
        outcome = chromemctl("verify", base)
        assert outcome.returncode == 1
        rows = {line.split()[0]: line.split()[1:] for line in outcome.stdout.splitlines() if "would" in line}
        assert rows["acme/platform"] == ["3", "9", "healthy", "would", "start"]
        assert rows["beta/team/billing"] == ["3", "9", "damaged", "META_MISSING", "would", "not", "start"]
        assert "Damaged: 1 store; healthy: 2." in outcome.stdout
        assert f"chromemctl recover {base}/beta/team/billing" in outcome.stdout

    def test_all_healthy(self, base: Path) -> None:
        outcome = chromemctl("verify", base / "acme")
        assert outcome.returncode == 0
        assert "Healthy: 2 stores." in outcome.stdout
        assert chromemctl("verify", "--quiet", base / "acme").stdout == "Healthy: 2 stores.\n"

    def test_below_a_store_no_other_is_looked_for(self, store: Path) -> None:
        write_store(store / "copy")
        assert "stores" not in json.loads(chromemctl("verify", "--json", store).stdout)

    @pytest.mark.parametrize(
        "command",
        ["recover --yes", "undo --yes --last", "journal", "quarantine list", "identify"],
    )
    def test_other_commands_take_one_store(self, base: Path, command: str) -> None:
        before = tree(base)
        outcome = chromemctl(*command.split(), base)
        assert outcome.returncode == 2
        assert "is no store, but the base of 3 stores; give one at a time" in outcome.stderr
        words = command.partition(" --")[0]
        assert f"  chromemctl {words} {base}/beta/team/billing\n" in outcome.stderr
        assert tree(base) == before

    def test_too_deep(self, tmp_path: Path) -> None:
        deep = tmp_path / "a" / "b" / "c" / "d" / "e"
        deep.mkdir(parents=True)
        write_store(deep / "store")
        assert chromemctl("verify", tmp_path).returncode == 10
        assert chromemctl("verify", tmp_path / "a" / "b").returncode == 0


class TestQuick:
    """Metadata and directory entries only."""

    def test_documents_are_not_read_and_that_is_said(self, store: Path) -> None:
        document = next(path for path in sorted(store.rglob("*.gob")) if path.name != "00000000.gob")
        document.write_bytes(b"rubbish")
        settled(store)
        outcome = chromemctl("verify", "--quick", store)
        assert outcome.returncode == 0
        assert "No damage seen: 3 collections, 9 documents." in outcome.stdout
        assert "Documents were not read (--quick)" in outcome.stdout
        assert "unless a document prevents it" in outcome.stdout
        assert "healthy" not in outcome.stdout.lower()
        report = json.loads(chromemctl("verify", "--quick", "--json", store).stdout)
        assert report["documents_read"] is False
        assert chromemctl("verify", store).returncode == 1

    def test_damaged_metadata_is_found(self, store: Path) -> None:
        metadata = store / MEMORIES / "00000000.gob"
        metadata.write_bytes(metadata.read_bytes()[:-5])
        settled(store)
        outcome = chromemctl("verify", "--quick", store)
        assert outcome.returncode == 1
        assert "META_TRUNCATED" in outcome.stdout
        assert "chromem stops, if no document stops it before, with" in outcome.stdout

    def test_what_directory_entries_show_is_found(self, store: Path) -> None:
        document = next(path for path in sorted(store.rglob("*.gob")) if path.name != "00000000.gob")
        document.write_bytes(b"")
        (store / MEMORIES / "00000000.gob").unlink()
        settled(store)
        report = json.loads(chromemctl("verify", "--quick", "--json", store).stdout)
        assert {finding["id"] for finding in report["findings"]} == {"DOC_TRUNCATED", "META_MISSING"}

    def test_a_full_look_says_so(self, store: Path) -> None:
        assert json.loads(chromemctl("verify", "--json", store).stdout)["documents_read"] is True

    def test_of_a_nested_layout(self, base: Path) -> None:
        outcome = chromemctl("verify", "--quick", base)
        assert outcome.returncode == 1
        assert "no damage seen" in outcome.stdout
        assert "META_MISSING" in outcome.stdout
