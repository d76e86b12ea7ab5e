"""JSON as text: laid out, and read document by document."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygob.inspection._json import JsonError, compact, documents, indented, parsed

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def read(text: str | bytes, size: int = 1 << 30) -> list[Any]:
    """The documents of a text that arrives in pieces of a size."""
    file = BytesIO(text.encode() if isinstance(text, str) else text)
    return list(documents(lambda wanted: file.read(min(wanted, size))))


@given(st.lists(JSON, max_size=4), st.integers(1, 40), st.booleans())
def test_documents_come_back_however_they_arrive(given: list[Any], size: int, ascii_only: bool) -> None:
    for layout in (compact, indented):
        text = "\n".join(layout(each, ascii_only=ascii_only) for each in given)
        assert read(text, size) == given
        assert text.replace("\n", "").isprintable()
        assert text.isascii() or not ascii_only


def test_layout_for_people() -> None:
    value = {"a": [1, 2.5, "x"], "b": {}, "c": [], "d": [{"e": None}, [[1], [True]]]}
    assert indented(value).splitlines() == [
        "{",
        '  "a": [1, 2.5, "x"],',
        '  "b": {},',
        '  "c": [],',
        '  "d": [',
        "    {",
        '      "e": null',
        "    },",
        "    [",
        "      [1],",
        "      [true]",
        "    ]",
        "  ]",
        "}",
    ]
    assert compact(value) == '{"a":[1,2.5,"x"],"b":{},"c":[],"d":[{"e":null},[[1],[true]]]}'


def test_nothing_reaches_a_terminal_raw() -> None:
    text = "\x1b[31m \x7f \x9b \u202e \U000e0001 \n"
    assert compact(text) == '"\\u001b[31m \\u007f \\u009b \\u202e \\udb40\\udc01 \\n"'
    assert json.loads(indented([text])) == [text]


def test_documents_need_no_space_and_allow_any() -> None:
    assert read('{"a":1}[2]"x" \n\t 3\r\n') == [{"a": 1}, [2], "x", 3]
    assert read("") == []
    assert read("\ufeff{}") == [{}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1}\n{"a": ', "line 2, column 7: Expecting value"),
        ("{}\n{}\n  }", "line 3, column 3: Expecting value"),
        ('{"a": 1, "a": 2}', "an object has 'a' twice"),
        ("[NaN]", "NaN is not JSON"),
        ("-Infinity", "-Infinity is not JSON"),
        ('"never ends', "Unterminated string"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'"\xe6\x97', "not UTF-8"),
        ("[" * 100_000, "nests too deep"),
        (b"\x1f\x8b\x08", "not UTF-8"),
        ("{}\n[" + "1" * 5000 + "]", "the document of line 2: a number of more than 4,300 digits"),
    ],
)
@pytest.mark.parametrize("size", [3, 1 << 20])
def test_what_is_no_json(text: str | bytes, said: str, size: int) -> None:
    with pytest.raises(JsonError, match=said):
        read(text, size)


def test_one_document() -> None:
    assert parsed(' {"a": [1]} ') == {"a": [1]}
    for text, said in (
        ("{", "column 2"),
        ("1 2", "column 3"),
        ("NaN", "NaN"),
        ("[" * 100_000, "deep"),
        ("1" * 5000, "digits"),
    ):
        with pytest.raises(JsonError, match=said):
            parsed(text)
