"""`make watch-alert`: a real Prometheus scrapes a watch, and alerts while a store is damaged.

Needs the programs of Prometheus (Debian: apt install prometheus). It takes some two minutes, one of them that
for which the alert's own rule waits.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit

from chromemctl.integration.alert_rules import as_yaml
from pygob.chromem import name_hash
from tests.stores import chromemctl, settled, write_store
from tests.support.watching import Watch, watch

ALERTS = {"VectorstoreCorruptCollection", "VectorstoreInitializationFailure"}
PATIENCE_SECONDS = 300


class Prometheus:
    """A Prometheus that is running.

    Args:
        folder: Where its files go.
        target: What it scrapes, as HOST:PORT.
    """

    def __init__(self, folder: Path, target: str) -> None:
        folder.mkdir()
        (folder / "chromem.yml").write_text(as_yaml())
        configuration = {
            "global": {"scrape_interval": "5s", "evaluation_interval": "5s"},
            "rule_files": ["chromem.yml"],
            "scrape_configs": [{"job_name": "chromem", "static_configs": [{"targets": [target]}]}],
        }
        (folder / "prometheus.yml").write_text(json.dumps(configuration))
        subprocess.run(["promtool", "check", "config", folder / "prometheus.yml"], check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{address}"
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                ["prometheus", "--config.file", folder / "prometheus.yml",
                 "--storage.tsdb.path", folder / "data", "--web.listen-address", address],
                stdout=log, stderr=log,
            )  # fmt: skip

    def get(self, path: str) -> Any:
        """What its API answers."""
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return json.load(answer)["data"]

    def alerts(self) -> dict[str, str]:
        """The alerts that are pending or firing."""
        try:
            found = self.get("/api/v1/alerts")["alerts"]
        except (URLError, ConnectionError):
            return {}
        return {alert["labels"]["alertname"]: alert["state"] for alert in found}


def run(root: Path) -> None:
    """Damage, alarm, repair, calm; a line for each with its time."""
    store = settled(write_store(root / "vectorstore"))
    began = time.monotonic()

    def tell(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)

    with ExitStack() as stack:
        running = stack.enter_context(watch("--interval=10s", store))
        running.wait_until_ready()
        prometheus = Prometheus(root / "prometheus", urlsplit(running.url).netloc)
        stack.callback(prometheus.process.wait)
        stack.callback(prometheus.process.terminate)
        _until(lambda: _is_scraped(prometheus), "Prometheus scrapes")
        tell(f"Prometheus scrapes {running.url}/metrics; alerts: {prometheus.alerts() or 'none'}")
        (store / name_hash("contextd_memories") / "00000000.gob").unlink()
        tell("a metadata file is deleted")
        _wait_for_metric(running, store, 1)
        tell("the watch reports a corrupt collection")
        _until(lambda: prometheus.alerts().keys() >= ALERTS, "pending")
        tell(f"alerts: {prometheus.alerts()}")
        _until(lambda: set(prometheus.alerts().items()) >= {(name, "firing") for name in ALERTS}, "firing")
        tell(f"alerts: {prometheus.alerts()}")
        assert chromemctl("recover", "--yes", store).returncode == 0
        tell("chromemctl recover")
        _until(lambda: not ALERTS & prometheus.alerts().keys(), "the alerts end")
        tell(f"alerts: {prometheus.alerts()}")


def _is_scraped(prometheus: Prometheus) -> bool:
    try:
        return bool(prometheus.get("/api/v1/query?query=vectorstore_up==1")["result"])
    except (URLError, ConnectionError):
        return False


def _wait_for_metric(running: Watch, store: Path, value: float) -> None:
    running.wait_for(value, "vectorstore_collections_corrupt", store)


def _until(reached: Any, what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {PATIENCE_SECONDS} seconds: {what}")
        time.sleep(0.5)


def main() -> int:
    """Run it where there is a Prometheus."""
    if shutil.which("prometheus") is None or shutil.which("promtool") is None:
        print("there is no prometheus here (Debian: apt install prometheus)", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="watch-alert-") as root:
        run(Path(root))
    return 0


if __name__ == "__main__":
    sys.exit(main())
