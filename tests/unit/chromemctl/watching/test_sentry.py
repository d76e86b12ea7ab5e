"""What is noticed of paths where something below one of them does not answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from chromemctl.watching import sentry
from chromemctl.watching.events import Hearing
from chromemctl.watching.sentry import Sentry

ONE, TWO, BELOW = Path("/one"), Path("/two"), Path("/two/mounted")


class Ear:
    """Hears nothing, and knows where it was to listen."""

    def __init__(self, _: float) -> None:
        self.places: list[set[Path]] = []

    def listen(self, places: Mapping[Path, object]) -> Hearing:
        self.places.append(set(places))
        return Hearing(deaf={None: "it is loud"})


class Asker:
    """Has answers of all but the path below."""

    def __init__(self, _: object) -> None:
        pass

    def ask(self, paths: tuple[Path, ...]) -> tuple[dict[Path, tuple[int, int]], frozenset[Path]]:
        return {path: (1, 1) for path in paths if path != BELOW}, frozenset({BELOW}.intersection(paths))


def test_only_where_all_below_answers_is_listened(monkeypatch: pytest.MonkeyPatch) -> None:
    ear = Ear(0)
    monkeypatch.setattr(sentry, "Ear", lambda _: ear)
    monkeypatch.setattr(sentry, "Asker", Asker)
    found = Sentry()
    assert found.attend([ONE, TWO], [ONE, TWO]).hearing.deaf == {None: "it is loud"}
    notice = found.attend([ONE, TWO, BELOW], [ONE, TWO])
    assert notice.stuck == {BELOW}
    assert notice.hearing.deaf == {None: "it is loud", TWO: "something below does not answer"}
    assert found.attend([ONE, TWO, BELOW], []).hearing == Hearing()
    assert ear.places == [{ONE, TWO}, {ONE}]
