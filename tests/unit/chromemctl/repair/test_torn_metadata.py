"""What a metadata file still says that is set aside."""

from __future__ import annotations

from chromemctl.repair.torn_metadata import Remains, read_remains
from pygob.chromem.records import FRESH_METADATA_IDS, Metadata

NAME = "contextd_memories"
ENTRIES = {"team": "atlas", "v": "2"}
GOB = Metadata(NAME, ENTRIES).to_bytes()


def test_of_a_file_that_is_too_large_the_first_record_is_kept_whole() -> None:
    assert read_remains(GOB + bytes(5000), NAME) == Remains(ENTRIES, FRESH_METADATA_IDS, None)


def test_entries_of_another_collection_are_not_believed() -> None:
    assert read_remains(GOB + bytes(5000), "another").metadata is None
