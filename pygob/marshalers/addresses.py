"""`netip.Addr`, `netip.AddrPort` and `netip.Prefix`.

Source: Go's net/netip/netip.go. The zero value of an address or prefix is `None`.
"""

from __future__ import annotations

from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Interface,
    IPv6Address,
    IPv6Interface,
    NetmaskValueError,
)
from typing import NamedTuple

from pygob.errors import GobCorrupt
from pygob.marshalers.marshaler import Marshaler, Unrepresentable

Address = IPv4Address | IPv6Address
Interface = IPv4Interface | IPv6Interface

IPV4_BYTES, IPV6_BYTES = 4, 16
PORT_BYTES = 2
# Go's number of bits of a prefix that is not valid: -1.
NO_BITS = 0xFF


class AddrPort(NamedTuple):
    """A Go `netip.AddrPort`.

    Attributes:
        address: The address, `None` for Go's zero `netip.Addr`.
        port: The port, 0 to 65535.
    """

    address: Address | None
    port: int


def _decode_addr(data: bytes) -> Address | None:
    match len(data):
        case 0:
            return None
        case 4:
            return IPv4Address(data)
        case size if size >= IPV6_BYTES:
            address = IPv6Address(data[:IPV6_BYTES])
            return _with_zone(address, data[IPV6_BYTES:]) if size > IPV6_BYTES else address
        case _:
            raise GobCorrupt("unexpected slice size")


def _with_zone(address: IPv6Address, zone: bytes) -> IPv6Address:
    try:
        return IPv6Address(f"{address}%{zone.decode('utf-8', 'surrogateescape')}")
    except AddressValueError:
        raise Unrepresentable("ipaddress takes no zone with % or / in it") from None


def _encode_addr(value: Address | None) -> bytes:
    if value is None:
        return b""
    if isinstance(value, Interface):
        raise ValueError(f"{value} has a prefix length, which netip.Addr has not; use its .ip")
    if not isinstance(value, Address):
        raise ValueError(f"{type(value).__name__} given where netip.Addr takes an IPv4Address or IPv6Address")
    zone = value.scope_id if isinstance(value, IPv6Address) else None
    return value.packed + (zone or "").encode("utf-8", "surrogateescape")


def _decode_addr_port(data: bytes) -> AddrPort:
    if len(data) < PORT_BYTES:
        raise GobCorrupt("unexpected slice size")
    port = int.from_bytes(data[-PORT_BYTES:], "little")
    return AddrPort(_decode_addr(data[:-PORT_BYTES]), port)


def _encode_addr_port(value: AddrPort) -> bytes:
    if not isinstance(value.port, int) or not 0 <= value.port <= 0xFFFF:
        raise ValueError(f"a port is a number from 0 to 65535, not {value.port!r}")
    return _encode_addr(value.address) + value.port.to_bytes(PORT_BYTES, "little")


def _decode_prefix(data: bytes) -> Interface | None:
    if not data:
        raise GobCorrupt("unexpected slice size")
    # A prefix has no zone: Go drops one that was sent.
    address = _decode_addr(data[: min(len(data) - 1, IPV6_BYTES)])
    bits = data[-1]
    if address is None:
        return None
    try:
        if isinstance(address, IPv4Address):
            return IPv4Interface((address.packed, bits))
        return IPv6Interface((address.packed, bits))
    except NetmaskValueError:
        raise Unrepresentable("ipaddress has no address with an invalid prefix length") from None


def _encode_prefix(value: Interface | None) -> bytes:
    if value is None:
        return bytes((NO_BITS,))
    if isinstance(value, IPv6Interface) and value.scope_id:
        raise ValueError(f"{value} has a zone, which netip.Prefix has not")
    return value.packed + bytes((value.network.prefixlen,))


_OPTIONAL_ADDRESS = (IPv4Address, IPv6Address, type(None))
_OPTIONAL_INTERFACE = (IPv4Interface, IPv6Interface, type(None))

ADDR = Marshaler("netip.Addr", "binary", _decode_addr, _encode_addr, _OPTIONAL_ADDRESS, zero=b"")
ADDR_PORT = Marshaler(
    "netip.AddrPort", "binary", _decode_addr_port, _encode_addr_port, (AddrPort,), zero=b"\0\0"
)
PREFIX = Marshaler(
    "netip.Prefix", "binary", _decode_prefix, _encode_prefix, _OPTIONAL_INTERFACE, zero=bytes((NO_BITS,))
)
