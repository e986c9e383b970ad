"""No cheaper plan exists than the one chosen: every edit of every Service is tried, in every order.

Up to two edits in clusters of eight Services, up to three in clusters of four. ``SHAREDIP_WORLDS=500``
tries so many of each instead of the few that there is time for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.plan_room, however pytest was started

from kubectl_sharedip.metallb.settle import held_by
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.allowance import ALLOWANCES, Allowance
from kubectl_sharedip.model.plan import Goal, Plan
from kubectl_sharedip.plan.make import make_plan
from tests.plan_room.every_edit import Search
from tests.plan_room.small_worlds import draw_world

_MORE = int(os.environ.get("SHAREDIP_WORLDS", "0"))


def _goals(state: State, rng: Random) -> Iterator[Goal]:
    """An address for somebody who waits, and one of the other goals."""
    names = sorted(state.services)
    waiting = [name for name in names if not held_by(state, name)]
    holding = [name for name in names if held_by(state, name)]
    if waiting:
        yield Goal(service=rng.choice(waiting))
    if not holding:
        return
    partner, service = rng.choice(holding), rng.choice(names)
    kind = rng.choice(("share", "share", "address", "separate"))
    if kind == "share" and partner != service:
        yield Goal(service=service, share_with=partner)
    elif kind == "address":
        yield Goal(service=service, addresses=held_by(state, partner))
    elif kind == "separate":
        yield Goal(service=service, separate=True)


def _leave(rng: Random) -> tuple[Allowance, ...]:
    share = rng.choice((0.3, 0.6, 0.9))
    return tuple(name for name in ALLOWANCES if rng.random() < share)


@pytest.mark.parametrize(
    ("size", "most", "seeds"),
    [(8, 2, range(_MORE or 10)), (4, 3, range(1000, 1000 + (_MORE or 20)))],
)
def test_nothing_cheaper_reaches_the_goal(size: int, most: int, seeds: range) -> None:
    """No plan at all is the dearest: there nothing may reach the goal under that leave."""
    planned = followed = 0
    for seed in seeds:
        rng = Random(seed)
        state = draw_world(rng, size).state
        assert len(state.services) == size
        for goal in _goals(state, rng):
            allowed = _leave(rng)
            plan = make_plan(state, goal, allowed, unseen=False)
            if plan.chosen is not None and not plan.chosen.edits:
                continue
            search = Search(state, goal, allowed, sorted(state.services))
            bound = plan.chosen.cost if plan.chosen is not None else None
            found = search.cheaper(bound, most)
            assert found is None, f"seed {seed}, {goal}, {allowed}: {found}, not {plan.chosen}"
            planned += _finds_it_too(search, plan, most, seed)
            followed += search.followed
    assert planned >= len(seeds) // 4
    assert followed >= 10 * len(seeds), "nearly all was skipped"


def _finds_it_too(search: Search, plan: Plan, most: int, seed: int) -> bool:
    """The search is no weaker than the planner: it finds what costs no more than the plan."""
    if plan.chosen is None or len(plan.chosen.edits) > most:
        return False
    cost = plan.chosen.cost
    found = search.cheaper(replace(cost, fields_edited=cost.fields_edited + 1), most)
    assert found is not None, f"seed {seed}: {plan.chosen}"
    return True


@pytest.mark.parametrize("seed", range(300, 304))
def test_what_the_search_skips_would_not_do(seed: int) -> None:
    """All single edits and some pairs are followed, the skipped ones too."""
    rng = Random(seed)
    state = draw_world(rng, 4).state
    for goal in _goals(state, rng):
        search = Search(state, goal, ALLOWANCES, sorted(state.services))
        for forms in search.some_of_all(rng, 150):
            way = search.reached_by(forms)
            if way is not None:
                moved = search.fewest_moved(forms)
                assert moved is not None, way
                assert moved <= way.cost.live_addresses, way
