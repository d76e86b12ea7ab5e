"""Names from the metadata of a folder's own documents, through the rules of the applications."""

from __future__ import annotations

from collections.abc import Iterator

from chromemctl.naming.case import Case, Stream, Trust, filled, from_facts, from_machine, from_store
from chromemctl.naming.facts import FolderFacts
from chromemctl.naming.template import bounded

#: Names made by one rule for one folder.
NAMES_PER_RULE = 5_000
#: Values of all keys together that are tried in place of a part whose key is not known.
ANY_VALUES = 64
#: Longer values are tried only under keys that a rule asks for.
ANY_VALUE_LENGTH = 256


def streams(case: Case) -> Iterator[Stream]:
    """For every folder: what the rules make of the keys they know, fixed names, then of any key."""
    elsewhere = (from_store(case), from_machine(case))
    for folder in case.folders:
        facts = case.facts.get(folder)
        if facts is None or not facts.keys:
            continue
        own = from_facts(facts)
        for rule in case.rules:
            values = filled(rule, own, elsewhere)
            if values is not None:
                names = rule.names(bounded(values, NAMES_PER_RULE))
                yield Stream(f"documents: {rule.label}", Trust.TIED, names, folder)
        for application in case.applications:
            if application.keys & facts.keys.keys():
                source = f"documents: fixed names of {application.name}"
                yield Stream(source, Trust.TIED, application.fixed, folder)
        yield from _any_key(case, folder, facts)


def _any_key(case: Case, folder: str, facts: FolderFacts) -> Iterator[Stream]:
    found = facts.values(facts.keys, ANY_VALUES)
    anything = [value for value in found if len(value) <= ANY_VALUE_LENGTH]
    if not anything:
        return
    yield Stream("documents: a metadata value", Trust.TIED, anything, folder)
    for rule in case.rules:
        if len(rule.gaps) == 1:
            values = {part.name: part.values if part.constant else anything for part in rule.parts.values()}
            names = rule.names(bounded(values, NAMES_PER_RULE))
            yield Stream(f"documents: any key in {rule.label}", Trust.TIED, names, folder)
