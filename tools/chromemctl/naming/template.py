"""Templates of names, `{tenant|identifier}_{type}`, and their bounded expansion."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from chromemctl.naming.transforms import TRANSFORMS, Transform, transform

_GAP = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_PART_NAME = re.compile(r"[a-z][a-z0-9_]*")


class TemplateError(ValueError):
    """A template cannot be understood; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A place in a template that takes a value of a part, sent through transforms."""

    part: str
    transforms: tuple[Transform, ...]

    def fill(self, value: str) -> str:
        """The text that a value of the part becomes here."""
        for function in self.transforms:
            value = function(value)
        return value


@dataclass(frozen=True, slots=True)
class Template:
    """A name with gaps.

    Attributes:
        text: As it was written.
        segments: Literal texts and gaps in their order.
    """

    text: str
    segments: tuple[str | Gap, ...]

    @property
    def part_names(self) -> tuple[str, ...]:
        """The parts it uses, each once, in order of appearance."""
        return tuple(dict.fromkeys(segment.part for segment in self.segments if isinstance(segment, Gap)))

    def expand(self, values: Mapping[str, Sequence[str]]) -> Iterator[str]:
        """Every name that the template gives with the values of its parts, lazily."""
        names = self.part_names
        gaps = [segment for segment in self.segments if isinstance(segment, Gap)]
        if len(names) == len(gaps):
            columns = [
                [segment] if isinstance(segment, str) else _distinct(segment, values[segment.part])
                for segment in self.segments
            ]
            yield from map("".join, product(*columns))
            return
        for chosen in product(*(values[name] for name in names)):
            value = dict(zip(names, chosen, strict=True))
            yield "".join(s if isinstance(s, str) else s.fill(value[s.part]) for s in self.segments)


def parse_template(text: str) -> Template:
    """Read a template: literal text, `{part}`, `{part|transform|transform}`; `{{` and `}}` stand for braces.

    Raises:
        TemplateError: A brace stands alone, a part has no name, or a transform does not exist.
    """
    segments: list[str | Gap] = []
    literal, position = "", 0
    for match in _GAP.finditer(text):
        literal += text[position : match.start()]
        position = match.end()
        if match[0] in ("{{", "}}"):
            literal += match[0][0]
        elif match[1] is None:
            raise TemplateError(f"a single {match[0]!r} at character {match.start() + 1}; write it twice")
        else:
            if literal:
                segments.append(literal)
            segments.append(_gap(match[1]))
            literal = ""
    literal += text[position:]
    if literal:
        segments.append(literal)
    return Template(text, tuple(segments))


def bounded(values: Mapping[str, Sequence[str]], limit: int) -> dict[str, Sequence[str]]:
    """Shorten the longest lists until they have at most `limit` combinations; the first values stay."""
    lists = dict(values)
    while prod(map(len, lists.values())) > limit:
        longest = max(lists, key=lambda name: len(lists[name]))
        others = prod(len(lists[name]) for name in lists if name != longest)
        fitting = limit // max(others, 1)
        lists[longest] = lists[longest][: max(fitting, len(lists[longest]) // 2, 1)]
    return lists


def _gap(text: str) -> Gap:
    part, *spellings = (piece.strip() for piece in text.split("|"))
    if not _PART_NAME.fullmatch(part):
        raise TemplateError(f"{part!r} is no name of a part: lower-case letters, digits and `_`")
    functions = []
    for spelling in spellings:
        function = transform(spelling)
        if function is None:
            raise TemplateError(f"no transform {spelling!r}; there are: {', '.join(TRANSFORMS)}")
        functions.append(function)
    return Gap(part, tuple(functions))


def _distinct(gap: Gap, values: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(map(gap.fill, values)))
