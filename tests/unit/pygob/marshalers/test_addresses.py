"""netip.Addr, netip.AddrPort and netip.Prefix."""

from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygob import GobCorrupt, GobEncodeError, Opaque
from pygob.marshalers import AddrPort, Marshalers

MARSHALERS = Marshalers()


def decoded(name: str, payload: bytes) -> Any:
    return MARSHALERS.decode(Opaque("", "gob", payload), as_=name)


def encoded(name: str, value: Any) -> bytes:
    return MARSHALERS.encode(value, as_=name).data


class TestAddresses:
    """netip.Addr, netip.AddrPort and netip.Prefix."""

    @given(st.ip_addresses())
    def test_every_address_comes_back(self, address: IPv4Address | IPv6Address) -> None:
        assert encoded("netip.Addr", address) == address.packed
        assert decoded("netip.Addr", address.packed) == address

    def test_a_zone_travels_with_the_address(self) -> None:
        address = ip_address("fe80::1%Ethernet 2")
        assert encoded("netip.Addr", address) == address.packed + b"Ethernet 2"
        assert decoded("netip.Addr", encoded("netip.Addr", address)) == address
        assert (
            encoded("netip.Addr", decoded("netip.Addr", address.packed + b"\xff")) == address.packed + b"\xff"
        )

    @pytest.mark.parametrize("zone", [b"a%b", b"a/b"])
    def test_a_zone_that_ipaddress_refuses_stays_opaque(self, zone: bytes) -> None:
        opaque = Opaque("Addr", "binary", bytes(16) + zone)
        assert MARSHALERS.decode(opaque) is opaque
        assert MARSHALERS.encode(opaque) is opaque

    @given(st.none() | st.ip_addresses(), st.integers(0, 65535))
    def test_every_address_with_port_comes_back(
        self, address: IPv4Address | IPv6Address | None, port: int
    ) -> None:
        payload = encoded("netip.AddrPort", AddrPort(address, port))
        assert payload[-2:] == port.to_bytes(2, "little")
        assert decoded("netip.AddrPort", payload) == AddrPort(address, port)

    @given(st.ip_addresses(), st.data())
    def test_every_prefix_comes_back_with_its_host_bits(
        self, address: IPv4Address | IPv6Address, data: st.DataObject
    ) -> None:
        length = data.draw(st.integers(0, address.max_prefixlen))
        interface = IPv4Interface if address.version == 4 else IPv6Interface
        prefix = interface((address.packed, length))
        assert encoded("netip.Prefix", prefix) == address.packed + bytes([length])
        assert decoded("netip.Prefix", encoded("netip.Prefix", prefix)) == prefix

    def test_the_zero_prefix_is_none(self) -> None:
        assert decoded("netip.Prefix", b"\xff") is None
        assert encoded("netip.Prefix", None) == b"\xff"

    def test_an_invalid_prefix_stays_opaque(self) -> None:
        opaque = Opaque("Prefix", "binary", b"\x0a\x00\x00\x00\xff")
        assert MARSHALERS.decode(opaque) is opaque

    def test_a_prefix_drops_a_zone_as_go_does(self) -> None:
        assert decoded("netip.Prefix", bytes(15) + b"\x01eth0\x80") == IPv6Interface("::1/128")

    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("netip.Addr", IPv4Interface("10.0.0.1/8"), "prefix length"),
            ("netip.AddrPort", AddrPort(IPv4Address(1), 65536), "port"),
            ("netip.AddrPort", AddrPort(IPv4Address(1), "http"), "port"),  # type: ignore[arg-type]
            ("netip.AddrPort", AddrPort("10.0.0.1", 80), "str given"),  # type: ignore[arg-type]
            ("netip.Prefix", IPv6Interface("fe80::1%eth0/64"), "zone"),
        ],
    )
    def test_what_would_be_lost_is_refused(self, name: str, value: Any, message: str) -> None:
        with pytest.raises(GobEncodeError, match=message):
            encoded(name, value)

    @pytest.mark.parametrize(
        ("name", "size"), [("netip.Addr", 3), ("netip.Addr", 15), ("netip.AddrPort", 1), ("netip.Prefix", 0)]
    )
    def test_malformed(self, name: str, size: int) -> None:
        with pytest.raises(GobCorrupt, match="unexpected slice size"):
            decoded(name, bytes(size))
