"""Plans for several Services at once: none breaks what another promises, and all are followed as one."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.plan_room, however pytest was started

from kubectl_sharedip.metallb.settle import held_by
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.allowance import ALLOWANCES, Allowance
from kubectl_sharedip.model.plan import Goal
from kubectl_sharedip.plan.joint import Joint, make_joint
from tests.metallb_rules.worlds import named, pool, service, state
from tests.plan_room.small_worlds import carried_out, draw_world

LAB = pool("lab", "192.0.2.10-192.0.2.15")
HELD = "192.0.2.12"


def joint(present: State, *names: str, allowed: tuple[Allowance, ...] = ()) -> Joint:
    return make_joint(present, [Goal(service=named(name)) for name in names], allowed, unseen=False)


def found(made: Joint) -> list[bool]:
    return [plan.chosen is not None for plan in made.plans]


def test_each_is_planned_on_what_those_before_it_leave() -> None:
    """Both are given the holder's key, and the second finds the port of the first not in its way."""
    present = state(
        LAB,
        service("holder", key="k", status=[HELD]),
        service("a", ip=HELD, ports=["TCP/443"]),
        service("b", ip=HELD, ports=["TCP/8080"]),
    )

    made = joint(present, "a", "b")

    assert found(made) == [True, True]
    assert made.way is not None
    assert [edit.service.name for edit in made.way.edits] == ["a", "b"]
    assert {str(e.service): [str(a) for a in e.after[0]] for e in made.way.effects} == {
        "default/a": [HELD],
        "default/b": [HELD],
    }


def test_of_two_that_want_one_port_one_is_left() -> None:
    present = state(
        LAB,
        service("holder", key="k", status=[HELD]),
        service("a", ip=HELD, ports=["TCP/443"]),
        service("b", ip=HELD, ports=["TCP/443"]),
    )

    made = joint(present, "a", "b")

    assert found(made) == [True, False]
    assert made.plans[1].ways
    assert made.way is not None
    assert [edit.service.name for edit in made.way.edits] == ["a"]


def test_strangers_do_not_meet_by_a_key_that_one_is_given() -> None:
    """b has that key and asked for no address: that a is given it is no wish to share with b."""
    present = state(
        pool("lab", "192.0.2.12/32"),
        service("holder", key="k", status=[HELD]),
        service("a", ip=HELD, ports=["TCP/443"]),
        service("b", key="k", ports=["TCP/8080"]),
    )

    made = joint(present, "a", "b")

    assert found(made).count(True) == 1


def test_who_is_named_may_be_edited_for_another() -> None:
    """Named is named: no leave to edit others is needed among them."""
    present = state(
        LAB,
        service("holder", status=[HELD]),
        service("a", ip=HELD, ports=["TCP/443"]),
    )

    assert found(joint(present, "a")) == [False]
    assert found(joint(present, "a", "holder")) == [True, True]


def test_what_the_cluster_rests_on_is_told_as_it_is_before_the_first_edit() -> None:
    present = state(
        LAB,
        service("holder", key="k", status=[HELD]),
        service("a", ip=HELD, ports=["TCP/443"]),
        service("b", ip=HELD, ports=["TCP/8080"]),
    )

    facts = {(fact.object.name, fact.field): fact.value for fact in joint(present, "a", "b").relied_on}

    assert facts["holder", 'metadata.annotations["metallb.io/allow-shared-ip"]'] == "k"
    assert all(
        value is None for (name, field), value in facts.items() if name == "a" and "shared-ip" in field
    )


def test_every_joint_plan_keeps_its_word_in_random_worlds() -> None:
    planned = 0
    for seed in range(150):
        rng = Random(seed)
        present = draw_world(rng).state
        waiting = [name for name in sorted(present.services) if not held_by(present, name)]
        allowed = tuple(name for name in ALLOWANCES if rng.random() < 0.4)
        made = make_joint(present, [Goal(service=name) for name in waiting], allowed, unseen=False)
        chosen = [plan.goal.service for plan in made.plans if plan.chosen is not None]
        if made.way is None:
            assert not any(plan.chosen and plan.chosen.edits for plan in made.plans), seed
            continue
        planned += len(chosen) > 1
        settled = carried_out(present, made.way)
        told = {effect.service: effect.after for effect in made.way.effects}
        assert set(made.way.needs) <= set(allowed), seed
        for end in settled.ends:
            for name in present.services:
                before, after = held_by(present, name), held_by(end, name)
                assert after in told.get(name, (before,)), (seed, name)
                assert after or name not in chosen, (seed, name)
                assert set(before) <= set(after) or "moves" in allowed, (seed, name)
    assert planned > 5
