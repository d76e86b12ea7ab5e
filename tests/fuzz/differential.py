"""Real Go and pygob against each other on the same cases, in three directions.

A batch of cases goes through one Go process, so that its count of type ids and the names its types got by
first use run through all of them; pygob encodes the same cases with one `TypeIds`. Equal means equal bytes.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import io
import json
import os
import random
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self

import pygob
from gohelper.build import build_command
from pygob._reading import specialized as _specialized
from tests.fuzz.catalogue import Described
from tests.fuzz.expected import NotAsSent, arrange, sent
from tests.fuzz.generator import Generator
from tests.support.descriptions import GoTypes, wire_view
from tests.support.outcomes import crash_words

Case = list[dict[str, Described]]
"""The values that one encoder is given, each with its type."""


class Difference(NamedTuple):
    """What was compared, and what each of the two says."""

    check: str
    detail: str


class Encoded(NamedTuple):
    """What Go made of a case: its stream, or its error and what it had written before."""

    stream: bytes
    error: str | None


@dataclass
class Disagreement:
    """Where Go and pygob differ on a case.

    Attributes:
        check: What was compared.
        detail: What each of the two says.
        history: What one Go process was given, the case in question last, each with what Go made of it.
    """

    check: str
    detail: str
    history: list[tuple[Case, Encoded]] = field(repr=False)


def batch(seed: int, cases: int) -> list[Case]:
    """The cases of a seed; in some, nil may be where gob refuses it."""
    chance = random.Random(seed)
    return [Generator(chance, nilable=number % 16 == 15).case() for number in range(cases)]


class GoFailed(Exception):
    """The Go side could not do what it was asked: no disagreement, but a fault of machine or machinery."""


@functools.cache
def _command() -> Path:
    return build_command()


class GoProcess:
    """A fresh Go process of the static command, asked many questions at a time."""

    def __init__(self) -> None:
        command = [_command()]
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


class OneProcess:
    """What pygob has to say to the cases that one Go process encodes, one after the other."""

    def __init__(self) -> None:
        self._ids = pygob.TypeIds()
        self._go_types = GoTypes()
        self._is_fresh = True

    def differences(self, case: Case, encoded: Encoded) -> Iterator[Difference]:
        """Compare the next case."""
        if encoded.error is not None:
            found = self._refusal(case, encoded.stream, encoded.error)
        else:
            found = self._compared(case, encoded.stream)
        yield from found
        self._is_fresh = False

    def encode(self, case: Case, ids: pygob.TypeIds) -> bytes:
        """What one of our encoders makes of a case, maps in the order given.

        Raises:
            GobEncodeError: gob cannot hold a value.
        """
        writer = pygob.GobWriter(ids)
        go = self._go_types
        return b"".join(
            writer.encode(go.value(each["type"], each["value"]), go.type(each["type"])) for each in case
        )

    def published(self, case: Case, **first_id: int) -> bytes:
        """What `dumps`, or for several values an `Encoder`, makes of a case, maps in the order given.

        Raises:
            GobEncodeError: gob cannot hold a value.
        """
        go = self._go_types
        typed = [(go.value(each["type"], each["value"]), go.type(each["type"])) for each in case]
        if len(typed) == 1:
            return pygob.dumps(*typed[0], **first_id)
        file = io.BytesIO()
        encoder = pygob.Encoder(file, **first_id)
        for value, go_type in typed:
            encoder.encode(value, go_type)
        return file.getvalue()

    def _refusal(self, case: Case, stream: bytes, error: str) -> Iterator[Difference]:
        """Both must refuse the same value of the case, and have sent the ones before it alike."""
        by_go = 0
        with contextlib.suppress(pygob.GobTruncated):  # the definitions of a value that does not follow
            for _ in pygob.iter_values(stream):
                by_go += 1
        writer = pygob.GobWriter(self._ids)
        go = self._go_types
        ours = b""
        for number, each in enumerate(case):
            try:
                ours += writer.encode(go.value(each["type"], each["value"]), go.type(each["type"]))
            except pygob.GobEncodeError as refusal:
                if number != by_go:
                    yield Difference("refusal", f"Go refuses value {by_go} ({error}), we value {number}")
                elif str(refusal).startswith("gob: ") and not _is_said_of(refusal, error):
                    yield Difference("refusal", f"Go says {error}, we {refusal}")
                elif sorted(stream[: len(ours)]) != sorted(ours):  # the entries of maps come in any order
                    yield Difference("refusal", f"before that Go sends {stream.hex()}, we {ours.hex()}")
                return
        yield Difference("refusal", f"Go says {error}; we encode it")

    def _compared(self, case: Case, stream: bytes) -> Iterator[Difference]:
        try:
            parsed = pygob.Stream.parse(stream)
        except pygob.GobError as error:
            yield Difference("decode", f"what Go encoded is refused: {error}")
            return
        again = parsed.to_bytes()
        if again != stream:
            yield Difference("rewrite", f"written back as {again.hex()}")
        try:
            views = [wire_view(item.value, item.type) for item in parsed.values]
        except AssertionError as error:
            yield Difference("decode", f"a value of the wrong Python type: {error}")
            return
        try:
            arranged = [
                each | {"value": arrange(each["type"], each["value"], view)}
                for each, view in zip(case, views, strict=True)
            ]
        except (NotAsSent, ValueError):
            yield Difference("decode", f"decoded as {views}")
            return
        expected = [sent(each["type"], each["value"]) for each in arranged]
        if views != expected:
            yield Difference("decode", f"decoded as {views}, not {expected}")
        try:
            ours = self.encode(arranged, self._ids)
        except pygob.GobEncodeError as error:
            yield Difference("encode", f"Go encodes it, we say {error}")
            return
        if ours != stream:
            yield Difference("encode", f"encoded as {ours.hex()}")
        yield from self._publicly_encoded(arranged, stream)
        yield from _read_by_other_means(stream, expected)
        if len(case) == 1:
            yield from self._decoded_by_type(case[0]["type"], stream, expected[0])

    def _publicly_encoded(self, arranged: Case, stream: bytes) -> Iterator[Difference]:
        """What the public functions make of a case in a fresh process, which Go's process is only once."""
        try:
            expected = stream if self._is_fresh else self.encode(arranged, pygob.TypeIds())
            ours = self.published(arranged)
        except pygob.GobEncodeError as error:
            yield Difference("encode publicly", f"Go encodes it, we say {error}")
            return
        if ours != expected:
            yield Difference("encode publicly", f"encoded as {ours.hex()}, not {expected.hex()}")

    def _decoded_by_type(self, described: Described, stream: bytes, expected: Any) -> Iterator[Difference]:
        """Decode by the rules of compatibility into the very type that was sent, and send that."""
        go_type = self._go_types.type(described)
        try:
            value = pygob.loads(stream, type=go_type)
            (again,) = pygob.iter_values(pygob.dumps(value, go_type))
        except pygob.GobError as error:
            yield Difference("decode by type", f"{type(error).__name__}: {error}")
            return
        view = wire_view(again.value, again.type)
        if view != expected:
            yield Difference("decode by type", f"decoded and sent as {view}, not {expected}")


def _is_said_of(refusal: pygob.GobEncodeError, error: str) -> bool:
    """Whether we say what Go says, which may panic, and then where."""
    text = error.removeprefix("panic: ")
    return str(refusal) == text or str(refusal).startswith(f"{text} (in ")


def _read_by_other_means(stream: bytes, expected: list[Any]) -> Iterator[Difference]:
    """Read as a stream whose definitions were met before, by generated readers, and publicly."""
    earned = _specialized.EARNED_AFTER_BYTES
    _specialized.EARNED_AFTER_BYTES = 0
    try:
        for _ in range(2):  # the first time the definitions may be new
            views = [wire_view(item.value, item.type) for item in pygob.iter_values(stream)]
            if views != expected:
                yield Difference("read again", f"decoded as {views}, not {expected}")
                return
    except (pygob.GobError, AssertionError) as error:
        yield Difference("read again", f"{type(error).__name__}: {error}")
    finally:
        _specialized.EARNED_AFTER_BYTES = earned
    yield from _publicly_read(stream, expected)


def _publicly_read(stream: bytes, expected: list[Any]) -> Iterator[Difference]:
    """Read from a file, and by `iter_loads`, whose values have no types beside them."""
    try:
        decoder = pygob.Decoder(io.BytesIO(stream))
        views = [wire_view(item.value, item.type) for item in iter(decoder.next_value, None)]
        if views != expected:
            yield Difference("read publicly", f"Decoder: {views}, not {expected}")
        loaded = repr(list(pygob.iter_loads(stream)))
        if loaded != repr([item.value for item in pygob.iter_values(stream)]):
            yield Difference("read publicly", f"iter_loads: {loaded}, not {expected}")
    except (pygob.GobError, AssertionError) as error:
        yield Difference("read publicly", f"{type(error).__name__}: {error}")


class Comparison:
    """One batch compared; iterating gives its disagreements.

    It ends early where the type ids of all that follows are in doubt: at a disagreement on encoding, and
    where Go refuses a map, since it depends on Go's random order which elements it had come to.

    Attributes:
        done: The cases compared, each with what Go made of it.
    """

    def __init__(self, cases: list[Case]) -> None:
        self._cases = cases
        self.done: list[tuple[Case, Encoded]] = []

    @property
    def streams(self) -> list[bytes]:
        """The streams that Go encoded so far, with maps in the order given: the same in every run."""
        ours, ids = OneProcess(), pygob.TypeIds()
        return [ours.encode(case, ids) for case, encoded in self.done if encoded.error is None]

    def __iter__(self) -> Iterator[Disagreement]:
        process = OneProcess()
        with GoProcess() as go:
            answers = go.ask("codec.encode", [{"values": case} for case in self._cases])
            for case in self._cases:
                try:
                    answer = next(answers)
                except GoFailed as error:
                    self.done.append((case, Encoded(b"", f"no answer: {error}")))
                    yield Disagreement("go failed", str(error), list(self.done))
                    return
                encoded = Encoded(base64.b64decode(answer["stream"] or ""), answer["error"])
                self.done.append((case, encoded))
                checks = set()
                for check, detail in _all_differences(process, case, encoded):
                    checks.add(check)
                    yield Disagreement(check, detail, list(self.done))
                is_refused_map = encoded.error is not None and "'map'" in repr(case)
                if is_refused_map or checks & {"encode", "refusal", "crash"}:
                    break
            try:
                for _ in answers:  # to those not compared
                    pass
            except GoFailed:
                return  # the next comparison comes to the same case
            yield from self._decoded_by(go, process)

    def _decoded_by(self, go: GoProcess, process: OneProcess) -> Iterator[Disagreement]:
        """Encode with maps in an order of our own and with other ids, for Go to decode."""
        requests = {}
        for number, (case, encoded) in enumerate(self.done):
            if encoded.error is None:
                try:
                    ours = process.published(case, first_id=64 + number * 7)
                except pygob.GobEncodeError:
                    continue  # a disagreement already
                except Exception as error:  # noqa: BLE001 - whatever it is, it is found
                    yield Disagreement("crash", crash_words(error), self.done[: number + 1])
                    continue
                requests[number] = {
                    "a": base64.b64encode(encoded.stream).decode(),
                    "b": base64.b64encode(ours).decode(),
                    "types": [each["type"] for each in case],
                }
        answers = go.ask("codec.equal", list(requests.values()))
        for number, request in requests.items():
            try:
                answer = next(answers)
            except GoFailed as error:
                yield Disagreement("go failed", str(error), self.done[: number + 1])
                return
            if not answer["equal"]:
                detail = f"Go decodes {base64.b64decode(request['b']).hex()}: {answer['reason']}"
                yield Disagreement("go decodes", detail, self.done[: number + 1])


def _all_differences(process: OneProcess, case: Case, encoded: Encoded) -> Iterator[Difference]:
    """The differences of a case, an exception that pygob should not have raised among them."""
    try:
        yield from process.differences(case, encoded)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is found, and the run goes on
        yield Difference("crash", crash_words(error))


def comparisons(cases: list[Case]) -> Iterator[Comparison]:
    """A comparison of all cases, and further ones of those that the last has not come to."""
    while cases:
        comparison = Comparison(cases)
        yield comparison
        cases = cases[len(comparison.done) :]
