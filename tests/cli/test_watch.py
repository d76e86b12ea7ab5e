"""`chromemctl watch` as a process of its own: what it sees, how it answers, how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pygob.chromem import name_hash
from tests.stores import chromemctl, settled, tree, write_store
from tests.support.silent_disk import silent
from tests.support.watching import Watch, children, is_running, until, watch

MEMORIES = name_hash("contextd_memories")
CORRUPT, HEALTHY = "vectorstore_collections_corrupt", "vectorstore_collections_healthy"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return settled(write_store(tmp_path / "vectorstore"))


def _others(running: Watch, before: set[int], number: int) -> bool:
    """Whether so many processes have taken the places of those before."""
    now = set(children(running.process.pid))
    return len(now) == number and now.isdisjoint(before)


def _tells_what_is_missing(line: dict[str, Any]) -> bool:
    return "watchfiles is not installed" in line["message"]


class TestService:
    """A watch that goes on."""

    def test_damage_is_seen_and_so_is_its_repair(self, store: Path) -> None:
        with watch(store) as running:
            running.wait_until_ready()
            assert running.get("/health")[0] == 200
            before = tree(store)
            metadata = store / MEMORIES / "00000000.gob"
            content = metadata.read_bytes()
            metadata.unlink()
            running.wait_for(1, CORRUPT, store)
            assert running.metrics()["vectorstore_opens", str(store)] == 0
            assert running.metrics()["vectorstore_initialization_failures_total", str(store)] >= 1
            status, body = running.get("/health")
            assert status == 503
            assert json.loads(body)["metadata"]["corrupt_hashes"] == [MEMORIES]
            assert running.get("/api/v1/health/metadata")[0] == 503
            line = running.line(lambda line: line.get("event") == "damaged")
            assert (line["level"], line["finding"], line["store"]) == ("warning", "META_MISSING", str(store))
            metadata.write_bytes(content)
            running.wait_for(0, CORRUPT, store)
            running.line(lambda line: line.get("event") == "healed")
            assert running.get("/health")[0] == 200
            assert set(tree(store)) == set(before)

    def test_damage_in_a_document_is_seen_soon_after_the_change(self, store: Path) -> None:
        with watch("--interval=1h", store) as running:
            running.wait_until_ready()
            document = next(path for path in (store / MEMORIES).iterdir() if path.name != "00000000.gob")
            os.truncate(document, 40)
            running.wait_for(1, CORRUPT, store)

    def test_names_that_are_not_utf8(self, store: Path) -> None:
        with watch("--interval=1h", store) as running:
            running.wait_until_ready()
            for number in range(3):
                (store / f"caf\udce9 {number}").mkdir()
                (store / f"caf\udce9 {number}" / "x.gob").write_bytes(b"\xff")
                running.wait_for(number + 1, CORRUPT, store)
            (store / MEMORIES / "00000000.gob").unlink()
            running.wait_for(4, CORRUPT, store)

    def test_by_the_clock_alone(self, store: Path, tmp_path: Path) -> None:
        """Without watchfiles damage in a document is seen at the next interval, and that is said once."""
        (tmp_path / "hidden" / "watchfiles").mkdir(parents=True)
        (tmp_path / "hidden" / "watchfiles" / "__init__.py").write_text("raise ImportError('hidden')")
        with watch("--interval=1s", store, env={"PYTHONPATH": str(tmp_path / "hidden")}) as running:
            running.wait_until_ready()
            document = next(path for path in (store / MEMORIES).iterdir() if path.name != "00000000.gob")
            os.truncate(document, 40)
            running.wait_for(1, CORRUPT, store)
            running.line(_tells_what_is_missing)
            assert [line["message"] for line in running.log if _tells_what_is_missing(line)] == [
                "changes are seen only every 1 s: watchfiles is not installed (pip install watchfiles)"
            ]

    def test_a_store_that_vanishes_returns_and_is_replaced(self, store: Path) -> None:
        with watch(store) as running:
            running.wait_until_ready()
            store.rename(store.with_name("elsewhere"))
            running.wait_for(0, "vectorstore_up", store)
            assert (CORRUPT, str(store)) not in running.metrics()
            status, body = running.get("/health")
            assert (status, json.loads(body)["stores"][0]["status"]) == (503, "absent")
            settled(write_store(store, ["signals"]))
            running.wait_for(1, "vectorstore_collections_total", store)
            store.rename(store.with_name("one"))
            store.with_name("elsewhere").rename(store)
            running.wait_for(3, "vectorstore_collections_total", store)

    def test_a_base_with_stores_that_come_later(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        base = tmp_path / "base"
        first = settled(write_store(_made(base / "acme") / "atlas"))
        with watch(base) as running:
            running.wait_until_ready()
            assert running.metrics()["vectorstore_up", str(first)] == 1
            second = write_store(base / "acme" / "borealis")
            running.wait_for(1, "vectorstore_up", second)
            (second / MEMORIES / "00000000.gob").unlink()
            running.wait_for(1, CORRUPT, second)
            assert running.metrics()[CORRUPT, str(first)] == 0
            status, body = running.get(f"/health?store={first}")
            assert (status, json.loads(body)["status"]) == (200, "ok")
            assert running.get(f"/health?store={second}")[0] == 503
            # As it may have been given: from where the watch was started, or with a slash at its end.
            assert running.get("/health?store=base/acme/atlas/")[0] == 200
            for unknown in ("store=/nowhere", "store=", "store"):
                assert running.get(f"/health?{unknown}")[0] == 404, unknown

    def test_a_path_that_does_not_exist_yet(self, tmp_path: Path) -> None:
        with watch(tmp_path / "later") as running:
            running.wait_for(0, "vectorstore_up", tmp_path / "later")
            write_store(tmp_path / "later")
            running.wait_for(1, "vectorstore_up", tmp_path / "later")
            running.wait_for(3, HEALTHY, tmp_path / "later")

    def test_the_process_that_reads_may_die(self, store: Path) -> None:
        with watch("--interval=1s", store) as running:
            running.wait_until_ready()
            before = set(children(running.process.pid))
            assert len(before) == 2, "one reads, and one asks and listens"
            for process in before:
                os.kill(process, signal.SIGKILL)
            until(lambda: _others(running, before, 2), lambda: f"{running.log}")
            running.wait_for(1, "vectorstore_up", store)
            (store / MEMORIES / "00000000.gob").unlink()
            running.wait_for(1, CORRUPT, store)

    def test_it_is_alive_and_says_what_there_is(self, store: Path) -> None:
        with watch(store) as running:
            assert running.get("/livez") == (200, "ok\n")
            status, body = running.get("/")
            assert status == 404
            assert "/api/v1/health/metadata" in body

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
    def test_it_ends_when_told_to(self, store: Path, number: int, code: int) -> None:
        with watch(store) as running:
            running.wait_until_ready()
            started = children(running.process.pid)
            assert running.stop(number) == code
            assert running.line(lambda line: line["message"] == "stopped")
            until(lambda: not any(map(is_running, started)), lambda: f"one of {started} is left")

    def test_killed_it_leaves_no_process_behind(self, store: Path) -> None:
        with watch(store) as running:
            running.wait_until_ready()
            started = children(running.process.pid)
            assert all(map(is_running, started))
            assert running.stop(signal.SIGKILL) == -9
            until(lambda: not any(map(is_running, started)), lambda: f"one of {started} is left")

    def test_a_file_system_that_does_not_answer_keeps_nobody(self, store: Path, tmp_path: Path) -> None:
        (tmp_path / "silent").mkdir()
        with silent(tmp_path / "silent") as mounted:
            if not mounted:
                pytest.skip("this system lets nobody mount a file system by FUSE; see test_lookout.py")
            with watch(store, tmp_path / "silent") as running:
                running.wait_for(0, "vectorstore_up", tmp_path / "silent")
                assert running.get("/livez") == (200, "ok\n")
                _, body = running.get("/health")
                reasons = {each["store"]: each["reason"] for each in json.loads(body)["stores"]}
                assert reasons[str(tmp_path / "silent")] == "its file system does not answer"
                running.wait_for(1, "vectorstore_up", store)
                (store / MEMORIES / "00000000.gob").unlink()
                running.wait_for(1, CORRUPT, store)
                assert running.stop(signal.SIGINT) == 130

    def test_at_an_address_of_ipv6(self, store: Path) -> None:
        with watch("--listen=[::1]:0", store) as running:
            assert running.url.startswith("http://[::1]:")
            assert running.get("/livez") == (200, "ok\n")

    def test_at_an_address_for_others_it_says_so(self, store: Path) -> None:
        with watch("--listen=0.0.0.0:0", store) as running:
            line = running.line(lambda line: line["level"] == "warning")
            assert "can be reached from elsewhere" in line["message"]

    def test_a_check_that_goes_on_does_not_keep_it(self, store: Path, tmp_path: Path) -> None:
        """The store is read by way of a module that never comes to its end."""
        (tmp_path / "slow").mkdir()
        (tmp_path / "slow" / "sitecustomize.py").write_text(
            "import sys\n"
            "if '-P' in sys.orig_argv:\n"
            "    from chromemctl.watching import looks\n"
            "    def hang(store, depth):\n"
            f"        open({str(tmp_path / 'begun')!r}, 'w').close()\n"
            "        __import__('time').sleep(600)\n"
            "    looks.look_at.__code__ = hang.__code__\n"
        )
        with watch(store, env={"PYTHONPATH": str(tmp_path / "slow")}) as running:
            until((tmp_path / "begun").exists, lambda: f"{running.log}")
            assert running.get("/readyz")[0] == 503
            assert running.get("/livez")[0] == 200
            assert running.stop() == 143

    def test_bad_requests_neither_stop_it_nor_make_it_grow(self, store: Path) -> None:
        with watch("--interval=1s", store) as running:
            running.wait_until_ready()
            port = running.line(lambda line: "port" in line)["port"]

            def bother() -> None:
                clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]
                for number, client in enumerate(clients):
                    with contextlib.suppress(OSError):
                        client.sendall(
                            (b"GET /metrics", b"\0" * 20_000, b"POST / HTTP/1.1\r\n\r\n")[number % 3]
                        )
                for client in clients:
                    client.close()
                until(lambda: running.get("/livez")[0] == 200, lambda: f"{running.log}")

            bother()
            before = running.memory()
            for _ in range(20):
                bother()
            assert running.memory() < before + 20_000_000
            assert running.get("/health")[0] == 200
            assert [line for line in running.log if line["level"] != "info"] == []

    def test_systemd_is_told(self, store: Path) -> None:
        name = f"chromemctl-watch-{os.getpid()}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(f"\0{name}")
            manager.settimeout(60)
            environment = {"NOTIFY_SOCKET": f"@{name}", "WATCHDOG_USEC": "1000000"}
            told: list[str] = []
            with watch(store, env=environment) as running:
                while not {"READY=1", "WATCHDOG=1", "STATUS=1 of 1 store healthy"} <= set(told):
                    told += manager.recv(1000).decode().splitlines()
                running.stop()
                while "STOPPING=1" not in told:
                    told += manager.recv(1000).decode().splitlines()

    def test_the_textfile(self, store: Path, tmp_path: Path) -> None:
        file = tmp_path / "chromem.prom"
        with watch("--textfile", file, store):
            text = until(lambda: file.exists() and file.read_text(), lambda: "no file")
        assert 'vectorstore_collections_healthy{store="' in text
        assert "process_" not in text.replace(str(tmp_path), "")

    def test_the_textfile_tells_of_a_store_that_is_not_there(self, tmp_path: Path) -> None:
        file = tmp_path / "chromem.prom"
        with watch("--no-http", "--textfile", file, tmp_path / "nowhere"):
            text = until(lambda: file.exists() and file.read_text(), lambda: "no file")
        assert f'vectorstore_up{{store="{tmp_path}/nowhere"}} 0.0' in text

    def test_an_address_that_is_taken(self, store: Path) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            outcome = chromemctl("watch", f"--listen=127.0.0.1:{port}", store)
        assert outcome.returncode == 3
        assert f"cannot listen at 127.0.0.1:{port}" in outcome.stderr
        assert "Traceback" not in outcome.stderr


class TestAuto:
    """`--auto`: the repairs of a preflight."""

    def test_a_lost_file_comes_back_and_undo_takes_it_away(self, store: Path) -> None:
        metadata = store / MEMORIES / "00000000.gob"
        content = metadata.read_bytes()
        with watch("--auto=recover", store) as running:
            running.wait_until_ready()
            metadata.unlink()
            running.wait_for(1, "vectorstore_recoveries_total", store)
            assert metadata.read_bytes() == content
            running.wait_for(0, CORRUPT, store)
            for words in ("metadata of collection 'contextd_memories' rebuilt", "undo --last"):
                running.line(
                    lambda line, words=words: line.get("event") == "mended" and words in line["message"]
                )
        assert chromemctl("undo", "--last", "--yes", store).returncode == 0
        assert not metadata.exists()

    def test_what_has_no_certain_repair_is_set_aside(self, tmp_path: Path) -> None:
        store = write_store(tmp_path / "store", ["contextd_memories", "nobody-would-guess-this-one"])
        lost = store / name_hash("nobody-would-guess-this-one")
        (lost / "00000000.gob").unlink()
        settled(store)
        with watch("--auto=quarantine", store) as running:
            running.wait_for(1, "vectorstore_quarantined_total", store)
            running.wait_for(1, "vectorstore_opens", store)
        assert not lost.exists()
        assert (store / ".quarantine" / lost.name).is_dir()

    def test_a_store_that_cannot_be_mended_is_told(self, store: Path) -> None:
        journal = store / ".chromemctl" / "journal"
        journal.mkdir(parents=True)
        (journal / "0001.jsonl").write_text('{"schema_version": 99}\n')
        (store / MEMORIES / "00000000.gob").unlink()
        with watch("--auto=recover", settled(store)) as running:
            running.wait_for(1, "vectorstore_auto_failures_total", store)
            assert "not mended" in running.line(lambda line: "mended" in line["message"])["message"]
        assert not (store / MEMORIES / "00000000.gob").exists()

    def test_from_a_timer(self, store: Path) -> None:
        (store / MEMORIES / "00000000.gob").unlink()
        outcome = chromemctl("watch", "--once", "--auto=recover", settled(store))
        assert outcome.returncode == 0, outcome.stderr
        assert outcome.stdout == f"{store}: healthy, 3 collections, 9 documents\n"
        assert "repaired" in outcome.stderr


class TestOnce:
    """`--once`, for timers."""

    def test_a_sound_store(self, store: Path) -> None:
        outcome = chromemctl("watch", "--once", store)
        assert (outcome.returncode, outcome.stderr) == (0, "")
        assert outcome.stdout == f"{store}: healthy, 3 collections, 9 documents\n"

    def test_damage(self, store: Path, tmp_path: Path) -> None:
        (store / MEMORIES / "00000000.gob").unlink()
        file = tmp_path / "chromem.prom"
        outcome = chromemctl("watch", "--once", "--json", "--textfile", file, store)
        assert outcome.returncode == 1
        report = json.loads(outcome.stdout)
        assert (report["schema_version"], report["corrupt"]) == (1, [MEMORIES])
        assert f'vectorstore_collections_corrupt{{store="{store}"}} 1.0' in file.read_text()
        assert "META_MISSING" in outcome.stderr

    def test_no_store(self, store: Path, tmp_path: Path) -> None:
        outcome = chromemctl("watch", "--once", store, tmp_path / "nowhere")
        assert outcome.returncode == 10
        assert f"{tmp_path}/nowhere: absent: {tmp_path}/nowhere does not exist\n" in outcome.stdout
        assert outcome.stderr == f"{tmp_path}/nowhere does not exist\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--interval", "soon"], "write for example 90s, 5m or 1h"),
        (["--interval", "0"], "from one second to seven days"),
        (["--interval", "8000h"], "from one second to seven days"),
        (["--listen", "9874"], "write HOST:PORT"),
        (["--listen", "127.0.0.1:٩٨٧٤"], "write HOST:PORT"),
        (["--interval", "٩s"], "write for example 90s"),
        (["--listen", "localhost:99999"], "write HOST:PORT"),
        (["--json"], "--json is for --once"),
        (["--textfile", "metrics.txt"], "must end in .prom"),
        (["--textfile", "nowhere/at/all.prom"], "is no directory"),
    ],
)
def test_wrong_usage(store: Path, arguments: list[str], message: str) -> None:
    outcome = chromemctl("watch", *arguments, store)
    assert outcome.returncode == 2
    assert message in outcome.stdout + outcome.stderr


def test_without_prometheus_client_it_says_what_to_install(store: Path) -> None:
    code = (
        "import sys; sys.modules['prometheus_client'] = None\nfrom chromemctl.__main__ import main\nmain()\n"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", code, "watch", "--once", store], capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 2
    assert "pip install prometheus-client watchfiles" in outcome.stderr


def _made(path: Path) -> Path:
    path.mkdir(parents=True)
    return path
