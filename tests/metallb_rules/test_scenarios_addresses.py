"""Scenarios 1 to 11 of the rules: addresses and pools."""

from __future__ import annotations

from kubectl_sharedip.metallb.refusals import AddressAvoided, NoRoom, PoolFull
from kubectl_sharedip.metallb.room import size_of
from tests.metallb_rules.worlds import World, assigned, failed, pool, state


def test_01_lowest_address_first() -> None:
    world = World(pool("p", "192.168.1.0/30")).apply("a").apply("b")
    assert world.held("a") == {("192.168.1.0",)}
    assert world.held("b") == {("192.168.1.1",)}
    assert world.events == (assigned("192.168.1.1"),)


def test_02_range_is_walked_upwards_and_ends() -> None:
    world = World(pool("p", "192.168.1.240-192.168.1.250"))
    names = [f"s{number:02}" for number in range(12)]
    for name in names:
        world.apply(name)
    assert [world.held(name) for name in names[:11]] == [{(f"192.168.1.{240 + n}",)} for n in range(11)]
    assert world.held("s11") == {()}
    assert world.events == (failed("s11", "no available IPs"),)


def test_03_entries_keep_their_order() -> None:
    world = World(pool("p", "10.9.0.0/32", "10.1.0.5-10.1.0.6"))
    for name in "abcd":
        world.apply(name)
    assert [world.held(name) for name in "abc"] == [{("10.9.0.0",)}, {("10.1.0.5",)}, {("10.1.0.6",)}]
    assert world.events == (failed("d", "no available IPs"),)


def test_04_avoided_addresses() -> None:
    world = World(pool("p", "10.0.0.254-10.0.1.2", avoidBuggyIPs=True))
    for name in "abcd":
        world.apply(name)
    assert [world.held(name) for name in "abc"] == [{("10.0.0.254",)}, {("10.0.1.1",)}, {("10.0.1.2",)}]
    assert world.events == (failed("d", "no available IPs"),)
    world.apply("e", ip="10.0.1.0")
    assert world.events == (failed("e", '["10.0.1.0"] is not allowed in config'),)
    assert world.refusal("e") is AddressAvoided


def test_05_broadcast_address_is_an_address() -> None:
    world = World(pool("p", "10.0.0.0/24")).apply("a", ip="10.0.0.255")
    assert world.held("a") == {("10.0.0.255",)}


def test_06_range_over_two_families_is_empty() -> None:
    world = World(pool("p", "10.0.0.5-fc00::1")).apply("a")
    assert world.events == (failed("a", "no available IPs"),)
    assert world.refusal("a") is NoRoom
    world.apply("b", from_pool="p")
    assert world.events == (failed("b", "no available IPs in pool p"),)
    assert world.refusal("b") is PoolFull


def test_07_what_is_a_range() -> None:
    def faults(*entries: str) -> list[str]:
        return [fault.because for fault in state(pool("p", *entries)).faults]

    assert faults("10.0.0.5") == ['invalid CIDR "10.0.0.5"']
    assert faults(" 10.0.0.0/24") == ['invalid CIDR " 10.0.0.0/24"']
    assert faults("10.0.0.5 - 10.0.0.9") == []
    assert faults("10.0.0.9-10.0.0.5") == [
        'invalid IP range "10.0.0.9-10.0.0.5": start IP "10.0.0.9" is after the end IP "10.0.0.5"'
    ]
    assert faults("10.0.0.01-10.0.0.5") == [
        'invalid IP range "10.0.0.01-10.0.0.5": invalid start IP "10.0.0.01"'
    ]
    world = World(pool("p", "10.0.0.5/24")).apply("a")
    assert world.held("a") == {("10.0.0.0",)}


def test_08_overlaps() -> None:
    a = pool("a", "10.0.0.0-10.0.0.10")
    both = state(a, pool("b", "10.0.0.10-10.0.0.20"))
    assert [(fault.pool.name, fault.because, fault.other and fault.other.name) for fault in both.faults] == [
        ("b", "overlaps", "a")
    ]
    assert not both.pools.by_name
    assert not state(a, pool("b", "10.0.0.11-10.0.0.20")).faults
    twice = state(pool("p", "10.0.0.0/24", "10.0.0.0/24"))
    assert [fault.because for fault in twice.faults] == ["overlaps"]


def test_09_choice_among_general_pools_is_random() -> None:
    world = World(pool("p1", "10.1.0.0/24"), pool("p2", "10.2.0.0/24")).apply("a")
    assert world.held("a") == {("10.1.0.0",), ("10.2.0.0",)}


def test_10_pool_without_auto_assign_is_left_alone() -> None:
    world = World(pool("t1", "1.2.3.4/31", autoAssign=False), pool("t2", "1.2.3.10/31"))
    for name in "abc":
        world.apply(name)
    assert world.held("a") == {("1.2.3.10",)}
    assert world.held("b") == {("1.2.3.11",)}
    assert world.events == (failed("c", "no available IPs"),)


def test_11_sizes() -> None:
    def size(*entries: str, avoid: bool) -> int:
        ranges = state(pool("p", *entries)).pools.by_name["p"].ranges
        return sum(size_of(range_, avoid) for range_ in ranges)

    assert size("1.2.3.0/24", avoid=False) == 256
    assert size("1.2.3.0/24", "2.3.4.128/25", avoid=False) == 384
    assert size("1.2.3.0/24", "2.3.4.128/25", avoid=True) == 381
    # MetalLB's own metric stops at the largest int64 here; the model counts on.
    assert size("1.2.3.0/24", "1000::/64", avoid=False) == 256 + 2**64
