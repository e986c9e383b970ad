"""Scenarios 12 to 30 of the rules: requested addresses and pools, and which annotation counts."""

from __future__ import annotations

import pytest

from kubectl_sharedip.metallb.refusals import (
    AddressUnreadable,
    BothRequests,
    FamilyMismatch,
    InNoPool,
    NoRoom,
    NotShareable,
    OutsideRequestedPool,
    PoolFull,
    PoolNotForService,
    PoolUnknown,
    TooManyAddresses,
)
from kubectl_sharedip.metallb.sharing import SharingRule
from tests.metallb_rules.worlds import (
    V6,
    World,
    addresses,
    assigned,
    failed,
    in_use,
    kept_for,
    named,
    pool,
)

TEN = pool("p", "10.0.0.0/24")
OLD_ADDRESSES = "metallb.universe.tf/loadBalancerIPs"
OLD_POOL = "metallb.universe.tf/address-pool"
OLD_KEY = "metallb.universe.tf/allow-shared-ip"


def deprecated(key: str) -> tuple[str, str]:
    return "deprecatedAnnotation", f"Service uses deprecated annotation {key}"


def test_12_requested_twice_without_keys() -> None:
    world = World(TEN).apply("a", ip="10.0.0.5").apply("b", ip="10.0.0.5")
    assert world.events == (failed("b", in_use("b", "a")),)
    assert world.refusal("b") is NotShareable
    assert world.held("b") == {()}


def test_13_requested_outside_of_all_pools() -> None:
    world = World(TEN).apply("a", ip="10.9.9.9")
    assert world.events == (failed("a", '["10.9.9.9"] is not allowed in config'),)
    assert world.refusal("a") is InNoPool


def test_14_requests_do_not_mind_auto_assign() -> None:
    world = World(pool("p", "10.0.0.0/24", autoAssign=False))
    world.apply("a", ip="10.0.0.7").apply("b", from_pool="p")
    assert world.held("a") == {("10.0.0.7",)}
    assert world.held("b") == {("10.0.0.0",)}


def test_15_requested_pool_does_not_exist() -> None:
    world = World(TEN).apply("a", from_pool="nope")
    assert world.events == (failed("a", 'unknown pool "nope"'),)
    assert world.refusal("a") is PoolUnknown


def test_16_requested_pool_is_full() -> None:
    world = World(pool("p", "10.0.0.0/32")).apply("a").apply("b", from_pool="p")
    assert world.events == (failed("b", "no available IPs in pool p"),)
    assert world.refusal("b") is PoolFull
    world.apply("c")
    assert world.events == (failed("c", "no available IPs"),)
    assert world.refusal("c") is NoRoom


def test_17_requested_pool_has_only_the_other_family() -> None:
    world = World(pool("p", "10.0.0.0/32", "fc00::/120")).apply("a").apply("b", from_pool="p")
    assert world.events == (failed("b", '["<nil>"] is not allowed in config'),)
    assert world.refusal("b") is PoolFull


@pytest.mark.parametrize("request_", [{"from_pool": "r"}, {"ip": "10.0.0.7"}])
def test_18_pool_kept_for_another_namespace(request_: dict[str, str]) -> None:
    world = World(pool("r", "10.0.0.0/24", serviceAllocation=kept_for("ns1"))).apply("a", **request_)
    assert world.events == (failed("a", "pool r not compatible for ip assignment"),)
    assert world.refusal("a") is PoolNotForService


OUTSIDE = 'requested loadBalancer IP(s) ["10.0.0.9"] is not compatible with requested address pool q'


def test_19_address_and_pool_disagree() -> None:
    world = World(TEN, pool("q", "10.1.0.0/24")).apply("a", ip="10.0.0.9", from_pool="q")
    assert world.events == (failed("a", OUTSIDE),)
    assert world.refusal("a") is OutsideRequestedPool
    (end,) = world.ends
    assert end.ledger.holders(*addresses("10.0.0.9")) == ()


def test_20_pool_added_that_disagrees() -> None:
    world = World(TEN, pool("q", "10.1.0.0/24")).apply("a", ip="10.0.0.9").apply("a", from_pool="q")
    assert world.held("a") == {()}
    assert world.events == (failed("a", OUTSIDE),)


def test_21_blanks() -> None:
    world = World(TEN).apply("a", ip=" 10.0.0.9 ").apply("b", loadBalancerIP=" 10.0.0.9")
    assert world.held("a") == {("10.0.0.9",)}
    assert world.events == (failed("b", 'invalid spec.loadBalancerIP " 10.0.0.9"'),)
    assert world.refusal("b") is AddressUnreadable


@pytest.mark.parametrize(
    ("value", "text", "kind"),
    [
        ("10.0.0.1,", 'invalid metallb.io/loadBalancerIPs: "10.0.0.1,"', AddressUnreadable),
        (
            "10.0.0.1,10.0.0.2",
            'IPFamilyForAddresses: same address family ["10.0.0.1" "10.0.0.2"]',
            TooManyAddresses,
        ),
        (
            "10.0.0.1,10.0.0.2,fc00::1",
            'IPFamilyForAddresses: invalid ips length 3 ["10.0.0.1" "10.0.0.2" "fc00::1"]',
            TooManyAddresses,
        ),
    ],
)
def test_22_lists_that_are_none(value: str, text: str, kind: type) -> None:
    world = World(TEN).apply("a", ip=value)
    assert world.events == (failed("a", text),)
    assert world.refusal("a") is kind


def test_23_field_and_annotation() -> None:
    both = "service can not have both metallb.io/loadBalancerIPs and svc.Spec.LoadBalancerIP"
    world = World(TEN).apply("a", ip="10.0.0.1", loadBalancerIP="10.0.0.1")
    assert world.events == (failed("a", both),)
    assert world.refusal("a") is BothRequests
    world.apply("b").apply("b", ip="10.0.0.5", loadBalancerIP="10.0.0.6")
    assert world.held("b") == {("10.0.0.0",)}
    assert world.events == (("LoadBalancerFailed", f"invalid requested loadbalancer IPs: {both}"),)


def test_24_how_addresses_are_written() -> None:
    world = World(pool("p", "10.0.0.0/24", "fc00::/112"))
    world.apply("a", ip="::ffff:10.0.0.10").apply("b", ip="FC00:0:0::00AB", cluster_ips=[V6])
    world.apply("c", ip="010.0.0.11")
    assert world.held("a") == {("10.0.0.10",)}
    assert world.held("b") == {("fc00::ab",)}
    assert world.events == (failed("c", 'invalid metallb.io/loadBalancerIPs: "010.0.0.11"'),)


def test_25_address_of_the_other_family() -> None:
    world = World(pool("p", "10.0.0.0/24", "fc00::/112"))
    text = 'requested loadBalancer IP(s) ["fc00::1"] does not match the ipFamily of the service'
    world.apply("a", ip="fc00::1")
    assert world.events == (failed("a", text),)
    assert world.refusal("a") is FamilyMismatch
    world.apply("b")
    assert world.held("b") == {("10.0.0.0",)}
    world.apply("b", ip="fc00::1")
    assert world.held("b") == {()}
    assert world.events == (failed("b", text),)


def test_26_asking_for_a_held_address_costs_the_own_one() -> None:
    world = World(TEN).apply("a").apply("b", ip="10.0.0.5").apply("a", ip="10.0.0.5")
    assert world.held("a") == {()}
    assert world.events == (failed("a", in_use("a", "b")),)


def test_27_asking_for_what_it_has() -> None:
    world = World(TEN).apply("a").apply("a", ip="10.0.0.0")
    assert world.held("a") == {("10.0.0.0",)}
    assert world.silent
    world.apply("a", ip=None)
    assert world.held("a") == {("10.0.0.0",)}
    assert world.silent


def test_28_empty_new_annotation_hides_the_old() -> None:
    world = World(TEN).apply("a", ip="", annotations={OLD_ADDRESSES: "10.0.0.7"})
    assert world.held("a") == {("10.0.0.0",)}
    assert world.events == (assigned("10.0.0.0"), deprecated(OLD_ADDRESSES))
    world.apply("b", annotations={OLD_ADDRESSES: "10.0.0.7"})
    assert world.held("b") == {("10.0.0.7",)}


def test_29_pool_annotations() -> None:
    world = World(TEN).apply("a", from_pool="", annotations={OLD_POOL: "nope"})
    assert world.held("a") == {("10.0.0.0",)}
    world.apply("b", from_pool="nope", annotations={OLD_POOL: "p"})
    assert world.events == (failed("b", 'unknown pool "nope"'),)


def test_29_empty_pool_annotation_beside_an_address() -> None:
    world = World(TEN).apply("a", from_pool="", ip="10.0.0.7")
    assert world.held("a") == {("10.0.0.7",)}


def test_30_empty_new_key_hides_the_old() -> None:
    world = World(TEN).apply("c", ip="10.0.0.8", key="", annotations={OLD_KEY: "k"})
    world.apply("d", ip="10.0.0.8", key="k", ports=["TCP/443"])
    assert world.events == (failed("d", in_use("d", "c")),)
    outcome = world.outcome("d")
    refusal = getattr(outcome, "refusal", None)
    assert isinstance(refusal, NotShareable)
    assert refusal.conflict.decisive is SharingRule.HOLDER_HAS_KEY
    assert refusal.conflict.holders == (named("c"),)
