"""Several clusters side by side mend worlds; a row of a recording, or nothing, comes of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.worlds.play import Player
from tests.worlds.record import side_by_side

from .generate import generate
from .play import mended
from .world import FixWorld, Row


class FixTask(NamedTuple):
    """A world to mend: that of the seed, or ``world`` where it is there, as it was once played.

    ``tries`` is how many seeds are tried, each one more, until there is a plan.
    """

    version: str
    seed: int
    world: FixWorld | None = None
    tries: int = 1


def record(tasks: Sequence[FixTask], clusters: int) -> Iterator[tuple[int, Row | None]]:
    """The seed of each world as it is done, with its row; ``clusters`` at a time for each version."""
    for line in side_by_side(tasks, clusters, _line):
        seed, row = json.loads(line)
        yield seed, row


def _line(player: Player, task: FixTask) -> str:
    for seed in range(task.seed, task.seed + task.tries):
        row = mended(player, task.world or generate(task.version, seed))
        if row is not None:
            return json.dumps((task.seed, row))
    return json.dumps((task.seed, None))
