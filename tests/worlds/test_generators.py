"""Whatever the seed, a generated world can be walked: no step is about something that is not there."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.worlds, however pytest was started

from tests.worlds.fixes.generate import drawn
from tests.worlds.generate import generate
from tests.worlds.world import NAMESPACES, VERSIONS, World

SEEDS = [*range(100), *range(1_000_000, 1_000_200)]  # without pools that are renamed or split, and with
# A pool of theirs comes in two steps, and something is done to it right after.
SEEDS += [1_001_153, 1_000_493, 1_000_876, 1_003_733, 580_700_053]


@pytest.mark.parametrize("version", VERSIONS)
def test_each_step_of_a_world_can_be_taken(version: str) -> None:
    for seed in SEEDS:
        _walk(generate(version, seed))


@pytest.mark.parametrize("version", VERSIONS)
def test_each_step_of_a_world_to_mend_can_be_taken(version: str) -> None:
    for seed in SEEDS:
        _walk(drawn(random.Random(f"fix {version} {seed}"), version, seed))


def _walk(world: World) -> None:
    there = {("pool", pool["metadata"]["name"]) for pool in world["pools"]}
    there |= {("namespace", name) for name in NAMESPACES}
    for step in world["steps"]:
        if step["do"] == "restart":
            continue
        about = (step["kind"], step["name"])
        assert (about in there) is (step["do"] != "create"), (world["seed"], step)
        if step["do"] == "delete":
            there.remove(about)
        else:
            there.add(about)
