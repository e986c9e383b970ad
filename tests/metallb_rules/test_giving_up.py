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
