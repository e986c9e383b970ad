"""IP addresses as integers.

A pool may be a /8 or a /64, so addresses are compared and counted as numbers, and turned into
text only at the edges. Text is read as Go's ``net.ParseIP`` reads it, since that is what MetalLB
does with it; this module refuses to be more forgiving.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

Family = Literal[4, 6]

_MAPPED_IPV4 = 0xFFFF << 32  # ::ffff:0.0.0.0, the IPv4-mapped part of IPv6
_OCTETS = {str(number): number for number in range(256)}  # no leading zeros, and no digits but ASCII's


class Address(NamedTuple):
    """One address. Sorts IPv4 before IPv6, then by number.

    A tuple, since books of thousands are hashed, compared and sorted: a dataclass does that in Python.
    """

    family: Family
    value: int

    def __str__(self) -> str:
        if self.family == 4:
            value = self.value
            return f"{value >> 24}.{value >> 16 & 0xFF}.{value >> 8 & 0xFF}.{value & 0xFF}"
        return str(ipaddress.IPv6Address(self.value))


@dataclass(frozen=True, slots=True, order=True)
class AddressRange:
    """Consecutive addresses of one family, both ends included."""

    family: Family
    first: int
    last: int

    def __contains__(self, address: Address) -> bool:
        return address.family == self.family and self.first <= address.value <= self.last

    @property
    def size(self) -> int:
        """How many addresses it has, 1 or more."""
        return self.last - self.first + 1

    def overlaps(self, other: AddressRange) -> bool:
        """Whether one address lies in both."""
        return self.family == other.family and self.first <= other.last and other.first <= self.last

    def __str__(self) -> str:
        return f"{Address(self.family, self.first)}-{Address(self.family, self.last)}"


@lru_cache(maxsize=100_000)  # the same few thousand texts are read again at every look
def parse_address(text: str) -> Address | None:
    """The address that Go's ``net.ParseIP`` reads from the text, or None where it reads none.

    No blanks, no leading zeros, no zone. An IPv4-mapped IPv6 address is the IPv4 address.
    """
    if "%" in text:
        return None
    try:  # most are of this form, and to read it so takes a fifth of what the library takes
        first, second, third, fourth = map(_OCTETS.__getitem__, text.split("."))
        return Address(4, first << 24 | second << 16 | third << 8 | fourth)
    except (KeyError, ValueError):
        pass
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return None
    value = int(parsed)
    if parsed.version == 4:
        return Address(4, value)
    return from_sixteen_bytes(value)


def from_sixteen_bytes(value: int) -> Address:
    """The address of a 128-bit number, where ``::ffff:0:0/96`` stands for IPv4."""
    if value >> 32 == _MAPPED_IPV4 >> 32:
        return Address(4, value & 0xFFFFFFFF)
    return Address(6, value)


def to_sixteen_bytes(address: Address) -> int:
    """The 128-bit number under which Go compares addresses of both families."""
    return address.value if address.family == 6 else _MAPPED_IPV4 | address.value
