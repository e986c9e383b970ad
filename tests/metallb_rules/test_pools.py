"""Which configurations MetalLB accepts, and whose an address is (sections 4.2, 4.3 and 6.1)."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_sharedip.metallb.order import kept_for as orders
from kubectl_sharedip.metallb.pools import AcceptedPools, accept
from kubectl_sharedip.metallb.rest import unrested
from kubectl_sharedip.metallb.settle import settle
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.address import Address
from tests.metallb_rules.worlds import (
    World,
    addresses,
    assigned,
    failed,
    kept_for,
    named,
    pool,
    read_service,
    service,
    snapshot_of,
    state,
)

NEWEST = Version(0, 16, 1)


def faults(**spec: Any) -> list[str]:
    return [fault.because for fault in state(pool("p", "10.0.0.0/24", **spec)).faults]


def selecting(*expressions: dict[str, Any]) -> dict[str, Any]:
    return {"serviceAllocation": {"serviceSelectors": [{"matchExpressions": list(expressions)}]}}


def expression(operator: str, *values: str) -> dict[str, Any]:
    return {"key": "a", "operator": operator, "values": list(values)}


@pytest.mark.parametrize(
    ("spec", "because"),
    [
        ({"serviceAllocation": kept_for("n", "n")}, "duplicate definition in namespaces field"),
        (
            {"serviceAllocation": kept_for(labels=[{"a": "1"}] * 2)},
            "duplicate definition of serviceSelectors",
        ),
        (
            selecting(expression("In", "1", "2"), expression("In", "2", "1")),
            "duplicate definition of match expressions",
        ),
        (
            selecting(expression("NotIn", "1", "1")),
            'duplicate definition of match expression value in label selector "1"',
        ),
        (
            selecting(expression("Is", "1")),
            'invalid service label selector: "Is" is not a valid label selector operator',
        ),
        (
            selecting(expression("In")),
            "invalid service label selector: for 'in', 'notin' operators, values set can't be empty",
        ),
        (
            selecting(expression("Exists", "1")),
            "invalid service label selector: values set must be empty for exists and does not exist",
        ),
    ],
)
def test_rejected_allocations(spec: dict[str, Any], because: str) -> None:
    assert faults(**spec) == [because]


def test_label_and_expression_that_say_the_same_are_no_fault() -> None:
    both = {"matchLabels": {"a": "1"}, "matchExpressions": [expression("In", "1")]}
    assert faults(serviceAllocation={"serviceSelectors": [both]}) == []


def test_pool_without_addresses() -> None:
    assert [fault.because for fault in state(pool("p")).faults] == ["pool has no prefixes defined"]


def test_one_bad_pool_rejects_all() -> None:
    rejected = state(pool("p", "10.0.0.0/24"), pool("q", "nonsense"))
    assert rejected.blind
    assert not rejected.pools.by_name


def test_owner() -> None:
    pools = state(pool("p", "10.0.0.0/28", "fc00::/120"), pool("q", "10.0.0.16/28", avoidBuggyIPs=True)).pools

    def owner(*texts: str) -> str | None:
        found = pools.owner(addresses(*texts))
        return found.name if found else None

    assert owner("10.0.0.15") == "p"
    assert owner("10.0.0.15", "fc00::1") == "p"
    assert owner("10.0.0.16") == "q"
    assert owner("10.0.0.16", "fc00::1") is None
    assert owner("10.0.0.32") is None


def test_more_pools_for_a_namespace_than_are_tried_in_every_order() -> None:
    pools = [pool(f"p{n}", f"10.0.{n}.0/32", serviceAllocation=kept_for("default")) for n in range(7)]
    known = state(*pools)
    first = {order[0].name for order in orders(known, read_service(service("a")))}
    assert first == {f"p{n}" for n in range(7)}
    assert World(*pools).apply("a").held("a") == {(f"10.0.{n}.0",) for n in range(7)}


def test_rejected_pools_leave_the_accepted_ones_in_force() -> None:
    world = World(pool("p", "10.0.0.0/24")).apply("a").pools(pool("p", "nonsense")).apply("b")
    assert world.held("a") == {("10.0.0.0",)}
    assert world.events == (assigned("10.0.0.1"),)
    assert all(end.faults for end in world.ends)


def test_restart_with_rejected_pools_touches_nothing() -> None:
    world = World(pool("p", "10.0.0.0/24")).apply("a").pools(pool("p", "nonsense")).restart()
    assert world.held("a") == {("10.0.0.0",)}
    world.apply("b")
    assert world.held("b") == {()}
    assert world.silent
    world.pools(pool("p", "10.0.0.0/24"))
    assert world.held("b") == {("10.0.0.1",)}


def test_pools_that_say_the_same_wake_nobody() -> None:
    world = World(pool("p", "10.0.0.0/24")).apply("a", ip="10.0.0.5").apply("w", ip="10.0.0.5")
    world.apply("a", ip="10.0.0.6").pools(pool("p", "10.0.0.0-10.0.0.255"))
    assert world.held("w") == {()}
    world.pools(pool("p", "10.0.0.0-10.0.0.127", "10.0.0.128/25"))
    assert world.held("w") == {("10.0.0.5",)}


def test_foreign_address_is_in_the_way_of_nobody() -> None:
    known = state(pool("p", "10.0.0.0/24"), service("a", status=["192.0.2.1"]))
    assert unrested(known) == {named("a")}
    assert settle(known, [], unrested(known)).addresses(named("a")) == (addresses("192.0.2.1"),)


def test_unreadable_request_and_another_pool() -> None:
    # Section 2, steps 9 and 10: the other pool costs the address before the request is read.
    world = World(pool("p", "10.0.0.0/24"), pool("q", "10.1.0.0/24", autoAssign=False)).apply("a")
    world.apply("a", ip="nonsense", from_pool="q")
    told = 'invalid requested loadbalancer IPs: invalid metallb.io/loadBalancerIPs: "nonsense"'
    assert world.held("a") == {()}
    assert world.events[0] == ("LoadBalancerFailed", told)
    assert world.told("a") == (failed("a", 'invalid metallb.io/loadBalancerIPs: "nonsense"'),)


def faults_of_pools(*entries: tuple[str, str]) -> list[tuple[str, str | None, str | None, str | None]]:
    """Each fault of one-entry pools, given as name and entry: pool, entry, the other, its entry."""
    found = accept(snapshot_of(*(pool(name, entry) for name, entry in entries)).pools, {}, NEWEST)
    assert not isinstance(found, AcceptedPools)
    return [
        (one.pool.name, one.entry, one.other.name if one.other else None, one.other_entry) for one in found
    ]


def test_every_overlap_is_named_with_both_sides() -> None:
    wide, first, second = "10.0.0.0-10.0.0.100", "10.0.0.10-10.0.0.20", "10.0.0.50-10.0.0.120"
    assert faults_of_pools(("a", wide), ("b", first), ("c", second)) == [
        ("b", first, "a", wide),
        ("c", second, "a", wide),
    ]
    after = "10.0.0.110-10.0.0.115"
    assert faults_of_pools(("a", wide), ("b", second), ("c", after)) == [
        ("b", second, "a", wide),
        ("c", after, "b", second),
    ]


def test_low_ipv6_ranges_overlap_behind_high_ipv4_ones() -> None:
    assert faults_of_pools(("a", "10.0.0.0/24"), ("b", "::1-::5"), ("c", "::3-::9")) == [
        ("c", "::3-::9", "b", "::1-::5")
    ]


def test_an_address_next_to_a_range_is_in_no_pool() -> None:
    read = snapshot_of(pool("p", "10.0.0.4-10.0.0.5"), pool("q", "10.0.0.8/32"))
    pools = accept(read.pools, {}, NEWEST)
    assert isinstance(pools, AcceptedPools)
    found = {n: pools.containing(Address(4, (10 << 24) + n)) for n in range(3, 10)}
    assert {n: one.name for n, one in found.items() if one} == {4: "p", 5: "p", 8: "q"}


def test_an_owner_has_all_the_addresses() -> None:
    read = snapshot_of(pool("p", "10.0.0.0/31", "fc00::/127", avoidBuggyIPs=True), pool("q", "fc00::8/127"))
    pools = accept(read.pools, {}, NEWEST)
    assert isinstance(pools, AcceptedPools)
    four, buggy = Address(4, (10 << 24) + 1), Address(4, 10 << 24)
    six, other = Address(6, 0xFC << 120), Address(6, (0xFC << 120) + 8)

    def owner(*addresses: Address) -> str | None:
        found = pools.owner(addresses)
        return found.name if found else None

    assert [owner(), owner(four), owner(six), owner(other)] == [None, "p", "p", "q"]
    assert [owner(four, six), owner(six, four), owner(six, other)] == ["p", "p", None]
    assert [owner(buggy), owner(buggy, six), owner(six, buggy)] == [None, None, None]
