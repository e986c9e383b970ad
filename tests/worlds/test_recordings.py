"""Every recorded world, replayed: the model foretells what real controllers did.

The recordings are made by scripts/record-worlds; see CONTRIBUTING for when to make them anew.
"""

from __future__ import annotations

import json
import lzma
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.worlds, however pytest was started

from tests.worlds.generate import generate
from tests.worlds.play import Seen
from tests.worlds.replay import Disagreement, disagreements
from tests.worlds.world import VERSIONS, World, manifests

RECORDINGS = Path(__file__).parents[1] / "recordings"
_SHOWN = 3
_MOST_BYTES = 8 * 1024 * 1024


def _rows(version: str) -> Iterator[tuple[World, list[list[Seen]]]]:
    with lzma.open(RECORDINGS / f"{version}.jsonl.xz", "rt") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["world"], row["plays"]


@pytest.mark.parametrize("version", VERSIONS)
def test_model_foretells_what_the_controller_did(version: str) -> None:
    found: list[Disagreement] = []
    worlds = 0
    for world, plays in _rows(version):
        worlds += 1
        found.extend(disagreements(world, plays))
    assert worlds >= 500
    if found:
        smallest = sorted(found, key=lambda one: (one.step, len(json.dumps(one.world))))[:_SHOWN]
        shown = "\n\n".join(f"{one}\n{manifests(one.until())}" for one in smallest)
        pytest.fail(f"{len(found)} disagreements in {worlds} worlds, of them:\n{shown}", pytrace=False)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_world_can_be_made_again(version: str) -> None:
    for world, _ in _rows(version):
        assert generate(version, world["seed"]) == world


def test_recordings_are_enough_and_small() -> None:
    steps = sum(len(plays[0]) for version in VERSIONS for _, plays in _rows(version))
    assert steps >= 10_000
    assert sum(path.stat().st_size for path in RECORDINGS.iterdir()) <= _MOST_BYTES
