"""`pygob diff`: what is different in two files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from pygob import GobDecodeError, Value
from pygob.command.colour import Look
from pygob.command.command import Command
from pygob.command.exits import Exit, Failure
from pygob.command.inputs import STDIN, Input, add_key, key_in_file, values
from pygob.inspection._alignment import aligned
from pygob.inspection._json import compact
from pygob.inspection.differences import Difference, differences, plain_part, token
from pygob.inspection.paths import Place

# How many values are looked at in both streams to find where they are the same again.
_AHEAD = 256


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", help="a gob file, gzip or not; standard input if -")
    parser.add_argument("file", metavar="NEW", help="the file to compare it with; standard input if -")
    parser.add_argument("--json", action="store_true", help="as JSON, one difference a line")
    add_key(parser)


def _run(arguments: argparse.Namespace) -> Iterator[str]:
    """One line for each difference.

    Raises:
        Failure: An input cannot be read; or the files are different, after all differences have been told.
    """
    if arguments.old == arguments.file == STDIN:
        raise Failure("only one of the two files can be standard input", Exit.USAGE)
    key = key_in_file(arguments.key_file)
    sources = (Input(path, key, arguments.read_limit) for path in (arguments.old, arguments.file))
    comparison = _Comparison(*map(_read, sources))
    is_different = False
    for number, difference in comparison.run():
        is_different = True
        if arguments.json:
            yield compact({"value": number} | difference._asdict())
        else:
            yield str(difference) if comparison.is_of_one_value else f"value {number}: {difference}"
    if is_different:
        raise Failure("", Exit.DIFFERENT)


class _Comparison:
    """Two streams compared value by value; where they differ, some values ahead are looked at.

    Attributes:
        is_of_one_value: Whether neither has more than one value.
    """

    def __init__(self, old: Iterator[Value], new: Iterator[Value]) -> None:
        self._old, self._new = _Ahead(old), _Ahead(new)
        self.is_of_one_value = False

    def run(self) -> Iterator[tuple[int, Difference]]:
        """Yield the differences, each with the number of its value in OLD, or of an added one in NEW.

        Raises:
            Failure: An input is damaged; what comes before has been compared.
        """
        old, new = self._old, self._new
        old.fill(2)
        new.fill(2)
        self.is_of_one_value = max(len(old), len(new)) < 2 and not (old.failure or new.failure)
        while True:
            old.fill(1)
            new.fill(1)
            if failure := (not old and old.failure) or (not new and new.failure):
                raise failure
            if not old and not new:
                return
            if old and new and next(_between(old[0], new[0]), None) is None:
                old.drop(1)
                new.drop(1)
            else:
                yield from self._realigned()

    def _realigned(self) -> Iterator[tuple[int, Difference]]:
        """The differences up to the last two values ahead that are the same; of all ahead if none are."""
        old, new = self._old, self._new
        old.fill(_AHEAD)
        new.fill(_AHEAD)
        if old.failure or new.failure:  # what would stand beside the rest is not known
            known = min(len(old), len(new))
            old.values, new.values = old.values[:known], new.values[:known]
        tokens, new_tokens = old.tokens(), new.tokens()
        pairs = list(aligned(tokens, new_tokens))
        are_same = [
            one is not None and other is not None and tokens[one] == new_tokens[other] for one, other in pairs
        ]
        if any(are_same) and not (old.is_over and new.is_over):
            pairs = pairs[: len(pairs) - are_same[::-1].index(True)]
        for one, other in pairs:
            before = old[one] if one is not None else None
            after = new[other] if other is not None else None
            number = old.number + one if one is not None else new.number + (other or 0)
            yield from ((number, difference) for difference in _between(before, after))
        old.drop(sum(one is not None for one, _ in pairs))
        new.drop(sum(other is not None for _, other in pairs))


class _Ahead:
    """The next values of a stream.

    Attributes:
        values: The values.
        number: The number of the first of them.
        is_over: Whether there are no more behind them.
        failure: Why there are no more, if something is wrong.
    """

    def __init__(self, values: Iterator[Value]) -> None:
        self._rest = values
        self.values: list[Value] = []
        self.number = 0
        self.is_over = False
        self.failure: Failure | None = None

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: int) -> Value:
        return self.values[index]

    def fill(self, size: int) -> None:
        """Read until there are so many, or no more."""
        while len(self.values) < size and not self.is_over:
            try:
                value = next(self._rest, None)
            except Failure as failure:
                value, self.failure = None, failure
            if value is None:
                self.is_over = True
            else:
                self.values.append(value)

    def drop(self, number: int) -> None:
        """Go past the first ones."""
        del self.values[:number]
        self.number += number

    def tokens(self) -> list[str]:
        """What is the same for two values that are worth comparing with each other."""
        return [token(Place(each.value, each.type)) for each in self.values]


def _read(source: Input) -> Iterator[Value]:
    try:
        yield from values(source)
    except GobDecodeError as error:
        raise Failure(f"{source.shown}: {error}", Exit.DAMAGE) from None


def _between(before: Value | None, after: Value | None) -> Iterator[Difference]:
    if before is not None and after is not None:
        yield from differences((before.value, before.type), (after.value, after.type))
    elif before is not None:
        yield Difference(".", "removed", plain_part(before.value, before.type), None)
    elif after is not None:
        yield Difference(".", "added", None, plain_part(after.value, after.type))


DIFF = Command(
    "what is different in two files",
    "pygob diff old.gob new.gob\npygob diff --json old.gob new.gob | jq -r .path",
    _add_arguments,
    _run,
    Look.REPORT,
)
