"""The search for lost names, source after source, best first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from chromemctl.naming import confidence
from chromemctl.naming.case import Case, Source, read_case
from chromemctl.naming.engine import Engine, Hit, folder_hash
from chromemctl.naming.model import (
    Confidence,
    Evidence,
    FolderNames,
    FoundName,
    Identification,
    Progress,
    Skipped,
    TornName,
)
from chromemctl.naming.rules import Application, load_applications
from chromemctl.naming.sources import (
    copies,
    documents,
    environment,
    fixed,
    given,
    learned,
    siblings,
    texts,
    torn,
    words,
)
from chromemctl.naming.sources.registry import read_registries

#: Candidates a search tries unless told otherwise: some 20 seconds of work.
DEFAULT_MAX_CANDIDATES = 20_000_000

#: Sources that cost next to nothing: asked in full whatever they find, so that two names with one hash are
#: both seen.
CHEAP: tuple[Source, ...] = (
    given.streams,
    copies.streams,
    torn.streams,
    documents.streams,
    learned.streams,
    fixed.streams,
)
#: Guesses, the better first: each is asked for the folders that the ones before left without a trusted name.
GUESSES: tuple[Source, ...] = (siblings.streams, environment.streams, texts.streams, words.streams)


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

    Sources that cost little are always asked in full, so that two names with one hash are both seen. Guesses
    are made only for folders that have no certain or likely name, and until `max_candidates` have been hashed
    in all.

    Args:
        targets: Folder names, 8 hexadecimal digits in either case; a folder with another name is returned
            without names, as nothing could confirm one.
        evidence: What is known; see `Evidence`.
        applications: Naming rules; those of `load_applications()` when None.
        executor: Where large amounts of candidates are hashed; when None a process pool is started once it
            pays and shut down before returning, on Ctrl-C too. Given executors are left running.
        max_candidates: Bound for the whole search; what is cut short appears in `Identification.skipped`.
        progress: Called about every 50,000 candidates, in the calling thread.

    Returns:
        The names found, folder by folder in the order of `targets`.

    Raises:
        RuleError: A rule file or a template of the evidence is wrong.
        KeyboardInterrupt: As raised; no process is left behind.
    """
    by_hash: dict[bytes, list[str]] = {}
    for folder in dict.fromkeys(targets):
        digest = folder_hash(folder)
        if digest is not None:
            by_hash.setdefault(digest, []).append(folder)
    case = _case(by_hash, evidence, load_applications() if applications is None else applications)
    with Engine(by_hash, max_candidates, executor, progress) as engine:
        _ask(case, engine)
        names = _judged(case, engine)
        return Identification(
            candidates=engine.candidates,
            folders=tuple(FolderNames(folder, names.get(folder, ())) for folder in targets),
            tried=dict(engine.tried),
            skipped=tuple(dict.fromkeys(case.skipped)),
        )


def _case(by_hash: dict[bytes, list[str]], evidence: Evidence, applications: Sequence[Application]) -> Case:
    case = read_case([folder for dirs in by_hash.values() for folder in dirs], evidence, applications)
    case.registry = read_registries(evidence.registries, case.skipped)
    case.torn += tuple(rest for fragment in evidence.fragments for rest in torn.torn_names(fragment))
    return case


def _ask(case: Case, engine: Engine) -> None:
    everywhere = frozenset(case.folders)
    for source in CHEAP:
        if not _exhaust(source, case, engine, everywhere):
            return
    for source in GUESSES:
        trusted = {folder for folder, names in _judged(case, engine).items() if _trusted(names)}
        if trusted == everywhere or not _exhaust(source, case, engine, everywhere - trusted):
            return


def _exhaust(source: Source, case: Case, engine: Engine, folders: frozenset[str]) -> bool:
    for stream in source(case):
        if not engine.run(stream, folders):
            reason = f"stopped: the limit of {engine.candidates:,} candidates is reached"
            case.skipped.append(Skipped(stream.source, reason))
            return False
    return True


def _judged(case: Case, engine: Engine) -> dict[str, tuple[FoundName, ...]]:
    hits: defaultdict[str, list[Hit]] = defaultdict(list)
    for hit in engine.hits:
        hits[hit.folder].append(hit)
    torn: defaultdict[str, list[TornName]] = defaultdict(list)
    for rest in case.torn:
        torn[rest.dir].append(rest)
    return {folder: confidence.judge(found, torn[folder]) for folder, found in hits.items()}


def _trusted(names: Sequence[FoundName]) -> bool:
    return bool(names) and names[0].confidence is not Confidence.POSSIBLE
