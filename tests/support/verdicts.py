"""Our verdict on a stream, sound or not, held against real Go's.

Go judges in two ways, by skipping values and by decoding them into types built from the stream's own
definitions. Its skipping has faults of its own (`docs/differences-from-go.md`), so decoding decides where Go
can build the types. Where it cannot (recursive types, names that are none in Go), the independent reader of
`gohelper/describe`, written from Go's rules, decides in its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from gohelper.judge import Judge, Verdict
from tests.support.outcomes import crash_words, outcome

NO_KIND = "no Go type decodes a undefined"
"""Why Go has no type for a definition that defines nothing: such values are malformed."""

NO_KIND_INSIDE = "received remote type unknown type"
"""What Go says of such a value inside an interface, whatever type it was to go into."""

MISFITS = ("received remote type", "wrong type (", "no fields matched")
"""What Go says of a destination that does not fit. Ours are built from the stream, so they fit, save where
one Go type stands for two definitions of the same structure, or a name is none that Go can set: not the
stream's fault."""


UNHASHABLE = "hash of unhashable type"
"""Where Go panics: a slice inside an interface that is the key of a map. We read such a map as `Pairs`."""


REAL_GO, OUR_READER = "real Go", "our reader in Go"
OUT_OF_MEMORY, CRASHED = "nobody: Go ran out of memory", "nobody: Go crashed or hung"
"""Who decided whether a stream is sound."""


def decider(verdict: Verdict) -> str:
    """Who decides: Go's decoding, unless it was not given the right types."""
    if verdict.crash:
        return OUT_OF_MEMORY if "out of memory" in verdict.crash else CRASHED
    if NO_KIND_INSIDE in (verdict.typed.error or ""):
        return REAL_GO
    is_misfit = any(words in (verdict.typed.error or "") for words in (*MISFITS, UNHASHABLE))
    return REAL_GO if verdict.judge == "typed" and not is_misfit else OUR_READER


def is_sound(verdict: Verdict) -> bool:
    """Whether Go's rules accept the stream."""
    if NO_KIND_INSIDE in (verdict.typed.error or ""):
        return False
    if decider(verdict) is REAL_GO:
        return verdict.typed.accept
    return verdict.reader is None and not any(NO_KIND in why for why in verdict.unbuilt)


def difference(stream: bytes, verdict: Verdict) -> str | None:
    """How Go and we differ on a stream, in words; `None` where we agree or Go has no verdict.

    An exception that is no `GobError` is a difference in any case.
    """
    try:
        ours = outcome([stream])
    except Exception as error:  # noqa: BLE001 - whatever it is, it is found, and the others are judged
        return f"{stream.hex()}: {crash_words(error)}"
    if verdict.crash:
        return None
    if ours.is_accepted != is_sound(verdict):
        return f"{stream.hex()}: we say {ours.error or 'sound'}, Go says {verdict}"
    if verdict.judge == "typed" and verdict.typed.accept and verdict.typed.values != len(ours.values):
        return f"{stream.hex()}: we read {len(ours.values)} values, Go {verdict.typed.values}"
    return None


@dataclass(frozen=True)
class Comparison:
    """Many streams, held against Go's verdicts.

    Attributes:
        differences: Every stream on which Go and we differ, in words, and every one on which Go, which
            crashed or took too long, has no verdict. Where it ran out of memory, that is counted only.
        deciders: How many streams each decided, by the names above.
        skipped: How many of them Go's skipping, which asks for no types, judges otherwise than its decoding.
    """

    differences: list[str]
    deciders: Counter[str]
    skipped: int

    def share(self, decider: str) -> float:
        """The part of the streams that one decided."""
        return self.deciders[decider] / self.deciders.total()

    def __str__(self) -> str:
        counts = ", ".join(f"{count:,} by {name}" for name, count in self.deciders.most_common())
        return (
            f"{self.deciders.total():,} streams judged: {counts}; {len(self.differences)} differences; "
            f"Go's skipping says otherwise of {self.skipped:,}"
        )


def compare(judge: Judge, streams: Iterable[bytes]) -> Comparison:
    """Hold our verdict on each stream against Go's; the result prints who decided how many."""
    judged = list(streams)
    verdicts = judge.verdicts(judged)
    found = [difference(*pair) for pair in zip(judged, verdicts, strict=True)]
    comparison = Comparison(
        [each for each in found if each is not None]
        + [
            f"{stream.hex()}: not judged: {verdict.crash}"
            for stream, verdict in zip(judged, verdicts, strict=True)
            if decider(verdict) is CRASHED
        ],
        Counter(map(decider, verdicts)),
        sum(verdict.skip.accept != is_sound(verdict) for verdict in verdicts if not verdict.crash),
    )
    print(comparison)
    return comparison
