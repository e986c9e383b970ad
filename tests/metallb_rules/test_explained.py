"""What a refusal says of its reasons: counts, facts and places, each as the objects have them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kubectl_sharedip.metallb.decide import converge, decide
from kubectl_sharedip.metallb.facts import (
    address_fact,
    cluster_ips_fact,
    key_fact,
    policy_fact,
    port_fact,
    ranges_fact,
    selector_fact,
)
from kubectl_sharedip.metallb.families import IPFamily
from kubectl_sharedip.metallb.installed import installations
from kubectl_sharedip.metallb.outcomes import Assigned, OneOf, Refused
from kubectl_sharedip.metallb.refusals import (
    AddressAvoided,
    DualStackImpossible,
    FamilyMismatch,
    InNoPool,
    InTwoPools,
    NoClusterIP,
    NoRoom,
    NotShareable,
    PoolFull,
    PoolNotForService,
    PoolsRejected,
    Refusal,
    Room,
    holders_of,
)
from kubectl_sharedip.metallb.room import room_in, size_of
from kubectl_sharedip.metallb.sharing import SharingRule
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.address import Address, AddressRange, parse_address
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.raw import NotRead
from kubectl_sharedip.model.service import ServicePort
from tests.metallb_rules.worlds import BOTH, V6, Document, kept_for, named, pool, service, snapshot_of, state

NEWEST = Version(0, 16, 1)


def refusal(known: State, name: str) -> Refusal:
    outcome = decide(known, known.services[named(name)])
    assert isinstance(outcome, Refused)
    return outcome.refusal


def crowd(**asks: Any) -> tuple[Document, ...]:
    """Four addresses, each shut to ``z`` (key k, TCP/80) by another rule; ``asks`` is what else z asks."""
    return (
        pool("p", "10.0.0.0/30"),
        service("a", status=["10.0.0.0"]),
        service("b", key="l", status=["10.0.0.1"], ports=["TCP/81"]),
        service("c", key="k", local="x", status=["10.0.0.2"], ports=["TCP/81"]),
        service("d", key="k", status=["10.0.0.3"]),
        service("z", key="k", **asks),
    )


@pytest.mark.parametrize("asks", [{}, {"from_pool": "p"}])
def test_room_is_counted_by_the_first_rule_that_shuts_each_address(asks: dict[str, str]) -> None:
    found = refusal(state(*crowd(**asks)), "z")
    assert isinstance(found, NoRoom | PoolFull)
    (room,) = found.rooms if isinstance(found, NoRoom) else (found.room,)
    assert (room.size, room.used, room.exclusion) == (4, 4, None)
    assert (room.without_key, room.other_key, room.other_policy, room.port_clash) == (1, 1, 1, 1)
    assert [str(conflict.address) for conflict in found.joinable_by_key] == ["10.0.0.2", "10.0.0.3"]
    assert holders_of(found) == (named("c"), named("d"))


def test_room_counts_selectors_with_policies_and_own_lack_of_a_key_with_that_of_others() -> None:
    known = state(
        pool("p", "10.0.0.0/31"),
        service("a", key="k", local="x", status=["10.0.0.0"]),
        service("b", key="k", status=["10.0.0.1"]),
        service("z", key="k", local="y", ports=["TCP/90"]),
        service("y", ports=["TCP/90"]),
    )
    rooms = [one for name in ("z", "y") if isinstance(one := refusal(known, name), NoRoom)]
    assert [(r.other_policy, r.without_key) for one in rooms for r in one.rooms] == [(2, 0), (0, 2)]
    assert rooms[1].joinable_by_key == ()


def test_room_leaves_out_what_is_not_given_out() -> None:
    known = state(
        pool("p", "10.0.0.0/32", "10.0.0.255/32", "10.0.0.7/32", avoidBuggyIPs=True),
        service("a", status=["10.0.0.7"]),
        service("b", status=["10.0.0.255"]),
        service("z"),
    )
    found = refusal(known, "z")
    assert isinstance(found, NoRoom)
    assert [(room.size, room.used, room.without_key) for room in found.rooms] == [(1, 1, 1)]


def test_room_is_that_of_the_families_that_are_wanted() -> None:
    known = state(
        pool("p", "10.0.0.0/31", "fc00::/128"),
        service("a", cluster_ips=(V6,), ipFamilies=["IPv6"], status=["fc00::"]),
        service("z", cluster_ips=(V6,), ipFamilies=["IPv6"]),
        service("y", cluster_ips=BOTH, ipFamilyPolicy="RequireDualStack"),
    )
    sizes = {}
    for name in ("z", "y"):
        found = refusal(known, name)
        assert isinstance(found, NoRoom)
        sizes[name] = [(room.size, room.used) for room in found.rooms]
    assert sizes == {"z": [(1, 1)], "y": [(3, 1)]}


@pytest.mark.parametrize(
    ("first", "last", "left"),
    [
        ("10.0.0.0", "10.0.0.0", 0),
        ("10.0.0.255", "10.0.0.255", 0),
        ("10.0.0.1", "10.0.0.254", 254),
        ("10.0.0.1", "10.0.0.255", 254),
        ("10.0.0.0", "10.0.0.254", 254),
        ("10.0.0.254", "10.0.1.1", 2),
        ("10.0.0.0", "10.0.2.0", 3 * 256 - 255 - 5),
        ("fc00::", "fc00::ff", 256),
        ("fc00::ff", "fc00::ff", 1),
    ],
)
def test_size_without_what_is_avoided(first: str, last: str, left: int) -> None:
    low, high = parse_address(first), parse_address(last)
    assert low is not None
    assert high is not None
    range_ = AddressRange(low.family, low.value, high.value)
    assert size_of(range_, True) == left
    assert size_of(range_, False) == high.value - low.value + 1


def kinds(*pools: Document, **asks: Any) -> tuple[str, dict[str, str | None]]:
    """The kind of the refusal, and each pool's own reason."""
    found = refusal(state(*pools, service("z", **asks)), "z")
    assert isinstance(found, NoRoom)
    return found.kind, {room.pool.name: room.exclusion for room in found.rooms}


def test_every_pool_has_its_own_reason() -> None:
    manual = pool("m", "10.0.1.0/31", autoAssign=False)
    others = pool("o", "10.0.2.0/31", serviceAllocation=kept_for("n"))
    six = pool("six", "fc00::/127")
    four = pool("four", "10.0.3.0/31")
    none = pool("none", "10.0.0.5-fc00::1")
    dual: dict[str, Any] = {"cluster_ips": BOTH, "ipFamilyPolicy": "RequireDualStack"}
    assert kinds() == ("no-pools", {})
    assert kinds(manual) == ("no-automatic-pool", {"m": "not-automatic"})
    assert kinds(manual, others) == ("pools-for-others", {"m": "not-automatic", "o": "not-for-service"})
    assert kinds(manual, others, six) == (
        "no-room-in-family",
        {"m": "not-automatic", "o": "not-for-service", "six": "other-family"},
    )
    assert kinds(four, six, **dual) == ("families-in-two-pools", {"four": "one-family", "six": "one-family"})
    assert kinds(none, six) == ("all-pools-full", {"none": None, "six": "other-family"})


def test_conflicts_count_only_where_joining_would_do() -> None:
    """Both families are needed: an IPv4 address under its key helps only where IPv6 is to be had too."""
    dual: dict[str, Any] = {
        "cluster_ips": BOTH,
        "ipFamilyPolicy": "RequireDualStack",
        "key": "k",
        "ports": ["TCP/80"],
    }
    held = service("a", key="k", status=["10.0.0.0"])
    shut = service("s", cluster_ips=(V6,), ipFamilies=["IPv6"], status=["fc00::"])

    def joinable(*documents: Document, **fields: Any) -> list[str]:
        found = refusal(state(*documents, service("z", **{**dual, **fields})), "z")
        assert isinstance(found, NoRoom)
        return [str(conflict.address) for conflict in found.joinable_by_key]

    small = pool("p", "10.0.0.0/32", "fc00::/128")
    assert joinable(small, held, shut) == []
    assert joinable(small, held) == ["10.0.0.0"]  # the IPv6 address is free
    assert joinable(small, held, shut, ipFamilyPolicy="PreferDualStack") == ["10.0.0.0"]
    assert joinable(pool("p", "10.0.0.0/31", "fc00::/128"), held, shut) == []  # IPv4 is not what lacks


def test_an_avoided_address_under_its_key_is_no_conflict() -> None:
    known = state(
        pool("p", "10.0.0.0/32", "10.0.0.7/32", avoidBuggyIPs=True),
        service("a", key="k", status=["10.0.0.0"]),
        service("b", key="k", status=["10.0.0.7"]),
        service("z", key="k"),
    )
    found = refusal(known, "z")
    assert isinstance(found, NoRoom)
    assert [str(conflict.address) for conflict in found.joinable_by_key] == ["10.0.0.7"]


@pytest.mark.parametrize(
    ("address", "nearest"),
    [("10.0.0.40", "low"), ("10.0.201.0", "high"), ("8.0.0.0", "low"), ("10.0.0.200", "high")],
)
def test_the_nearest_pool_is_named(address: str, nearest: str) -> None:
    pools = (
        pool("low", "9.0.0.0-10.0.0.20"),
        pool("high", "10.0.1.0-10.0.200.0"),
        pool("six", "fc00::/127"),
    )
    found = refusal(state(*pools, service("z", ip=address)), "z")
    assert isinstance(found, InNoPool)
    assert str(found.address) == address
    assert found.nearest is not None
    assert found.nearest.name == nearest
    assert [fact.field for fact in found.facts] == [
        'metadata.annotations["metallb.io/loadBalancerIPs"]',
        "spec.addresses",
    ]


def test_no_pool_of_the_family_is_near() -> None:
    asks = service("z", ip="fc00::9", cluster_ips=(V6,), ipFamilies=["IPv6"])
    found = refusal(state(pool("low", "10.0.0.10-10.0.0.20"), asks), "z")
    assert isinstance(found, InNoPool)
    assert found.nearest is None


def test_two_pools_and_the_avoided_one_of_two() -> None:
    p, q = pool("p", "10.0.0.0/31"), pool("q", "fc00::/127")
    dual: dict[str, Any] = {"cluster_ips": BOTH, "ipFamilyPolicy": "RequireDualStack"}
    found = refusal(state(p, q, service("z", ip="10.0.0.1,fc00::", **dual)), "z")
    assert isinstance(found, InTwoPools)
    assert [one.name for one in found.pools] == ["p", "q"]
    both = pool("p", "10.0.0.0/31", "fc00::/127", avoidBuggyIPs=True)
    avoided = refusal(state(both, service("z", ip="fc00::,10.0.0.0", **dual)), "z")
    assert isinstance(avoided, AddressAvoided)
    assert (str(avoided.address), avoided.pool.name) == ("10.0.0.0", "p")


@pytest.mark.parametrize(
    ("allocation", "term", "value"),
    [
        (kept_for("n", "m"), "namespaces", "n, m"),
        (kept_for(labels=[{"l": "1", "k": "2"}, {"l": "3"}]), "serviceSelectors", "k In 2,l In 1 or l In 3"),
        (
            {"priority": 1, "namespaceSelectors": [{"matchLabels": {"team": "t"}}], "namespaces": []},
            "namespaceSelectors",
            "team In t",
        ),
    ],
)
def test_whom_a_pool_is_kept_for_is_a_fact(allocation: Document, term: str, value: str) -> None:
    kept = pool("p", "10.0.0.0/31", serviceAllocation=allocation)
    here = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x", "labels": {"team": "t"}}}
    found = refusal(state(kept, here, service("z", ip="10.0.0.0")), "z")
    assert isinstance(found, PoolNotForService)
    assert (found.term, found.pool.name) == (term, "p")
    assert (found.facts[-1].field, found.facts[-1].value) == (f"spec.serviceAllocation.{term}", value)


def test_every_rule_that_fails_is_kept_with_its_fields() -> None:
    known = state(
        pool("p", "10.0.0.0/32"),
        service("a", key="l", local="x", status=["10.0.0.0"], ports=["TCP/79", "TCP/80"]),
        service("z", key="k", ip="10.0.0.0"),
    )
    found = refusal(known, "z")
    assert isinstance(found, NotShareable)
    conflict = found.conflict
    assert [one.rule for one in conflict.conflicts] == [
        SharingRule.KEYS_EQUAL,
        SharingRule.POLICIES_EQUAL,
        SharingRule.PORTS_FREE,
    ]
    assert (conflict.decisive, conflict.by_port) == (SharingRule.KEYS_EQUAL, False)
    fields = [[f"{fact.object.name} {fact.field}" for fact in one.facts] for one in conflict.conflicts]
    key = 'metadata.annotations["metallb.io/allow-shared-ip"]'
    assert fields == [
        [f"a {key}", f"z {key}"],
        [
            "a spec.externalTrafficPolicy",
            "a spec.selector",
            "z spec.externalTrafficPolicy",
            "z spec.selector",
        ],
        ["a spec.ports[1]", "z spec.ports[0]"],
    ]
    assert [fact.object.name for fact in found.facts] == ["z", "a"]


def shown(fact: Fact) -> tuple[str, str | None]:
    return fact.field, fact.value


def test_facts_are_fields_as_they_stand() -> None:
    known = state(
        pool("p", "10.0.0.0/31", "10.0.0.7/32"),
        service("a", key="", local="x", status=["10.0.0.0"], ports=["TCP/80", "UDP/53"], cluster_ips=BOTH),
        service("b", selector={"b": "2", "a": "1"}),
    )
    a, b = known.services[named("a")], known.services[named("b")]
    key = 'metadata.annotations["metallb.io/allow-shared-ip"]'
    old = 'metadata.annotations["metallb.universe.tf/allow-shared-ip"]'
    assert shown(key_fact(a, NEWEST)) == (key, "")
    assert shown(key_fact(b, NEWEST)) == (key, None)
    assert shown(key_fact(b, Version(0, 13, 12))) == (old, None)
    assert shown(policy_fact(a)) == ("spec.externalTrafficPolicy", "Local")
    assert shown(selector_fact(b)) == ("spec.selector", "a=1,b=2")
    assert shown(selector_fact(replace(b, selector={}))) == ("spec.selector", None)
    assert shown(port_fact(a, ServicePort(53, "UDP"))) == ("spec.ports[1]", "53/UDP")
    assert shown(address_fact(a)) == ("status.loadBalancer.ingress", "10.0.0.0")
    assert shown(address_fact(b)) == ("status.loadBalancer.ingress", None)
    assert shown(cluster_ips_fact(a)) == ("spec.clusterIPs", ",".join(BOTH))
    assert shown(cluster_ips_fact(replace(a, cluster_ips=()))) == ("spec.clusterIPs", None)
    assert shown(cluster_ips_fact(replace(a, cluster_ips_assumed=True))) == ("spec.clusterIPs", None)
    resource = known.pools.by_name["p"].resource
    assert shown(ranges_fact(resource)) == ("spec.addresses", "10.0.0.0/31, 10.0.0.7/32")
    assert shown(ranges_fact(replace(resource, addresses=()))) == ("spec.addresses", None)
    assert ranges_fact(resource).origin is None
    placed = replace(resource.origin, file="f.yaml", line=3)
    assert ranges_fact(replace(resource, origin=placed)).origin == "f.yaml:3"


def test_a_room_says_which_pool_it_is_in() -> None:
    found = refusal(state(*crowd()), "z")
    assert isinstance(found, NoRoom)
    assert all(isinstance(room, Room) and room.pool.name == "p" for room in found.rooms)
    assert [fact.field for fact in found.facts] == [
        'metadata.annotations["metallb.io/allow-shared-ip"]',
        "spec.addresses",
    ]
    assert parse_address("10.0.0.0") == Address(4, 10 << 24)


def test_what_is_said_while_the_pools_in_force_are_not_known() -> None:
    known = state(pool("p", "10.0.0.9-10.0.0.5"), service("a", status=["10.0.0.5"]), service("b"))
    kept = decide(known, known.services[named("a")])
    assert isinstance(kept, Assigned)
    assert (kept.addresses, kept.pool, kept.way) == ((Address(4, (10 << 24) + 5),), "", "kept")
    assert isinstance(kept.complaint, PoolsRejected)
    waits = refusal(known, "b")
    assert isinstance(waits, PoolsRejected)
    assert [fault.because for fault in waits.faults] == [fault.because for fault in known.faults]


def test_no_cluster_ip_yet_is_told_from_headless() -> None:
    known = state(
        pool("p", "10.0.0.0/31"),
        service("yet", cluster_ips=()),
        service("headless", cluster_ips=("None",)),
        service("kept", cluster_ips=("None",), status=["10.0.0.0"]),
    )
    found = [refusal(known, name) for name in ("yet", "headless")]
    assert [isinstance(one, NoClusterIP) and one.headless for one in found] == [False, True]
    kept = decide(known, known.services[named("kept")])
    assert isinstance(kept, Assigned)
    assert (kept.way, kept.pool) == ("kept", "p")
    assert isinstance(kept.complaint, NoClusterIP)
    assert kept.complaint.headless
    (step,) = converge(known, known.services[named("kept")])
    said = 'Failed to retrieve ClusterIPs IPFamily for ["None"] None: IPFamilyForAddresses: Invalid address'
    assert [one.message for one in step.events] == [f'{said} ["None"]']


def test_a_choice_by_chance_is_told_with_all_that_may_win() -> None:
    known = state(pool("p", "10.0.0.0/31"), pool("q", "10.1.0.0/31"), service("z"))
    outcome = decide(known, known.services[named("z")])
    assert isinstance(outcome, OneOf)
    assert [(one.pool, str(one.addresses[0]), one.way) for one in outcome.choices] == [
        ("p", "10.0.0.0", "general"),
        ("q", "10.1.0.0", "general"),
    ]


@pytest.mark.parametrize(("version", "held"), [("0.14.9", 2), ("0.15.2", 0)])
def test_both_families_required_with_one_cluster_ip(version: str, held: int) -> None:
    asks = service("z", ipFamilyPolicy="RequireDualStack")
    known = state(pool("p", "10.0.0.0/31", "fc00::/127"), asks, version=version)
    outcome = decide(known, known.services[named("z")])
    assert len(outcome.addresses if isinstance(outcome, Assigned) else ()) == held
    if isinstance(outcome, Refused):
        assert isinstance(outcome.refusal, DualStackImpossible)
        assert (outcome.refusal.policy, outcome.refusal.cluster_ips) == ("RequireDualStack", ("10.96.0.1",))
        assert outcome.event is not None
        assert outcome.event.message == "Service requires dual stack but not enough clusterips [10.96.0.1]"


def test_each_request_is_a_fact_of_its_refusal() -> None:
    p, q = pool("p", "10.0.0.0/30"), pool("q", "10.1.0.0/30", serviceAllocation=kept_for("elsewhere"))
    addresses = 'metadata.annotations["metallb.io/loadBalancerIPs"]'
    by_name = 'metadata.annotations["metallb.io/address-pool"]'

    def told(**asks: Any) -> list[tuple[str, str | None]]:
        found = refusal(state(p, q, service("z", **asks)), "z")
        return [shown(fact) for fact in found.facts]

    assert told(ip="fc00::1") == [(addresses, "fc00::1"), ("spec.clusterIPs", "10.96.0.1")]
    assert told(ip="10.0.0.1", from_pool="q") == [(addresses, "10.0.0.1"), (by_name, "q")]
    assert told(from_pool="nope") == [(by_name, "nope")]
    assert told(from_pool="q") == [(by_name, "q")]
    mismatch = refusal(state(p, q, service("z", ip="10.0.0.1,fc00::1")), "z")
    assert isinstance(mismatch, FamilyMismatch)
    assert (mismatch.service_family, mismatch.wanted_family) == ("ipv4", "dual")


def test_a_pool_annotation_without_a_name_asks_for_nothing() -> None:
    known = state(
        pool("p", "10.0.0.0/31"), service("a", from_pool=""), service("b", ip="10.0.0.1", from_pool="")
    )
    assert [isinstance(decide(known, one), Assigned) for one in known.services.values()] == [True, True]


@pytest.mark.parametrize(
    ("read", "absent", "pools", "there"),
    [
        ({"deployments", "ipaddresspools"}, (), False, False),
        ({"deployments", "ipaddresspools"}, (), True, True),
        ({"deployments"}, ("ipaddresspools",), False, False),
        ({"deployments"}, (), False, True),
        ({"ipaddresspools"}, (), False, True),
        ({"deployments"}, ("namespaces",), False, True),
        (set(), (), False, True),
    ],
)
def test_a_metallb_is_missing_only_where_it_was_looked_for(
    read: set[str], absent: tuple[str, ...], pools: bool, there: bool
) -> None:
    whole = snapshot_of(*([pool("p", "10.0.0.0/31")] if pools else []))
    gaps = tuple(NotRead(resource=name, reason="absent") for name in absent)
    seen = replace(whole, installations=(), read=frozenset(read), not_read=gaps)
    found = installations(seen)
    assert [one.exact for one in found] == [False] * there  # taken to be there
    assert installations(whole) == whole.installations
    forbidden = tuple(NotRead(resource=name, reason="forbidden") for name in absent)
    assert len(installations(replace(seen, not_read=forbidden))) == int(there or bool(absent))


def test_what_a_status_shows_is_told_entry_by_entry() -> None:
    document = service("a", status=["10.0.0.1"])
    document["status"]["loadBalancer"]["ingress"].append({"hostname": "a.example.org"})
    shown = snapshot_of(document, service("b")).services
    assert address_fact(shown[named("a")]).value == "10.0.0.1,a.example.org"
    assert address_fact(shown[named("b")]).value is None


@pytest.mark.parametrize(("key", "without_key"), [(None, 1), ("k", 0)])
def test_nobody_keeps_itself_off_its_own_address(key: str | None, without_key: int) -> None:
    known = state(
        pool("p", "10.0.0.0/30"),
        service("a", key=key, status=["10.0.0.0"]),
        service("b", key="k", ports=["TCP/81"], status=["10.0.0.1"]),
    )
    found = room_in(known, known.pools.by_name["p"], IPFamily.IPV4, known.services[named("a")], None)
    assert (found.used, found.without_key) == (2, without_key)
