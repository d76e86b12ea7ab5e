"""`chromemctl preflight`: the application starts with everything that is healthy, and somebody is told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from chromemctl.changes.lock import exclusive
from chromemctl.simulation import damages
from chromemctl.starting import remembered
from pygob.chromem import Format, name_hash
from tests.stores import contents, settled, tree, write_store
from tests.support.crash import KILLED, run_and_die
from tests.support.inside import inside
from tests.support.service import compiled_service, loaded
from tests.support.watching import until

NAMES = ("contextd_memories", "contextd_checkpoints", "contextd_remediations")
FOLDER = name_hash(NAMES[0])
# A name that no rule and no document leads to.
SECRET = "qx7-zv93-unguessable"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where checks are remembered: nothing of the person who runs the tests."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "chromemctl" / "preflight"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return settled(write_store(tmp_path / "vectorstore"))


@pytest.fixture
def quick_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that was made a moment ago is taken to be settled."""
    monkeypatch.setattr(remembered, "_TICK_NS", 0)


def report(*arguments: str | Path) -> dict[str, Any]:
    outcome = inside("preflight", "--json", *arguments)
    data: dict[str, Any] = json.loads(outcome.stdout)
    assert data["schema_version"] == 1
    return data


def only(*arguments: str | Path) -> dict[str, Any]:
    [found] = report(*arguments)["stores"]
    return dict(found)


def lose_metadata(store: Path, name: str = NAMES[0]) -> None:
    (store / name_hash(name) / "00000000.gob").unlink()


def nameless(tmp_path: Path) -> Path:
    """A store of two collections, one of which lost a name that nobody can find."""
    store = write_store(tmp_path / "nameless", [NAMES[0], SECRET], document_metadata={"k": "v"})
    lose_metadata(store, SECRET)
    return settled(store)


class TestStarting:
    """What becomes of a store."""

    def test_a_document_that_may_have_been_deleted_is_left_to_a_person(self, store: Path) -> None:
        lose_metadata(store)
        document = min((store / FOLDER).iterdir())
        (below := store / FOLDER / "old").mkdir()
        document.rename(below / document.name)
        found = only(settled(store))
        assert found["state"] == "mended"
        assert not document.exists()
        assert inside("recover", "--yes", settled(store)).returncode == 0
        assert document.exists()

    def test_a_healthy_store_is_left_as_it_is(self, store: Path) -> None:
        before = tree(store)
        outcome = inside("preflight", store)
        assert (outcome.returncode, outcome.stdout) == (0, "")
        assert outcome.stderr == f"{store}: healthy: 3 collections, 9 documents\n"
        assert tree(store) == before

    def test_quiet_speaks_only_of_trouble(self, store: Path) -> None:
        assert inside("preflight", "--quiet", store).stderr == ""
        lose_metadata(store)
        assert "rebuilt" in inside("preflight", "--quiet", store).stderr

    def test_lost_metadata_is_rebuilt(self, store: Path) -> None:
        sound = contents(store)
        lose_metadata(store)
        outcome = inside("preflight", store)
        assert outcome.returncode == 0
        assert f"{FOLDER}: META_MISSING: metadata of collection 'contextd_memories' rebuilt" in outcome.stderr
        assert contents(store) == sound

    def test_a_collection_whose_name_nobody_finds_is_set_aside(self, tmp_path: Path) -> None:
        store = nameless(tmp_path)
        found = only(store)
        assert (found["state"], found["starts"], found["collections"], found["documents"]) == (
            "mended",
            True,
            1,
            3,
        )
        [aside] = found["set_aside"]
        folder = name_hash(SECRET)
        assert (aside["dir"], aside["name"], aside["documents"]) == (folder, None, 3)
        assert aside["place"] == f".quarantine/{folder}/0001/{folder}"
        assert "META_MISSING: the name was not found" in aside["reason"]
        assert len(found["losses"]) == 1
        assert inside("verify", "--quiet", store).returncode == 0

    def test_names_from_a_file_are_tried(self, tmp_path: Path) -> None:
        store = nameless(tmp_path)
        (tmp_path / "names").write_text(f"{SECRET}\n")
        assert only("--names-file", tmp_path / "names", store)["collections"] == 2

    def test_undo_takes_it_back(self, tmp_path: Path) -> None:
        store = nameless(tmp_path)
        torn = next(path for path in (store / FOLDER).iterdir() if path.name != "00000000.gob")
        os.truncate(torn, 30)
        settled(store)
        before = {path: facts[:-1] for path, facts in tree(store).items()}
        found = only(store)
        assert len(found["runs"]) == 1
        assert len(found["losses"]) == 2
        assert inside("undo", "--yes", store, *found["runs"]).returncode == 0
        shutil.rmtree(store / ".chromemctl")
        after = {path: facts[:-1] for path, facts in tree(store).items()}
        assert {path: facts for path, facts in after.items() if path != "."} == {
            path: facts for path, facts in before.items() if path != "."
        }

    def test_every_reason_is_told_once(self, store: Path) -> None:
        lose_metadata(store)
        lines = inside("preflight", "--policy", "fail", store).stderr.splitlines()
        assert len(lines) == len(set(lines)) > 1

    def test_stderr_tells_what_was_set_aside_and_how_it_comes_back(self, tmp_path: Path) -> None:
        store = nameless(tmp_path)
        said = inside("preflight", store).stderr
        assert "the application can start: 1 collection, 3 documents" in said
        assert f"set aside: {name_hash(SECRET)} (name not known, 3 documents)" in said
        assert f"chromemctl quarantine list {store}" in said
        assert f"chromemctl undo --last {store}" in said

    def test_an_interrupted_preflight_is_finished_by_the_next(self, tmp_path: Path) -> None:
        store = write_store(tmp_path / "store", documents=1)
        lose_metadata(store)
        (store / name_hash(NAMES[1]) / "lost.gob").symlink_to("nowhere")
        settled(store)
        whole = shutil.copytree(store, tmp_path / "whole", symlinks=True)
        assert inside("preflight", whole).returncode == 0
        expected = contents(whole)
        at = 0
        while True:
            copy = shutil.copytree(store, tmp_path / f"killed-{at}", symlinks=True)
            code = run_and_die(lambda copy=copy: _in_a_child(copy), at)
            if code == 0:
                break
            assert code == KILLED
            assert inside("preflight", copy).returncode == 0
            assert contents(copy) == expected, f"killed after {at} changes"
            shutil.rmtree(copy)
            at += 1
        assert at > 10

    def test_most_of_a_store_damaged_alike_is_not_set_aside(self, tmp_path: Path) -> None:
        store = write_store(tmp_path / "store", documents=10)
        for path in store.glob("*/*.gob"):
            if path.name != "00000000.gob":
                os.truncate(path, 20)
        before = contents(settled(store))
        outcome = inside("preflight", store)
        assert outcome.returncode == 1
        assert "less likely than one fault" in outcome.stderr
        assert contents(store) == before
        assert inside("preflight", "--force", store).returncode == 0


def _in_a_child(store: Path) -> None:
    assert inside("preflight", store).returncode == 0


class TestPolicies:
    """What may be done."""

    def test_fail_changes_nothing(self, store: Path) -> None:
        lose_metadata(store)
        before = tree(store)
        outcome = inside("preflight", "--policy", "fail", store)
        assert outcome.returncode == 1
        assert (
            f"chromem would not start: collection metadata file not found: {store}/{FOLDER}" in outcome.stderr
        )
        assert tree(store) == before

    def test_quarantine_rebuilds_nothing(self, store: Path) -> None:
        lose_metadata(store)
        found = only("--policy", "quarantine", store)
        assert (found["starts"], found["collections"], found["repaired"]) == (True, 2, [])
        assert [item["dir"] for item in found["set_aside"]] == [FOLDER]

    def test_fail_on_corruption_repairs_and_says_so_by_its_exit_code(self, store: Path) -> None:
        assert inside("preflight", "--fail-on-corruption", store).returncode == 0
        lose_metadata(store)
        assert inside("preflight", "--fail-on-corruption", store).returncode == 1
        assert inside("preflight", "--fail-on-corruption", store).returncode == 0


class TestFirstStart:
    """There is no store yet, or nothing in it."""

    def test_a_missing_store_is_fine(self, tmp_path: Path) -> None:
        store = tmp_path / "data" / "vectorstore"
        assert only(store)["state"] == "new"
        assert not store.parent.exists()

    def test_it_can_be_refused(self, tmp_path: Path) -> None:
        assert inside("preflight", "--must-exist", tmp_path / "none").returncode == 10

    def test_where_nobody_can_make_it(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        outcome = inside("preflight", tmp_path / "file" / "store")
        assert outcome.returncode == 3
        assert f"(uid {os.geteuid()}) cannot make it in {tmp_path}/file" in outcome.stderr

    def test_an_empty_directory_and_one_with_files_of_the_application_alone(self, tmp_path: Path) -> None:
        store = tmp_path / "store"
        store.mkdir()
        assert inside("preflight", store).returncode == 0
        (store / "collection-notes.json").write_text("{}")
        assert inside("preflight", store).returncode == 0

    def test_a_file_is_no_store(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        assert inside("preflight", tmp_path / "file").returncode == 10


@pytest.mark.usefixtures("quick_clock")
class TestUnchanged:
    """A check is remembered while nothing changes."""

    def test_nothing_is_read_again(self, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert only(store)["state"] == "healthy"
        opened: list[str] = []
        real = os.open
        monkeypatch.setattr(
            os, "open", lambda path, *rest, **more: opened.append(str(path)) or real(path, *rest, **more)
        )
        found = only(store)
        assert (found["state"], found["collections"], found["documents"]) == ("unchanged", 3, 9)
        assert [path for path in opened if ".gob" in path] == []
        assert only("--full", store)["state"] == "healthy"

    @pytest.mark.parametrize("what", ["content", "time", "new", "gone", "mode", "journal"])
    def test_any_change_is_seen(self, store: Path, what: str) -> None:
        only(store)
        path = sorted(store.glob("*/*.gob"))[1]
        status = path.stat()
        match what:
            case "content":  # of the same length, and the time put back
                path.write_bytes(path.read_bytes())
                os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
            case "time":
                os.utime(path)
            case "new":
                (path.parent / "notes").touch()
            case "gone":
                path.unlink()
            case "mode":
                path.chmod(0o600)
            case "journal":
                (store / ".chromemctl" / "journal").mkdir(parents=True)
                (store / ".chromemctl" / "journal" / "0001.jsonl").touch()
        assert only(store)["state"] != "unchanged"

    def test_not_for_another_setting(self, store: Path) -> None:
        only(store)
        assert only("--no-compress", store)["state"] == "healthy"

    def test_not_after_the_machine_was_started_anew(
        self, store: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        only(store)
        monkeypatch.setattr(remembered, "_boot", lambda: "another")
        assert only(store)["state"] == "healthy"

    def test_damage_is_not_remembered(self, store: Path) -> None:
        lose_metadata(store)
        assert only("--policy", "fail", store)["state"] == "damaged"
        assert only("--policy", "fail", store)["state"] == "damaged"

    def test_behind_a_link_anything_may_change(self, store: Path) -> None:
        path = next(path for path in store.glob("*/*.gob") if path.name != "00000000.gob")
        path.rename(store.parent / "elsewhere")
        path.symlink_to(store.parent / "elsewhere")
        only(store)
        assert only(store)["state"] == "healthy"

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"digest": 1}'])
    def test_a_memory_of_another_form_is_none(self, store: Path, state: Path, content: bytes) -> None:
        only(store)
        [kept] = state.iterdir()
        kept.write_bytes(content)
        assert only(store)["state"] == "healthy"

    def test_a_state_that_cannot_be_written_costs_only_the_quick_way(
        self, store: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "occupied").touch()
        for _ in range(2):
            found = only("--state", tmp_path / "occupied" / "state", store)
            assert (found["state"], found["starts"]) == ("healthy", True)

    def test_a_state_in_the_store_is_refused(self, store: Path) -> None:
        assert inside("preflight", "--state", store / "state", store).returncode == 2
        assert not (store / "state").exists()


def test_what_was_changed_just_now_is_not_remembered(
    store: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "_TICK_NS", 3600 * 10**9)  # however long the check takes
    only(store)
    assert not state.exists()


class TestSeveral:
    """More than one store."""

    def test_one_that_fails_hides_none_of_the_others(self, store: Path, tmp_path: Path) -> None:
        other = nameless(tmp_path)
        found = report(tmp_path / "state-less" / "new", "/etc/passwd", other, store)
        assert [item["state"] for item in found["stores"]] == ["new", None, "mended", "healthy"]
        assert found["stores"][1]["error"]["exit_code"] == 10
        assert not found["starts"]
        assert inside("preflight", "/etc/passwd", store).returncode == 10

    def test_all_stores_below_a_base(self, tmp_path: Path) -> None:
        for tenant in ("a", "b"):
            (tmp_path / "base" / tenant).mkdir(parents=True)
            write_store(tmp_path / "base" / tenant / "project")
        lose_metadata(tmp_path / "base" / "b" / "project")
        found = report(settled(tmp_path / "base"))
        assert [item["state"] for item in found["stores"]] == ["healthy", "mended"]

    def test_what_lies_below_a_store_does_not_keep_it_from_starting(self, store: Path) -> None:
        copy = write_store(store / "old copy")
        lose_metadata(copy)
        found = report(settled(store))
        assert [(item["store"], item["state"]) for item in found["stores"]] == [(str(store), "healthy")]
        assert not (copy / ".chromemctl").exists()


class TestCompress:
    """The application's setting."""

    def test_the_other_setting_would_see_nothing(self, tmp_path: Path) -> None:
        store = settled(write_store(tmp_path / "store", form=Format.GZ))
        assert inside("preflight", "--compress", store).returncode == 0
        outcome = inside("preflight", "--no-compress", store)
        assert outcome.returncode == 1
        assert "the application sees none of its collections" in outcome.stderr


class TestInUse:
    """Somebody else is at work on the store."""

    def test_a_lock_is_waited_for_only_for_a_time(self, store: Path) -> None:
        lose_metadata(store)
        with exclusive(store):
            outcome = inside("preflight", "--wait", "0.1", store)
        assert outcome.returncode == 11
        assert "another chromemctl is changing" in outcome.stderr
        assert inside("preflight", store).returncode == 0

    def test_a_store_that_is_written_is_left_alone(self, store: Path) -> None:
        lose_metadata(store)
        before = contents(store)
        busy = store / FOLDER / "busy"
        writer = (
            "import pathlib, sys, time\n"
            "while True: pathlib.Path(sys.argv[1]).write_text(str(time.time())); time.sleep(0.02)\n"
        )

        def until_it_is_written_again(_seconds: float) -> None:
            last = busy.stat().st_mtime_ns
            while busy.stat().st_mtime_ns == last:
                os.sched_yield()

        with subprocess.Popen([sys.executable, "-c", writer, busy]) as process:
            try:
                until(busy.exists, lambda: "nothing was written")
                with mock.patch("time.sleep", until_it_is_written_again):
                    outcome = inside("preflight", store)
            finally:
                process.kill()
        assert outcome.returncode == 11
        assert "the store is being written" in outcome.stderr
        busy.unlink()
        assert contents(store) == before


EXITS = [
    (["STORE"], "sound", 0),
    (["STORE"], "damaged", 0),
    (["--fail-on-corruption", "STORE"], "damaged", 1),
    (["--policy", "fail", "STORE"], "damaged", 1),
    (["--policy", "fail", "STORE"], "sound", 0),
    (["--policy", "quarantine", "STORE"], "damaged", 0),
    (["--policy", "hope", "STORE"], "sound", 2),
    ([], "sound", 2),
    ([""], "sound", 2),
    (["--names-file", "none", "STORE"], "sound", 2),
    (["--wait", "-1", "STORE"], "sound", 2),
    (["STORE/none"], "sound", 0),
    (["--must-exist", "STORE/none"], "sound", 10),
    (["/etc/passwd"], "sound", 10),
    (["/etc/passwd/store"], "sound", 3),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "condition", "code"), EXITS)
def test_exit_codes(store: Path, arguments: list[str], condition: str, code: int) -> None:
    if condition == "damaged":
        lose_metadata(store)
    words = [word.replace("STORE", str(store)) for word in arguments]
    assert inside("preflight", *words).returncode == code


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled_service(tmp_path_factory.mktemp("service"))


class TestRealService:
    """A Go program on real chromem, with the preflight before it."""

    @pytest.mark.parametrize("form", Format)
    @pytest.mark.parametrize("kind", sorted(damages()))
    def test_it_starts_after_any_damage(self, tmp_path: Path, service: Path, kind: str, form: Format) -> None:
        store = settled(write_store(tmp_path / "sound", documents=4, form=form))
        damaged = tmp_path / "damaged"
        if inside("simulate", kind, store, damaged, "--collection", NAMES[0]).returncode != 0:
            pytest.skip("this cannot happen to a store of this format")
        made_an_hour_ago(damaged)
        flag = "--compress" if form is Format.GZ else "--no-compress"
        predicted = json.loads(inside("verify", "--json", damaged).stdout)["chromem"][form.value]["opens"]
        assert (loaded(service, damaged, form, starts=predicted) is not None) == predicted
        found = only(flag, damaged)
        assert found["starts"], found
        seen = loaded(service, damaged, form)
        assert seen is not None
        assert sum(seen.values()) == found["documents"]
        assert {name: seen.get(name) for name in NAMES[1:]} == dict.fromkeys(NAMES[1:], 4)

    @pytest.mark.parametrize("kind", ["metadata-removed", "document-cut", "pipe-among-the-documents"])
    def test_a_start_script(self, tmp_path: Path, service: Path, kind: str) -> None:
        store = settled(write_store(tmp_path / "sound"))
        damaged = tmp_path / "damaged"
        assert inside("simulate", kind, store, damaged).returncode == 0
        assert loaded(service, damaged, Format.PLAIN, starts=False) is None
        script = tmp_path / "start"
        script.write_text('#!/bin/sh\n"$1" -m chromemctl preflight "$3" && exec "$2" -once "$3"\n')
        outcome = subprocess.run(
            ["sh", script, sys.executable, service, damaged], capture_output=True, text=True, check=False
        )
        assert outcome.returncode == 0, outcome.stderr
        assert len(json.loads(outcome.stdout)) >= 2


def made_an_hour_ago(store: Path) -> None:
    for path in store.rglob("*"):
        status = path.lstat()
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns - 3600 * 10**9), follow_symlinks=False)
