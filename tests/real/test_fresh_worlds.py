"""Worlds that no recording has: the model against all four controllers, with another seed each run.

A disagreement is made smaller on the real cluster before it is shown. SHAREDIP_WORLDS_SEED plays
the worlds of an earlier run again.
"""

from __future__ import annotations

import faulthandler
import json
import os
import secrets
import time

import pytest

from tests.real.conftest import Clusters
from tests.worlds.play import Player, Refused
from tests.worlds.record import Task, record
from tests.worlds.replay import Disagreement, disagreements
from tests.worlds.shrink import shrunk
from tests.worlds.world import VERSIONS, World, manifests

_WORLDS = 15  # of each version
_SHRINK_S = 60.0
_MOST_SHRUNK = 2
_HANGS_AFTER_S = 900.0  # they take one minute or two


def test_model_foretells_fresh_worlds(clusters: Clusters, capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("SHAREDIP_WORLDS_SEED") or 1_000_000 + secrets.randbelow(1_000_000_000))
    with capsys.disabled():
        print(f"\nfresh worlds: SHAREDIP_WORLDS_SEED={seed}")
    tasks = [Task(version, seed + number, 1) for version in VERSIONS for number in range(_WORLDS)]
    # A worker that is killed while it writes leaves its queue shut for good: better a failure with
    # every stack than a run that never ends.
    faulthandler.dump_traceback_later(_HANGS_AFTER_S, exit=True, file=2)  # pytest has taken sys.stderr
    try:
        rows = [json.loads(line) for line in record(tasks, 1)]
    finally:
        faulthandler.cancel_dump_traceback_later()
    assert len(rows) == len(tasks)
    found = [next(disagreements(row["world"], row["plays"]), None) for row in rows]
    parting = [one for one in found if one is not None]
    if parting:
        shown = [_shown(clusters, one) for one in parting[:_MOST_SHRUNK]]
        shown += [str(one) for one in parting[_MOST_SHRUNK:]]
        pytest.fail(
            f"{len(parting)} of {len(rows)} worlds, seed {seed}\n" + "\n\n".join(shown), pytrace=False
        )


def _shown(clusters: Clusters, first: Disagreement) -> str:
    player = Player(clusters.clean(first.world["version"]))
    deadline = time.monotonic() + _SHRINK_S
    smallest = first

    def shows(world: World) -> World | None:
        nonlocal smallest
        if time.monotonic() > deadline:
            return None
        try:
            play = player.play(world)
        except Refused:
            return None
        again = [one for one in disagreements(world, [play]) if one.about == first.about]
        if not again:
            return None
        smallest = again[0]
        return smallest.until()

    world = shrunk(first.until(), shows)
    return f"{first}\nsmallest found: {smallest}\n{manifests(world)}"
