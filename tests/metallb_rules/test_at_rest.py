"""Who is at rest need not be followed, and who is not has to be: at looks, and at a restart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from kubectl_sharedip.metallb.rest import lacks_something, plainly_rests, unrested
from kubectl_sharedip.metallb.restart import restarted
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import Ingress
from tests.metallb_rules.worlds import BOTH, V6, Document, kept_for, named, pool, service, state

P = pool("p", "10.0.0.0/28", "fc00::/124")
FOUR_ONLY = pool("four", "10.4.0.0/28")
OTHERS = pool("others", "10.9.0.0/28", serviceAllocation=kept_for("elsewhere"))
POOLS = (P, FOUR_ONLY, OTHERS)
PREFER = "PreferDualStack"


def names(found: Iterable[ServiceName]) -> set[str]:
    return {name.name for name in found}


@pytest.mark.parametrize(
    "stays",
    [
        service("a", status=["10.0.0.0"]),
        service("a", status=["10.0.0.9"], key="k", local="x"),
        service("a", status=["10.0.0.0"], ipFamilyPolicy="SingleStack"),
        service("a", status=["10.0.0.7"], ip="10.0.0.7"),
        service("a", status=["10.0.0.7"], loadBalancerIP="10.0.0.7"),
        service("a", status=["10.4.0.7"], from_pool="four"),
        service("a", status=["fc00::1"], cluster_ips=[V6]),
        service("a", status=["10.0.0.0", "fc00::"], cluster_ips=BOTH, ipFamilyPolicy=PREFER),
        service("a", status=["10.0.0.0", "fc00::"], cluster_ips=BOTH, ipFamilyPolicy="RequireDualStack"),
        service("a", status=["10.4.0.0"], cluster_ips=BOTH, ipFamilyPolicy=PREFER),
        service("elsewhere/a", status=["10.9.0.0"]),
        service("a", status=["10.0.0.0"], cluster_ips=["None"]),  # MetalLB stops there and leaves it
        service("a", type="ClusterIP"),
    ],
)
def test_who_holds_what_it_asks_for_is_at_rest(stays: Document) -> None:
    assert unrested(state(*POOLS, stays)) == frozenset()


@pytest.mark.parametrize(
    "moves",
    [
        service("a"),
        service("a", status=["10.0.0.0", "10.0.0.1"]),
        service("a", status=["10.0.0.0"], cluster_ips=BOTH),
        service("a", status=["10.0.0.0"], cluster_ips=BOTH, ipFamilyPolicy=PREFER),
        service("a", status=["10.0.0.0"], cluster_ips=BOTH, ipFamilyPolicy="RequireDualStack"),
        service("a", status=["10.0.0.0"], cluster_ips=[V6]),
        service("a", status=["10.0.0.0"], ip="10.0.0.7"),
        service("a", status=["10.0.0.0"], loadBalancerIP="10.0.0.7"),
        service("a", status=["10.0.0.0"], from_pool="four"),
        service("a", status=["10.9.0.0"]),  # that pool is kept for others
        service("a", status=["10.8.0.0"]),  # no pool has it
        service("a", status=["FC00::1"], cluster_ips=[V6]),  # MetalLB writes it in small letters
        service("a", status=["no-address"]),
        service("a", type="ClusterIP", status=["10.0.0.0"]),
    ],
)
def test_who_asks_for_something_else_or_may_not_keep_it_is_not_at_rest(moves: Document) -> None:
    assert names(unrested(state(*POOLS, moves, service("b", status=["10.0.0.5"])))) == {"a"}


def test_who_shows_a_hostname_beside_its_address_is_not_at_rest() -> None:
    there = state(*POOLS, service("a", status=["10.0.0.0"]))
    shown = replace(there.services[named("a")], ingress=(Ingress(ip="10.0.0.0", hostname="a.example.org"),))
    assert names(unrested(there.with_service(shown))) == {"a"}


def test_who_may_not_share_what_both_show_is_not_at_rest() -> None:
    alike = [service(name, key="k", status=["10.0.0.0"]) for name in "ab"]
    assert names(unrested(state(P, *alike))) == {"a", "b"}
    apart = service("b", key="k", ports=["TCP/81"], status=["10.0.0.0"])
    assert unrested(state(P, alike[0], apart)) == frozenset()


@pytest.mark.parametrize("fields", [{"key": "k"}, {"status": ["10.0.0.1"]}], ids=str)
def test_for_whom_the_books_are_out_of_date_has_to_be_decided(fields: dict[str, Any]) -> None:
    there = state(P, service("a", status=["10.0.0.0"]))
    now = state(P, service("a", **{"status": ["10.0.0.0"], **fields}))
    assert plainly_rests(there, there.services[named("a")])
    assert plainly_rests(now, now.services[named("a")])
    assert not plainly_rests(there, now.services[named("a")])


def test_whose_status_cannot_be_read_any_more_has_to_be_decided() -> None:
    there = state(P, service("a", status=["10.0.0.0"]))
    odd = replace(there.services[named("a")], ingress=(Ingress(ip="no-address", hostname=""),))
    assert not plainly_rests(there, odd)


def test_who_is_no_load_balancer_any_more_and_stands_in_the_books_is_not_at_rest() -> None:
    there = state(P, service("a", status=["10.0.0.0"]))
    inside = state(P, service("a", type="ClusterIP")).services[named("a")]
    assert names(unrested(there.with_service(inside))) == {"a"}


@pytest.mark.parametrize(
    ("document", "lacks"),
    [
        (service("a"), True),
        (service("a", type="ClusterIP"), False),
        (service("a", status=["10.0.0.0"]), False),
        (service("a", status=["10.0.0.0"], cluster_ips=BOTH, ipFamilyPolicy=PREFER), True),
        (service("a", status=["10.4.0.0"], cluster_ips=BOTH, ipFamilyPolicy=PREFER), False),
        (service("a", status=["10.8.0.0"], cluster_ips=BOTH, ipFamilyPolicy=PREFER), True),
        (service("a", status=["10.0.0.0", "fc00::"], cluster_ips=BOTH, ipFamilyPolicy=PREFER), False),
        (service("a", status=["10.0.0.0"], cluster_ips=BOTH, ipFamilyPolicy="RequireDualStack"), False),
    ],
)
def test_something_is_lacking_where_others_may_give_it_back(document: Document, lacks: bool) -> None:
    known = state(*POOLS, document)
    assert lacks_something(known, known.services[named("a")]) is lacks


def asking(name: str, address: str, **fields: Any) -> Document:
    """One that holds what it asks for, and so takes no other address of that family."""
    return service(name, ip=address, status=[address], **fields)


HELD = [asking(f"h{n}", f"10.0.0.{n}") for n in range(3)]
OTHER = asking("in-four", "10.4.0.0")
FOR_IT = asking("elsewhere/in-others", "10.9.0.0")
SIX = asking("six", "fc00::", cluster_ips=[V6])
IN_P = {"h0", "h1", "h2", "six"}


def claimed_at_once(known: State) -> tuple[set[str], set[str]]:
    """Who has claimed its address already when the first pass begins, and at whom it looks."""
    begun, looked_at = restarted(known)
    return {one.terms.service.name for one in begun.ledger.allocations()}, names(looked_at)


def after_a_restart(*documents: Document, version: str = "0.16.1") -> tuple[set[str], set[str]]:
    return claimed_at_once(state(*POOLS, *documents, version=version))


@pytest.mark.parametrize(
    ("loser", "drawn_in"),
    [
        (service("a", status=["10.8.0.0"]), {*IN_P, "in-four"}),
        (service("elsewhere/a", status=["10.8.0.0"]), {*IN_P, "in-four", "in-others"}),
        (service("a", status=["10.8.0.0"], ip="10.0.0.1"), IN_P),
        (service("a", status=["10.8.0.0"], ip="10.0.0.9"), set()),
        (service("a", status=["10.0.0.9"], ip="10.4.0.9"), IN_P),
        (service("a", status=["10.8.0.0"], ip="no-address"), set()),
        (service("a", status=["10.9.0.9"], ip="no-address"), {"in-others"}),
        (service("a", status=["10.8.0.0"], from_pool="four"), {"in-four"}),
        (service("a", status=["10.0.0.2"], from_pool="four"), {*IN_P, "in-four"}),
        (service("a", status=["10.0.0.9"], from_pool="four"), {"in-four"}),
        (service("a", status=["10.8.0.0"], from_pool="unknown"), set()),
    ],
)
def test_who_may_be_on_what_a_loser_is_given_has_not_claimed_its_own_yet(
    loser: Document, drawn_in: set[str]
) -> None:
    holders = [*HELD, OTHER, FOR_IT, SIX]
    there = {one["metadata"]["name"] for one in holders}
    assert after_a_restart(*holders, loser) == (there - drawn_in, drawn_in | {"a"})


@pytest.mark.parametrize(("version", "early"), [("0.14.9", False), ("0.13.12", True)])
def test_who_waits_draws_others_in_only_where_a_pass_keeps_no_order(version: str, early: bool) -> None:
    there = {"h0", "h1", "h2"}
    drawn_in = there if early else set[str]()
    assert after_a_restart(*HELD, service("a"), version=version) == (there - drawn_in, drawn_in | {"a"})


def test_while_the_pools_are_rejected_nobody_is_looked_at() -> None:
    crossed = pool("crossed", "10.0.0.8/30")
    assert after_a_restart(crossed, *HELD, service("a")) == ({"h0", "h1", "h2"}, set())


def test_postponed_pools_rule_after_a_restart() -> None:
    old = state(P, *HELD)
    new = state(FOUR_ONLY, *HELD)
    claimed, looked_at = claimed_at_once(replace(old, postponed=new.pools))
    assert (claimed, looked_at) == (set(), {"h0", "h1", "h2"})
    assert claimed_at_once(replace(old, services={})) == (set(), set())


def test_who_was_left_to_another_metallb_is_forgotten() -> None:
    foreign = service("a", status=["10.0.0.9"], loadBalancerClass="x")
    known = state(P, *HELD)
    read = state(P, foreign, lb_class="x").services[named("a")]
    assert claimed_at_once(known.with_service(read)) == ({"h0", "h1", "h2"}, set())
