import pytest

from chromemctl.naming import Confidence, FoundName, TornName
from chromemctl.naming.case import Stream, Trust
from chromemctl.naming.confidence import judge
from chromemctl.naming.engine import Hit


def hit(name: str, trust: Trust, expected: float, source: str = "s") -> Hit:
    return Hit("00000000", name, Stream(source, trust, ()), expected)


@pytest.mark.parametrize(
    ("trust", "expected", "confidence"),
    [
        (Trust.READ, 1e-9, "certain"),
        (Trust.READ, 1e-2, "certain"),
        (Trust.READ, 2e-2, "possible"),
        (Trust.TIED, 1e-4, "certain"),
        (Trust.TIED, 2e-4, "likely"),
        (Trust.TIED, 2e-2, "possible"),
        (Trust.GUESSED, 1e-9, "likely"),
        (Trust.GUESSED, 1e-3, "likely"),
        (Trust.GUESSED, 2e-3, "possible"),
    ],
)
def test_confidence_follows_the_tie_and_the_odds(trust: Trust, expected: float, confidence: str) -> None:
    assert judge([hit("n", trust, expected)], ())[0].confidence == confidence


def test_two_certain_names_are_an_ambiguity() -> None:
    names = judge([hit("a", Trust.TIED, 1e-8), hit("b", Trust.TIED, 1e-9)], ())
    assert [(n.name, n.confidence) for n in names] == [("b", Confidence.LIKELY), ("a", Confidence.LIKELY)]


def test_the_operators_name_wins() -> None:
    torn = [TornName("00000000", "desc", 11, "file")]
    names = judge([hit("other", Trust.READ, 1e-9), hit("own", Trust.GIVEN, 0.5)], torn)
    assert [(n.name, n.confidence) for n in names] == [
        ("own", Confidence.CERTAIN),
        ("other", Confidence.LIKELY),
    ]


def test_two_names_of_the_operator_are_an_ambiguity() -> None:
    names = judge([hit("a", Trust.GIVEN, 1e-8), hit("b", Trust.GIVEN, 1e-9)], ())
    assert {n.confidence for n in names} == {Confidence.LIKELY}


def test_another_torn_text_does_not_shake_a_name() -> None:
    torn = [TornName("00000000", "na", 4, "file"), TornName("00000000", "desc", 11, "file")]
    assert judge([hit("name", Trust.TIED, 1e-9)], torn)[0].confidence is Confidence.CERTAIN
    assert judge([hit("name", Trust.READ, 1e-9)], torn[1:])[0].confidence is Confidence.CERTAIN


def test_a_guess_does_not_shake_a_certain_name() -> None:
    names = judge([hit("guess", Trust.GUESSED, 1e-9), hit("read", Trust.READ, 1e-9)], ())
    assert [(n.name, n.confidence) for n in names] == [
        ("read", Confidence.CERTAIN),
        ("guess", Confidence.LIKELY),
    ]


def test_a_name_from_two_sources_keeps_the_better() -> None:
    found = judge([hit("n", Trust.GUESSED, 1e-9, "guess"), hit("n", Trust.TIED, 1e-5, "documents")], ())
    assert found == (FoundName("n", "documents", Confidence.CERTAIN, 1e-5),)


@pytest.mark.parametrize(("prefix", "length"), [("oth", None), ("nam", 5), ("name!", None)])
def test_a_name_that_contradicts_the_torn_one_is_only_possible(prefix: str, length: int | None) -> None:
    torn = TornName("00000000", prefix, length, "file")
    assert judge([hit("name", Trust.TIED, 1e-9)], [torn])[0].confidence is Confidence.POSSIBLE


def test_a_name_that_agrees_with_the_torn_one_keeps_its_confidence() -> None:
    torn = TornName("00000000", "nä", 5, "file")
    assert judge([hit("näme", Trust.TIED, 1e-9)], [torn])[0].confidence is Confidence.CERTAIN
