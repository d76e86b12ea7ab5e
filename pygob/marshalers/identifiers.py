"""`url.URL` and the UUIDs of github.com/google/uuid and its relatives.

Sources: Go's net/url/url.go (MarshalBinary sends the text), google/uuid marshal.go.
"""

from __future__ import annotations

import uuid

from pygob import types
from pygob.errors import GobCorrupt
from pygob.marshalers.marshaler import Marshaler

UUID_BYTES = 16


def _decode_url(data: bytes) -> str:
    # Not checked as a URL: Go can send text that its own parser refuses.
    return data.decode("utf-8", "surrogateescape")


def _encode_url(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


def _decode_uuid(data: bytes) -> uuid.UUID:
    if len(data) != UUID_BYTES:
        raise GobCorrupt(f"invalid UUID (got {len(data)} bytes)", min(len(data), UUID_BYTES))
    return uuid.UUID(bytes=data)


def _encode_uuid(value: uuid.UUID) -> bytes:
    return value.bytes


_USERINFO = types.Pointer(types.Struct("Userinfo", {}, package="url"))

URL = Marshaler("url.URL", "binary", _decode_url, _encode_url, (str,), exported=(_USERINFO,))
UUID = Marshaler("uuid.UUID", "binary", _decode_uuid, _encode_uuid, (uuid.UUID,), zero=bytes(UUID_BYTES))
