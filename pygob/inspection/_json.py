"""JSON as text: laid out for people or one document a line, and read document by document."""

from __future__ import annotations

import codecs
import json
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from pygob.errors import GobEncodeError

Json: TypeAlias = Any

#: JSON that nests deeper is not made: many readers, jq 1.6 for one, go to 256, and Python to less than 1000.
MAX_DEPTH = 150

_READ_CHARACTERS = 1 << 16
# So near to the end an error may be for want of more text: `\ud83d\ude0` or `-Infinit`.
_UNFINISHED = 12
_SPACE = re.compile(r"[ \t\r\n\ufeff]*")


class TooDeepError(GobEncodeError):
    """A value whose JSON would nest deeper than `MAX_DEPTH`."""


class JsonError(ValueError):
    """A text that is not JSON, with the place."""


def compact(value: Json, *, ascii_only: bool = False) -> str:
    """A document in one line, of characters that a terminal shows and nothing else."""
    text = json.dumps(value, ensure_ascii=ascii_only, allow_nan=False, separators=(",", ":"))
    return text if text.isprintable() else _escaped(text)


def indented(value: Json, *, ascii_only: bool = False) -> str:
    """A document for people: a part a line, but a list of numbers or texts in one."""
    return "".join(_pieces(value, "\n", ascii_only))


def _pieces(value: Json, newline: str, ascii_only: bool) -> Iterator[str]:
    if isinstance(value, dict) and value:
        brackets = "{}"
        parts = [(f"{compact(key, ascii_only=ascii_only)}: ", part) for key, part in value.items()]
    elif isinstance(value, list) and any(isinstance(part, dict | list) and part for part in value):
        brackets, parts = "[]", [("", part) for part in value]
    else:
        text = json.dumps(value, ensure_ascii=ascii_only, allow_nan=False)
        yield text if text.isprintable() else _escaped(text)
        return
    inner = newline + "  "
    yield brackets[0]
    for number, (label, part) in enumerate(parts):
        yield f"{',' if number else ''}{inner}{label}"
        yield from _pieces(part, inner, ascii_only)
    yield f"{newline}{brackets[1]}"


def _escaped(text: str) -> str:
    """What would act on a terminal, and is in JSON's texts only, as JSON's escapes."""
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def documents(read: Callable[[int], bytes]) -> Iterator[Json]:
    """Yield every JSON document of a file, as `jq` writes them: one after the other, any space between.

    Holds little more than the largest document.

    Args:
        read: Gives up to so many of the next bytes, none at the end.

    Raises:
        JsonError: The file is not JSON in UTF-8.
    """
    text = _Text(read)
    while (document := text.next_document()) is not text.END:
        yield document


class _Text:
    END = object()

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._decode = codecs.getincrementaldecoder("utf-8")("strict").decode
        self._text = ""
        self._lines = 1  # the line in which `_text` begins
        self._at_end = False

    def next_document(self) -> Json:
        while True:
            start = _SPACE.match(self._text).end()  # type: ignore[union-attr]
            if start < len(self._text):
                try:
                    document, end = decoder.raw_decode(self._text, start)
                    # A number may go on behind what has been read, even one followed by `e+`.
                    if isinstance(document, dict | list | str) or self._at_end or end + 3 <= len(self._text):
                        self._drop(end)
                        return document
                except JsonError as error:
                    line = self._lines + self._text.count("\n", 0, start)
                    raise JsonError(f"the document of line {line}: {error}") from None
                except json.JSONDecodeError as error:
                    if self._at_end or not self._may_be_unfinished(error):
                        line = self._lines + error.lineno - 1
                        raise JsonError(f"line {line}, column {error.colno}: {error.msg}") from None
                except RecursionError:
                    raise JsonError(f"the document of line {self._lines} nests too deep") from None
            elif self._at_end:
                return self.END
            else:
                self._drop(start)
            self._more()

    def _may_be_unfinished(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated") or error.pos >= len(self._text) - _UNFINISHED

    def _drop(self, end: int) -> None:
        self._lines += self._text.count("\n", 0, end)
        self._text = self._text[end:]

    def _more(self) -> None:
        """Read as much again as there is, so that a long document is not looked through often."""
        data = self._read(max(_READ_CHARACTERS, len(self._text)))
        self._at_end = not data
        try:
            self._text += self._decode(data, self._at_end)
        except UnicodeDecodeError:
            line = self._lines + self._text.count("\n")
            raise JsonError(f"line {line} or later: bytes that are not UTF-8") from None


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise JsonError(f"an object has {twice!r:.60} twice")
    return result


def _no_constant(name: str) -> Json:
    raise JsonError(f"{name} is not JSON")


class _Decoder(json.JSONDecoder):
    def raw_decode(self, s: str, idx: int = 0) -> tuple[Json, int]:
        """As JSONDecoder's; a number longer than Python reads is an error like the others."""
        try:
            return super().raw_decode(s, idx)
        except (json.JSONDecodeError, JsonError):
            raise
        except ValueError:
            raise JsonError(f"a number of more than {sys.get_int_max_str_digits():,} digits") from None


#: What reads one document that stands in a text. A number that no float64 is near comes out as infinite.
decoder = _Decoder(object_pairs_hook=_object, parse_constant=_no_constant)


def parsed(text: str) -> Json:
    """One JSON document.

    Raises:
        JsonError: The text is not JSON.
    """
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        raise JsonError(f"column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise JsonError("the text nests too deep") from None
