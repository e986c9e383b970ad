"""Entries of spec.addresses, read as Go reads them (section 4.1)."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_sharedip.metallb.ranges import UnreadableRange, read_entry
from kubectl_sharedip.model.address import Address


def read(entry: str) -> list[str]:
    found = read_entry(entry)
    assert not isinstance(found, UnreadableRange)
    return [str(range_) for range_ in found]


@pytest.mark.parametrize(
    ("entry", "range_"),
    [
        ("10.0.0.5/24", "10.0.0.0-10.0.0.255"),
        ("10.0.0.5/032", "10.0.0.5-10.0.0.5"),  # Go reads the length as a number, zeros and all
        ("10.0.0.5 - 10.0.0.9", "10.0.0.5-10.0.0.9"),
        (" 10.0.0.5-10.0.0.9 ", "10.0.0.5-10.0.0.9"),
        ("::ffff:10.0.0.5-10.0.0.9", "10.0.0.5-10.0.0.9"),
        ("::ffff:10.0.0.9/120", "10.0.0.0-10.0.0.255"),
        ("fc00::5/126", "fc00::4-fc00::7"),
        ("0.0.0.0/0", "0.0.0.0-255.255.255.255"),
    ],
)
def test_readable(entry: str, range_: str) -> None:
    assert read(entry) == [range_]


@pytest.mark.parametrize("entry", ["10.0.0.5-fc00::1", "0.0.0.0-::1:0:0:0"])
def test_range_over_two_families_holds_nothing(entry: str) -> None:
    assert read(entry) == []


@pytest.mark.parametrize(
    ("entry", "because"),
    [
        ("10.0.0.5", 'invalid CIDR "10.0.0.5"'),
        (" 10.0.0.0/24", 'invalid CIDR " 10.0.0.0/24"'),
        ("10.0.0.0/33", 'invalid CIDR "10.0.0.0/33"'),
        ("10.0.0.0/ 24", 'invalid CIDR "10.0.0.0/ 24"'),
        ("10.0.0.0/", 'invalid CIDR "10.0.0.0/"'),
        ("010.0.0.0/24", 'invalid CIDR "010.0.0.0/24"'),
        ("fe80::1%eth0/64", 'invalid CIDR "fe80::1%eth0/64"'),
        ("", 'invalid CIDR ""'),
        ("a-b-c", 'invalid IP range "a-b-c": invalid start IP "a"'),
        ("10.0.0.1-", 'invalid IP range "10.0.0.1-": invalid end IP ""'),
        ("10.0.0.1-10.0.0.2/32", 'invalid IP range "10.0.0.1-10.0.0.2/32": invalid end IP "10.0.0.2/32"'),
        (
            "fc00::1-10.0.0.5",
            'invalid IP range "fc00::1-10.0.0.5": start IP "fc00::1" is after the end IP "10.0.0.5"',
        ),
    ],
)
def test_unreadable(entry: str, because: str) -> None:
    assert read_entry(entry) == UnreadableRange(entry=entry, because=because)


@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_cidr_holds_what_python_says(number: int, length: int) -> None:
    network = ipaddress.ip_network((number, length), strict=False)
    (range_,) = read_entry(f"{ipaddress.IPv4Address(number)}/{length}")  # type: ignore[misc]
    assert (range_.first, range_.last) == (int(network[0]), int(network[-1]))


@given(st.integers(0, 2**128 - 1), st.integers(0, 2**128 - 1))
def test_ipv6_range_from_end_to_end(one: int, other: int) -> None:
    first, last = sorted((one | 1 << 127, other | 1 << 127))
    found = read_entry(f"{Address(6, first)}-{Address(6, last)}")
    assert not isinstance(found, UnreadableRange)
    assert [(r.family, r.first, r.last) for r in found] == [(6, first, last)]
