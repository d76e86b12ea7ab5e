"""The files of the chromem-go vector database: names, records, stores.

>>> from pygob.chromem import name_hash
>>> name_hash("contextd_memories")
'e9f85bf6'
"""

from pygob._loading import when_used

TYPE_CHECKING = False  # as in pygob

if TYPE_CHECKING:
    from pygob.chromem.building import NewStore
    from pygob.chromem.collection import Collection, NameTaken
    from pygob.chromem.embeddings import Embeddings, read_embeddings
    from pygob.chromem.entries import Entry, Kind, NotRegularFile
    from pygob.chromem.envelope import ExportKeyError
    from pygob.chromem.export import (
        ExportedCollection,
        ExportSalvage,
        FoundCollection,
        LostBytes,
        is_export,
        read_export,
        salvage_export,
        write_export,
    )
    from pygob.chromem.names import Format, document_name, format_of, is_hash, name_hash
    from pygob.chromem.records import (
        Document,
        Metadata,
        Reading,
        RecordIds,
        Summary,
        read_document,
        read_metadata,
        write_document,
        write_metadata,
    )
    from pygob.chromem.scanning import scan_files
    from pygob.chromem.store import Store

__all__ = [
    "Collection",
    "Document",
    "Embeddings",
    "Entry",
    "ExportKeyError",
    "ExportSalvage",
    "ExportedCollection",
    "Format",
    "FoundCollection",
    "Kind",
    "LostBytes",
    "Metadata",
    "NameTaken",
    "NewStore",
    "NotRegularFile",
    "Reading",
    "RecordIds",
    "Store",
    "Summary",
    "document_name",
    "format_of",
    "is_export",
    "is_hash",
    "name_hash",
    "read_document",
    "read_embeddings",
    "read_export",
    "read_metadata",
    "salvage_export",
    "scan_files",
    "write_document",
    "write_export",
    "write_metadata",
]


if not TYPE_CHECKING:  # else type checkers would take every name for one that is there
    # Each name is loaded when it is first used: who verifies a store pays nothing for exports.
    __getattr__ = when_used(
        __name__,
        {
            "building": "NewStore",
            "collection": "Collection NameTaken",
            "embeddings": "Embeddings read_embeddings",
            "entries": "Entry Kind NotRegularFile",
            "envelope": "ExportKeyError",
            "export": "ExportedCollection ExportSalvage FoundCollection LostBytes is_export read_export"
            " salvage_export write_export",
            "names": "Format document_name format_of is_hash name_hash",
            "records": "Document Metadata Reading RecordIds Summary read_document read_metadata"
            " write_document write_metadata",
            "scanning": "scan_files",
            "store": "Store",
        },
    )


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
