"""Real Go's verdict on many streams at once, hostile ones included.

The streams are judged by the command `cmd/judge` in processes of its own, with a deadline and bounded
memory: what makes Go hang or crash is a verdict too. Several thousand streams a second.
"""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from gohelper.errors import GoCrashed
from gohelper.programs import compile_program


@dataclass(frozen=True)
class Outcome:
    """What encoding/gob made of a stream, value after value.

    Attributes:
        accept: The stream was read to a clean end.
        values: How many values were decoded before the end or the error.
        error: Go's own text, or None.
    """

    accept: bool
    values: int
    error: str | None


@dataclass(frozen=True)
class Verdict:
    """Real Go's judgement of one stream.

    Attributes:
        skip: By `Decode(nil)`. Go's skipping has faults of its own behind nil and nested interface values.
        typed: By decoding into types built from the stream's own definitions.
        judge: "typed" when that covers everything; "partial" when fields or types in `unbuilt` could not be
            built from the definitions alone, so that `typed` says less or more than the stream deserves;
            "skip-only" when a value has no such type and was skipped.
        unbuilt: What was not built, and why.
        reader: What the independent reader that supplies the types has against the stream, or None.
        crash: How Go hung, crashed or ran out of memory, or "". Both outcomes are rejections then.
    """

    skip: Outcome
    typed: Outcome
    judge: Literal["typed", "partial", "skip-only"]
    unbuilt: tuple[str, ...]
    reader: str | None
    crash: str


class Judge:
    """Real Go as the judge of streams; a context manager, since it compiles a program first.

    Args:
        deadline: Seconds for one stream.

    Raises:
        GoMissing: No Go toolchain.
        GoBuildFailed: Go refused; the message holds its output.
    """

    def __init__(self, *, deadline: float = 3.0) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="gohelper-judge-")
        self._deadline = deadline
        self._program = compile_program("judge", Path(self._folder.name))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def verdicts(self, streams: Iterable[bytes]) -> list[Verdict]:
        """Judge every stream, in order.

        Raises:
            GoCrashed: The judge itself failed, which no stream should bring about.
        """
        lines = b"".join(base64.b64encode(stream) + b"\n" for stream in streams)
        command = [str(self._program), "-deadline", f"{self._deadline}s"]
        done = subprocess.run(command, input=lines, capture_output=True, check=False)  # noqa: S603 - just compiled
        if done.returncode != 0:
            reason = done.stderr.decode(errors="replace").strip()
            raise GoCrashed(f"the judge failed: {reason}", done.returncode, reason)
        return [_verdict(json.loads(line)) for line in done.stdout.splitlines()]


def _verdict(answer: dict[str, Any]) -> Verdict:
    return Verdict(
        skip=Outcome(**answer["skip"]),
        typed=Outcome(**answer["typed"]),
        judge=answer["judge"],
        unbuilt=tuple(answer.get("unbuilt", ())),
        reader=answer["reader"],
        crash=answer.get("crash", ""),
    )
