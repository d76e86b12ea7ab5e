"""`chromemctl backup`: which backups count when a store is damaged, emptied, or another's."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from chromemctl.backup.capture import Capture
from chromemctl.backup.creating import Created, create
from chromemctl.backup.manifest import Manifest, Scope, id_of
from chromemctl.backup.repository import Repository
from pygob.chromem import Format, document_name, name_hash, read_metadata, write_metadata
from tests.stores import contents, settled, write_store
from tests.support.inside import inside

NAME, SECRET = "contextd_memories", "qx7-zv93-unguessable"
FOLDER = name_hash(NAME)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chromemctl.backup.capture._PAUSE_SECONDS", 0.0)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return settled(write_store(tmp_path / "store", [NAME, SECRET], documents=2, metadata={"k": "v"}))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Be another machine."""

    def become(host: str) -> None:
        monkeypatch.setattr("chromemctl.backup.repository.socket.gethostname", lambda: host)

    return become


def make(store: Path, repository: Path, scope: Scope = Scope.STORE, *, reread: bool = False) -> Created:
    return create(store, repository, scope, reread=reread)


def rewritten(repository: Path, backup_id: str, manifest: Manifest) -> str:
    """Put another manifest in the place of a backup's; its id."""
    data = manifest.to_bytes()
    new = id_of(manifest.created, data)
    where = Repository(repository)
    where.manifest_path(backup_id).unlink()
    where.manifest_path(new).write_bytes(data)
    return new


def pruned(repository: Path, *rules: str) -> list[str]:
    outcome = inside("backup", "prune", *(rules or ("--keep-last", "1")), "--yes", "--from", repository)
    assert outcome.returncode == 0, outcome.stderr
    return Repository(repository).ids()


class TestEmptied:
    """The store has no collections any more."""

    @pytest.mark.parametrize("scope", Scope)
    def test_the_last_backup_with_collections_stays(
        self, store: Path, repository: Path, scope: Scope
    ) -> None:
        good = make(store, repository, scope)
        for folder in store.iterdir():
            shutil.rmtree(folder)
        empty = [make(store, repository, scope, reread=number == 1) for number in range(3)]
        assert {made.manifest.emptied_since for made in empty} == {good.id}
        assert pruned(repository) == [good.id, empty[-1].id]

    def test_it_is_said(self, store: Path, repository: Path) -> None:
        good = make(store, repository)
        for folder in store.iterdir():
            shutil.rmtree(folder)
        outcome = inside("backup", "create", "--quiet", store, "--to", repository)
        assert outcome.returncode == 1
        assert (
            f"The store has no collections any more; backup {good.id} is the last with some."
            in outcome.stderr
        )
        assert "no collections left" in inside("backup", "list", "--from", repository).stdout

    def test_one_that_never_had_any_is_sound(self, tmp_path: Path, repository: Path) -> None:
        (tmp_path / "new").mkdir()
        made = make(tmp_path / "new", repository)
        assert made.manifest.is_sound
        assert pruned(repository) == [made.id]

    def test_backups_that_do_not_say_it_lose_to_those_with_collections(
        self, store: Path, repository: Path
    ) -> None:
        good = make(store, repository)
        for folder in store.iterdir():
            shutil.rmtree(folder)
        empty = make(store, repository)
        silent = rewritten(repository, empty.id, replace(empty.manifest, emptied_since=None, damaged=None))
        assert pruned(repository) == [good.id, silent]


class TestDamagedDocuments:
    """Documents that cannot be read."""

    @pytest.fixture
    def torn(self, store: Path, repository: Path) -> tuple[str, list[str]]:
        """The id of a whole backup, and the paths of the documents that were cut since."""
        good = make(store, repository)
        paths = sorted(path for path in store.glob("*/*.gob") if path.name != "00000000.gob")
        for path in paths:
            os.truncate(path, 30)
        settled(store)
        return good.id, [str(path.relative_to(store)) for path in paths]

    def test_they_are_told_and_kept(
        self, store: Path, repository: Path, torn: tuple[str, list[str]], tmp_path: Path
    ) -> None:
        outcome = inside("backup", "create", store, "--to", repository)
        assert outcome.returncode == 1
        for path in torn[1]:
            assert f"Damaged, kept as it is: {path}: " in outcome.stderr
        listed = json.loads(inside("backup", "list", "--json", "--from", repository).stdout)["backups"]
        assert [backup["sound"] for backup in listed] == [True, False]
        assert [item["path"] for item in listed[1]["damaged"]] == torn[1]
        assert "4 damaged documents" in inside("backup", "list", "--from", repository).stdout
        inside("backup", "restore", store, "--from", repository, "--output", tmp_path / "out")
        assert contents(tmp_path / "out") == contents(store)

    def test_the_last_backup_without_stays(
        self, store: Path, repository: Path, torn: tuple[str, list[str]]
    ) -> None:
        damaged = [make(store, repository) for _ in range(3)]
        assert {tuple(item.path for item in made.manifest.damaged or ()) for made in damaged} == {
            tuple(torn[1])
        }
        assert pruned(repository) == [torn[0], damaged[-1].id]

    def test_what_an_earlier_version_did_not_look_at_is_looked_at(
        self, store: Path, repository: Path, torn: tuple[str, list[str]]
    ) -> None:
        made = make(store, repository)
        rewritten(repository, made.id, replace(made.manifest, damaged=None))
        assert not make(store, repository).manifest.is_sound

    def test_whole_again(self, store: Path, repository: Path, torn: tuple[str, list[str]]) -> None:
        make(store, repository)
        assert inside("backup", "restore", store, torn[0], "--from", repository, "--yes").returncode == 0
        assert make(settled(store), repository).manifest.damaged == ()

    def test_damage_in_the_repository_is_no_obstacle(
        self, store: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Content that an earlier version kept, and that is looked at for the first time."""
        monkeypatch.setattr("chromemctl.backup.capture._SETTLING_NS", -(10**12))
        first = make(store, repository)
        rewritten(repository, first.id, replace(first.manifest, damaged=None))
        path = f"{FOLDER}/{document_name(f'{NAME}-1', Format.PLAIN)}"
        [record] = [file for file in first.manifest.files if file.path == path]
        where = Repository(repository).object_path(record.sha256)
        where.write_bytes(bytes(record.size))
        [damaged] = make(store, repository).manifest.damaged or ()
        assert (damaged.path, "--reread" in damaged.reason) == (path, True)
        assert make(store, repository, reread=True).manifest.is_sound


class TestDamagedMetadata:
    """Metadata that cannot be read, in the store or in the repository."""

    @pytest.mark.parametrize("form", Format)
    def test_in_either_form(self, store: Path, repository: Path, form: Format) -> None:
        whole = read_metadata(store / FOLDER / "00000000.gob")
        write_metadata(store / FOLDER, whole, Format.GZ)
        os.truncate(store / FOLDER / form.metadata_name, 20)
        [sound, damaged] = make(settled(store), repository).manifest.collections
        assert "00000000 cannot be read" in (damaged.problem or "")
        assert (sound.problem, sound.name) == (None, SECRET)

    def test_in_the_repository_it_is_no_obstacle(
        self, store: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chromemctl.backup.capture._SETTLING_NS", -(10**12))
        first = make(store, repository)
        [record] = [file for file in first.manifest.files if file.path == f"{FOLDER}/00000000.gob"]
        Repository(repository).object_path(record.sha256).write_bytes(bytes(record.size))
        outcome = inside("backup", "create", store, "--to", repository)
        assert outcome.returncode == 1
        assert f"Kept as it is: {FOLDER}: 00000000 cannot be read: what the repository has" in outcome.stderr
        assert make(store, repository, reread=True).manifest.is_sound


class TestHosts:
    """Machines whose stores have the same path, in one directory of backups."""

    @pytest.fixture
    def both(self, store: Path, repository: Path, on: Callable[[str], None]) -> dict[str, list[str]]:
        """The ids of two backups of each of two machines, in turn."""
        found: dict[str, list[str]] = {"one": [], "two": []}
        for host in ("one", "two") * 2:
            on(host)
            (store / FOLDER / "notes.txt").write_text(host)
            found[host].append(make(store, repository).id)
        return found

    def test_prune_has_its_rules_for_each(self, repository: Path, both: dict[str, list[str]]) -> None:
        assert pruned(repository) == [both["one"][1], both["two"][1]]

    def test_restore_takes_its_own(
        self, store: Path, repository: Path, both: dict[str, list[str]], on: Callable[[str], None]
    ) -> None:
        on("one")
        words = ("backup", "restore", store, "--from", repository, "--dry-run", "--json")
        assert json.loads(inside(*words).stdout)["backup"] == both["one"][1]
        on("three")
        outcome = inside("backup", "restore", store, "--from", repository, "--dry-run")
        assert outcome.returncode == 2
        assert "was made on this host, 'three'" in outcome.stderr
        for host, ids in both.items():
            assert f"the latest of host '{host}': {ids[1]}" in outcome.stderr
        words = ("backup", "restore", store, both["two"][0], "--from", repository, "--dry-run")
        assert inside(*words).returncode == 0

    def test_list_names_them(self, repository: Path, both: dict[str, list[str]]) -> None:
        words = inside("backup", "list", "--from", repository).stdout.split()
        assert [word for word in words if word in {"Host", "one", "two"}] == [
            "Host",
            "one",
            "two",
            "one",
            "two",
        ]

    def test_metadata_of_another_is_a_name_only(
        self, store: Path, repository: Path, on: Callable[[str], None]
    ) -> None:
        on("one")
        make(store, repository)
        path = store / name_hash(SECRET) / "00000000.gob"
        path.unlink()
        settled(store)
        on("two")
        assert inside("recover", "--yes", "--backups", repository, store).returncode == 0
        found = read_metadata(path)
        assert (found.name, found.metadata) == (SECRET, {})


class TestClock:
    """A backup that was made while the clock was ahead."""

    def test_it_is_not_the_latest(self, store: Path, repository: Path) -> None:
        early = make(store, repository)
        ahead = early.manifest.created + timedelta(days=3650)
        future = rewritten(repository, early.id, replace(early.manifest, created=ahead))
        assert Repository(repository).chosen(None, store).id == future  # there is no other
        later = make(store, repository)
        assert Repository(repository).chosen(None, store).id == later.id


class TestTidy:
    """What a repository is left like, and what is said of it."""

    def test_prune_of_a_store_that_has_none(self, store: Path, repository: Path, tmp_path: Path) -> None:
        make(store, repository)
        words = ("backup", "prune", tmp_path / "wrong", "--keep-last", "1", "--from", repository)
        for how in ("--dry-run", "--yes"):
            outcome = inside(*words, how)
            assert outcome.returncode == 2
            assert f"has no backup of {tmp_path / 'wrong'}" in outcome.stderr

    def test_files_of_others_beside_the_manifests_are_left_alone(self, store: Path, repository: Path) -> None:
        made = make(store, repository)
        notes = repository / "backups" / "notes.json"
        notes.write_text("{}")
        shutil.copy(Repository(repository).manifest_path(made.id), notes.with_name("copy.json"))
        assert inside("backup", "verify", "--from", repository).returncode == 0
        assert f"\n{made.id} " in inside("backup", "list", "--from", repository).stdout, "on one line"
        assert pruned(repository) == [made.id]
        assert notes.exists()

    def test_a_manifest_of_another_name_is_no_other_file(self, store: Path, repository: Path) -> None:
        """What it names must not go as if no backup did."""
        made = make(store, repository)
        Repository(repository).manifest_path(made.id).rename(repository / "backups" / "keep.json")
        make(store, repository)
        told = f"keep.json is the manifest of a backup and must be called {made.id}.json"
        for words in (("verify",), ("list",), ("prune", "--keep-last", "1", "--yes")):
            outcome = inside("backup", *words, "--from", repository)
            assert outcome.returncode == 1
            assert told in outcome.stdout + outcome.stderr
        (repository / "backups" / "keep.json").rename(Repository(repository).manifest_path(made.id))
        assert inside("backup", "verify", "--from", repository).returncode == 0

    def test_no_empty_folders_stay(self, store: Path, repository: Path) -> None:
        for number in range(4):
            (store / FOLDER / "notes.txt").write_text(str(number))
            make(store, repository)
        pruned(repository)
        assert [folder for folder in (repository / "objects").glob("??") if not any(folder.iterdir())] == []

    def test_what_changed_while_it_was_read_is_not_counted_twice(
        self, store: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        notes = store / FOLDER / "notes.txt"
        notes.write_bytes(bytes(100_000))
        real = Capture._take_all

        def take_all(self: Capture, changed: dict[str, os.stat_result]) -> None:
            real(self, changed)
            if notes.stat().st_size > 4:
                notes.write_bytes(b"last")

        monkeypatch.setattr(Capture, "_take_all", take_all)
        made = make(settled(store), repository)
        assert made.added_bytes == made.manifest.size < 100_000
