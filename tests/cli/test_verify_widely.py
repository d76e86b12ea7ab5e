"""verify over the stores of a nested layout, and verify that reads no documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pygob.chromem import name_hash
from tests.stores import settled, tree, write_store
from tests.support.inside import inside

MEMORIES = name_hash("contextd_memories")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return settled(write_store(tmp_path / "store"))


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Four stores: one is called like a hash, one has lost metadata, one is hidden and has no files."""
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


def write_store_in(path: Path) -> Path:
    """A sound store, and the folders that it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return settled(write_store(path))


class TestNestedLayouts:
    """BASE/tenant/project."""

    def test_every_store_is_reported(self, base: Path) -> None:
        before = tree(base)
        outcome = inside("verify", "--json", base)
        assert outcome.returncode == 1
        report = json.loads(outcome.stdout)
        assert report["base"] == str(base)
        assert not report["healthy"]
        assert {store["store"]: store["healthy"] for store in report["stores"]} == {
            str(base / "acme" / "cafebabe"): True,
            str(base / "acme" / "platform"): True,
            str(base / "beta" / "team" / "billing"): False,
            str(base / ".trash" / "old"): True,
        }
        assert report["summary"] == {
            "stores_total": 4, "stores_healthy": 3, "stores_corrupt": 1, "documents_total": 27,
        }  # fmt: skip
        assert report["unknown"] == []
        assert tree(base) == before

    def test_in_words(self, base: Path) -> None:
        outcome = inside("verify", base)
        assert outcome.returncode == 1
        rows = {line.split()[0]: line.split()[1:] for line in outcome.stdout.splitlines() if "would" in line}
        assert rows["acme/platform"] == ["3", "9", "healthy", "would", "start"]
        assert rows["beta/team/billing"] == ["3", "9", "damaged", "META_MISSING", "would", "not", "start"]
        assert "Damaged: 1 store; healthy: 3." in outcome.stdout
        assert f"chromemctl recover {base}/beta/team/billing" in outcome.stdout

    def test_all_healthy(self, base: Path) -> None:
        outcome = inside("verify", base / "acme")
        assert outcome.returncode == 0
        assert "Healthy: 2 stores." in outcome.stdout
        assert inside("verify", "--quiet", base / "acme").stdout == "Healthy: 2 stores.\n"

    @pytest.mark.parametrize(
        "command",
        ["recover --yes", "undo --yes --last", "journal", "quarantine list", "identify"],
    )
    def test_other_commands_take_one_store(self, base: Path, command: str) -> None:
        before = tree(base)
        outcome = inside(*command.split(), base)
        assert outcome.returncode == 2
        assert "is no store, but the base of 4 stores; give one at a time" in outcome.stderr
        words = command.partition(" --")[0]
        assert f"  chromemctl {words} {base}/beta/team/billing\n" in outcome.stderr
        assert tree(base) == before


def stores_in(report: dict[str, Any], base: Path) -> dict[str, bool]:
    """The stores that a report of `verify` is about, relative to the base: whether each is healthy."""
    found = [*report.get("stores", ()), *report.get("stores_below", ())]
    return {str(Path(store["store"]).relative_to(base)): store["healthy"] for store in found}


class TestNothingIsPassedOver:
    """Wherever a store lies below the base, its damage is told."""

    @pytest.fixture
    def damaged(self, tmp_path: Path) -> Path:
        """A store that lost the metadata of a collection, to be put somewhere."""
        damaged = write_store(tmp_path / "damaged")
        (damaged / MEMORIES / "00000000.gob").unlink()
        return settled(damaged)

    @pytest.mark.parametrize(
        "place",
        [".hidden", ".hidden/store", "a/b/c/d/e/f/store", "tenant/.stores/store", "tenant/cafebabe/store"],
    )
    def test_hidden_and_deep(self, tmp_path: Path, damaged: Path, place: str) -> None:
        base = tmp_path / "base"
        write_store_in(base / "acme")
        (base / place).parent.mkdir(parents=True, exist_ok=True)
        damaged.rename(base / place)
        outcome = inside("verify", "--json", settled(base))
        assert outcome.returncode == 1
        assert stores_in(json.loads(outcome.stdout), base) == {"acme": True, place: False}

    @pytest.mark.parametrize("linked", ["store", "tenant"])
    def test_behind_a_link(self, tmp_path: Path, damaged: Path, linked: str) -> None:
        base, volume = tmp_path / "base", tmp_path / "volume"
        write_store_in(base / "acme")
        volume.mkdir()
        damaged.rename(volume / "project")
        (base / "linked").symlink_to(volume / "project" if linked == "store" else volume)
        (volume / "back").symlink_to(base)
        (base / "up").symlink_to(tmp_path)
        (base / "again").symlink_to(base / "acme")
        report = json.loads(inside("verify", "--json", base).stdout)
        place = "linked" if linked == "store" else "linked/project"
        assert stores_in(report, base) == {"acme": True, place: False}
        assert report["unknown"] == []
        assert inside("recover", "--yes", base / place).returncode == 0
        assert inside("verify", base).returncode == 0

    def test_below_a_store(self, tmp_path: Path, damaged: Path) -> None:
        base = write_store(tmp_path / "base")
        (base / "acme").mkdir()
        damaged.rename(base / "acme" / "project")
        outcome = inside("verify", "--json", settled(base))
        assert outcome.returncode == 1
        report = json.loads(outcome.stdout)
        assert (report["store"], report["healthy"]) == (str(base), True)
        assert stores_in(report, base) == {"acme/project": False}
        printed = inside("verify", base).stdout
        rows = [line.split()[0] for line in printed.splitlines() if line.rstrip().endswith("start")]
        assert rows == [".", "acme/project"]
        assert f"chromemctl recover {base}/acme/project" in printed
        assert inside("journal", base).returncode == 0  # it is one store, whatever lies below

    def test_a_stray_file_in_a_tenants_folder_hides_nothing(self, tmp_path: Path, damaged: Path) -> None:
        base = tmp_path / "base"
        (base / "acme").mkdir(parents=True)
        (base / "acme" / "notes.gob").write_bytes(b"stray")
        damaged.rename(base / "acme" / "project")
        report = json.loads(inside("verify", "--json", settled(base)).stdout)
        assert stores_in(report, base) == {"acme/project": False}

    def test_what_lies_in_quarantine_is_no_store(self, tmp_path: Path) -> None:
        base = tmp_path / "base"
        write_store_in(base / "acme")
        assert inside("quarantine", "add", "--yes", base / "acme", MEMORIES).returncode == 0
        assert stores_in(json.loads(inside("verify", "--json", base).stdout), base) == {"acme": True}

    def test_a_link_to_nothing_may_be_a_store_out_of_reach(self, tmp_path: Path) -> None:
        base = tmp_path / "base"
        write_store_in(base / "acme")
        (base / "beta").symlink_to(tmp_path / "not-mounted")
        outcome = inside("verify", base)
        assert outcome.returncode == 3
        assert "Not looked at: beta: a symbolic link to nothing" in outcome.stdout

    def test_too_deep_is_said(self, tmp_path: Path) -> None:
        base = tmp_path / "base"
        write_store_in(base / "acme")
        deep = base.joinpath(*"abcdefghijklmnopqrstuvwxyz")
        deep.mkdir(parents=True)
        write_store(deep / "store")
        outcome = inside("verify", base)
        assert outcome.returncode == 3
        assert "Not looked at: a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p: more than 16 folders deep" in outcome.stdout
        assert inside("verify", base / "a").returncode == 3
        assert inside("verify", deep).returncode == 0


class TestQuick:
    """Metadata and directory entries only."""

    def test_documents_are_not_read_and_that_is_said(self, store: Path) -> None:
        document = next(path for path in sorted(store.rglob("*.gob")) if path.name != "00000000.gob")
        document.write_bytes(b"rubbish")
        settled(store)
        outcome = inside("verify", "--quick", store)
        assert outcome.returncode == 0
        assert "No damage seen: 3 collections, 9 documents." in outcome.stdout
        assert "Documents were not read (--quick)" in outcome.stdout
        assert "unless a document prevents it" in outcome.stdout
        assert "healthy" not in outcome.stdout.lower()
        report = json.loads(inside("verify", "--quick", "--json", store).stdout)
        assert report["documents_read"] is False
        assert inside("verify", store).returncode == 1

    def test_damaged_metadata_is_found(self, store: Path) -> None:
        metadata = store / MEMORIES / "00000000.gob"
        metadata.write_bytes(metadata.read_bytes()[:-5])
        settled(store)
        outcome = inside("verify", "--quick", store)
        assert outcome.returncode == 1
        assert "META_TRUNCATED" in outcome.stdout
        assert "chromem stops, if no document stops it before, with" in outcome.stdout

    def test_what_directory_entries_show_is_found(self, store: Path) -> None:
        document = next(path for path in sorted(store.rglob("*.gob")) if path.name != "00000000.gob")
        document.write_bytes(b"")
        (store / MEMORIES / "00000000.gob").unlink()
        settled(store)
        report = json.loads(inside("verify", "--quick", "--json", store).stdout)
        assert {finding["id"] for finding in report["findings"]} == {"DOC_TRUNCATED", "META_MISSING"}

    def test_a_full_look_says_so(self, store: Path) -> None:
        assert json.loads(inside("verify", "--json", store).stdout)["documents_read"] is True

    def test_of_a_nested_layout(self, base: Path) -> None:
        outcome = inside("verify", "--quick", base)
        assert outcome.returncode == 1
        assert "no damage seen" in outcome.stdout
        assert "META_MISSING" in outcome.stdout
