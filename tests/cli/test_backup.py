"""`chromemctl backup`: every byte comes back, whatever happens in between; what is damaged is named."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from chromemctl.backup import creating
from chromemctl.backup.capture import Capture
from chromemctl.backup.known import metadata_of
from chromemctl.backup.manifest import Manifest, Scope
from chromemctl.backup.repository import Repository
from chromemctl.changes.lock import exclusive
from pygob.chromem import Format, Store, document_name, name_hash, read_metadata
from tests.stores import contents, settled, tree, vector, write_store
from tests.support.crash import KILLED, run_and_die
from tests.support.inside import inside
from tests.support.service import compiled_service, loaded

NAMES = ("contextd_memories", "contextd_checkpoints", "contextd_remediations")
FOLDER = name_hash(NAMES[0])
METADATA = f"{FOLDER}/00000000.gob"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return settled(write_store(tmp_path / "vectorstore", metadata={"made": "by a test"}))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def done(*arguments: str | Path) -> str:
    outcome = inside("backup", *arguments)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return outcome.stdout


def report(*arguments: str | Path, code: int = 0) -> dict[str, Any]:
    outcome = inside("backup", *arguments, "--json")
    assert outcome.returncode == code, outcome.stdout + outcome.stderr
    data: dict[str, Any] = json.loads(outcome.stdout)
    assert data["schema_version"] == 1
    return data


def make(store: Path, repository: Path, *options: str, code: int = 0) -> dict[str, Any]:
    return report("create", store, "--to", repository, *options, code=code)


def facts(path: Path) -> dict[str, tuple[object, ...]]:
    """Content, mode, owner and time of everything, links as they are, without our own and without inodes."""
    found = {name: entry[:5] for name, entry in tree(path).items()}
    return {
        name: entry for name, entry in found.items() if not name.startswith((".chromemctl", ".quarantine"))
    }


def but_the_root(found: dict[str, tuple[object, ...]]) -> dict[str, tuple[object, ...]]:
    return {name: entry for name, entry in found.items() if name != "."}


def objects(repository: Path) -> set[str]:
    return {path.name for path in (repository / "objects").glob("??/*")}


class TestCreate:
    """Making backups."""

    def test_the_store_is_only_read(self, store: Path, repository: Path) -> None:
        before = tree(store)
        made = make(store, repository)
        assert tree(store) == before
        assert made["backup"]["sound"]
        assert made["backup"]["complete"]
        assert made["backup"]["at_rest"]
        assert made["backup"]["files"] == 12
        assert [c["name"] for c in made["backup"]["collections"]] == sorted(NAMES, key=name_hash)

    def test_what_has_not_changed_is_neither_read_nor_kept_again(
        self, store: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chromemctl.backup.capture._SETTLING_NS", -(10**12))
        assert make(store, repository)["added"] == 12
        again = make(store, repository)
        assert (again["added"], again["reused"]) == (0, 12)
        (store / FOLDER / "notes.txt").write_bytes(b"new")
        more = make(store, repository)
        assert (more["added"], more["reused"]) == (1, 12)
        assert make(store, repository, "--reread")["reused"] == 0

    def test_what_changed_just_before_the_last_backup_is_read_again(
        self, store: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chromemctl.backup.capture._SETTLING_NS", 3600 * 10**9)  # however long one takes
        monkeypatch.setattr("chromemctl.backup.capture._PAUSE_SECONDS", 0.0)
        make(store, repository)
        assert make(store, repository)["reused"] == 0

    def test_metadata_alone(self, store: Path, repository: Path) -> None:
        made = make(store, repository, "--metadata")
        assert made["backup"]["files"] == 3
        assert [c["documents"] for c in made["backup"]["collections"]] == [3, 3, 3]
        assert len(objects(repository)) == 3

    def test_equal_content_is_kept_once(self, store: Path, repository: Path) -> None:
        shutil.copytree(store / FOLDER, store / "copy")
        assert make(store, repository)["added"] == 12

    def test_everything_in_the_repository_is_private(self, store: Path, repository: Path) -> None:
        make(store, repository)
        assert {path.stat().st_mode & 0o077 for path in [repository, *repository.rglob("*")]} == {0}

    @pytest.mark.parametrize(
        "place", ["vectorstore", "vectorstore/backups", "vectorstore/.chromemctl/x", "other/x"]
    )
    def test_a_repository_in_a_store_is_refused(self, store: Path, tmp_path: Path, place: str) -> None:
        write_store(tmp_path / "other")
        before = contents(tmp_path)
        outcome = inside("backup", "create", store, "--to", tmp_path / place)
        assert outcome.returncode == 2
        assert "lies in a store" in outcome.stderr
        assert contents(tmp_path) == before

    def test_damaged_metadata_is_kept_and_told(self, store: Path, repository: Path) -> None:
        """As damaged documents are, with the same exit code."""
        os.truncate(store / METADATA, 80)
        settled(store)
        outcome = inside("backup", "create", store, "--to", repository)
        assert outcome.returncode == 1
        assert f"Kept as it is: {FOLDER}: 00000000 cannot be read" in outcome.stderr

    def test_what_is_no_damage_to_verify_is_none_here(self, store: Path, repository: Path) -> None:
        """The metadata of a folder that somebody has renamed tells a name, of another folder."""
        (store / FOLDER).rename(store / "00000001")
        settled(store)
        assert inside("verify", store).returncode == 0
        made = make(store, repository)["backup"]
        assert made["sound"]
        assert made["collections"][0]["problem"] == "its name is that of another folder"

    def test_pipes_have_no_content_that_could_be_kept(self, store: Path, repository: Path) -> None:
        os.mkfifo(store / FOLDER / "pipe.gob")
        made = make(store, repository)
        assert [item["path"] for item in made["backup"]["omitted"]] == [f"{FOLDER}/pipe.gob"]
        assert made["backup"]["complete"]

    def test_two_at_once(self, store: Path, repository: Path) -> None:
        make(store, repository)
        with exclusive(repository / "backups"):
            assert inside("backup", "create", store, "--to", repository).returncode == 11
        make(store, repository)

    def test_in_the_users_own_place_by_default(
        self, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
        done("create", store)
        assert (tmp_path / "data" / "chromemctl" / "backups" / "repository.json").is_file()
        assert len(report("list")["backups"]) == 1


class TestWhileWriting:
    """The application is at work on the store."""

    def test_a_file_that_is_half_written_is_read_again(
        self, store: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = store / METADATA
        whole = path.read_bytes()
        path.write_bytes(whole[:40])
        real = Capture._take_all

        def take_all(self: Capture, changed: dict[str, os.stat_result]) -> None:
            real(self, changed)
            path.write_bytes(whole)

        monkeypatch.setattr(Capture, "_take_all", take_all)
        monkeypatch.setattr("chromemctl.backup.capture._PAUSE_SECONDS", 0.0)
        monkeypatch.setattr("chromemctl.backup.capture.PATIENCE_SECONDS", 60.0)
        make(store, repository, "--metadata")
        done("restore", store, "--from", repository, "--output", store.parent / "out")
        assert (store.parent / "out" / METADATA).read_bytes() == whole

    def test_a_file_that_goes_away_meanwhile_is_no_part_of_it(
        self, store: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        victim = next(path for path in (store / FOLDER).iterdir() if path.name != "00000000.gob")
        real = Capture._take

        def take(self: Capture, path: str, status: os.stat_result) -> None:
            victim.unlink(missing_ok=True)
            real(self, path, status)

        monkeypatch.setattr(Capture, "_take", take)
        made = make(store, repository)
        assert made["backup"]["files"] == 11
        assert made["backup"]["complete"]

    def test_a_file_that_is_never_whole_is_left_out_and_named(
        self, store: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = store / METADATA
        whole = path.read_bytes()
        lengths = cycle(range(20, 60))
        real = Capture._take

        def take(self: Capture, name: str, status: os.stat_result) -> None:
            real(self, name, status)
            path.write_bytes(whole[: next(lengths)])

        monkeypatch.setattr(Capture, "_take", take)
        monkeypatch.setattr("chromemctl.backup.capture._PAUSE_SECONDS", 0.0)
        monkeypatch.setattr("chromemctl.backup.capture.PATIENCE_SECONDS", 0.2)
        made = report("create", store, "--to", repository, code=1)
        assert not made["backup"]["at_rest"]
        assert [item["path"] for item in made["backup"]["omitted"]] == [METADATA]
        assert made["backup"]["files"] == 11

    def test_real_chromem_writing_in_another_process(
        self, store: Path, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        service = compiled_service(tmp_path / "service")
        monkeypatch.setattr("chromemctl.backup.capture.PATIENCE_SECONDS", 1.0)
        monkeypatch.setattr("chromemctl.backup.capture._ATTEMPTS", 2000)  # a minute for a writer that is kept
        command = [service, "-write", "20ms", store]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            try:
                assert writer.stdout is not None
                assert len(json.loads(writer.stdout.readline())) == 3
                for _ in range(3):
                    make(store, repository)
            finally:
                writer.send_signal(signal.SIGTERM)
            assert writer.wait() == 0
        for number, backup in enumerate(report("list", "--from", repository)["backups"]):
            out = tmp_path / f"out-{number}"
            done("restore", store, backup["id"], "--from", repository, "--output", out)
            found = loaded(service, out, Format.PLAIN)
            assert found is not None
            assert found.keys() >= set(NAMES)
            assert all(documents >= 3 for name, documents in found.items() if name in NAMES)


class TestRestore:
    """Bringing backups back."""

    @pytest.fixture
    def varied(self, store: Path) -> Path:
        """A store with whatever a store may hold: odd names, times and modes, links, nested folders."""
        odd = Path(os.fsdecode(bytes(store / FOLDER) + b"/\xff\xfe name.txt"))
        odd.write_bytes(b"notes")
        (store / FOLDER / "notes" / "deep").mkdir(parents=True)
        (store / FOLDER / "notes" / "deep" / "empty").touch()
        (store / "registry.json").write_text("{}")
        (store / FOLDER / "link").symlink_to("nowhere")
        (store / "nothing").mkdir()
        settled(store)
        os.utime(odd, ns=(1, 1_234_567_890_123_456_789))
        odd.chmod(0o640)
        (store / FOLDER / "notes").chmod(0o750)
        (store / FOLDER).chmod(0o710)
        os.utime(store / FOLDER, ns=(5, 77))
        return store

    def test_elsewhere_every_byte_time_and_mode(self, varied: Path, repository: Path, tmp_path: Path) -> None:
        make(varied, repository)
        expected = tree(varied)
        done("restore", varied, "--from", repository, "--output", tmp_path / "out")
        found = tree(tmp_path / "out")
        links = {name for name in expected if (varied / name).is_symlink()}
        assert found.keys() == expected.keys()
        assert {n: f[:5] for n, f in found.items() if n not in links} == {
            n: f[:5] for n, f in expected.items() if n not in links
        }
        assert {n: (tmp_path / "out" / n).readlink() for n in links} == {
            n: (varied / n).readlink() for n in links
        }

    def test_into_place_what_is_damaged_or_gone(self, varied: Path, repository: Path) -> None:
        make(varied, repository)
        expected = facts(varied)
        damaged_bytes = (varied / METADATA).read_bytes()[:50]
        (varied / METADATA).write_bytes(damaged_bytes)
        shutil.rmtree(varied / name_hash(NAMES[1]))
        (varied / "registry.json").unlink()
        shown = done("restore", varied, "--from", repository, "--yes")
        found = facts(varied)
        links = {name for name in expected if (varied / name).is_symlink()} | {"."}
        assert {n: f for n, f in found.items() if n not in links} == {
            n: f for n, f in expected.items() if n not in links
        }
        assert (varied / ".quarantine" / FOLDER / "0001" / METADATA).read_bytes() == damaged_bytes
        assert "As in the backup already: 2 places." in shown
        assert not (varied / ".chromemctl" / "restore").exists()

    def test_nothing_to_do(self, store: Path, repository: Path) -> None:
        make(store, repository)
        before = tree(store)
        assert "Nothing to do: the store is as the backup has it." in done(
            "restore", store, "--from", repository, "--yes"
        )
        assert tree(store) == before

    def test_undo_takes_it_back(self, store: Path, repository: Path) -> None:
        make(store, repository)
        os.truncate(store / METADATA, 80)
        shutil.rmtree(store / name_hash(NAMES[1]))
        settled(store)
        before = facts(store)
        done("restore", store, "--from", repository, "--yes")
        assert inside("undo", "--last", "--yes", store).returncode == 0
        assert but_the_root(facts(store)) == but_the_root(before)
        done("restore", store, "--from", repository, "--yes")
        assert inside("verify", store).returncode == 0

    def test_one_collection_by_name_or_folder(self, store: Path, repository: Path) -> None:
        make(store, repository)
        whole = contents(store)
        for name in NAMES[:2]:
            os.truncate(store / name_hash(name) / "00000000.gob", 80)
        torn = contents(store)
        outcome = inside("backup", "restore", store, "--from", repository, "--collection", NAMES[0], "--yes")
        assert outcome.returncode == 1  # the other one is damaged still
        assert contents(store)[METADATA] == whole[METADATA]
        other = f"{name_hash(NAMES[1])}/00000000.gob"
        assert contents(store)[other] == torn[other]
        done("restore", store, "--from", repository, "--collection", name_hash(NAMES[1]), "--yes")
        assert inside("verify", store).returncode == 0

    def test_a_collection_that_the_backup_does_not_have(self, store: Path, repository: Path) -> None:
        make(store, repository)
        outcome = inside("backup", "restore", store, "--from", repository, "--collection", "others", "--yes")
        assert outcome.returncode == 2
        assert "has no collection 'others'" in outcome.stderr
        assert NAMES[0] in outcome.stderr

    def test_metadata_into_the_folder_of_its_documents(self, store: Path, repository: Path) -> None:
        make(store, repository, "--metadata")
        whole = contents(store)
        (store / METADATA).unlink()
        os.truncate(store / name_hash(NAMES[1]) / "00000000.gob", 80)
        shutil.rmtree(store / name_hash(NAMES[2]))
        shown = done("restore", store, "--from", repository, "--yes")
        assert f"Not brought back: {name_hash(NAMES[2])} ({NAMES[2]}) is not there now" in shown
        found = contents(store, but=(".chromemctl", ".quarantine"))
        assert found == {
            path: data for path, data in whole.items() if not path.startswith(name_hash(NAMES[2]))
        }
        assert inside("undo", "--last", "--yes", store).returncode == 0
        assert not (store / METADATA).exists()

    def test_metadata_of_a_collection_that_is_gone_on_request(self, store: Path, repository: Path) -> None:
        make(store, repository, "--metadata")
        shutil.rmtree(store / FOLDER)
        done("restore", store, "--from", repository, "--collection", NAMES[0], "--yes")
        assert read_metadata(store / METADATA).metadata == {"made": "by a test"}

    def test_documents_written_since_are_told_of_and_kept(self, store: Path, repository: Path) -> None:
        make(store, repository)
        (store / FOLDER / "11111111.gob").write_bytes(b"new")
        shown = done("restore", store, "--from", repository, "--yes")
        assert "1 document that the backup does not have go to quarantine too: '11111111.gob'" in shown
        assert (store / ".quarantine" / FOLDER / "0001" / FOLDER / "11111111.gob").read_bytes() == b"new"

    def test_documents_that_go_out_of_sight_are_named(self, store: Path, repository: Path) -> None:
        make(store, repository)
        collection = Store(store).collection(NAMES[0])
        collection.add("new", vector(random.Random(1)), content="text")
        collection.add(f"{NAMES[0]}-1", vector(random.Random(2)), content="another text")
        torn = store / FOLDER / document_name(f"{NAMES[0]}-2", Format.PLAIN)
        os.truncate(torn, 10)
        shown = done("restore", store, "--from", repository, "--dry-run")
        assert "the backup does not have go to quarantine too: 'new';" in shown
        assert f"and come back as in the backup: '{NAMES[0]}-1'\n" in shown

    def test_a_dry_run_shows_the_plan_and_changes_nothing(self, store: Path, repository: Path) -> None:
        make(store, repository)
        os.truncate(store / METADATA, 80)
        before = tree(store)
        planned = report("restore", store, "--from", repository, "--dry-run")
        assert tree(store) == before
        applied = report("restore", store, "--from", repository, "--yes")
        assert applied["transfers"] == planned["transfers"]
        assert (planned["applied"], applied["applied"]) == (False, True)

    def test_of_another_time(self, store: Path, repository: Path) -> None:
        first = make(store, repository)["backup"]["id"]
        os.truncate(store / METADATA, 80)
        make(store, repository, code=1)
        done("restore", store, first, "--from", repository, "--yes")
        assert inside("verify", store).returncode == 0

    def test_nobody_is_there_to_ask(self, store: Path, repository: Path) -> None:
        make(store, repository)
        assert inside("backup", "restore", store, "--from", repository).returncode == 2

    def test_by_hand_with_what_every_machine_has(self, store: Path, repository: Path, tmp_path: Path) -> None:
        """The page of the layout promises that ls, a JSON reader and cp are enough."""
        make(store, repository)
        [manifest] = (repository / "backups").iterdir()
        for file in json.loads(manifest.read_bytes())["files"]:
            target = tmp_path / "by-hand" / file["path"]
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(repository / "objects" / file["sha256"][:2] / file["sha256"], target)
        assert contents(tmp_path / "by-hand") == contents(store)


class TestDamagedBackups:
    """Something in the repository is not as it was written."""

    def damage(self, path: Path, how: str) -> None:
        data = path.read_bytes()
        match how:
            case "flipped":
                path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
            case "cut":
                path.write_bytes(data[:-1])
            case "gone":
                path.unlink()

    @pytest.mark.parametrize("how", ["flipped", "cut", "gone"])
    def test_content(self, store: Path, repository: Path, how: str) -> None:
        made = make(store, repository)
        manifest = Repository.at(repository).read(made["backup"]["id"]).manifest
        record = next(file for file in manifest.files if file.path == METADATA)
        path = Repository.at(repository).object_path(record.sha256)
        self.damage(path, how)
        found = report("verify", "--from", repository, code=1)
        assert [item["path"] for item in found["damage"]] == [str(path)]
        assert found["damage"][0]["backups"] == [made["backup"]["id"]]
        (store / METADATA).unlink()
        before = contents(store)
        outcome = inside("backup", "restore", store, "--from", repository, "--yes")
        assert outcome.returncode == 1
        assert str(path) in outcome.stderr
        assert contents(store) == before
        assert (
            inside(
                "backup", "restore", store, "--from", repository, "--output", store.parent / "o"
            ).returncode
            == 1
        )
        assert not (store.parent / "o").exists()
        assert not (store.parent / "o.partial").exists()

    @pytest.mark.parametrize("how", ["flipped", "cut"])
    def test_a_manifest(self, store: Path, repository: Path, how: str) -> None:
        sound = make(store, repository)["backup"]["id"]
        damaged = make(store, repository)["backup"]["id"]
        path = repository / "backups" / f"{damaged}.json"
        self.damage(path, how)
        assert report("list", "--from", repository, code=1)["backups"][0]["id"] == sound
        assert [item["path"] for item in report("verify", "--from", repository, code=1)["damage"]] == [
            str(path)
        ]
        for arguments in (["restore", store, "--yes"], ["prune", "--keep-last", "1", "--yes"]):
            outcome = inside("backup", *arguments, "--from", repository)
            assert outcome.returncode == 1
            assert str(path) in outcome.stderr
        done("restore", store, sound, "--from", repository, "--yes")
        make(store, repository)

    def test_what_the_store_still_has_is_kept_anew(self, store: Path, repository: Path) -> None:
        make(store, repository)
        [path, *_] = sorted((repository / "objects").glob("??/*"))
        self.damage(path, "flipped")
        make(store, repository, "--reread")
        assert report("verify", "--from", repository)["sound"]

    @pytest.mark.parametrize(
        "path",
        ["../../outside", "/outside", "a/../../outside", "a//b", ""],
        ids=["up", "root", "a-up", "twice", "none"],
    )
    def test_a_manifest_that_leads_out_of_the_store(self, store: Path, repository: Path, path: str) -> None:
        made = make(store, repository)
        manifest = Repository.at(repository).read(made["backup"]["id"]).manifest
        data = manifest.to_bytes().replace(json.dumps(METADATA).encode(), json.dumps(path).encode())
        with pytest.raises(ValueError, match="outside of the store"):
            Manifest.from_bytes(data)

    def test_no_repository(self, store: Path, tmp_path: Path) -> None:
        for arguments in (
            ["list"],
            ["verify"],
            ["restore", store, "--yes"],
            ["prune", "--keep-last", "1", "--yes"],
        ):
            assert inside("backup", *arguments, "--from", tmp_path / "none").returncode == 10


class TestPrune:
    """Which backups stay."""

    @pytest.fixture
    def aged(self, store: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Backups of 20 days, two a day, each with a document of its own; the ids, oldest first."""
        start = datetime(2020, 3, 2, 8, tzinfo=UTC)  # a Monday
        ids = []
        for number in range(40):
            (store / FOLDER / "notes.txt").write_bytes(b"%d" % number)
            moment = start + timedelta(hours=12 * number)

            class Clock(datetime):
                @classmethod
                def now(cls, tz: object = None, moment: datetime = moment) -> datetime:
                    return moment

            monkeypatch.setattr("chromemctl.backup.capture.datetime", Clock)
            monkeypatch.setattr("chromemctl.backup.capture._PAUSE_SECONDS", 0.0)
            ids.append(creating.create(store, repository, Scope.METADATA if number == 0 else Scope.STORE).id)
        return ids

    def test_rules(self, aged: list[str], repository: Path) -> None:
        found = report(
            "prune",
            "--keep-last",
            "3",
            "--keep-daily",
            "4",
            "--keep-weekly",
            "2",
            "--dry-run",
            "--from",
            repository,
        )
        assert not found["applied"]
        kept = {item["id"]: item["reasons"] for item in found["kept"]}
        # The only one of metadata stays as one of its own kind.
        assert kept.pop(aged[0]) == ["last", "daily", "weekly", "last sound"]
        assert kept == {
            aged[39]: ["last", "daily", "weekly", "last sound"],
            aged[38]: ["last"],
            aged[37]: ["last", "daily"],
            aged[35]: ["daily"],
            aged[33]: ["daily"],
            aged[27]: ["weekly"],  # the Sunday before
        }
        assert found["removed"] == [i for i in aged[1:] if i not in kept]
        assert found["contents"] == 33
        assert len(report("list", "--from", repository)["backups"]) == 40

    def test_what_only_they_held_goes_with_them(self, aged: list[str], repository: Path, store: Path) -> None:
        report("prune", "--keep-last", "1", "--yes", "--from", repository)
        assert [item["id"] for item in report("list", "--from", repository)["backups"]] == [aged[0], aged[39]]
        found = report("verify", "--from", repository)
        assert found["contents"] == len(objects(repository)) == 13
        make(store, repository)

    def test_nothing_kept_is_refused(self, store: Path, repository: Path) -> None:
        make(store, repository)
        assert inside("backup", "prune", "--yes", "--from", repository).returncode == 2
        assert inside("backup", "prune", "--keep-last", "0", "--yes", "--from", repository).returncode == 2

    def test_the_last_sound_one_stays_however_long_the_damage_lasts(
        self, store: Path, repository: Path
    ) -> None:
        sound = make(store, repository)["backup"]["id"]
        os.truncate(store / METADATA, 80)
        for _ in range(3):
            make(store, repository, code=1)
        kept = report("prune", "--keep-last", "1", "--yes", "--from", repository)["kept"]
        reasons = {item["id"]: item["reasons"] for item in kept}[sound]
        assert reasons == [f"last with metadata of {FOLDER}", "last sound"]

    def test_metadata_of_a_collection_in_quarantine_stays(self, store: Path, repository: Path) -> None:
        """It waits without a name there, and the backup is the only one that knows it."""
        named = make(store, repository)["backup"]["id"]
        (store / METADATA).unlink()
        settled(store)
        assert inside("quarantine", "add", store, FOLDER, "--yes").returncode == 0
        sound = [make(store, repository)["backup"] for _ in range(2)][-1]
        assert sound["sound"]
        assert sound["quarantined"] == [FOLDER]
        outcome = inside("backup", "prune", "--keep-last", "1", "--yes", "--from", repository)
        assert f"last with metadata of {FOLDER}" in outcome.stdout
        assert inside("quarantine", "restore", store, FOLDER, "--yes").returncode == 1
        inside("recover", "--yes", "--backups", repository, store)
        assert read_metadata(store / METADATA).name == NAMES[0]
        make(settled(store), repository)
        kept = report("prune", "--keep-last", "1", "--yes", "--from", repository)["kept"]
        assert named not in [item["id"] for item in kept]

    def test_of_one_store_alone(self, store: Path, repository: Path, tmp_path: Path) -> None:
        other = settled(write_store(tmp_path / "other"))
        for _ in range(2):
            make(store, repository)
            make(other, repository)
        report("prune", store, "--keep-last", "1", "--yes", "--from", repository)
        stores = [item["store"] for item in report("list", "--from", repository)["backups"]]
        assert sorted(stores) == sorted([str(store), str(other), str(other)])
        assert report("verify", "--from", repository)["sound"]

    def test_not_while_another_is_at_work(self, store: Path, repository: Path) -> None:
        make(store, repository)
        for busy in ("backups", "objects"):
            with exclusive(repository / busy):
                outcome = inside("backup", "prune", "--keep-last", "1", "--yes", "--from", repository)
                assert outcome.returncode == 11


@pytest.mark.parametrize("step", ["_is_there", "_place"])
def test_an_interrupted_backup_leaves_nothing_half_written(
    store: Path, repository: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"chromemctl.backup.writing.Writer.{step}", interrupted)
    with pytest.raises(KeyboardInterrupt):
        creating.create(store, repository, Scope.STORE)
    assert list((repository / "objects").iterdir()) == []


class TestSidecars:
    """Copies beside the metadata, as `.backup`."""

    def test_written_once_and_replaced_when_no_longer_true(self, store: Path, repository: Path) -> None:
        assert make(store, repository, "--sidecars")["sidecars"] == 3
        copy = store / f"{METADATA}.backup"
        assert copy.read_bytes() == (store / METADATA).read_bytes()
        assert make(store, repository, "--sidecars")["sidecars"] == 0
        copy.write_bytes(b"old")
        assert make(store, repository, "--metadata", "--sidecars")["sidecars"] == 1
        assert copy.read_bytes() == (store / METADATA).read_bytes()
        assert (store / ".quarantine" / FOLDER / "0001" / copy.name).read_bytes() == b"old"

    def test_recover_rebuilds_from_them(self, store: Path, repository: Path) -> None:
        make(store, repository, "--metadata", "--sidecars")
        whole = (store / METADATA).read_bytes()
        (store / METADATA).unlink()
        assert inside("recover", "--yes", store).returncode == 0
        assert (store / METADATA).read_bytes() == whole

    def test_none_of_what_is_damaged(self, store: Path, repository: Path) -> None:
        os.truncate(store / METADATA, 80)
        assert make(store, repository, "--sidecars", code=1)["sidecars"] == 2
        assert not (store / f"{METADATA}.backup").exists()


class TestKnown:
    """What backups know of lost metadata."""

    def test_the_latest_sound_metadata_of_a_folder(self, store: Path, repository: Path) -> None:
        make(store, repository)
        whole = (store / METADATA).read_bytes()
        os.truncate(store / METADATA, 80)
        make(store, repository, code=1)
        found = metadata_of(Repository.at(repository), store, {FOLDER, "00000001"}).metadata
        assert list(found) == [FOLDER]
        assert found[FOLDER].reading.record.name == NAMES[0]
        assert found[FOLDER].reading.record.metadata == {"made": "by a test"}
        assert found[FOLDER].gob == whole
        assert found[FOLDER].is_of_store


class TestKilled:
    """Killed before any of its changes, a command leaves a repository and a store that are whole."""

    def test_create(self, tmp_path: Path) -> None:
        store = settled(write_store(tmp_path / "store", NAMES[:2], documents=2))
        for at in range(1000):
            repository = tmp_path / f"repository-{at}"
            code = run_and_die(
                lambda repository=repository: creating.create(store, repository, Scope.STORE), at
            )
            assert code in (0, KILLED)
            if repository.is_dir() and (repository / "repository.json").exists():
                found = report("verify", "--from", repository)
                assert len(found["backups"]) == (
                    1 if code == 0 else len(list((repository / "backups").glob("2*")))
                )
            make(store, repository)
            assert report("verify", "--from", repository)["sound"]
            assert not list((repository / "objects").glob(".incoming-*"))
            shutil.rmtree(repository)
            if code == 0:
                break
        assert at > 20

    def test_prune(self, tmp_path: Path) -> None:
        store = settled(write_store(tmp_path / "store", NAMES[:1], documents=1))
        original = tmp_path / "original"
        for number in range(3):
            (store / FOLDER / "notes.txt").write_bytes(b"%d" % number)
            make(store, original)
        words = ("backup", "prune", "--keep-last", "1", "--yes", "--from")
        for at in range(1000):
            repository = shutil.copytree(original, tmp_path / f"repository-{at}")
            code = run_and_die(lambda repository=repository: inside(*words, repository), at)
            assert code in (0, KILLED)
            assert report("verify", "--from", repository)["sound"]
            assert inside(*words, repository).returncode == 0
            assert len(report("list", "--from", repository)["backups"]) == 1
            assert report("verify", "--from", repository)["contents"] == len(objects(repository)) == 3
            shutil.rmtree(repository)
            if code == 0:
                break
        assert at > 3

    @pytest.mark.parametrize("scope", ["store", "metadata"])
    def test_restore(self, tmp_path: Path, scope: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("chromemctl.survey.looking.RETRY_SECONDS", 0.0)
        sound = settled(write_store(tmp_path / "store", NAMES[:2], documents=1))
        repository = tmp_path / "repository"
        make(sound, repository, *(["--metadata"] if scope == "metadata" else []))
        [backup] = Repository.at(repository).ids()
        expected = contents(sound)
        os.truncate(sound / METADATA, 80)
        (sound / name_hash(NAMES[1]) / "00000000.gob").unlink()
        settled(sound)
        words = (backup, "--from", repository, "--yes")
        for at in range(1000):
            store = shutil.copytree(sound, tmp_path / f"store-{at}")
            code = run_and_die(lambda store=store: inside("backup", "restore", store, *words), at)
            assert code in (0, KILLED)
            done("restore", store, *words)
            assert contents(store, but=(".chromemctl", ".quarantine")) == expected, (
                f"killed after {at} changes"
            )
            assert not list((store / ".chromemctl").glob("restore/*.partial"))
            shutil.rmtree(store)
            if code == 0:
                break
        assert at > 20


EXITS = [
    (["create", "STORE"], 0),
    (["create", "STORE/none"], 10),
    (["create", ""], 2),
    (["create"], 2),
    (["create", "STORE", "--to", "STORE/x"], 2),
    (["list"], 0),
    (["list", "STORE"], 0),
    (["verify"], 0),
    (["verify", "2"], 0),
    (["verify", "nothing"], 2),
    (["restore", "STORE", "--yes"], 0),
    (["restore", "STORE", "--dry-run"], 0),
    (["restore", "STORE"], 2),
    (["restore", "STORE", "nothing", "--yes"], 2),
    (["restore", "STORE/none", "--yes"], 2),
    (["restore", "STORE", "--output", "STORE"], 2),
    (["restore", "STORE", "--output", "STORE/x"], 2),
    (["restore", "STORE", "--output", "BACKUPS/x"], 2),
    (["restore", "STORE", "--output", "BACKUPS/objects/x"], 2),
    (["prune", "--keep-last", "1"], 2),
    (["prune", "--keep-last", "1", "--dry-run"], 0),
    (["prune", "--keep-last", "-1", "--yes"], 2),
    (["prune", "--keep-last", "1", "--yes"], 0),
    (["burn"], 2),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "code"), EXITS)
def test_exit_codes(store: Path, repository: Path, arguments: list[str], code: int) -> None:
    make(store, repository)
    words = [word.replace("STORE", str(store)).replace("BACKUPS", str(repository)) for word in arguments]
    where = [] if "--to" in words else ["--to" if words[0] == "create" else "--from", str(repository)]
    assert inside("backup", *words, *(where if words[0] != "burn" else [])).returncode == code


class TestRecoveringFromBackups:
    """Lost metadata comes back from a backup: name, map and every byte."""

    SECRET = "qx7-zv93-unguessable"

    @pytest.fixture
    def lost(self, tmp_path: Path, repository: Path) -> tuple[Path, bytes]:
        """A store that lost the metadata of a collection whose name nothing else tells; and that metadata."""
        store = write_store(
            tmp_path / "lost", [NAMES[1], self.SECRET], metadata={"k": "v"}, document_metadata={"a": "b"}
        )
        make(settled(store), repository, "--metadata")
        path = store / name_hash(self.SECRET) / "00000000.gob"
        data = path.read_bytes()
        path.unlink()
        return settled(store), data

    def test_recover(self, lost: tuple[Path, bytes], repository: Path) -> None:
        store, data = lost
        outcome = inside("recover", "--yes", "--backups", repository, store)
        assert outcome.returncode == 0, outcome.stdout
        [backup] = Repository.at(repository).ids()
        assert f"collection metadata: whole copy in backup {backup}" in outcome.stdout
        assert (store / name_hash(self.SECRET) / "00000000.gob").read_bytes() == data

    def test_recover_looks_in_the_usual_place(
        self, lost: tuple[Path, bytes], repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "data" / "chromemctl").mkdir(parents=True)
        repository.rename(tmp_path / "data" / "chromemctl" / "backups")
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
        store, data = lost
        assert inside("recover", "--yes", store).returncode == 0
        assert (store / name_hash(self.SECRET) / "00000000.gob").read_bytes() == data

    def test_preflight(self, lost: tuple[Path, bytes], repository: Path, tmp_path: Path) -> None:
        store, data = lost
        outcome = inside("preflight", "--backups", repository, "--state", tmp_path / "state", store)
        assert outcome.returncode == 0
        assert (store / name_hash(self.SECRET) / "00000000.gob").read_bytes() == data

    def test_identify(self, lost: tuple[Path, bytes], repository: Path) -> None:
        store, _ = lost
        outcome = inside("identify", "--json", "--backups", repository, store, name_hash(self.SECRET))
        [folder] = json.loads(outcome.stdout)["folders"]
        assert [(name["name"], name["confidence"]) for name in folder["names"]] == [(self.SECRET, "certain")]

    def test_of_another_store_only_the_name_is_taken(
        self, lost: tuple[Path, bytes], repository: Path, tmp_path: Path
    ) -> None:
        store, _ = lost
        moved = store.rename(tmp_path / "elsewhere")
        assert inside("recover", "--yes", "--backups", repository, moved).returncode == 0
        found = read_metadata(moved / name_hash(self.SECRET) / "00000000.gob")
        assert (found.name, found.metadata) == (self.SECRET, {})

    def test_preflight_goes_on_without_them(
        self, lost: tuple[Path, bytes], repository: Path, tmp_path: Path
    ) -> None:
        store, _ = lost
        healthy = settled(write_store(tmp_path / "healthy"))
        for place in (tmp_path / "none", tmp_path):
            words = ("preflight", "--state", tmp_path / "state", "--backups", place)
            assert inside(*words, healthy).returncode == 0
            copy = tmp_path / f"of {place.name}"
            shutil.copytree(store, copy)
            outcome = inside(*words, copy)
            assert outcome.returncode == 0, outcome.stderr
            assert f"not looked into: backups could not be looked into: {place}: " in outcome.stderr

    def test_damaged_ones_are_told_of(
        self, lost: tuple[Path, bytes], repository: Path, tmp_path: Path
    ) -> None:
        store, _ = lost
        [manifest] = (repository / "backups").iterdir()
        os.truncate(manifest, manifest.stat().st_size - 5)
        told = (
            f"1 backup could not be read and told nothing; see chromemctl backup verify --from {repository}"
        )
        assert told in inside("identify", "--backups", repository, store).stderr
        assert told in inside("recover", "--dry-run", "--backups", repository, store).stderr
        words = ("preflight", "--json", "--state", tmp_path / "state", "--backups", repository)
        [found] = json.loads(inside(*words, store).stdout)["stores"]
        assert found["unread"] == [told]

    def test_no_backups_where_they_should_be(self, lost: tuple[Path, bytes], tmp_path: Path) -> None:
        store, _ = lost
        assert inside("recover", "--yes", "--backups", tmp_path / "none", store).returncode == 2
        assert inside("recover", "--yes", "--backups", tmp_path, store).returncode == 10


def test_a_long_first_reading_is_not_taken_for_a_store_in_use(
    store: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chromemctl.backup.capture.PATIENCE_SECONDS", 0.0)
    assert make(store, repository)["backup"]["at_rest"]
