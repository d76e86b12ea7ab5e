"""What real chromem-go makes of a store, held against the prediction: the proof for `--crosscheck`.

The program that asks it, `gohelper`, is built from the project's sources and no part of what is installed.
It opens the store itself: chromem-go v0.7.0 only reads a directory that exists.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chromemctl.exits import UsageFailure
from chromemctl.judgement.prediction import Prediction
from chromemctl.wording import readable
from pygob.chromem.names import Format

#: The environment variable that says where the program is.
VARIABLE = "CHROMEMCTL_GOHELPER"
_NAME = "gohelper"
# Where `make gohelper` leaves it, in a tree of the project's sources.
_BUILDS = Path(__file__).resolve().parents[3] / "gohelper" / "_build"
# Opening a store of 100,000 documents takes a few seconds.
_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Crosscheck:
    """What real chromem-go made of a store.

    Attributes:
        chromem: Its version; empty where it could not be asked.
        found: What it did, by the setting of `compress`; None where it was not asked, as it would wait for
            ever.
        differences: The settings with which it did something else than was predicted.
        error: Why it could not be asked, or None.
    """

    chromem: str
    found: Mapping[Format, Prediction | None]
    differences: tuple[Format, ...] = ()
    error: str | None = None


def find_program() -> Path:
    """The program that asks real chromem-go.

    Raises:
        UsageFailure: There is none.
    """
    named = os.environ.get(VARIABLE)
    if named:
        if not os.access(named, os.X_OK) or not Path(named).is_file():
            raise UsageFailure(f"{VARIABLE} is {readable(named)}, which is no program")
        return Path(named)
    if (found := shutil.which(_NAME)) is not None:
        return Path(found)
    built = [path for path in _BUILDS.glob(f"{_NAME}-*/{_NAME}") if os.access(path, os.X_OK)]
    if built:
        return max(built, key=lambda path: path.stat().st_mtime)
    raise UsageFailure(
        "--crosscheck asks real chromem-go, and the program for that is not here; nothing was done",
        "in the project's source tree, with Go 1.21 or newer:",
        "  make gohelper",
        f"elsewhere say where the program is that this has built: {VARIABLE}=/path/to/gohelper",
    )


def crosscheck(program: Path, store: Path, predictions: Mapping[Format, Prediction]) -> Crosscheck:
    """Let real chromem-go open a store with both settings, and compare."""
    asked = [form for form, prediction in predictions.items() if not prediction.waits]
    requests: list[dict[str, Any]] = [{"operation": "version", "request": {}}]
    requests += [
        {"operation": "chromem.open", "request": {"path": _to_json(store), "compress": form is Format.GZ}}
        for form in asked
    ]
    found: dict[Format, Prediction | None] = dict.fromkeys(predictions)
    try:
        version, *replies = _ask(program, requests)
    except _NoAnswer as reason:
        return Crosscheck("", found, error=f"{program}: {reason}")
    found |= {form: _outcome(reply) for form, reply in zip(asked, replies, strict=True)}
    differences = tuple(
        form for form in asked if (real := found[form]) and not _agree(store, predictions[form], real)
    )
    return Crosscheck(str(version["result"]["chromem"]), found, differences)


class _NoAnswer(Exception):
    """The program does not answer as it should."""


def _ask(program: Path, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    import subprocess  # which a verify that asks nobody would load for nothing

    lines = "".join(json.dumps(request) + "\n" for request in requests).encode()
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own program
            [program], input=lines, capture_output=True, check=False, timeout=_SECONDS
        )
        replies = [json.loads(line) for line in done.stdout.splitlines()]
        if len(replies) == len(requests) and "result" in replies[0]:
            return replies
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        why = said or f"its exit code was {done.returncode}"
    except subprocess.TimeoutExpired:
        why = f"it has not come back for {_SECONDS // 60} minutes"
    except ValueError:
        why = "its answer cannot be understood"
    except OSError as error:
        why = error.strerror or str(error)
    raise _NoAnswer(why)


def _outcome(reply: dict[str, Any]) -> Prediction:
    if "result" in reply:
        counts = {_from_json(item["name"]): int(item["documents"]) for item in reply["result"] or ()}
        return Prediction(opens=True, collections=counts)
    return Prediction(opens=False, error=_from_json(reply["failure"]["message"]))


def _agree(store: Path, predicted: Prediction, real: Prediction) -> bool:
    if predicted.opens or real.opens:
        return (predicted.opens, predicted.collections) == (real.opens, real.collections)
    # chromem cleans the path before it names it.
    cleaned = (predicted.error or "").replace(str(store), os.path.normpath(store))
    return not predicted.is_quoted or cleaned == real.error


def _to_json(path: Path) -> str | dict[str, str]:
    raw = os.fsencode(path)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return {"b64": base64.b64encode(raw).decode()}


def _from_json(text: str | Mapping[str, str]) -> str:
    if isinstance(text, str):
        return text
    return base64.b64decode(text["b64"]).decode("utf-8", "surrogateescape")
