"""Disagreements as test vectors: `tests/vectors/found/*.json`, one file each, run by the test suite."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from gohelper.judge import Verdict
from tests.fuzz.differential import Comparison, Disagreement, Encoded
from tests.support.descriptions import VECTORS
from tests.support.verdicts import is_sound

FOUND = VECTORS / "found"


def write_case(found: Disagreement, name: str, folder: Path = FOUND) -> Path:
    """Write a disagreement on a case, alone if it also shows in a process of its own."""
    alone = Comparison([found.history[-1][0]])
    kept = next((each for each in alone if each.check == found.check), found)
    entries = [
        {"values": case, "stream": base64.b64encode(encoded.stream).decode(), "error": encoded.error}
        for case, encoded in kept.history
    ]
    return _write({"check": kept.check, "detail": kept.detail[:2000], "process": entries}, name, folder)


def write_malformed(stream: bytes, verdict: Verdict, detail: str, name: str, folder: Path = FOUND) -> Path:
    """Write a disagreement on whether a stream is sound."""
    values = verdict.typed.values if verdict.typed.accept else None
    entry = {
        "check": "malformed",
        "detail": detail[:2000],
        "stream": base64.b64encode(stream).decode(),
        "sound": is_sound(verdict),
        "values": values,
    }
    return _write(entry, name, folder)


def _write(entry: dict[str, Any], name: str, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{entry['check'].replace(' ', '-')}.json"
    path.write_text(json.dumps(entry, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> dict[str, Any]:
    """A vector, the cases of its process as `OneProcess.differences` takes them."""
    entry: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    entry["process"] = [
        (each["values"], Encoded(base64.b64decode(each["stream"]), each["error"]))
        for each in entry.get("process", ())
    ]
    return entry
