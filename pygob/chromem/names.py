"""How chromem-go names folders and files: eight hexadecimal digits of a hash, and a suffix.

Source: chromem-go v0.7.0, `hash2hex` in persistence.go and `NewPersistentDB` in db.go.
"""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum

#: Stem of the file that holds a collection's name and metadata.
METADATA_STEM = "00000000"
#: How long a file's name may be, on all usual file systems.
NAME_BYTES = 255

_HASH = re.compile(r"[0-9a-f]{8}\Z")
_WRITE_AHEAD_LOG = re.compile(r"(?i)(\.wal|wal([-_.].*)?|segments?([-_.].*)?|.*\.segment)\Z")


class Format(StrEnum):
    """How a store's files are written; chromem reads one of the two and is blind to the other."""

    PLAIN = "plain"
    GZ = "gz"

    @property
    def suffix(self) -> str:
        """The file name suffix, `.gob` or `.gob.gz`."""
        return ".gob" if self is Format.PLAIN else ".gob.gz"

    @property
    def metadata_name(self) -> str:
        """The name of the metadata file of a collection."""
        return METADATA_STEM + self.suffix


def name_hash(name: str) -> str:
    """Hash a collection's name or a document's id as chromem does for its folder or file.

    Args:
        name: The name; bytes that are not UTF-8 through surrogateescape.

    Returns:
        The first 4 bytes of SHA-256 as 8 lowercase hexadecimal digits. Two names can share them.
    """
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def is_hash(text: str) -> bool:
    """Whether `text` has the form of a hash as chromem writes it: 8 lowercase hexadecimal digits."""
    return _HASH.match(text) is not None


def format_of(file_name: str) -> Format | None:
    """The format under which chromem reads a file of this name, or None when it never does."""
    if file_name.endswith(_PLAIN_SUFFIX):
        return Format.PLAIN
    return Format.GZ if file_name.endswith(_GZ_SUFFIX) else None


_PLAIN_SUFFIX, _GZ_SUFFIX = Format.PLAIN.suffix, Format.GZ.suffix


def is_write_ahead_log(file_name: str) -> bool:
    """Whether a file of this name looks like part of a write-ahead log, which chromem v0.7.0 does not have.

    Source: upstream's pull request 125, not released; segment files beside the collections.
    """
    return _WRITE_AHEAD_LOG.match(file_name) is not None


def document_name(document_id: str, form: Format) -> str:
    """The name of the file that chromem writes a document to."""
    return name_hash(document_id) + form.suffix
