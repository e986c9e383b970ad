"""Several clusters side by side play worlds; what a world comes to is one line of a recording."""

from __future__ import annotations

import json
import multiprocessing
import queue
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

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


class Versioned(Protocol):
    """Something to be played on a cluster with this MetalLB."""

    @property
    def version(self) -> str:
        """One of VERSIONS."""


T = TypeVar("T", bound=Versioned)


def record(tasks: Sequence[Task], clusters: int) -> Iterator[str]:
    """The lines of the worlds as they come, in any order; ``clusters`` at a time for each version."""
    return side_by_side(tasks, clusters, _line)


def side_by_side(tasks: Sequence[T], clusters: int, line: Callable[[Player, T], str]) -> Iterator[str]:
    """What ``line``, a function of a module, makes of each task; ``clusters`` as in ``record``."""
    context = multiprocessing.get_context("spawn")
    done: Any = context.Queue()
    queues: list[Any] = []  # kept: one that is forgotten is gone before its process has opened it
    workers = []
    for version in sorted({task.version for task in tasks}):
        queues.append(context.Queue())
        for task in [*(task for task in tasks if task.version == version), *[None] * clusters]:
            queues[-1].put(task)
        workers += [context.Process(target=_work, args=(line, queues[-1], done)) for _ in range(clusters)]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers) or not done.empty():
        with suppress(queue.Empty):
            yield done.get(timeout=1.0)
    for worker in workers:
        worker.join()


def _work(line: Callable[[Player, Any], str], ahead: Any, done: Any) -> None:
    """One process: a cluster, and a new one after some worlds or when something broke."""
    task: Any = ahead.get()
    while task is not None:
        folder = Path(tempfile.mkdtemp(prefix="record-worlds-"))
        try:
            with RealCluster(parts.obtain(task.version), folder) as cluster:
                player = Player(cluster)
                for _ in range(_WORLDS_A_CLUSTER):
                    if task is None or _alone():
                        return
                    done.put(line(player, task))
                    task = ahead.get()
        except Exception:  # a cluster that broke costs one world, not the run
            print(f"{task}: {traceback.format_exc()}", file=sys.stderr, flush=True)
            task = ahead.get()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _alone() -> bool:
    """Whether whoever wanted the lines is gone: killed, it could not say so."""
    parent = multiprocessing.parent_process()
    return parent is not None and not parent.is_alive()


def plays_of(world: World) -> int:
    """How often a world is played: more than once where generator or model see a choice."""
    return _PLAYS_OF_CHANCE if world["chance"] or is_chance(world) else 1


def playable(player: Player, world: World) -> tuple[World, list[Seen]]:
    """The world without the steps that the API server does not take, and what a play came to."""
    while True:
        try:
            return world, player.play(world)
        except Refused as refused:
            print(f"{world['version']} {world['seed']}: {refused}", file=sys.stderr, flush=True)
            steps = world["steps"]
            world = {**world, "steps": [*steps[: refused.number], *steps[refused.number + 1 :]]}


def _line(player: Player, task: Task) -> str:
    """The line of a recording: the world as it was played, and what each play came to."""
    world = generate(task.version, task.seed)
    plays: list[list[Seen]] = []
    while not plays or len(plays) < (task.plays or plays_of(world)):
        world, seen = playable(player, world)
        plays.append(seen)
    return json.dumps({"world": world, "plays": plays}, separators=(",", ":"), sort_keys=True)
