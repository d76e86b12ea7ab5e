"""Real Go and pygob against each other on the same cases, in three directions.

A batch of cases goes through one Go process, so that its count of type ids and the names its types got by
first use run through all of them; pygob encodes the same cases with one `TypeIds`. Equal means equal bytes.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import random
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import pygob
from gohelper.build import build_command
from tests.fuzz.expected import NotAsSent, arrange, sent
from tests.fuzz.generator import Described, Generator
from tests.support.descriptions import GoTypes, wire_view

Case = list[dict[str, Described]]
"""The values that one encoder is given, each with its type."""


@dataclass
class Disagreement:
    """Where Go and pygob differ.

    Attributes:
        check: What was compared.
        seed: The seed of the batch.
        number: Which case of the batch, from 0.
        detail: What each of the two says.
        case: The case; empty for a malformed stream.
        stream: Go's stream, or the malformed one.
    """

    check: str
    seed: int
    number: int
    detail: str
    case: Case = field(repr=False)
    stream: bytes


def batch(seed: int, cases: int) -> list[Case]:
    """The cases of a seed."""
    chance = random.Random(seed)
    return [Generator(chance, nilable=number % 16 == 15).case() for number in range(cases)]


class GoFailed(Exception):
    """The Go side could not do what it was asked; not a disagreement but a fault of the machine or the machinery."""


class GoProcess:
    """A fresh Go process of the static command, asked many questions at a time."""

    def __init__(self) -> None:
        command = [build_command()]
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed on exit
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):
                pipe.close()

    def ask(self, operation: str, requests: list[Any]) -> Iterator[dict[str, Any]]:
        """The answers in order.

        Raises:
            GoFailed: The process ended, or did not understand a request.
        """
        writer = threading.Thread(target=self._write, args=(operation, requests), daemon=True)
        writer.start()
        assert self._process.stdout is not None
        for _ in requests:
            line = self._process.stdout.readline()
            if not line:
                self._process.wait()
                reason = os.pread(self._errors.fileno(), 4096, 0).decode(errors="replace")
                raise GoFailed(f"the Go process ended: {reason.strip()}")
            answer = json.loads(line)
            if "failure" in answer:
                raise GoFailed(answer["failure"]["message"])
            yield answer["result"]
        writer.join()

    def _write(self, operation: str, requests: list[Any]) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        with contextlib.suppress(BrokenPipeError):  # the reader says why
            for request in requests:
                pipe.write(json.dumps({"operation": operation, "request": request}).encode() + b"\n")
            pipe.flush()


class Comparison:
    """One batch compared; iterating gives its disagreements.

    Attributes:
        streams: The streams that Go encoded, after iteration.
        values: How many values were compared, after iteration.
        refused: How many cases Go refused to encode, after iteration.
    """

    def __init__(self, seed: int, cases: list[Case]) -> None:
        self._seed = seed
        self._cases = cases
        self.streams: list[bytes] = []
        self.values = 0
        self.refused = 0
        self._ids = pygob.TypeIds()
        self._go_types = GoTypes()
        self._to_decode: list[tuple[int, Any]] = []

    def __iter__(self) -> Iterator[Disagreement]:
        with GoProcess() as go:
            answers = go.ask("codec.encode", [{"values": case} for case in self._cases])
            for number, (case, answer) in enumerate(zip(self._cases, answers, strict=True)):
                stream = base64.b64decode(answer["stream"] or "")
                for check, detail in self._compared(number, case, stream, answer["error"]):
                    yield Disagreement(check, self._seed, number, detail, case, stream)
            yield from self._decoded_by(go)

    def _compared(
        self, number: int, case: Case, stream: bytes, error: str | None
    ) -> Iterator[tuple[str, str]]:
        if error is not None:
            return self._refusal(case, error)
        return self._encoded(number, case, stream)

    def _refusal(self, case: Case, error: str) -> Iterator[tuple[str, str]]:
        self.refused += 1
        try:
            self._encode(case, self._ids)
        except pygob.GobEncodeError:
            return
        yield "refusal", f"Go says {error}; we encode it"

    def _encoded(self, number: int, case: Case, stream: bytes) -> Iterator[tuple[str, str]]:
        self.streams.append(stream)
        self.values += len(case)
        try:
            parsed = pygob.Stream.parse(stream)
        except pygob.GobError as error:
            yield "decode", f"what Go encoded is refused: {error}"
            return
        if parsed.to_bytes() != stream or not parsed.is_canonical:
            yield "rewrite", f"written back as {parsed.to_bytes().hex()}"
        try:
            views = [wire_view(item.value, item.type) for item in parsed.values]
        except AssertionError as error:
            yield "decode", f"a value of the wrong Python type: {error}"
            return
        try:
            arranged = [
                each | {"value": arrange(each["type"], each["value"], view)}
                for each, view in zip(case, views, strict=True)
            ]
        except (NotAsSent, ValueError):
            yield "decode", f"decoded as {views}"
            return
        expected = [sent(each["type"], each["value"]) for each in arranged]
        if views != expected:
            yield "decode", f"decoded as {views}, not {expected}"
        try:
            ours = self._encode(arranged, self._ids)
        except pygob.GobEncodeError as error:
            yield "encode", f"Go encodes it, we say {error}"
            return
        if ours != stream:
            yield "encode", f"encoded as {ours.hex()}"
        yield from self._for_go(number, case, stream)

    def _for_go(self, number: int, case: Case, stream: bytes) -> Iterator[tuple[str, str]]:
        """Encode with maps in an order of our own and with other ids, for Go to decode."""
        try:
            ours = self._encode(case, pygob.TypeIds(64 + number * 7))
        except pygob.GobEncodeError as error:
            yield "encode", f"Go encodes it, we say {error}"
            return
        request = {
            "a": base64.b64encode(stream).decode(),
            "b": base64.b64encode(ours).decode(),
            "types": [each["type"] for each in case],
        }
        self._to_decode.append((number, request))

    def _decoded_by(self, go: GoProcess) -> Iterator[Disagreement]:
        answers = go.ask("codec.equal", [request for _, request in self._to_decode])
        for (number, request), answer in zip(self._to_decode, answers, strict=True):
            if not answer["equal"]:
                detail = f"Go decodes {base64.b64decode(request['b']).hex()}: {answer['reason']}"
                stream = base64.b64decode(request["a"])
                yield Disagreement("go decodes", self._seed, number, detail, self._cases[number], stream)

    def _encode(self, case: Case, ids: pygob.TypeIds) -> bytes:
        writer = pygob.GobWriter(ids)
        go = self._go_types
        return b"".join(writer.encode(go.value(each["type"], each["value"]), go.type(each["type"])) for each in case)
