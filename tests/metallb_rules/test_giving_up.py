"""Where a world has more futures than are followed, the answer is a part, and says so."""

from __future__ import annotations

from unittest import mock

import pytest

from kubectl_sharedip.metallb import looks, passes, quiet
from kubectl_sharedip.metallb import settle as settling
from kubectl_sharedip.metallb.edits import Edit, Restart
from kubectl_sharedip.metallb.settle import Settled, settle, unrested
from kubectl_sharedip.metallb.state import State
from tests.metallb_rules.enumerator import shown
from tests.metallb_rules.tiny import Tiny

SEEDS = range(5_000, 5_150)


def worlds() -> list[tuple[int, State, Edit]]:
    found = []
    for seed in SEEDS:
        tiny = Tiny(seed)
        before = tiny.settled()
        edit = tiny.edit()
        if isinstance(edit, Restart):
            before = tiny.unseen(before)
        found.append((seed, before, edit))
    return found


WORLDS = worlds()


def with_limits(before: State, edit: Edit, **limits: int) -> Settled:
    """The same with less patience."""
    places = {
        "looks": [(looks, "MOST_LOOKS")],
        "ends": [(looks, "MOST_ENDS"), (passes, "MOST_ENDS"), (settling, "MOST_ENDS")],
        "moves": [(passes, "_MOST_MOVES")],
        "points": [(quiet, "_MOST_POINTS")],
    }
    patches = [
        mock.patch.object(module, name, limit)
        for what, limit in limits.items()
        for module, name in places[what]
    ]
    for patch in patches:
        patch.start()
    try:
        return settle(before, [edit], unrested(before))
    finally:
        for patch in patches:
            patch.stop()


@pytest.mark.parametrize(
    "limits",
    [{"looks": n} for n in (0, 1, 2, 3, 5, 8, 13)]
    + [{"ends": n} for n in (1, 2, 3)]
    + [{"moves": n} for n in (0, 1, 2)]
    + [{"points": n} for n in (1, 2, 3)],
    ids=str,
)
def test_a_part_is_called_a_part(limits: dict[str, int]) -> None:
    parts = 0
    for seed, before, edit in WORLDS:
        whole = settle(before, [edit], unrested(before))
        if whole.restless or not whole.complete:
            continue
        less = with_limits(before, edit, **limits)
        if less.restless:
            continue
        ends, all_ends = {shown(end) for end in less.ends}, {shown(end) for end in whole.ends}
        assert ends, seed
        if less.complete:
            assert ends == all_ends, (seed, edit)
        else:
            parts += 1
            assert ends <= all_ends, (seed, edit)
            if less.lists_complete:
                names = [name for name in before.services if whole.addresses(name) != less.addresses(name)]
                assert names == [], (seed, edit)
    assert parts > 0


def test_whoever_needs_more_looks_than_the_most_is_tired_and_so_is_who_gives_up() -> None:
    walk = looks.Walk(frozenset())
    walk.looks = looks.MOST_LOOKS
    assert not walk.tired
    walk.looks += 1
    assert walk.tired
    walk = looks.Walk(frozenset())
    assert not walk.tired
    walk.give_up()
    assert walk.tired


def test_what_was_given_up_once_stays_a_part() -> None:
    for _, before, _ in WORLDS[:20]:
        walk = looks.Walk(unrested(before))
        walk.complete = False
        assert passes.one_pass(walk, before)
        assert not walk.complete


def test_what_just_suffices_is_enough() -> None:
    tried = enough = 0
    for _, before, edit in WORLDS:
        whole = settle(before, [edit], unrested(before))
        if whole.complete and not whole.restless and len(whole.ends) > 1:
            tried += 1
            enough += with_limits(before, edit, ends=len(whole.ends)).complete
    assert enough > 0.9 * tried > 0  # one in twenty passes more than it ends with
