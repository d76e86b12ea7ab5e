"""`chromemctl simulate`: drills on copies; the store itself is only read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from chromemctl.simulation import damages
from pygob.chromem import Format, name_hash
from tests.stores import settled, tree, write_store
from tests.support.inside import inside

NAMES = ("contextd_memories", "contextd_checkpoints")
FOLDER = name_hash(NAMES[0])


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return settled(write_store(tmp_path / "vectorstore", NAMES, documents=4))


def facts(path: Path) -> dict[str, tuple[object, ...]]:
    """Everything about a tree but its inodes, which a copy has anew."""
    return {name: found[:-1] for name, found in tree(path).items()}


def test_a_damaged_copy_and_the_next_command(store: Path, tmp_path: Path) -> None:
    before, out = tree(store), tmp_path / "drill"
    outcome = inside("simulate", "metadata-empty", store, out, "--collection", NAMES[0])
    assert outcome.returncode == 0, outcome.stderr
    assert "metadata-empty: The metadata file is empty" in outcome.stdout
    assert f"wrote   {FOLDER}/00000000.gob  0 bytes" in outcome.stdout
    assert f"Next:  chromemctl verify {out}\n" in outcome.stdout
    assert tree(store) == before
    expected, found = facts(store), facts(out)
    damaged = {path for path in expected if found.get(path) != expected[path]}
    assert damaged == {FOLDER, f"{FOLDER}/00000000.gob"}
    assert found.keys() == expected.keys()
    verdict = inside("verify", out, "--json")
    assert verdict.returncode == 1
    assert [finding["id"] for finding in json.loads(verdict.stdout)["findings"]] == ["META_TRUNCATED"]


def test_the_same_seed_does_the_same(store: Path, tmp_path: Path) -> None:
    trees = []
    for number, seed in enumerate((7, 7, 8)):
        out = tmp_path / f"drill-{number}"
        inside("simulate", "document-zeros", store, out, "--seed", str(seed))
        trees.append({path: found[0] for path, found in tree(out).items()})
    assert trees[0] == trees[1] != trees[2]


def test_the_kinds(store: Path) -> None:
    shown = inside("simulate", "--list").stdout
    listed = json.loads(inside("simulate", "--list", "--json").stdout)["kinds"]
    assert [item["kind"] for item in listed] == list(damages())
    assert all(item["kind"] in shown and item["summary"].endswith(".") for item in listed)


def test_as_json(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "drill"
    outcome = inside("simulate", "metadata-removed", store, out, "--collection", FOLDER, "--json")
    report = json.loads(outcome.stdout)
    assert report["collection"] == {"dir": FOLDER, "name": NAMES[0]}
    assert report["changes"] == [{"action": "removed", "path": f"{FOLDER}/00000000.gob", "detail": ""}]
    assert (report["out"], report["seed"]) == (str(out), 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-kind", "{store}", "{out}"], "there is no kind of damage 'no-such-kind'"),
        (["metadata-removed", "{store}"], "give a KIND, a STORE and a new folder OUT"),
        (["metadata-removed", "{store}", "{store}"], "exists already"),
        (["metadata-removed", "{store}", "{store}/drill"], "would lie inside the store"),
        (["metadata-removed", "{store}", "{out}/drill"], "is not a folder"),
        (["metadata-removed", "{store}", "{out}", "--collection", "none"], "has no sound collection 'none'"),
        (["metadata-checksum-wrong", "{store}", "{out}"], "it needs a compressed store"),
    ],
)
def test_what_is_refused(store: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    before, out = tree(store), tmp_path / "drill"
    outcome = inside("simulate", *(word.format(store=store, out=out) for word in arguments))
    assert outcome.returncode == 2
    assert said in outcome.stderr
    assert tree(store) == before
    assert not out.exists()


def test_a_store_without_a_sound_collection(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    outcome = inside("simulate", "metadata-removed", tmp_path / "empty", tmp_path / "drill")
    assert outcome.returncode == 2
    assert "no sound collection" in outcome.stderr


def test_links_pipes_and_modes_are_copied_as_they_are(tmp_path: Path) -> None:
    store = write_store(tmp_path / "vectorstore", form=Format.GZ)
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    (store / "link").symlink_to(outside)
    os.mkfifo(store / "pipe")
    (store / FOLDER / "00000000.gob.gz").chmod(0o640)
    out = tmp_path / "drill"
    assert inside("simulate", "empty-folder", store, out).returncode == 0
    assert (out / "link").readlink() == outside
    assert (out / "pipe").is_fifo()
    assert (out / FOLDER / "00000000.gob.gz").stat().st_mode & 0o7777 == 0o640
    assert outside.read_bytes() == b"mine"


def test_a_damage_does_not_reach_through_a_link(tmp_path: Path) -> None:
    """The copy of a link leads out of the copy; what is written takes the link's place."""
    store = write_store(tmp_path / "vectorstore", NAMES[:1])
    metadata = store / FOLDER / "00000000.gob"
    outside = metadata.rename(tmp_path / "outside")
    metadata.symlink_to(outside)
    kept = outside.read_bytes()
    assert inside("simulate", "metadata-empty", store, tmp_path / "drill").returncode == 0
    assert outside.read_bytes() == kept
    assert (tmp_path / "drill" / FOLDER / "00000000.gob").read_bytes() == b""
