"""The search for lost names as the operator has set it up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chromemctl import naming
from chromemctl.exits import UsageFailure
from chromemctl.wording import readable


@dataclass(frozen=True, slots=True)
class NameSearch:
    """What the operator adds to the evidence of a store, and how long the search may be.

    Attributes:
        listed: Names to try; any iterable, read once.
        texts: Files or folders of any content to harvest for names.
        templates: Names with gaps.
        words: Words for the gaps of templates and rules; the built-in ones when empty.
        rules: Folders with naming rules of the operator's own.
        backups: Where backups are; the user's own place when None.
        max_candidates: Bound for the whole search.
        progress: Called about every 50,000 candidates.
        given: The options that say all this, as they were given, for a command that repeats the search.
    """

    listed: Iterable[str] = ()
    texts: Sequence[Path] = ()
    templates: Sequence[str] = ()
    words: Sequence[str] = ()
    rules: Sequence[Path] = ()
    backups: Path | None = None
    max_candidates: int = naming.DEFAULT_MAX_CANDIDATES
    progress: Callable[[naming.Progress], None] | None = None
    given: Sequence[str | Path] = ()

    @property
    def requires_backups(self) -> bool:
        """Whether it fails where there are no backups in the directory that was given."""
        return True

    def run(self, folders: Sequence[str], evidence: naming.Evidence) -> naming.Identification:
        """Search for the names of some folders.

        Args:
            folders: The folders.
            evidence: What is known apart from what the operator gives.

        Raises:
            UsageFailure: A template or a rule is wrong.
        """
        known = replace(
            evidence,
            listed=self.listed,
            texts=self.texts,
            templates=self.templates,
            words=self.words,
        )
        try:
            return naming.identify(
                folders,
                known,
                applications=naming.load_applications(*self.rules),
                max_candidates=self.max_candidates,
                progress=self.progress,
            )
        except naming.NamingError as error:
            raise UsageFailure(
                readable(str(error)), "how rules and templates are written: docs/naming.md"
            ) from None
