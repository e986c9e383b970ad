"""What a MetalLB knows at one moment: which pools and Services are its own, and what is claimed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kubectl_sharedip.metallb.asked import unknown_pool
from kubectl_sharedip.metallb.decide import converge, decide
from kubectl_sharedip.metallb.explain_room import full_text, no_second_text
from kubectl_sharedip.metallb.families import IPFamily
from kubectl_sharedip.metallb.installed import state_for
from kubectl_sharedip.metallb.outcomes import Assigned, Refused
from kubectl_sharedip.metallb.poolchange import load, noted
from kubectl_sharedip.metallb.predict import predict
from kubectl_sharedip.metallb.refusals import DualStackImpossible, NoRoom, NotShareable, PoolFull
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.state import handled_by, own_pools, state_of
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.service import Service
from tests.metallb_rules.worlds import BOTH, V6, Document, kept_for, named, pool, service, snapshot_of, state

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


@pytest.mark.parametrize("family", [IPFamily.IPV4, IPFamily.DUAL])
@pytest.mark.parametrize(
    ("version", "one_is_free", "texts"),
    [
        (
            "0.15.2",
            False,
            ('["<nil>"] is not allowed in config', "no available IPs in pool p for dual IPFamily"),
        ),
        (
            "0.15.2",
            True,
            ('["<nil>"] is not allowed in config', "no available IPs in pool p for dual IPFamily"),
        ),
        ("0.16.1", False, ("no available IPs in pool p", "no available IPs in pool p")),
        (
            "0.16.1",
            True,
            ('["<nil>"] is not allowed in config', "no available IPs in pool p for dual IPFamily"),
        ),
    ],
)
def test_text_where_the_requested_pool_has_not_what_is_needed(
    version: str, one_is_free: bool, texts: tuple[str, str], family: IPFamily
) -> None:
    known = state(TEN, version=version)
    free = {4: None, 6: FOUR if one_is_free else None}
    text = full_text(known.version, known.pools.by_name["p"], family, free)
    assert text == texts[family is IPFamily.DUAL]


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
    dual: dict[str, Any] = {"cluster_ips": BOTH, "ipFamilyPolicy": "PreferDualStack"}
    documents = (
        pool("p", "10.0.0.0/32", "fc00::/128"),
        service("a", annotations=old, status=["10.0.0.0"]),
        service("s", cluster_ips=(V6,), ipFamilies=["IPv6"], status=["fc00::"]),
        service("z", annotations=old, **dual),
    )
    joinable = {}
    for version in ("0.13.12", "0.16.1"):
        known = state(*documents, version=version)
        outcome = decide(known, known.services[named("z")])
        assert isinstance(outcome, Refused)
        assert isinstance(outcome.refusal, NoRoom)
        joinable[version] = [str(one.address) for one in outcome.refusal.joinable_by_key]
    assert joinable == {"0.13.12": [], "0.16.1": ["10.0.0.0"]}


@pytest.mark.parametrize(
    ("version", "entry", "looks"),
    [
        ("0.15.2", "10.0.0.0/24", None),
        ("0.15.2", "10.0.0.0-10.0.0.9", False),
        ("0.15.2", "fc00::/127", False),
        ("0.15.3", "10.0.0.0/24", False),
        ("0.13.12", "10.0.0.0/24", None),
    ],
)
def test_the_same_pools_read_again(version: str, entry: str, looks: bool | None) -> None:
    """Before 0.15.3 a searched IPv4 CIDR is rewritten, so that the same one may seem changed."""
    known = state(pool("p", entry), version=version)
    assert load(known, known.pools)[1] is looks


def test_the_same_pools_in_a_random_order_may_seem_changed() -> None:
    kept = [
        pool(name, f"10.0.{n}.0-10.0.{n}.9", serviceAllocation=kept_for("n")) for n, name in enumerate("pq")
    ]
    for pools, looks in ((kept, None), (kept[:1], False)):
        known = state(*pools)
        assert load(known, known.pools)[1] is looks


def test_a_foreign_address_is_orphaned_by_no_new_pools() -> None:
    there = [service("a", status=["10.0.0.1"]), service("foreign", status=["10.9.0.1"])]
    known = state(TEN, *there, version="0.13.12")
    wider = state(pool("p", "10.0.0.0/23"), version="0.13.12").pools
    after, looks = load(known, wider)
    assert (after.pools, after.postponed, looks) == (wider, None, True)
    smaller = state(pool("p", "10.0.0.8/29"), version="0.13.12").pools
    after, looks = load(known, smaller)
    assert (after.pools, after.postponed, looks) == (known.pools, smaller, False)


def test_a_full_pass_notes_a_pool_of_another_name() -> None:
    note = "metallb.io/ip-allocated-from-pool"
    documents = [
        service("a", status=["10.0.0.1"], annotations={note: "old"}),
        service("b", status=["10.0.0.2"]),
        service("c", status=["10.0.0.3"], annotations={note: "p"}),
    ]
    known = state(TEN, *documents)
    after = noted(known)
    assert [after.services[named(n)].annotations.get(note) for n in "abc"] == ["p", None, "p"]
    assert after.services[named("c")] is known.services[named("c")]
    assert noted(after) is after


def test_what_is_taken_away_takes_the_note_with_it() -> None:
    note = "metallb.io/ip-allocated-from-pool"
    known = state(TEN, service("a", ip="10.9.9.9", annotations={note: "p"}))
    (step,) = converge(known, known.services[named("a")])
    assert note not in step.service.annotations
    assert step.service is not known.services[named("a")]


def test_which_metallb_handles_a_service() -> None:
    snapshot = snapshot_of(
        TEN, service("a"), service("x", loadBalancerClass="x"), service("y", loadBalancerClass="y")
    )
    (one,) = snapshot.installations
    views = tuple(state_of(snapshot, each) for each in (one, replace(one, lb_class="x")))
    found = [state_for(views, snapshot.services[named(name)]) for name in ("a", "x", "y")]
    assert [view.installation.lb_class if view else "none" for view in found] == [None, "x", "none"]


def test_what_hangs_on_chance_is_named() -> None:
    new = [replace_uid(service(name)) for name in ("a", "b")]
    snapshot = snapshot_of(pool("p", "10.0.0.0/31"), pool("q", "10.1.0.0/31"), new[0])
    assert predict(snapshot).by_chance == (named("a"),)
    alone = predict(snapshot_of(TEN, *new))
    assert alone.by_chance == ()
    assert {name.name: [list(map(str, one)) for one in lists] for name, lists in alone.lists.items()} == {
        "a": [["10.0.0.0"]],
        "b": [["10.0.0.1"]],
    }


def replace_uid(document: Document) -> Document:
    del document["metadata"]["uid"]
    return document


def test_the_pool_of_an_address_that_is_kept_against_the_rules() -> None:
    old = "metallb.universe.tf/allow-shared-ip"
    known = state(
        TEN,
        service("a", annotations={old: "k"}, status=["10.0.0.1"]),
        service("b", annotations={old: "z"}, ports=["TCP/81"], status=["10.0.0.1"]),
        version="0.13.7",
    )
    outcome = decide(known, known.services[named("b")])
    assert isinstance(outcome, Assigned)
    assert (outcome.pool, outcome.way) == ("p", "kept")
    assert isinstance(outcome.complaint, NotShareable)


def test_one_expression_twice_is_refused() -> None:
    once = {"key": "a", "operator": "NotIn", "values": ["1"]}
    twice = {"serviceAllocation": {"serviceSelectors": [{"matchExpressions": [once, once]}]}}
    faults = state(pool("p", "10.0.0.0/24", **twice)).faults
    assert [fault.because for fault in faults] == ["duplicate definition of match expressions"]


@pytest.mark.parametrize(("asked", "unknown"), [(None, False), ("", False), ("p", False), ("q", True)])
def test_who_asks_for_no_pool_asks_for_none_that_is_unknown(asked: str | None, unknown: bool) -> None:
    known = state(TEN, service("a", from_pool=asked))
    one = known.services[named("a")]
    request = requested(one, known.version)
    assert isinstance(request, Request)
    assert (unknown_pool(known, one, request) is not None) is unknown
