"""Real encoding/gob and real chromem-go for the tests: see README.md."""

from gohelper.client import Go
from gohelper.errors import (
    GoBadRequest,
    GoBuildFailed,
    GoCrashed,
    GoError,
    GoForked,
    GoHelperError,
    GoMissing,
    GoPanic,
    GoTimeout,
)
from gohelper.values import Collection, Document, Metadata, Result, Versions
from gohelper.worker import Worker

__all__ = [
    "Collection",
    "Document",
    "Go",
    "GoBadRequest",
    "GoBuildFailed",
    "GoCrashed",
    "GoError",
    "GoForked",
    "GoHelperError",
    "GoMissing",
    "GoPanic",
    "GoTimeout",
    "Metadata",
    "Result",
    "Versions",
    "Worker",
]
