"""Names from templates whose gaps take words: the operator's, or a short list of common ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import resources

from chromemctl.naming.case import Case, Stream, Trust, from_machine, from_store
from chromemctl.naming.facts import interleave
from chromemctl.naming.rules import NameRule, template_rule


def streams(case: Case) -> Iterator[Stream]:
    """The operator's templates, then those of the applications.

    Raises:
        RuleError: A template of the evidence is wrong.
    """
    chosen = [template_rule(text, case.applications) for text in case.evidence.templates]
    finders = (from_store(case), from_machine(case))
    vocabulary = tuple(case.evidence.words) or common_words()
    for rule in (*chosen, *case.rules):
        values: dict[str, Sequence[str]] = {}
        for part in rule.parts.values():
            if part.constant and part.values:
                values[part.name] = part.values
                continue
            known = [finder(part) for finder in finders]
            columns = [*known, part.values, vocabulary]
            values[part.name] = interleave(columns, sum(map(len, columns)))
        yield _stream(rule, values)


def _stream(rule: NameRule, values: dict[str, Sequence[str]]) -> Stream:
    return Stream(f"words: {rule.label}", Trust.GUESSED, rule.names(values))


def common_words() -> tuple[str, ...]:
    """The built-in words, most common first."""
    text = (resources.files("chromemctl.naming") / "words.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.split() if not line.startswith("#"))
