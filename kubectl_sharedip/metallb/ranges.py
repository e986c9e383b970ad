"""Reading one entry of a pool's spec.addresses, as MetalLB reads it.

Source: ``internal/config/config.go`` (ParseCIDR). An entry is a CIDR (its host bits are masked
off) or ``start-end``; blanks are allowed around the two ends only.
"""

from __future__ import annotations

import re

from kubectl_sharedip.metallb.families import go_quote
from kubectl_sharedip.model.address import (
    Address,
    AddressRange,
    from_sixteen_bytes,
    parse_address,
    to_sixteen_bytes,
)
from kubectl_sharedip.model.frozen import frozen

_PREFIX_LENGTH = re.compile(r"0*[0-9]{1,3}")  # Go reads /024 as /24
_GO_BLANKS = " \t\n\v\f\r\x85\xa0"  # what strings.TrimSpace takes off in these texts


@frozen
class UnreadableRange:
    """An entry that MetalLB refuses, with its own words."""

    entry: str
    because: str


def read_entry(entry: str) -> tuple[AddressRange, ...] | UnreadableRange:
    """The addresses of one entry; empty for a range whose ends have different families.

    Such a range is accepted by MetalLB and gives nothing (SIP313).
    """
    return _read_cidr(entry) if "-" not in entry else _read_range(entry)


def _read_cidr(entry: str) -> tuple[AddressRange, ...] | UnreadableRange:
    text, slash, length_text = entry.partition("/")
    address = parse_address(text)
    refused = UnreadableRange(entry=entry, because=f"invalid CIDR {go_quote(entry)}")
    if not slash or address is None or not _PREFIX_LENGTH.fullmatch(length_text):
        return refused
    written_bits = 128 if ":" in text else 32
    length = int(length_text)
    if length > written_bits:
        return refused
    host_bits = written_bits - length
    number = address.value if written_bits == 32 else to_sixteen_bytes(address)
    first = number >> host_bits << host_bits
    last = first | ((1 << host_bits) - 1)
    if written_bits == 32:
        return (AddressRange(4, first, last),)
    low, high = from_sixteen_bytes(first), from_sixteen_bytes(last)
    return (AddressRange(low.family, low.value, high.value),) if low.family == high.family else ()


def _read_range(entry: str) -> tuple[AddressRange, ...] | UnreadableRange:
    start_text, _, end_text = entry.partition("-")
    start, end = parse_address(start_text.strip(_GO_BLANKS)), parse_address(end_text.strip(_GO_BLANKS))
    invalid = f"invalid IP range {go_quote(entry)}: "
    if start is None:
        return UnreadableRange(entry=entry, because=f"{invalid}invalid start IP {go_quote(start_text)}")
    if end is None:
        return UnreadableRange(entry=entry, because=f"{invalid}invalid end IP {go_quote(end_text)}")
    if to_sixteen_bytes(start) > to_sixteen_bytes(end):
        because = f"{invalid}start IP {_quote(start)} is after the end IP {_quote(end)}"
        return UnreadableRange(entry=entry, because=because)
    return (AddressRange(start.family, start.value, end.value),) if start.family == end.family else ()


def _quote(address: Address) -> str:
    return go_quote(str(address))
