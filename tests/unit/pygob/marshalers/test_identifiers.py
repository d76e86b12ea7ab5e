"""url.URL and uuid.UUID."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygob import GobCorrupt, GobEncodeError, Opaque
from pygob.marshalers import Marshalers

MARSHALERS = Marshalers()


def decoded(name: str, payload: bytes) -> Any:
    return MARSHALERS.decode(Opaque("", "gob", payload), as_=name)


def encoded(name: str, value: Any) -> bytes:
    return MARSHALERS.encode(value, as_=name).data


class TestIdentifiers:
    """url.URL and uuid.UUID."""

    @given(st.binary())
    def test_a_url_is_its_text_whatever_the_bytes(self, payload: bytes) -> None:
        assert encoded("url.URL", decoded("url.URL", payload)) == payload

    def test_a_surrogate_of_no_byte_is_refused(self) -> None:
        with pytest.raises(GobEncodeError, match="surrogates not allowed"):
            MARSHALERS.encode("https://\ud800")

    @given(st.uuids())
    def test_every_uuid_comes_back(self, value: UUID) -> None:
        assert encoded("uuid.UUID", value) == value.bytes
        assert decoded("uuid.UUID", value.bytes) == value

    @pytest.mark.parametrize("size", [0, 15, 17])
    def test_malformed(self, size: int) -> None:
        with pytest.raises(GobCorrupt, match=rf"invalid UUID \(got {size} bytes\)"):
            decoded("uuid.UUID", bytes(size))
