"""What a check can find: plain data, and the registry that checks enter themselves into."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from chromemctl.survey import Survey


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"  # the application does not start, or data is out of its reach
    WARNING = "warning"  # it works, but something is not as it should be
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth knowing about a store.

    Attributes:
        id: What was found, a stable name such as `META_MISSING`.
        severity: How much it matters.
        path: The file or folder concerned.
        message: What is so, in a sentence.
        action: What to do about it, in a sentence; empty where nothing needs to be done.
        dir: The collection folder concerned, or None for the store as a whole.
    """

    id: str
    severity: Severity
    path: Path
    message: str
    action: str = ""
    dir: str | None = None


Check = Callable[[Survey], Iterator[Finding]]

_CHECKS: dict[str, Check] = {}


def check(function: Check) -> Check:
    """Enter a check into the registry, under the name of its module."""
    _CHECKS[f"{function.__module__}.{function.__qualname__}"] = function
    return function


def registered() -> dict[str, Check]:
    """Every check of `chromemctl.checks` by its qualified name, in their order."""
    package = importlib.import_module("chromemctl.checks")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return dict(sorted(_CHECKS.items()))


def examine(survey: Survey) -> list[Finding]:
    """Run every check; findings come in the order of their paths."""
    return in_order(finding for run in registered().values() for finding in run(survey))


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in the order of their paths."""
    return sorted(findings, key=lambda finding: (str(finding.path), finding.id))
