"""Addresses for addresses: moved, and moved together where something decides by how they lie.

Each island of addresses that touch (a pool's range, and all in the same last eight bits of IPv4 or
sixteen of IPv6) is moved as one, to a place that is aligned as its largest prefix. So order, distance and
size within it stay, every prefix is still one, and what ends in .0 or .255 does. The islands keep their
order, not their distances. Nobody uses the places: 240.0.0.0/4 and e000::/4 are reserved. Ranges that are
too large for them are packed from the lowest address of their family; one that is all of it stays.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from kubectl_sharedip.model.address import Address, parse_address

_BELOW_MAPPED = 0xFFFF << 32  # IPv6 addresses that Go takes for smaller than every IPv4 address
_BLOCK = {"ipv4": 8, "ipv6": 16, "ipv6-low": 16}
_PLACE = {"ipv4": 240 << 24, "ipv6": 0xE << 124, "ipv6-low": 1 << 47}
_LOWEST = {"ipv4": 0, "ipv6": (0xFFFF << 32) + (1 << 32), "ipv6-low": 0}
_END = {"ipv4": 1 << 32, "ipv6": 1 << 128, "ipv6-low": _BELOW_MAPPED}


@dataclass(slots=True)
class _Island:
    first: int
    last: int
    align: int


@dataclass(slots=True)
class _Region:
    """Addresses of one order; ``spans`` are first, last and host bits of what was shown."""

    spans: set[tuple[int, int, int]] = field(default_factory=set)
    starts: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)


class Addresses:
    """First every address and range is shown to it, then it moves them."""

    def __init__(self) -> None:
        """Knows nothing yet."""
        self._regions = {name: _Region() for name in _PLACE}
        self._frozen = False

    def show(self, address: Address, host_bits: int = 0) -> None:
        """An address, or the prefix with so many host bits (0 to 128) that it lies in."""
        first = address.value >> host_bits << host_bits
        self._show(_region(address), first, first + (1 << host_bits) - 1, host_bits)

    def show_range(self, first: Address, last: Address) -> None:
        """Both ends, and all between them where they are of one kind and in order."""
        if _region(first) == _region(last) and first.value <= last.value:
            self._show(_region(first), first.value, last.value, 0)
        else:
            self.show(first)
            self.show(last)

    def freeze(self) -> None:
        """Everything has been shown: from now on it moves."""
        for name, region in self._regions.items():
            islands = _islands(region.spans, _BLOCK[name])
            places = _packed(islands, _PLACE[name], _END[name]) or _packed(islands, _LOWEST[name], _END[name])
            region.starts = [island.first for island in islands]
            region.offsets = [
                place - island.first for island, place in zip(islands, places or region.starts, strict=True)
            ]
        self._frozen = True

    def moved(self, address: Address) -> Address:
        """Its new place; one that was never shown, and every one before that, is as it was."""
        region = self._regions[_region(address)]
        place = bisect_right(region.starts, address.value) - 1
        if not self._frozen or place < 0:
            return address
        return Address(address.family, address.value + region.offsets[place])

    def _show(self, region: str, first: int, last: int, host_bits: int) -> None:
        last = min(last, _END[region] - 1)
        self._regions[region].spans.add((first, last, host_bits))

    def text(self, written: str) -> str | None:
        """An address as it is written, moved and written alike; None for what is no address."""
        address = parse_address(written)
        if address is None:
            return None
        if not self._frozen:
            self.show(address)
            return written
        return _alike(self.moved(address), written, str(address))

    def entry(self, written: str) -> str | None:
        """A prefix or a range of a pool, moved; None for what is neither."""
        start, dash, end = written.partition("-")
        if dash:
            return self._ends(start, end)
        text, slash, length = written.partition("/")
        address = parse_address(text)
        if not slash or address is None or not (length.isascii() and length.isdecimal()):
            return None
        if not self._frozen:
            bits = 128 if ":" in text else 32
            host_bits = min(max(bits - int(length), 0), 128)
            # An IPv4-mapped prefix of more than all IPv4 addresses holds none: its address alone counts.
            self.show(address, host_bits if address.family == 6 or host_bits <= 32 else 0)
            return written
        return f"{_alike(self.moved(address), text, str(address))}/{length}"

    def _ends(self, start: str, end: str) -> str | None:
        first, last = parse_address(start.strip()), parse_address(end.strip())
        if first is None or last is None:
            return None
        if not self._frozen:
            self.show_range(first, last)
            return f"{start}-{end}"
        moved = (_kept_blanks(self.text(one.strip()), one) for one in (start, end))
        return "-".join(moved)


def _kept_blanks(text: str | None, written: str) -> str:
    bare = written.strip()
    before, _, after = written.partition(bare)
    return f"{before}{text if text is not None else bare}{after}"


def _region(address: Address) -> str:
    if address.family == 4:
        return "ipv4"
    return "ipv6-low" if address.value < _BELOW_MAPPED else "ipv6"


def _islands(spans: set[tuple[int, int, int]], block: int) -> list[_Island]:
    """The spans rounded to whole blocks and prefixes; those that share one are one island."""
    found: list[_Island] = []
    for first, last, host_bits in sorted(spans):
        align = 1 << max(block, host_bits)
        low, high = first // align * align, -(-(last + 1) // (1 << block)) * (1 << block) - 1
        if found and low <= found[-1].last:
            found[-1].last = max(found[-1].last, high)
            found[-1].align = max(found[-1].align, align)
            found[-1].first = min(found[-1].first, low)
        else:
            found.append(_Island(low, high, align))
    return found


def _packed(islands: Sequence[_Island], place: int, end: int) -> list[int] | None:
    """Where each island begins when they are put side by side from ``place``; None where it is too small."""
    places = []
    for island in islands:
        # The island may begin in the middle of its largest prefix.
        inside = island.first % island.align
        place = -(-(place - inside) // island.align) * island.align + inside
        places.append(place)
        place += island.last - island.first + 1
    return places if place <= end else None


def _alike(moved: Address, written: str, canonical: str) -> str:
    """The new address in the writing of the old one: mapped IPv4, capitals, or more zeros than needed."""
    text = str(moved)
    if written == canonical:
        return text
    if moved.family == 4:
        return f"::FFFF:{text}" if written != written.lower() else f"::ffff:{text}"
    if written.lower() == canonical:
        return text.upper()
    parts = [f"{moved.value >> shift & 0xFFFF:04x}" for shift in range(112, -1, -16)]
    return ":".join(parts)
