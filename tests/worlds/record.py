"""Several clusters side by side play worlds; each world becomes one line of a recording."""

from __future__ import annotations

import json
import multiprocessing
import queue
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from tests.realcluster import parts
from tests.realcluster.cluster import RealCluster

from .generate import generate
from .play import Player, Refused, Seen
from .replay import is_chance
from .world import World

_PLAYS_OF_CHANCE = 5
_WORLDS_A_CLUSTER = 60  # then a new one: logs and the store grow


class Task(NamedTuple):
    """A world to record; ``plays`` how often it is played, 0 for as often as it takes."""

    version: str
    seed: int
    plays: int = 0


def record(tasks: Sequence[Task], clusters: int) -> Iterator[str]:
    """The lines of the worlds as they come, in any order; ``clusters`` at a time for each version."""
    context = multiprocessing.get_context("spawn")
    done: Any = context.Queue()
    queues: list[Any] = []  # kept: one that is forgotten is gone before its process has opened it
    workers = []
    for version in sorted({task.version for task in tasks}):
        queues.append(context.Queue())
        for task in [*(task for task in tasks if task.version == version), *[None] * clusters]:
            queues[-1].put(task)
        workers += [context.Process(target=_work, args=(queues[-1], done)) for _ in range(clusters)]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers) or not done.empty():
        with suppress(queue.Empty):
            yield done.get(timeout=1.0)
    for worker in workers:
        worker.join()


def _work(ahead: Any, done: Any) -> None:
    """One process: a cluster, and a new one after some worlds or when something broke."""
    task: Task | None = ahead.get()
    while task is not None:
        folder = Path(tempfile.mkdtemp(prefix="record-worlds-"))
        try:
            with RealCluster(parts.obtain(task.version), folder) as cluster:
                player = Player(cluster)
                for _ in range(_WORLDS_A_CLUSTER):
                    if task is None:
                        break
                    done.put(line_of(player, generate(task.version, task.seed), task.plays))
                    task = ahead.get()
        except Exception:  # a cluster that broke costs one world, not the run
            print(f"{task}: {traceback.format_exc()}", file=sys.stderr, flush=True)
            task = ahead.get()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def plays_of(world: World) -> int:
    """How often a world is played: more than once where generator or model see a choice."""
    return _PLAYS_OF_CHANCE if world["chance"] or is_chance(world) else 1


def line_of(player: Player, world: World, count: int) -> str:
    """The line of a recording: the world as it was played, and what each play came to."""
    plays: list[list[Seen]] = []
    while not plays or len(plays) < (count or plays_of(world)):
        try:
            plays.append(player.play(world))
        except Refused as refused:
            print(f"{world['version']} {world['seed']}: {refused}", file=sys.stderr, flush=True)
            steps = world["steps"]
            world = {**world, "steps": [*steps[: refused.number], *steps[refused.number + 1 :]]}
    return json.dumps({"world": world, "plays": plays}, separators=(",", ":"), sort_keys=True)
