"""A key that would end an announcement is a loss, and needs leave, as if the address were taken away."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.plan_room, however pytest was started

from kubectl_sharedip.model.announcement import Announcing, BGPAdvertisement, L2Advertisement
from kubectl_sharedip.model.plan import Goal, Plan
from kubectl_sharedip.model.pool import SelectorTerm
from kubectl_sharedip.model.raw import Origin
from kubectl_sharedip.plan.make import make_plan
from tests.metallb_rules.worlds import named, pool, service, state

HELD = "192.0.2.12"
CHOSEN = L2Advertisement(
    namespace="metallb-system",
    name="chosen",
    origin=Origin(),
    pools=(),
    pool_selectors=(),
    service_selectors=((SelectorTerm(key="public", operator="In", values=("yes",)),),),
    node_selectors=(),
    interfaces=(),
    preferences=(),
)
BY_BGP = BGPAdvertisement(
    namespace="metallb-system",
    name="all",
    origin=Origin(),
    pools=(),
    pool_selectors=(),
    service_selectors=(),
    node_selectors=(),
    peers=(),
    local_pref=0,
    aggregation_length=32,
    aggregation_length_v6=128,
)


def shared(announcing: Announcing | None, version: str) -> Plan:
    """The plan to join a holder that has no key yet."""
    public = {"public": "yes"}
    present = state(
        pool("lab", "192.0.2.12/32"),
        service("holder", labels=public, status=[HELD]),
        service("web", labels=public, ports=["TCP/443"]),
        version=version,
    )
    goal = Goal(service=named("web"), share_with=named("holder"))
    return make_plan(present, goal, (), unseen=False, announcing=announcing)


def test_a_key_that_silences_a_live_address_needs_leave() -> None:
    found = shared(Announcing(l2_advertisements=(CHOSEN,)), "0.17.0")

    assert found.chosen is None
    assert [way.needs for way in found.ways] == [("moves",)]
    assert [(loss.kind, loss.service.name) for loss in found.ways[0].losses] == [("announcement", "holder")]
    assert found.ways[0].cost.live_addresses == 1


@pytest.mark.parametrize(
    ("announcing", "version"),
    [
        (Announcing(l2_advertisements=(CHOSEN,)), "0.16.1"),
        (Announcing(l2_advertisements=(CHOSEN,), bgp_advertisements=(BY_BGP,)), "0.17.0"),
        (None, "0.17.0"),
    ],
    ids=["older", "bgp-too", "not-read"],
)
def test_where_it_is_still_announced_or_nobody_knows_nothing_is_held_against_it(
    announcing: Announcing | None, version: str
) -> None:
    found = shared(announcing, version)

    assert found.chosen is not None
    assert found.chosen.losses == ()
