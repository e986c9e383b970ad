"""Goals other than an address, and the edits that only some of them need."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.plan_room, however pytest was started

from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import parse_address
from kubectl_sharedip.model.allowance import Allowance
from kubectl_sharedip.model.plan import Goal, Plan
from kubectl_sharedip.plan.make import make_plan
from tests.metallb_rules.worlds import named, pool, service, state

LAB = pool("lab", "192.0.2.10-192.0.2.15")
KEY, PINNED = "metallb.io/allow-shared-ip", "metallb.io/loadBalancerIPs"
HELD, FREE = "192.0.2.12", "192.0.2.10"
Edits = list[tuple[str, dict[str, str | None]]]


def plan(present: State, name: str, *allowed: Allowance, address: str | None = None, **goal: Any) -> Plan:
    read = parse_address(address) if address else None
    wanted = Goal(service=named(name), addresses=(read,) if read else (), **goal)
    return make_plan(present, wanted, allowed, unseen=False)


def edits(found: Plan) -> Edits:
    assert found.chosen is not None, [way.needs for way in found.ways]
    return [
        (edit.service.name, {o.path[-1]: o.value for o in edit.operations}) for edit in found.chosen.edits
    ]


def needs(found: Plan) -> list[tuple[str, ...]]:
    return [way.needs for way in found.ways]


# --address


def test_an_address_that_is_free_is_requested() -> None:
    present = state(LAB, service("web"))

    assert edits(plan(present, "web", address="192.0.2.13")) == [("web", {PINNED: "192.0.2.13"})]


@pytest.mark.parametrize(
    ("asks", "field"),
    [({"loadBalancerIP": HELD}, "loadBalancerIP"), ({"annotations": {PINNED: HELD}}, PINNED)],
)
def test_it_is_requested_in_the_form_that_is_used(asks: dict[str, Any], field: str) -> None:
    """The goal says that the old request is given up, so that needs no leave."""
    present = state(LAB, service("web", status=[HELD], **asks))

    found = plan(present, "web", address="192.0.2.13")

    assert edits(found) == [("web", {field: "192.0.2.13"})]
    assert found.chosen is not None
    assert [loss.kind for loss in found.chosen.losses] == ["request", "live-address"]


def test_an_address_named_is_no_wish_to_share_it() -> None:
    """Who is there did not ask for company: only --share-with says so, and is listed."""
    present = state(
        LAB, service("holder", key="k", status=[HELD]), service("web", key="z", ports=["TCP/443"])
    )

    found = plan(present, "web", address=HELD)

    assert found.chosen is None
    joined = [way.goal.share_with for way in found.ways if way.goal.share_with]
    assert joined == []
    assert needs(found) == [("others", "moves")], "the holder may be moved, with leave"


def test_with_an_equal_key_the_address_may_be_shared() -> None:
    present = state(
        LAB, service("holder", key="k", status=[HELD]), service("web", key="k", ports=["TCP/443"])
    )

    assert edits(plan(present, "web", address=HELD)) == [("web", {PINNED: HELD})]


def test_an_address_in_no_pool_has_no_way() -> None:
    found = plan(state(LAB, service("web")), "web", address="198.51.100.1")

    assert (found.chosen, found.ways) == (None, ())


def test_what_it_has_already_needs_nothing() -> None:
    found = plan(state(LAB, service("web", status=[HELD])), "web", address=HELD)

    assert found.chosen is not None
    assert found.chosen.edits == ()


# --separate


def sharers(**web: Any) -> State:
    return state(
        LAB,
        service("holder", key="k", status=[HELD]),
        service("web", key="k", ports=["TCP/443"], status=[HELD], **web),
    )


def test_to_be_alone_it_drops_the_key() -> None:
    found = plan(sharers(), "web", separate=True)

    assert edits(found) == [("web", {KEY: None})]
    assert found.chosen is not None
    assert [(str(e.service), str(e.after[0][0])) for e in found.chosen.effects] == [("default/web", FREE)]


def test_to_be_alone_a_request_is_given_up_only_with_leave() -> None:
    present = sharers(ip=HELD)

    assert plan(present, "web", separate=True).chosen is None
    assert needs(plan(present, "web", separate=True)) == [("unpin",)]
    assert edits(plan(present, "web", "unpin", separate=True)) == [("web", {PINNED: FREE})]


def test_who_waits_gets_an_address_of_its_own() -> None:
    present = state(
        pool("lab", "192.0.2.12-192.0.2.13"),
        service("holder", key="k", status=[HELD]),
        service("web", key="k", ports=["TCP/443"]),
    )

    found = plan(present, "web", separate=True)

    assert found.chosen is not None
    assert [str(e.after[0][0]) for e in found.chosen.effects] == ["192.0.2.13"]
    assert found.chosen.joins == ()


def test_in_a_full_pool_nobody_can_be_alone() -> None:
    present = state(
        pool("lab", "192.0.2.12/32"),
        service("holder", key="k", status=[HELD]),
        service("web", key="k", ports=["TCP/443"], status=[HELD]),
    )

    assert plan(present, "web", "unpin", "others", "moves", separate=True).chosen is None


# --pin


def test_the_present_address_is_written_down() -> None:
    found = plan(state(LAB, service("web", status=[HELD])), "web", pin=True)

    assert edits(found) == [("web", {PINNED: HELD})]
    assert found.chosen is not None
    assert (found.chosen.effects, found.chosen.needs) == ((), ())


def test_of_two_requests_the_one_that_is_met_stays() -> None:
    """MetalLB heeds neither, so nothing is given up."""
    found = plan(
        state(LAB, service("web", ip=HELD, loadBalancerIP="192.0.2.14", status=[HELD])), "web", pin=True
    )

    assert edits(found) == [("web", {"loadBalancerIP": None})]


def test_another_request_is_overwritten_only_with_leave() -> None:
    present = state(
        LAB,
        service("holder", status=["192.0.2.14"]),
        service("web", ip="192.0.2.14", status=[HELD]),
    )

    assert plan(present, "web", pin=True).chosen is None
    assert needs(plan(present, "web", pin=True)) == [("unpin",)]


def test_without_an_address_there_is_nothing_to_write_down() -> None:
    found = plan(state(LAB, service("web", ip="198.51.100.1")), "web", "unpin", pin=True)

    assert (found.chosen, found.ways) == (None, ())


# --key


def test_the_key_that_is_given_is_used() -> None:
    full = pool("lab", "192.0.2.12/32")
    present = state(full, service("holder", status=[HELD]), service("web", ports=["TCP/443"]))

    found = plan(present, "web", share_with=named("holder"), key="mine")

    assert [fields for _, fields in edits(found)] == [{KEY: "mine"}, {KEY: "mine"}]


# --share-with


def test_a_key_that_would_bring_a_stranger_along_is_not_used() -> None:
    """Under "k" bystander would come too, which never asked to be with the holder: so a new key."""
    present = state(
        pool("lab", "192.0.2.12/32"),
        service("holder", status=[HELD]),
        service("web", key="k", ports=["TCP/443"]),
        service("bystander", key="k", ports=["TCP/8080"]),
    )

    found = plan(present, "web", share_with=named("holder"))

    assert edits(found) == [("holder", {KEY: "holder-web"}), ("web", {KEY: "holder-web"})]
    assert found.chosen is not None
    assert [str(effect.service) for effect in found.chosen.effects] == ["default/web"]


def test_a_request_for_no_pool_becomes_one_for_the_pool_of_the_partner() -> None:
    """Without any request it would get the lowest free address, which is another one."""
    present = state(
        pool("edge", "192.0.2.1/32"),
        pool("lab", "192.0.2.12/32"),
        service("holder", key="k", from_pool="lab", status=[HELD]),
        service("web", key="k", from_pool="nope", ports=["TCP/443"]),
    )

    found = plan(present, "web", "unpin", share_with=named("holder"))

    assert edits(found) == [("web", {"metallb.io/address-pool": "lab"})]


# Requests that disagree, and such as cannot be read


def test_between_two_requests_nobody_chooses_for_the_user() -> None:
    present = state(LAB, service("web", ip="192.0.2.13", loadBalancerIP="192.0.2.14"))

    found = plan(present, "web")

    assert found.chosen is None
    asked = [[str(a) for a in way.goal.addresses] for way in found.ways]
    assert asked == [[], ["192.0.2.14"], ["192.0.2.13"]]
    assert needs(found) == [("unpin",), (), ()]


@pytest.mark.parametrize(
    ("text", "mended"),
    [("192.0.2.13,", "192.0.2.13"), ("192.0.2.13/32", "192.0.2.13"), ("192.0.02.13", "192.0.2.13")],
)
def test_a_slip_that_can_mean_one_thing_is_mended(text: str, mended: str) -> None:
    assert edits(plan(state(LAB, service("web", ip=text)), "web")) == [("web", {PINNED: mended})]


@pytest.mark.parametrize("text", ["192.0.2.013", "192.0.2.0/24", "192.0.2.x"])
def test_what_may_be_read_in_two_ways_is_not_guessed(text: str) -> None:
    found = plan(state(LAB, service("web", ip=text)), "web")

    assert found.chosen is None
    assert needs(found) == [("unpin",)]


def test_a_misspelt_annotation_is_renamed() -> None:
    present = state(
        LAB,
        service("holder", key="k", status=[HELD]),
        service("web", annotations={"metallb.io/allow-shared": "k"}, ports=["TCP/443"], loadBalancerIP=HELD),
    )

    found = plan(present, "web")

    assert edits(found) == [("web", {"metallb.io/allow-shared": None, KEY: "k"})]
    assert found.chosen is not None
    assert (found.chosen.needs, found.chosen.cost.fields_edited) == ((), 1)


def test_a_pool_that_is_misspelt_is_corrected_with_leave() -> None:
    present = state(LAB, service("web", from_pool="Lab"))

    assert plan(present, "web").chosen is None
    assert edits(plan(present, "web", "unpin")) == [("web", {"metallb.io/address-pool": "lab"})]


def test_a_changed_health_check_port_is_told() -> None:
    web = service("web", ip=HELD, local="web", key="k", ports=["TCP/443"])
    present = state(LAB, service("holder", key="k", status=[HELD]), web)
    one = replace(present.services[named("web")], health_check_node_port=30123)

    found = plan(present.with_service(one), "web", "policy")

    assert found.chosen is not None
    assert {loss.kind for loss in found.chosen.losses} == {"policy", "health-check-port"}


# Owners


@pytest.mark.parametrize(
    ("labels", "leave"),
    [
        ({"gateway.networking.k8s.io/gateway-name": "edge"}, [("owned",)]),
        ({"argocd.argoproj.io/instance": "shop"}, [("owned",)]),
        ({"app.kubernetes.io/managed-by": "Helm"}, []),
    ],
)
def test_whatever_puts_it_back_makes_leave_necessary(
    labels: dict[str, str], leave: list[tuple[str, ...]]
) -> None:
    present = state(
        LAB,
        service("holder", key="k", status=[HELD]),
        service("web", ip=HELD, ports=["TCP/443"], labels=labels),
    )

    assert needs(plan(present, "web")) == leave
