from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chromemctl.naming.template import TemplateError, bounded, parse_template


def test_gaps_take_every_combination_of_values() -> None:
    template = parse_template("{tenant|identifier}_{type}")
    assert template.part_names == ("tenant", "type")
    made = list(template.expand({"tenant": ["A-b", "c"], "type": ["x", "y"]}))
    assert made == ["a_b_x", "a_b_y", "c_x", "c_y"]


def test_a_part_that_appears_twice_has_one_value() -> None:
    template = parse_template("{path|basename}:{path|sha256[:4]}")
    assert list(template.expand({"path": ["/a/b", "/c"]})) == ["b:662b", "c:facd"]


def test_braces_written_twice_are_text() -> None:
    assert list(parse_template("{{x}}_{a}").expand({"a": ["1"]})) == ["{x}_1"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{a", "a single '{' at character 1"),
        ("a}b", "a single '}' at character 2"),
        ("{}", "'' is no name of a part"),
        ("{A}", "'A' is no name of a part"),
        ("{a|nothing}", "no transform 'nothing'"),
        ("{a|sha256[:100]}", "no transform 'sha256[:100]'"),
    ],
)
def test_a_wrong_template_is_explained(text: str, complaint: str) -> None:
    with pytest.raises(TemplateError) as caught:
        parse_template(text)
    assert complaint in str(caught.value)


@given(
    st.dictionaries(
        st.sampled_from("abcde"), st.lists(st.text(max_size=2), min_size=1, max_size=300), min_size=1
    ),
    st.integers(1, 5000),
)
def test_bounded_lists_keep_the_first_values_and_the_limit(values: dict[str, list[str]], limit: int) -> None:
    short = bounded(values, limit)
    assert prod(map(len, short.values())) <= limit or all(len(column) == 1 for column in short.values())
    assert all(column and values[name][: len(column)] == column for name, column in short.items())
