"""Disagreements as test vectors: `tests/vectors/found/*.json`, one file each, run by the test suite."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from gohelper.judge import Verdict
from tests.fuzz.differential import Comparison, Disagreement, Encoded, OneProcess
from tests.support.descriptions import VECTORS
from tests.support.outcomes import outcome
from tests.support.verdicts import is_sound

FOUND = VECTORS / "found"


class Vector(NamedTuple):
    """What is written of a disagreement.

    Attributes:
        kind: What it has in common with others of the same cause, as far as words tell.
        entry: The content of its file.
    """

    kind: str
    entry: dict[str, Any]


def kind_of(check: str, detail: str) -> str:
    """The check and the words of a detail, without the values in it."""
    words = re.sub(r"'.*?'|\"|[\[{(].*|\b[0-9a-f]*[0-9][0-9a-f]*\b", "_", detail)
    return f"{check}: {words[:80]}"


def of_case(found: Disagreement) -> Vector:
    """A disagreement on a case, alone if it also shows in a process of its own."""
    alone = Comparison([found.history[-1][0]])
    kept = next((each for each in alone if each.check == found.check), found)
    entries = [
        {"values": case, "stream": base64.b64encode(encoded.stream).decode(), "error": encoded.error}
        for case, encoded in kept.history
    ]
    entry = {"check": kept.check, "detail": kept.detail[:2000], "process": entries}
    return Vector(kind_of(found.check, found.detail), entry)


def of_malformed(stream: bytes, verdict: Verdict, detail: str) -> Vector:
    """A disagreement on whether a stream is sound."""
    values = verdict.typed.values if verdict.typed.accept else None
    entry = {
        "check": "malformed",
        "detail": detail[:2000],
        "stream": base64.b64encode(stream).decode(),
        "sound": is_sound(verdict),
        "values": values,
    }
    return Vector(kind_of("malformed", detail.removeprefix(f"{stream.hex()}: ")), entry)


def write(entry: dict[str, Any], name: str, folder: Path = FOUND) -> Path:
    """Write the file of a vector."""
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


NEEDS_GO = ("go decodes", "go failed")
"""Checks that ask Go once more; for the others, the vector has what Go says."""


def differences_now(vector: dict[str, Any]) -> list[str]:
    """Where Go and pygob still differ on a vector; with `NEEDS_GO`, Go is asked again."""
    if vector["check"] in NEEDS_GO:
        comparison = Comparison([case for case, _ in vector["process"]])
        return [f"{each.check}: {each.detail}" for each in comparison]
    if vector["check"] == "malformed":
        ours = outcome([base64.b64decode(vector["stream"])])
        if ours.is_accepted != vector["sound"]:
            return [f"we say {ours.error or 'sound'}"]
        if vector["values"] not in (None, len(ours.values)):
            return [f"we read {len(ours.values)} values, Go {vector['values']}"]
        return []
    process = OneProcess()
    found = (each for case, encoded in vector["process"] for each in process.differences(case, encoded))
    return [f"{check}: {detail}" for check, detail in found]
