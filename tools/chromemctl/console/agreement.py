"""Whether real chromem-go does what was predicted, in words: lines, each with its style."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chromemctl.judgement.crosscheck import Crosscheck
from chromemctl.judgement.prediction import Prediction
from chromemctl.wording import count, readable
from pygob.chromem.names import Format

Line = tuple[str, str]

_GOOD, _BAD, _ORDINARY = "green", "bold red", ""


def about_crosscheck(checked: Crosscheck) -> Iterator[Line]:
    """What real chromem-go did with one store."""
    if checked.error is not None:
        yield _not_asked(checked.error)
        return
    asked = [form for form, outcome in checked.found.items() if outcome is not None]
    if asked and not checked.differences:
        yield _same(checked)
    for form in checked.differences:
        yield f"REAL CHROMEM-GO {checked.chromem} DOES SOMETHING ELSE with {setting_of(form)}. It", _BAD
        yield f"    {_did(checked.found[form])}", _BAD
    if checked.differences:
        yield (
            "Trust that and not the above, unless the store was just written; please report it.",
            _ORDINARY,
        )
    if len(asked) < len(checked.found):
        yield "Real chromem-go was not asked where it would wait for ever.", _ORDINARY


def about_crosschecks(checked: Sequence[Crosscheck]) -> Iterator[Line]:
    """What it did with several stores, in a line."""
    different = sum(bool(each.differences) for each in checked)
    errors = [each.error for each in checked if each.error is not None]
    if different:
        yield f"Real chromem-go does something else with {count(different, 'store')}.", _BAD
    elif errors:
        yield _not_asked(errors[0])
    elif checked:
        yield _same(checked[0])


def setting_of(form: Format) -> str:
    """The setting of chromem with which it reads files of a format."""
    return f"compress={'true' if form is Format.GZ else 'false'}"


def _same(checked: Crosscheck) -> Line:
    return f"Real chromem-go {checked.chromem} was asked and does the same.", _GOOD


def _not_asked(error: str) -> Line:
    return f"Real chromem-go could not be asked: {readable(error)}", _BAD


def _did(outcome: Prediction | None) -> str:
    if outcome is None or not outcome.opens:
        return f"refuses the store: {readable((outcome and outcome.error) or '')}"
    counts = [f"{readable(name)}: {number:,}" for name, number in sorted(outcome.collections.items())]
    return f"opens the store, with these documents: {', '.join(counts) or 'none'}"
