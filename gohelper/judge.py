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

    @property
    def is_late(self) -> bool:
        """Whether there was no verdict within the deadline."""
        return self.crash.startswith("no verdict within")


class Judge:
    """Real Go as the judge of streams; a context manager, since it compiles a program first.

    Args:
        deadline: Seconds of processor time for one stream. One that takes longer is judged once more, with
            ten times as much.

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
        judged = list(streams)
        verdicts = self._within(self._deadline, judged)
        late = [number for number, verdict in enumerate(verdicts) if verdict.is_late]
        patiently = self._within(10 * self._deadline, [judged[number] for number in late])
        for number, verdict in zip(late, patiently, strict=True):
            verdicts[number] = verdict
        return verdicts

    def _within(self, deadline: float, streams: list[bytes]) -> list[Verdict]:
        lines = b"".join(base64.b64encode(stream) + b"\n" for stream in streams)
        if not lines:
            return []
        command = [str(self._program), "-deadline", f"{deadline}s"]
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
