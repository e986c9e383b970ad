"""Single plans: which edits, under which prefix, at what cost, and what rules any plan out."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.plan_room, however pytest was started

from kubectl_sharedip.diagnose.run import diagnose
from kubectl_sharedip.metallb.state import State, state_of
from kubectl_sharedip.model.allowance import Allowance
from kubectl_sharedip.model.plan import Cost, Edit, Goal, Plan
from kubectl_sharedip.model.raw import NotRead
from kubectl_sharedip.plan.edits import WOKEN, edit_of, with_key, with_policy, woken
from kubectl_sharedip.plan.make import make_plan
from kubectl_sharedip.plan.possible import blocking_code, unseen
from tests.metallb_rules.worlds import Document, named, pool, service, snapshot_of, state

LAB = pool("lab", "192.0.2.10-192.0.2.15")
NEW, OLD = "metallb.io/", "metallb.universe.tf/"
HIDDEN = {OLD + "allow-shared-ip": "k", NEW + "allow-shared-ip": ""}
HELD, FREE = "192.0.2.12", "192.0.2.10"


def plan(present: State, name: str, *allowed: Allowance, share_with: str | None = None) -> Plan:
    goal = Goal(service=named(name), share_with=named(share_with) if share_with else None)
    return make_plan(present, goal, allowed, unseen=False)


def edits(found: Plan) -> list[tuple[str, dict[str, str | None]]]:
    """The edits of the chosen way: the Service's short name, and its fields by their last step."""
    assert found.chosen is not None
    return [
        (edit.service.name, {o.path[-1]: o.value for o in edit.operations}) for edit in found.chosen.edits
    ]


def needs(found: Plan) -> list[tuple[str, ...]]:
    return [way.needs for way in found.ways]


# The prefix of what is written


@pytest.mark.parametrize(
    ("own", "holders", "version", "prefix"),
    [
        ({}, {NEW + "allow-shared-ip": "k"}, "0.16.1", NEW),
        ({}, {OLD + "allow-shared-ip": "k"}, "0.16.1", OLD),
        ({OLD + "loadBalancerIPs": HELD}, {NEW + "allow-shared-ip": "k"}, "0.16.1", OLD),
        ({NEW + "loadBalancerIPs": HELD}, {OLD + "allow-shared-ip": "k"}, "0.16.1", NEW),
        ({OLD + "allow-shared-ip": "z"}, {NEW + "allow-shared-ip": "k"}, "0.16.1", OLD),
        (HIDDEN, {OLD + "allow-shared-ip": "k"}, "0.16.1", NEW),
        ({NEW + "allow-shared-ip": "k"}, {OLD + "allow-shared-ip": "k"}, "0.14.8", OLD),
        # What MetalLB wrote itself tells of nobody's habit.
        ({OLD + "ip-allocated-from-pool": "lab"}, {NEW + "allow-shared-ip": "k"}, "0.16.1", NEW),
    ],
)  # fmt: skip
def test_the_key_is_written_with_the_prefix_in_use(
    own: dict[str, str], holders: dict[str, str], version: str, prefix: str
) -> None:
    asks: dict[str, Any] = {} if any("loadBalancerIPs" in key for key in own) else {"loadBalancerIP": HELD}
    present = state(
        LAB,
        service("holder", annotations=holders, status=[HELD]),
        service("web", annotations=own, ports=["TCP/443"], **asks),
        version=version,
    )

    assert edits(plan(present, "web")) == [("web", {f"{prefix}allow-shared-ip": "k"})]


@pytest.mark.parametrize(("version", "prefix"), [("0.16.1", NEW), ("0.14.9", NEW), ("0.14.8", OLD)])
def test_where_nobody_uses_one_it_is_the_newest_that_is_read(version: str, prefix: str) -> None:
    present = state(
        pool("lab", "192.0.2.12/32"),
        service("holder", status=[HELD]),
        service("web", ports=["TCP/443"]),
        version=version,
    )

    key = f"{prefix}allow-shared-ip"
    assert edits(plan(present, "web", share_with="holder")) == [
        ("holder", {key: "holder-web"}),
        ("web", {key: "holder-web"}),
    ]


def test_where_the_version_is_assumed_it_is_the_one_that_every_version_reads() -> None:
    snapshot = snapshot_of(LAB, service("holder", status=[HELD]), service("web", ports=["TCP/443"]))
    installation = dataclasses.replace(snapshot.installations[0], exact=False, how="assumed")
    present = state_of(snapshot, installation)

    found = plan(present, "web", share_with="holder")

    assert {field for _, fields in edits(found) for field in fields} >= {f"{OLD}allow-shared-ip"}
    assert not [field for _, fields in edits(found) for field in fields if field.startswith(NEW)]


# The key


@pytest.mark.parametrize(
    ("holders", "own", "key"),
    [
        ({"app": "dns"}, {"app": "dns"}, "dns"),
        ({"app": "dns"}, {"app": "web"}, "holder-web"),
        ({"app.kubernetes.io/part-of": "shop", "app": "x"}, {"app.kubernetes.io/part-of": "shop"}, "shop"),
        ({}, {}, "holder-web"),
    ],
)
def test_a_new_key_says_what_they_have_in_common(
    holders: dict[str, str], own: dict[str, str], key: str
) -> None:
    present = state(
        LAB,
        service("holder", labels=holders, status=[HELD]),
        service("web", labels=own, ip=HELD, ports=["TCP/443"]),
    )

    found = plan(present, "web", "others")

    assert {value for _, fields in edits(found) for value in fields.values()} == {key}


def test_the_holders_key_goes_before_ones_own() -> None:
    """Its own would need an edit of a Service that was not named."""
    present = state(
        LAB,
        service("holder", key="theirs", status=[HELD]),
        service("web", key="mine", ip=HELD, ports=["TCP/443"]),
    )

    assert edits(plan(present, "web")) == [("web", {f"{NEW}allow-shared-ip": "theirs"})]


# Order, effects, wake-up


def test_the_holder_is_edited_first() -> None:
    """A key on the holder moves nobody; were the requester first, it would wait in vain."""
    present = state(LAB, service("holder", status=[HELD]), service("a-web", ip=HELD, ports=["TCP/443"]))

    assert [name for name, _ in edits(plan(present, "a-web", "others"))] == ["holder", "a-web"]


def test_who_is_moved_is_foretold_with_both_addresses() -> None:
    present = state(LAB, service("holder", status=[HELD]), service("web", ip=HELD))

    way = plan(present, "web", "others", "moves").chosen

    assert way is not None
    foretold = {str(e.service): ([str(a) for a in e.before], str(e.after[0][0])) for e in way.effects}
    assert foretold == {"default/holder": ([HELD], FREE), "default/web": ([], HELD)}
    assert [loss.kind for loss in way.losses] == ["live-address"]


def test_after_a_move_whoever_waits_has_to_be_woken() -> None:
    """Nothing makes MetalLB look at the waiting one: the holder's key is the same as before."""
    present = state(LAB, service("holder", status=[HELD]), service("web", ip=HELD))

    assert edits(plan(present, "web", "others", "moves"))[-1] == ("web", {WOKEN: "1"})


def test_who_sleeps_is_woken_also_where_nobody_knows_which_pool_it_will_get() -> None:
    """Both pools have room for it again; of the two MetalLB takes either."""
    present = state(
        pool("one", "192.0.2.10/32"),
        pool("two", "198.51.100.1/32"),
        service("first", key="dns", status=[FREE]),
        service("second", key="dns", status=["198.51.100.1"]),
        service("web", key="dns", ports=["TCP/443"]),
    )
    found = plan(present, "web")
    assert edits(found) == [("web", {WOKEN: "1"})]
    assert found.chosen is not None
    (effect,) = found.chosen.effects
    assert not effect.certain
    assert {str(address) for (address,) in effect.after} == {FREE, "198.51.100.1"}


@pytest.mark.parametrize(("before", "after"), [(None, "1"), ("1", "2"), ("2", "1")])
def test_the_wake_up_flips_one_annotation(before: str | None, after: str) -> None:
    one = service("web", annotations={WOKEN: before} if before else {})
    present = state(LAB, one)
    edit = edit_of(present.services[named("web")], woken(present.services[named("web")]))

    assert edit is not None
    assert edit.wakes_only
    assert [(o.path, o.was, o.value) for o in edit.operations] == [
        (("metadata", "annotations", "sharedip/woken"), before, after)
    ]


def test_a_plan_that_other_services_would_thwart_is_none() -> None:
    """The key that the holder would be given is that of a third one, which would come too."""
    present = state(
        pool("lab", "192.0.2.12/32"),
        service("holder", status=[HELD]),
        service("web", key="k", ip=HELD, ports=["TCP/443"]),
        service("stranger", key="k", ports=["TCP/8080"]),
    )

    for way in plan(present, "web").ways:
        assert named("stranger") not in [effect.service for effect in way.effects]


# Needs


def test_giving_up_a_pool_needs_leave_beside_a_request_that_cannot_be_read() -> None:
    present = state(LAB, service("web", ip="192.0.2.x", from_pool="nope"))

    found = plan(present, "web")

    assert needs(found) == [("unpin",)]
    assert {loss.kind for loss in found.ways[0].losses} == {"request", "pool-request"}


def test_a_pool_request_beside_two_address_requests_is_one_too() -> None:
    """Field and annotation ask for one address, and the pool is none that there is."""
    present = state(LAB, service("web", ip=HELD, from_pool="nope", loadBalancerIP=HELD))

    assert plan(present, "web").chosen is None
    assert needs(plan(present, "web")) == [("unpin",)]


def test_of_two_that_cost_the_same_the_one_that_needs_less_leave_is_chosen() -> None:
    owned = service("holder", key="theirs", status=[HELD])
    owned["metadata"]["ownerReferences"] = [
        {"apiVersion": "apps/v1", "kind": "App", "name": "x", "controller": True}
    ]
    present = state(pool("lab", "192.0.2.12/32"), owned, service("web", key="mine", ports=["TCP/443"]))

    found = plan(present, "web", "owned", share_with="holder")

    assert edits(found) == [("web", {f"{NEW}allow-shared-ip": "theirs"})]


def test_what_is_owned_needs_leave() -> None:
    owned = service("web", ip=HELD, ports=["TCP/443"])
    owner = {"apiVersion": "apps/v1", "kind": "Gateway", "name": "edge", "controller": True}
    owned["metadata"]["ownerReferences"] = [owner]
    present = state(LAB, service("holder", key="k", status=[HELD]), owned)

    assert needs(plan(present, "web")) == [("owned",)]
    chosen = plan(present, "web", "owned").chosen
    assert chosen is not None
    assert [edit.owner for edit in chosen.edits] == ["Gateway default/edge"]


def test_services_that_may_not_be_seen_make_every_edit_need_leave() -> None:
    present = state(
        LAB, service("holder", key="k", status=[HELD]), service("web", ip=HELD, ports=["TCP/443"])
    )
    goal = Goal(service=named("web"))
    leave: tuple[Allowance, ...] = ("unseen",)

    blind = make_plan(present, goal, (), unseen=True)

    assert blind.chosen is None
    assert [way.needs for way in blind.ways] == [("unseen",)]
    assert make_plan(present, goal, leave, unseen=True).chosen is not None


def test_sharing_that_was_asked_for_edits_both_without_leave() -> None:
    present = state(LAB, service("holder", status=[HELD]), service("web", ports=["TCP/443"]))

    assert plan(present, "web").chosen is not None, "there is room"
    both = edits(plan(present, "web", share_with="holder"))
    assert [name for name, _ in both] == ["holder", "web"]


def test_to_share_moves_a_live_address_only_with_leave() -> None:
    """web has an address of its own already: to share another's it has to leave it."""
    present = state(LAB, service("holder", status=[HELD]), service("web", ports=["TCP/443"], status=[FREE]))

    without = plan(present, "web", share_with="holder")
    assert without.chosen is None
    assert needs(without) == [("moves",)]
    assert plan(present, "web", "moves", share_with="holder").chosen is not None


def test_those_who_share_already_need_nothing() -> None:
    present = state(
        LAB,
        service("holder", key="k", status=[HELD]),
        service("web", key="k", ports=["TCP/443"], status=[HELD]),
    )

    found = plan(present, "web", share_with="holder")

    assert found.chosen is not None
    assert found.chosen.edits == ()


def test_a_full_pool_lists_an_address_each_the_nearest_namespace_first() -> None:
    present = state(
        pool("lab", "192.0.2.10-192.0.2.16"),
        *(
            service(f"{space}/s{n}", status=[f"192.0.2.{n}"])
            for n, space in enumerate(["far", "shop"] * 3, 10)
        ),
        service("shop/s16", status=["192.0.2.16"]),
        service("shop/web", ports=["TCP/443"]),
    )

    found = plan(present, "shop/web")

    partners = [str(way.goal.share_with) for way in found.ways]
    assert found.chosen is None
    assert partners == ["shop/s11", "shop/s13", "shop/s15", "shop/s16", "far/s10"]


# Cost


def test_costs_are_compared_in_the_order_of_the_design() -> None:
    zero = {field.name: 0 for field in dataclasses.fields(Cost)}
    each = [Cost(**{**zero, field.name: 1}) for field in dataclasses.fields(Cost)]

    assert sorted(each, reverse=True) == each
    assert list(zero) == [
        "live_addresses",
        "left_pending",
        "requests_given_up",
        "others_edited",
        "policies_changed",
        "services_edited",
        "fields_edited",
    ]


def test_fewer_services_then_fewer_fields() -> None:
    """The holder's key in one field of web, rather than web's key in the holder's field and its own."""
    present = state(
        LAB,
        service("holder", key="k", status=[HELD]),
        service("web", ip=HELD, ports=["TCP/443"]),
    )

    chosen = plan(present, "web").chosen

    assert chosen is not None
    assert (chosen.cost.services_edited, chosen.cost.fields_edited) == (1, 1)


# Edits as differences


def test_nothing_changed_is_no_edit() -> None:
    one = state(LAB, service("web", key="k")).services[named("web")]
    present = state(LAB, service("web", key="k"))

    assert edit_of(one, one) is None
    assert edit_of(one, with_key(present, one, "k", None)) is None
    assert edit_of(one, with_policy(one, "Cluster")) is None


def test_an_edit_says_what_was_there() -> None:
    present = state(LAB, service("web", key="k", local="x"))
    one = present.services[named("web")]
    edit = edit_of(one, with_policy(with_key(present, one, "z", None), "Cluster"))

    assert isinstance(edit, Edit)
    assert [(o.op, o.path[-1], o.was, o.value) for o in edit.operations] == [
        ("replace", f"{NEW}allow-shared-ip", "k", "z"),
        ("replace", "externalTrafficPolicy", "Local", "Cluster"),
    ]
    assert not edit.wakes_only


# What rules any plan out


def _blocking(*documents: Document, name: str = "web") -> str | None:
    snapshot = snapshot_of(*documents)
    views = tuple(state_of(snapshot, one) for one in snapshot.installations)
    web = snapshot.services[named(name)]
    return blocking_code(views[0], web, diagnose(snapshot, views, web))


def test_a_service_that_is_being_deleted_is_left_alone() -> None:
    web = service("web", ip="198.51.100.1")
    web["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z"

    assert _blocking(LAB, web) == "SIP705"


def test_rejected_pools_rule_out_every_plan() -> None:
    assert _blocking(LAB, pool("twin", "192.0.2.0/24"), service("web")) == "SIP308"


def test_without_pools_no_edit_helps() -> None:
    assert _blocking(service("web")) == "SIP301"


def test_a_plain_conflict_rules_nothing_out() -> None:
    assert _blocking(LAB, service("web", ip="198.51.100.1")) is None


@pytest.mark.parametrize(("reason", "dark"), [("forbidden", True), ("failed", True), ("not-in-files", False)])
def test_what_counts_as_unseen(reason: str, dark: bool) -> None:
    gap = NotRead(resource="services", reason=reason)  # type: ignore[arg-type]
    snapshot = dataclasses.replace(snapshot_of(LAB), not_read=(gap,))

    assert unseen(snapshot) is dark
