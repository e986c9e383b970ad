"""What comes of manifests: whom each of them costs an address, and that no part of it is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unittest import mock

import pytest

from kubectl_sharedip.metallb import coming, looks
from kubectl_sharedip.metallb import settle as settling
from kubectl_sharedip.metallb.coming import Coming, come
from tests.metallb_rules.worlds import (
    V4,
    Document,
    addresses,
    named,
    namespace,
    pool,
    second_metallb,
    service,
    snapshot_of,
)

TEN = pool("p", "10.0.0.0/24")


def comes(
    before: Sequence[Document], after: Sequence[Document], *names: str, version: str = "0.16.1"
) -> Coming:
    """The Services of these names are applied as they stand in ``after``."""
    applied = snapshot_of(*after, version=version)
    return come(
        snapshot_of(*before, version=version), applied, [applied.services[named(name)] for name in names]
    )


def lists(found: Coming, name: str) -> list[str]:
    return [",".join(map(str, one)) for one in found.prediction.lists[named(name)]]


def flags(found: Coming) -> tuple[bool, bool, bool]:
    return found.prediction.complete, found.prediction.lists_complete, found.prediction.restless


def test_one_more_disturbs_nobody() -> None:
    before = [TEN, service("a", status=["10.0.0.0"])]
    found = comes(before, [*before, service("b")], "b")
    assert found.prediction.new == {named("b")}
    assert flags(found) == (True, True, False)
    assert (lists(found, "a"), lists(found, "b")) == (["10.0.0.0"], ["10.0.0.1"])
    assert found.prediction.snapshot.services[named("b")].ingress[0].ip == "10.0.0.1"
    assert found.prediction.flapping == frozenset()
    assert (found.disturbed, found.by_pools, found.had) == ({}, (), {})


def test_who_is_edited_away_from_its_address_disturbs_itself() -> None:
    before = [TEN, service("a", status=["10.0.0.0"]), service("b", status=["10.0.0.1"])]
    edited = service("a", ip="10.0.0.5", status=["10.0.0.0"])
    found = comes(before, [TEN, edited, before[2]], "a")
    assert found.prediction.new == frozenset()
    assert (lists(found, "a"), lists(found, "b")) == (["10.0.0.5"], ["10.0.0.1"])
    assert found.disturbed == {named("a"): (named("a"),)}
    assert found.had == {named("a"): addresses("10.0.0.0")}
    assert found.all_disturbed == (named("a"),)
    assert found.by_pools == ()


def test_what_is_given_back_later_was_lost_all_the_same_and_a_new_one_had_nothing_to_lose() -> None:
    """The same Service twice in the input: away, and back to the address from before."""
    before = snapshot_of(TEN, service("a", status=["10.0.0.0"]))
    after = snapshot_of(TEN, service("a", ip="10.0.0.0", status=["10.0.0.0"]), service("n", ip="10.0.0.8"))
    away = snapshot_of(service("a", ip="10.0.0.5"), service("n", ip="10.0.0.7")).services
    back = after.services
    a, n = named("a"), named("n")
    found = come(before, after, [away[a], away[n], back[a], back[n]])
    assert (lists(found, "a"), lists(found, "n")) == (["10.0.0.0"], ["10.0.0.8"])
    assert found.disturbed == {a: (a,)}
    assert found.had == {a: addresses("10.0.0.0")}


def test_whoever_lost_its_pool_takes_what_a_later_manifest_sets_free() -> None:
    """a loses its pool and finds the other one full; then b is no LoadBalancer any more."""
    before = [
        pool("left", "10.0.0.0/32"),
        pool("goes", "10.1.0.0/32"),
        service("a", status=["10.1.0.0"]),
        service("b", status=["10.0.0.0"]),
    ]
    inside = service("b", type="ClusterIP", status=["10.0.0.0"])
    found = comes(before, [before[0], before[2], inside], "b")
    assert (lists(found, "a"), lists(found, "b")) == (["10.0.0.0"], [""])
    assert found.by_pools == (named("a"),)
    assert found.disturbed == {named("b"): (named("b"),)}
    assert found.had == {named("a"): addresses("10.1.0.0"), named("b"): addresses("10.0.0.0")}


def test_a_label_of_a_namespace_is_configuration_too() -> None:
    kept = {"namespaceSelectors": [{"matchLabels": {"team": "x"}}]}
    documents = [pool("p", "10.0.0.0/24", serviceAllocation=kept), service("a", status=["10.0.0.0"])]
    documents.append(namespace("other", team="x"))
    before = [*documents, namespace("default", team="x")]
    found = comes(before, [*documents, namespace("default", team="y")])
    assert found.by_pools == (named("a"),)
    assert lists(found, "a") == [""]
    assert comes(before, before).by_pools == ()


def test_who_waits_in_vain_is_not_woken_by_manifests_that_leave_the_pools_alone() -> None:
    """Nothing tells MetalLB of it (its pools did not change), though there is room by now."""
    before = [TEN, service("waits"), service("a", status=["10.0.0.0"])]
    found = comes(before, [*before, service("b", ip="10.0.0.9")], "b")
    assert (lists(found, "waits"), lists(found, "b")) == ([""], ["10.0.0.9"])


SEVERAL = (pool("a", "10.0.0.0/28"), pool("b", "10.1.0.0/28"))


def test_as_many_ends_as_can_be_given_and_twice_as_many() -> None:
    """Each new Service takes the lowest free address of either pool: six have 64 ends, seven 128."""
    for count, complete in ((6, True), (7, False)):
        names = [f"s{n}" for n in range(count)]
        found = comes(SEVERAL, [*SEVERAL, *map(service, names)], *names)
        assert flags(found) == (complete, True, False)
        for number, name in enumerate(names):
            expected = {f"10.{pool}.0.{taken}" for pool in (0, 1) for taken in range(number + 1)}
            assert set(lists(found, name)) == expected
        shown = found.prediction.snapshot.services[named("s0")].ingress[0].ip
        assert shown == "10.0.0.0"  # of several ends the lowest addresses
        assert found.prediction.by_chance == tuple(map(named, names))


def test_ends_that_are_followed_as_one_leave_each_service_all_its_lists() -> None:
    """Two pools for four that wait: in every end the same four addresses are taken, by whomever."""
    waiting = [service(f"s{n}") for n in range(4)]
    pools = [pool(f"p{n}", f"10.{n}.0.0/31") for n in range(2)]
    with mock.patch.object(settling, "MOST_ENDS", 10):
        found = comes(waiting, [*pools, *waiting])
    assert flags(found) == (False, True, False)
    for number in range(4):
        assert lists(found, f"s{number}") == ["10.0.0.0", "10.0.0.1", "10.1.0.0", "10.1.0.1"]


@pytest.mark.parametrize("count", [1, 6])
def test_each_end_is_followed_once_as_long_as_all_can_be_given(count: int) -> None:
    """The n-th manifest finds as many ends as there were choices before it: 1, 2, 4, up to 32."""
    names = [f"s{n}" for n in range(count)]
    with mock.patch.object(coming, "settle", wraps=settling.settle) as followed:
        comes(SEVERAL, [*SEVERAL, *map(service, names)], *names)
    assert followed.call_count == sum(2**n for n in range(count))


def _two(mine: Sequence[Document], theirs: Sequence[Document]) -> list[Document]:
    return [*mine, *second_metallb(*theirs)]


def crowd(*, first: bool) -> Coming:
    """Of two MetalLBs one is told of seven new Services that have two pools, the other of a quiet one."""
    alone = (pool("c", "10.2.0.0/28"),)
    names = [f"s{n}" for n in range(7)]
    own: dict[str, Any] = {} if first else {"loadBalancerClass": "x"}
    other: dict[str, Any] = {"loadBalancerClass": "x"} if first else {}
    before = _two(SEVERAL, alone) if first else _two(alone, SEVERAL)
    new = [*(service(name, **own) for name in names), service("quiet", **other)]
    return comes(before, [*before, *new], *names, "quiet")


@pytest.mark.parametrize("first", [True, False])
def test_that_one_metallb_has_too_many_ends_is_not_forgotten_for_the_next(first: bool) -> None:
    found = crowd(first=first)
    assert flags(found) == (False, True, False)
    assert lists(found, "quiet") == ["10.2.0.0"]
    assert len(found.prediction.lists[named("s6")]) == 14
    assert found.prediction.lists.keys() == set(map(named, ["quiet", *(f"s{n}" for n in range(7))]))


@pytest.mark.parametrize("first", [True, False])
def test_that_the_lists_of_one_metallb_are_a_part_is_not_forgotten_for_the_next(first: bool) -> None:
    with mock.patch.object(settling, "_MOST_FOLLOWED", 3), mock.patch.object(settling, "MOST_ENDS", 2):
        found = crowd(first=first)
    assert flags(found) == (False, False, False)
    assert lists(found, "quiet") == ["10.2.0.0"]


def test_that_one_metallb_never_rests_is_not_forgotten_for_the_next() -> None:
    dual, alone = pool("a", "10.0.0.0/32", "fc00::/128"), pool("c", "10.2.0.0/28")
    for first in (True, False):
        own: dict[str, Any] = {} if first else {"loadBalancerClass": "x"}
        other: dict[str, Any] = {"loadBalancerClass": "x"} if first else {}
        before = _two([dual], [alone]) if first else _two([alone], [dual])
        flaps = service("flaps", cluster_ips=[V4], ipFamilyPolicy="PreferDualStack", **own)
        after = [*before, flaps, service("quiet", **other)]
        for names in (("flaps", "quiet"), ("quiet", "flaps")):
            found = comes(before, after, *names)
            assert flags(found) == (True, True, True)
            assert found.prediction.flapping == {named("flaps")}
            assert set(lists(found, "flaps")) == {"10.0.0.0", "10.0.0.0,fc00::"}
            assert lists(found, "quiet") == ["10.2.0.0"]


def test_what_could_not_be_followed_in_one_manifest_is_not_forgotten_for_the_next() -> None:
    """The pool has one place, and either of the two that wait may get it; then a third comes in vain."""
    waiting = [service("a"), service("b")]
    after = [pool("p", "10.0.0.0/32"), *waiting, service("c", ip="10.9.0.0")]
    found = comes(waiting, after, "c")
    assert flags(found) == (True, True, False)
    assert set(lists(found, "a")) == set(lists(found, "b")) == {"", "10.0.0.0"}
    for names in ([], ["c"]):
        with mock.patch.object(looks, "MOST_LOOKS", 0):
            found = comes(waiting, after, *names)
        assert not found.prediction.complete
        assert not found.prediction.restless


@pytest.mark.parametrize(
    ("old", "new", "address"), [("", "x", "10.3.0.0"), ("x", "", "10.2.0.0"), ("x", "nobody", "")]
)
def test_a_service_that_goes_over_to_another_metallb_is_left_by_its_own(
    old: str, new: str, address: str
) -> None:
    """It had no address, so nothing of it stays where it was; whoever it goes to tells what it gets."""
    before = _two([pool("c", "10.2.0.0/28")], [pool("d", "10.3.0.0/28")])
    inside = service("a", type="ClusterIP", loadBalancerClass=old)
    outside = service("a", loadBalancerClass=new)
    found = comes([*before, inside], [*before, outside], "a")
    assert lists(found, "a") == [address]
    assert [one.ip for one in found.prediction.snapshot.services[named("a")].ingress] == address.split()
    assert found.disturbed == {}


def test_a_new_one_that_waits_is_given_what_a_later_manifest_sets_free() -> None:
    before = [pool("p", "10.0.0.0/32"), service("b", status=["10.0.0.0"])]
    inside = service("b", type="ClusterIP", status=["10.0.0.0"])
    found = comes(before, [before[0], service("a"), inside], "a", "b")
    assert (lists(found, "a"), lists(found, "b")) == (["10.0.0.0"], [""])
