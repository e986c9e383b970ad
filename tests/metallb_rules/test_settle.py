"""What holds of every settled cluster, whatever was edited in it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from kubectl_sharedip.metallb.decide import Step, converge, decide
from kubectl_sharedip.metallb.edits import Edit, PoolsEdit, Restart, ServiceDeletion, ServiceEdit
from kubectl_sharedip.metallb.ledger import Ledger
from kubectl_sharedip.metallb.outcomes import Assigned, Refused
from kubectl_sharedip.metallb.rest import plainly_resting, plainly_rests, resting
from kubectl_sharedip.metallb.settle import differences, settle, unrested
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.service import Service
from tests.metallb_rules.enumerator import shown
from tests.metallb_rules.tiny import Tiny
from tests.metallb_rules.worlds import (
    BOTH,
    Document,
    named,
    pool,
    read_service,
    service,
    snapshot_of,
    state,
)

SEEDS = range(1000, 1150)


def played(seed: int) -> tuple[State, Edit]:
    tiny = Tiny(seed)
    return tiny.settled(), tiny.edit()


@pytest.mark.parametrize("seed", SEEDS)
def test_settle_changes_nothing_that_it_was_given(seed: int) -> None:
    before, edit = played(seed)
    picture = (shown(before), sorted(map(repr, before.ledger.allocations())), dict(before.pools.by_name))
    first = settle(before, [edit], unrested(before))
    again = settle(before, [edit], unrested(before))
    assert picture == (
        shown(before),
        sorted(map(repr, before.ledger.allocations())),
        dict(before.pools.by_name),
    )
    assert [shown(end) for end in first.ends] == [shown(end) for end in again.ends]


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_holds_an_address_in_the_end_would_keep_it(seed: int) -> None:
    before, edit = played(seed)
    settled = settle(before, [edit], unrested(before))
    for end in () if settled.restless else settled.ends:
        for one in end.services.values():
            outcome = decide(end, one)
            assert outcome == decide(end, one)
            if one.ingress and end.version.cluster_ips_decide:
                assert isinstance(outcome, Assigned)
                assert outcome.addresses == status_addresses(one)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_left_waiting_without_a_reason_where_nothing_was_given_back(seed: int) -> None:
    tiny = Tiny(seed)
    end = state(*tiny.pools, version=tiny.version)
    for document in tiny.documents():
        end = settle(end, [ServiceEdit(service=read_service(document))], unrested(end)).ends[0]
    for one in end.services.values():
        assert one.ingress or isinstance(decide(end, one), Refused)


@pytest.mark.parametrize("seed", SEEDS)
def test_books_and_statuses_agree_in_the_end(seed: int) -> None:
    before, edit = played(seed)
    for end in settle(before, [edit], unrested(before)).ends:
        held = {one.terms.service: one.addresses for one in end.ledger.allocations()}
        assert held == {n: status_addresses(one) for n, one in end.services.items() if one.ingress}


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_plainly_rests_is_left_alone_by_a_look(seed: int) -> None:
    """The short way to a Service at rest agrees with the long one, in every end and after every edit."""
    before, edit = played(seed)
    for end in (before, *settle(before, [edit], unrested(before)).ends):
        for one in end.services.values():
            kept = resting(end, one)
            assert kept is None or kept == decide(end, one)
            assert kept == resting(end, one, plainly_resting(end))
            if plainly_rests(end, one):
                (step,) = converge(end, one)
                assert (step.service.ingress, step.ledger.changed()) == (one.ingress, end.ledger.changed())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sweep_names_those_whom_a_look_changes_and_no_other(seed: int) -> None:
    before, edit = played(seed)
    for end in (before, *settle(before, [edit], unrested(before)).ends):
        waiting = unrested(end)
        for name, one in end.services.items():
            looks = converge(end, one)
            moves = any(step.service.ingress != one.ingress or _anew(step) for step in looks)
            if name not in waiting:
                assert one.ingress
                assert not moves
            elif one.ingress and one.ip_family_policy != "PreferDualStack":
                assert moves


def _anew(step: Step) -> bool:
    return not (isinstance(step.outcome, Assigned) and step.outcome.way == "kept")


def test_who_may_be_given_more_or_has_to_give_something_back() -> None:
    prefers: dict[str, Any] = {"cluster_ips": BOTH, "ipFamilyPolicy": "PreferDualStack"}
    known = state(
        pool("both", "10.0.0.0/28", "fc00::/127"),
        pool("four", "10.1.0.0/28"),
        service("one-of-two", status=["10.0.0.1"], **prefers),
        service("two", status=["10.0.0.2", "fc00::"], **prefers),
        service("no-more-there", status=["10.1.0.1"], **prefers),
        service("content", status=["10.0.0.3"]),
        service("foreign", status=["10.9.0.1"], **prefers),
        service("former", type="ClusterIP", status=["10.0.0.4"]),
        service("never", type="ClusterIP"),
        service("waits"),
    )
    assert {name.name for name in unrested(known)} == {"one-of-two", "foreign", "former", "waits"}
    held = known.ledger.allocation(named("content"))
    assert held is not None
    gone = known.services[named("never")]
    reserved = replace(held, terms=replace(held.terms, service=gone.name))
    assert gone.name in unrested(replace(known, ledger=known.ledger.assign(reserved)))


RESTING = service("a", status=["10.0.0.5"])
POOL = pool("p", "10.0.0.0/24", "fc00::/120")


def changed(place: str, value: object) -> Document:
    document = deepcopy(RESTING)
    *path, last = place.split(" ")
    inner = document
    for step in path:
        inner = inner.setdefault(step, {})
    inner[last] = value
    return document


@pytest.mark.parametrize(
    "document",
    [
        changed("status loadBalancer ingress", [{"ip": "10.0.0.5", "hostname": "x"}]),
        changed("status loadBalancer ingress", [{"ip": "::ffff:10.0.0.5"}]),
        changed("status loadBalancer ingress", [{"ip": "fc00::5"}]),
        changed("status loadBalancer ingress", [{"ip": "10.0.0.05"}]),
        changed("status loadBalancer ingress", [{"ip": "10.0.0.5"}, {"ip": "fc00::5"}]),
        changed("status loadBalancer ingress", []),
        changed("status loadBalancer ingress", [{"ip": "10.9.0.5"}]),
        changed("spec loadBalancerIP", "10.0.0.6"),
        changed("spec clusterIPs", ["10.96.0.1", "fd00:96::1"]),
        changed("spec clusterIPs", ["fd00:96::1"]),
        changed("spec clusterIPs", ["None"]),
        changed("spec clusterIPs", []),
        changed("spec ipFamilyPolicy", "PreferDualStack"),
        changed("spec ipFamilyPolicy", "RequireDualStack"),
        changed("metadata annotations", {"metallb.io/loadBalancerIPs": "10.0.0.6"}),
        changed("metadata annotations", {"metallb.universe.tf/loadBalancerIPs": "10.0.0.6"}),
        changed("metadata annotations", {"metallb.io/address-pool": "q"}),
        changed("metadata annotations", {"metallb.universe.tf/address-pool": "q"}),
    ],
    ids=lambda document: str(document["spec"]) + str(document["status"]) + str(document["metadata"]),
)
def test_what_has_to_be_decided_does_not_plainly_rest(document: Document) -> None:
    known = state(POOL, document)
    assert not plainly_rests(known, known.services[named("a")])


def test_what_a_plain_rest_takes_beside_the_service_itself() -> None:
    known = state(POOL, RESTING)
    there = known.services[named("a")]
    assert plainly_rests(known, there)
    assert not plainly_rests(replace(known, ledger=Ledger()), there)
    edited = replace(there, external_traffic_policy="Local", selector={"app": "x"})
    assert not plainly_rests(known.with_service(edited), edited)  # the books have its old terms
    kept = pool("p", "10.0.0.0/24", serviceAllocation={"priority": 1, "namespaces": ["default"]})
    reserved = state(kept, RESTING)
    assert not plainly_rests(reserved, reserved.services[named("a")])
    crowded = state(POOL, RESTING, service("b", status=["10.0.0.5"]))
    assert not plainly_rests(crowded, crowded.services[named("a")])


@pytest.mark.parametrize(
    "document",
    [
        changed("spec loadBalancerIP", "10.0.0.5"),
        changed("metadata annotations", {"metallb.io/loadBalancerIPs": "10.0.0.5"}),
        changed("metadata annotations", {"metallb.universe.tf/loadBalancerIPs": "10.0.0.5"}),
        changed("metadata annotations", {"metallb.io/loadBalancerIPs": "::ffff:10.0.0.5"}),
        changed("metadata annotations", {"metallb.io/address-pool": "p"}),
    ],
    ids=lambda document: str(document["spec"]) + str(document["metadata"]),
)
def test_whoever_asks_for_what_it_has_plainly_rests(document: Document) -> None:
    known = state(POOL, document)
    there = known.services[named("a")]
    assert plainly_rests(known, there)
    (step,) = converge(known, there)
    assert step.service.ingress == there.ingress


def test_who_asks_twice_has_to_be_decided() -> None:
    twice = changed("metadata annotations", {"metallb.io/loadBalancerIPs": "10.0.0.5"})
    twice["spec"]["loadBalancerIP"] = "10.0.0.5"
    known = state(POOL, twice)
    assert not plainly_rests(known, known.services[named("a")])


def test_most_services_of_a_cluster_plainly_rest() -> None:
    known = state(*large(100))
    assert all(plainly_rests(known, one) for one in known.services.values())


def large(count: int) -> list[Document]:
    services = [
        service(
            f"s{n:05}", key="k", ports=[f"TCP/{1 + n % 100}"], status=[f"10.0.{n // 25600}.{n // 100 % 256}"]
        )
        for n in range(count)
    ]
    return [pool("p", "10.0.0.0/16"), *services]


def test_one_edit_does_not_look_at_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    known = state(*large(10_000))
    waiting = unrested(known)
    assert not waiting
    seen: list[object] = []

    def counted(state: State, service: Service, *, explained: bool = True) -> tuple[Step, ...]:
        seen.append(service.name)
        return converge(state, service, explained=explained)

    monkeypatch.setattr("kubectl_sharedip.metallb.looks.converge", counted)
    edited = replace(known.services[named("s00000")], annotations={})
    settled = settle(known, [ServiceEdit(service=edited)], waiting)
    assert settled.complete
    assert settled.addresses(named("s00000")) != ((),)
    assert set(seen) == {named("s00000")}
    assert len(seen) < 10
    assert differences(known, settled.ends[0], known.services) == (named("s00000"),)


def test_more_ends_than_can_be_followed() -> None:
    waiters = [service(f"w{n:02}") for n in range(30)]
    known = state(pool("p", "10.0.0.0/32"), *waiters)
    read = snapshot_of(pool("p", "10.0.0.0/28"))
    settled = settle(
        known,
        [PoolsEdit(pools=read.pools, namespaces={}), ServiceDeletion(name=named("w00"))],
        unrested(known),
    )
    assert not settled.complete
    assert all(named("w00") not in end.services for end in settled.ends)
    assert all(sum(1 for one in end.services.values() if one.ingress) == 16 for end in settled.ends)


def test_restart_of_a_quiet_cluster_follows_nobody() -> None:
    known = state(*large(500))
    settled = settle(known, [Restart()], frozenset())
    assert [shown(end) for end in settled.ends] == [shown(known)]
