"""Names that applications give in every store."""

from __future__ import annotations

from collections.abc import Iterator

from chromemctl.naming.case import Case, Stream, Trust


def streams(case: Case) -> Iterator[Stream]:
    """The fixed names, application by application."""
    for application in case.applications:
        yield Stream(f"fixed names of {application.name}", Trust.GUESSED, application.fixed)
