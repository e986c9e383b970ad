"""What a MetalLB knows at one moment: which pools and Services are its own, and what is claimed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubectl_sharedip.metallb.decide import decide
from kubectl_sharedip.metallb.explain_room import no_second_text
from kubectl_sharedip.metallb.outcomes import Assigned, Refused
from kubectl_sharedip.metallb.refusals import DualStackImpossible, NoRoom, PoolFull
from kubectl_sharedip.metallb.state import handled_by, own_pools, state_of
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.service import Service
from tests.metallb_rules.worlds import BOTH, V6, named, pool, service, snapshot_of, state

TEN = pool("p", "10.0.0.0/24")
FOUR = Address(4, 10 << 24)


@pytest.mark.parametrize(
    ("version", "address", "doubt"),
    [
        ("0.13.12", "10.9.0.1", True),
        ("0.13.12", "10.0.0.1", False),
        ("0.16.1", "10.9.0.1", False),
        ("0.14.0", "10.9.0.1", False),
    ],
)
def test_older_pools_may_rule_where_an_address_is_in_none(version: str, address: str, doubt: bool) -> None:
    others = service("b", status=["10.0.0.2"])
    assert state(TEN, service("a", status=[address]), others, version=version).in_doubt is doubt
    assert not state(TEN, version=version).in_doubt


def test_a_metallb_reads_the_pools_of_its_own_namespace() -> None:
    snapshot = snapshot_of(TEN, version="0.16.1")
    (installation,) = snapshot.installations
    stray = replace(snapshot.pools[0], namespace="elsewhere", name="stray")
    pools = [*snapshot.pools, stray]
    assert [one.name for one in own_pools(pools, installation)] == ["p"]
    assert [one.name for one in own_pools(pools, replace(installation, namespace="elsewhere"))] == ["stray"]
    assert [one.name for one in own_pools(pools, replace(installation, namespace=""))] == ["p", "stray"]


def test_an_empty_class_is_none() -> None:
    snapshot = snapshot_of(TEN, service("a"))
    one, (installation,) = snapshot.services[named("a")], snapshot.installations
    ours = replace(installation, lb_class="x")
    found = [(handled_by(installation, s), handled_by(ours, s)) for s in _classes(one, (None, "", "x"))]
    assert found == [(True, False), (True, False), (False, True)]


def _classes(one: Service, names: tuple[str | None, ...]) -> list[Service]:
    return [replace(one, load_balancer_class=name) for name in names]


def test_a_version_that_cannot_be_read_is_the_newest_known() -> None:
    snapshot = snapshot_of(TEN)
    odd = replace(snapshot.installations[0], version="main")
    assert state_of(snapshot, odd).version == Version(0, 16, 1)


def test_who_claims_what() -> None:
    known = state(
        TEN,
        service("a", status=["10.0.0.1"]),
        service("former", type="ClusterIP", status=["10.0.0.2"]),
        service("waits"),
        service("foreign", status=["10.9.0.1"]),
        service("odd", status=["no-address"]),
    )
    held = {one.terms.service.name: one.pool for one in known.ledger.allocations()}
    assert held == {"a": "p", "foreign": ""}
    assert [known.allocated(named(name)) is not None for name in ("a", "foreign", "waits")] == [
        True,
        False,
        False,
    ]


def test_nobody_joins_an_avoided_address() -> None:
    avoiding = pool("p", "10.0.0.0/30", avoidBuggyIPs=True)
    old = {"metallb.universe.tf/allow-shared-ip": "k"}
    there = service("a", annotations=old, status=["10.0.0.0"])
    known = state(avoiding, there, service("b", annotations=old, ports=["TCP/81"]), version="0.13.12")
    outcome = decide(known, known.services[named("b")])
    assert isinstance(outcome, Assigned)
    assert [str(address) for address in outcome.addresses] == ["10.0.0.1"]


@pytest.mark.parametrize(
    ("version", "free", "text"),
    [
        ("0.14.9", {4: FOUR, 6: None}, "no available IPs in pool p for ipv6 IPFamily"),
        ("0.14.9", {4: None, 6: None}, "no available IPs in pool p for ipv6 IPFamily"),
        ("0.15.2", {4: None, 6: None}, '["10.0.0.0" "<nil>"] is not allowed in config'),
        ("0.15.2", {4: FOUR, 6: None}, '["10.0.0.0" "<nil>"] is not allowed in config'),
        ("0.16.1", {4: None, 6: None}, "no available IPs in pool p"),
        ("0.16.1", {4: FOUR, 6: None}, '["10.0.0.0" "<nil>"] is not allowed in config'),
    ],
)
def test_text_where_the_second_family_is_not_to_be_had(
    version: str, free: dict[int, Address | None], text: str
) -> None:
    known = state(TEN, version=version)
    assert no_second_text(known.version, known.pools.by_name["p"], FOUR, free) == text


def test_no_family_is_given_that_the_cluster_ips_do_not_have() -> None:
    asks = service("a", ipFamilyPolicy="PreferDualStack")
    known = state(pool("p", "fc00::/127"), asks)
    outcome = decide(known, known.services[named("a")])
    assert isinstance(outcome, Refused)
    assert isinstance(outcome.refusal, NoRoom)


@pytest.mark.parametrize(("taken", "kind"), [(False, DualStackImpossible), (True, PoolFull)])
def test_two_cluster_ips_without_a_policy_are_named_where_there_is_room(taken: bool, kind: type) -> None:
    asks = service("a", cluster_ips=BOTH, ipFamilyPolicy="SingleStack", from_pool="p")
    crowd = [service("b", status=["10.0.0.0"])] if taken else []
    known = state(pool("p", "10.0.0.0/32"), *crowd, asks)
    outcome = decide(known, known.services[named("a")])
    assert isinstance(outcome, Refused)
    assert isinstance(outcome.refusal, kind)


def test_before_0_14_9_both_families_have_to_be_joinable() -> None:
    old = {"metallb.universe.tf/allow-shared-ip": "k"}
    dual = {"cluster_ips": BOTH, "ipFamilyPolicy": "PreferDualStack"}
    documents = (
        pool("p", "10.0.0.0/32", "fc00::/128"),
        service("a", annotations=old, status=["10.0.0.0"]),
        service("s", cluster_ips=(V6,), ipFamilies=["IPv6"], status=["fc00::"]),
        service("z", annotations=old, **dual),  # type: ignore[arg-type]
    )
    joinable = {}
    for version in ("0.13.12", "0.16.1"):
        known = state(*documents, version=version)
        outcome = decide(known, known.services[named("z")])
        assert isinstance(outcome, Refused)
        assert isinstance(outcome.refusal, NoRoom)
        joinable[version] = [str(one.address) for one in outcome.refusal.joinable_by_key]
    assert joinable == {"0.13.12": [], "0.16.1": ["10.0.0.0"]}
