"""The wrapping around gob bytes: gzip, recognised by its magic whatever the file is called, and encryption.

A store's files are taken whole, as tolerantly as Go takes them (`unwrap`, `wrap`). Exports, which may be
larger than memory, are read and written piece by piece, and whatever is wrong with their wrapping is an
error (`unwrapped_pieces`, `wrapped_pieces`).
"""

from pygob.chromem.envelope.compression import (
    DEFAULT_LIMIT,
    GO_HEADER,
    GZIP_MAGIC,
    Checksum,
    GoDeflate,
    Unwrapped,
    go_deflate_of,
    unwrap,
    wrap,
)
from pygob.chromem.envelope.encryption import KEY_BYTES, ExportKeyError, check_key, may_be_encrypted
from pygob.chromem.envelope.key_files import KEY_FILE_BYTES, key_file_warning, key_in
from pygob.chromem.envelope.pieces import salvaged_pieces, unwrapped_pieces, wrapped_pieces

__all__ = [
    "DEFAULT_LIMIT",
    "GO_HEADER",
    "GZIP_MAGIC",
    "KEY_BYTES",
    "KEY_FILE_BYTES",
    "Checksum",
    "ExportKeyError",
    "GoDeflate",
    "Unwrapped",
    "check_key",
    "go_deflate_of",
    "key_file_warning",
    "key_in",
    "may_be_encrypted",
    "salvaged_pieces",
    "unwrap",
    "unwrapped_pieces",
    "wrap",
    "wrapped_pieces",
]
