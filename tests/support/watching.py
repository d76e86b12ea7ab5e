"""`chromemctl watch` as a process: its log, what it answers, and how it ends."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

# Nothing here takes so long; a wait that does is a failure.
_PATIENCE_SECONDS = 60.0


@dataclass
class Watch:
    """A watch that is running.

    Attributes:
        process: Its process.
        log: The lines of its log so far.
        others: Lines that are none of its log; there must be none.
    """

    process: subprocess.Popen[str]
    log: list[dict[str, Any]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it answers."""
        return str(self.line(lambda line: "url" in line)["url"])

    def line(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first line of the log that is wanted, waited for."""
        return until(lambda: next(filter(wanted, list(self.log)), None), lambda: f"{self.log}")

    def get(self, path: str) -> tuple[int, str]:
        """The status and the body of an answer; 0 where the connection was closed without one."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError):
            return 0, ""

    def metrics(self) -> dict[tuple[str, str], float]:
        """The values of the metrics that have no label but the store's, by name and store."""
        return {
            (sample.name, sample.labels.get("store", "")): sample.value
            for family in text_string_to_metric_families(self.get("/metrics")[1])
            for sample in family.samples
            if not set(sample.labels) - {"store"}
        }

    def wait_for(self, value: float, name: str, store: Path | str = "") -> None:
        """Wait until a metric has a value."""
        until(lambda: self.metrics().get((name, str(store))) == value, lambda: f"{name}: {self.metrics()}")

    def wait_until_ready(self) -> None:
        """Wait until all stores have been looked at."""
        until(lambda: self.get("/readyz")[0] == 200, lambda: f"{self.log}")

    def memory(self) -> int:
        """The resident memory of the process and of those that it has started, in bytes."""
        return sum(_resident(pid) for pid in (self.process.pid, *children(self.process.pid)))

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(_PATIENCE_SECONDS)


def until(found: Callable[[], Any], what: Callable[[], str]) -> Any:
    """Wait until something is there."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not (result := found()):
        assert time.monotonic() < deadline, what()
        time.sleep(0.02)
    return result


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found: list[int] = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # one that has just ended has none
            found += map(int, (thread / "children").read_text().split())
    return found


def is_running(pid: int) -> bool:
    """Whether a process is there, and not only its exit code for whoever asks for that."""
    return Path(f"/proc/{pid}/exe").exists()


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def watch(*arguments: str | Path, env: Mapping[str, str] | None = None, port: int = 0) -> Iterator[Watch]:
    """Run a watch that logs JSON and answers at a port of its choice; it is ended with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "chromemctl", "watch", "--log-json", f"--listen=127.0.0.1:{port}", *arguments],
        env={**os.environ, **(env or {})}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    running = Watch(process)
    reader = threading.Thread(target=_read_log, args=(running,), daemon=True)
    reader.start()
    try:
        yield running
    finally:
        process.kill()
        process.wait()
        reader.join()
        assert process.stderr is not None
        process.stderr.close()
    assert running.others == []


def _read_log(running: Watch) -> None:
    assert running.process.stderr is not None
    for line in running.process.stderr:
        try:
            running.log.append(json.loads(line))
        except ValueError:
            running.others.append(line)
