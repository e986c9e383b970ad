"""IP families: of a Service (by its clusterIPs) and of a list of addresses.

Source: ``internal/ipfamily/ipfamily.go`` (ForAddresses, ForService).
"""

from __future__ import annotations

from enum import Enum

from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.service import Service


class IPFamily(Enum):
    """As MetalLB names them."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    DUAL = "dual"

    @property
    def numbers(self) -> tuple[int, ...]:
        """The families in it, IPv4 first."""
        return {IPFamily.IPV4: (4,), IPFamily.IPV6: (6,), IPFamily.DUAL: (4, 6)}[self]


@frozen
class UnknownFamily:
    """A list of addresses that has no family, with MetalLB's own word for why."""

    because: str


def quoted(values: tuple[str, ...]) -> str:
    """A list as Go prints it with %q."""
    return "[" + " ".join(go_quote(value) for value in values) + "]"


def go_quote(value: str) -> str:
    """A text as Go prints it with %q; good for all that a Kubernetes object can hold."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    shown = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\a": "\\a", "\b": "\\b", "\f": "\\f", "\v": "\\v"}
    return '"' + "".join(shown.get(c) or (c if c.isprintable() else _escape(c)) for c in escaped) + '"'


def _escape(character: str) -> str:
    if character.isascii():
        return f"\\x{ord(character):02x}"
    digits = f"{ord(character):04x}"
    return f"\\u{digits}" if len(digits) == 4 else f"\\U{digits:0>8}"


def family_of(texts: tuple[str, ...]) -> IPFamily | UnknownFamily:
    """The family of one address, or of two of different families."""
    prefix = "IPFamilyForAddresses: "
    if len(texts) not in (1, 2):
        return UnknownFamily(because=f"{prefix}invalid ips length {len(texts)} {quoted(texts)}")
    addresses = [parse_address(text) for text in texts]
    families = {address.family for address in addresses if address is not None}
    if None in addresses:
        return UnknownFamily(because=f"{prefix}Invalid address {quoted(texts)}")
    if len(texts) == 2:
        if len(families) == 1:
            return UnknownFamily(because=f"{prefix}same address family {quoted(texts)}")
        return IPFamily.DUAL
    return IPFamily.IPV4 if families == {4} else IPFamily.IPV6


def family_of_service(service: Service) -> IPFamily | UnknownFamily:
    """The family of its clusterIPs."""
    return family_of(service.cluster_ips)


def family_in(service: Service, version: Version) -> IPFamily | UnknownFamily:
    """The same as this version takes it: before 0.14.0 one text that is no address passes for IPv6."""
    family = family_of_service(service)
    passes = isinstance(family, UnknownFamily) and len(service.cluster_ips) == 1
    return IPFamily.IPV6 if passes and not version.notices_unreadable_address else family


def family_of_addresses(addresses: tuple[Address, ...]) -> IPFamily | UnknownFamily:
    """The family of addresses that were read already."""
    if len(addresses) == 1:
        return IPFamily.IPV4 if addresses[0].family == 4 else IPFamily.IPV6
    return family_of(tuple(str(address) for address in addresses))
