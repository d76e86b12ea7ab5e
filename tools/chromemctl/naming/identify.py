"""The search for lost names, source after source, best first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from chromemctl.naming.model import Evidence, Identification, Progress
from chromemctl.naming.rules import Application

#: Guessed candidates a search tries unless told otherwise.
DEFAULT_MAX_CANDIDATES = 20_000_000


def identify(
    targets: Sequence[str],
    evidence: Evidence,
    *,
    applications: Sequence[Application] | None = None,
    executor: Executor | None = None,
    max_candidates: int = DEFAULT_MAX_CANDIDATES,
    progress: Callable[[Progress], None] | None = None,
) -> Identification:
    """Find the names of collection folders.

    Sources that the folder's own evidence supports are always asked in full, so that two names with one hash are both
    seen. Guesses are made only for folders that have no certain name, and until `max_candidates` have been hashed.

    Args:
        targets: Folder names, 8 hexadecimal digits in either case; a folder with another name is returned without
            names, as nothing could confirm one.
        evidence: What is known; see `Evidence`.
        applications: Naming rules; those of `load_applications()` when None.
        executor: Where large amounts of candidates are hashed; when None a process pool is started once it pays and
            shut down before returning, on Ctrl-C too. Given executors are left running.
        max_candidates: Bound for the whole search; what is cut short appears in `Identification.skipped`.
        progress: Called about every 50,000 candidates, in the calling thread.

    Returns:
        The names found, folder by folder in the order of `targets`.

    Raises:
        RuleError: A rule file or a template of the evidence is wrong.
        KeyboardInterrupt: As raised; no process is left behind.
    """
    raise NotImplementedError
