"""Our verdict on a stream, sound or not, held against real Go's.

Go judges in two ways, by skipping values and by decoding them into types built from the stream's own
definitions. Its skipping has faults of its own (`docs/differences-from-go.md`), so decoding decides where Go
can build the types. Where it cannot (recursive types, names that are none in Go), the independent reader of
`gohelper/describe`, written from Go's rules, decides in its place.
"""

from __future__ import annotations

from gohelper.judge import Verdict
from tests.support.outcomes import outcome

TWO_KINDS = "more than one kind of type"
"""Our words for what we refuse and Go accepts: a definition that defines, say, a slice and a map."""

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


def is_sound(verdict: Verdict) -> bool:
    """Whether Go's rules accept the stream."""
    if NO_KIND_INSIDE in (verdict.typed.error or ""):
        return False
    is_misfit = any(words in (verdict.typed.error or "") for words in (*MISFITS, UNHASHABLE))
    if verdict.judge == "typed" and not is_misfit:
        return verdict.typed.accept
    return verdict.reader is None and not any(NO_KIND in why for why in verdict.unbuilt)


def difference(stream: bytes, verdict: Verdict) -> str | None:
    """How Go and we differ on a stream, in words; `None` where we agree."""
    ours = outcome([stream])
    if verdict.crash or TWO_KINDS in ours.message:
        return None
    if ours.is_accepted != is_sound(verdict):
        return f"{stream.hex()}: we say {ours.error or 'sound'}, Go says {verdict}"
    if verdict.judge == "typed" and verdict.typed.accept and verdict.typed.values != len(ours.values):
        return f"{stream.hex()}: we read {len(ours.values)} values, Go {verdict.typed.values}"
    return None
