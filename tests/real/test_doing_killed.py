"""SIGKILL at every request of ``fix`` and ``undo`` on a real API server, and both ways out of it.

Before a request reaches the server, and after the server has answered and the program has not heard
of it: the journal is whole and says how far; ``undo --resume`` then reaches the goal, ``undo`` the
start, and nobody else has changed. SHAREDIP_KILLS=all plays every boundary with both endings; else
those of the longer plans are drawn by a seed that is printed, and SHAREDIP_KILLS_SEED plays again.
"""

from __future__ import annotations

import os
import random
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import pytest

from tests.real.between import Between, Lost, Passing
from tests.real.crash_town import SHARED, CrashTown, Json, check_how_far, records
from tests.real.running import Ended, Plugin
from tests.real.telling import Tell

_ALL = os.environ.get("SHAREDIP_KILLS") == "all"
_SEED = int(os.environ.get("SHAREDIP_KILLS_SEED") or random.SystemRandom().randrange(10**6))
_DRAWN = 4  # boundaries of a longer plan in an ordinary run
_KILLED = -9


@dataclass(frozen=True, kw_only=True, slots=True)
class Boundary:
    """Where it is killed: at the request of this number, ``after`` the server has answered or before."""

    number: int
    after: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Killed:
    """What came of a run that was to be killed; ``edited``: a request that edits had come by then."""

    ended: Ended
    edited: bool
    seen: tuple[Passing, ...]


class Killer:
    """Runs the plugin through a proxy and kills it at a boundary."""

    def __init__(self, town: CrashTown, plugin: Plugin) -> None:
        self._town = town
        self._plugin = plugin

    def __call__(self, boundary: Boundary | None, *words: str) -> Killed:
        """Runs the words; ``boundary`` None lets it come to its end."""
        started = threading.Event()

        def kill(passing: Passing, *, after: bool) -> None:
            if boundary == Boundary(number=passing.number, after=after):
                started.wait()
                running.kill()
                raise Lost

        with Between(self._town.cluster) as between:
            between.before = lambda passing: kill(passing, after=False)
            between.after = lambda passing: kill(passing, after=True)
            kubeconfig = between.kubeconfig(self._plugin.folder / "between.kubeconfig")
            with self._plugin.start(*words, kubeconfig=kubeconfig) as running:
                started.set()
                ended = running.ended()
            seen = tuple(between.seen)
        return Killed(ended=ended, edited=any(passing.edits for passing in seen), seen=seen)


def _first_edit(seen: Iterable[Passing]) -> int:
    return next(passing.number for passing in seen if passing.edits)


def _drawn(
    boundaries: Sequence[Boundary], endings: Sequence[str], *, every: bool
) -> Iterator[tuple[Boundary, str]]:
    """Each boundary with an ending: with both of them where all are played, else with one in turn."""
    if _ALL:
        yield from product(boundaries, endings)
        return
    draw = random.Random(_SEED)
    chosen = boundaries if every else sorted(draw.sample(boundaries, _DRAWN), key=boundaries.index)
    first = draw.randrange(2)
    for index, boundary in enumerate(chosen):
        yield boundary, endings[(first + index) % len(endings)]


def _boundaries(numbers: Iterable[int]) -> list[Boundary]:
    return [Boundary(number=number, after=after) for number in numbers for after in (False, True)]


Ending = tuple[Boundary, str]


def _told(
    what: str,
    whole: Killed,
    read_only: int,
    reading: int,
    endings: Sequence[Ending],
    editing: Sequence[Boundary],
) -> str:
    """What was played, in figures."""
    places, seed = len({boundary for boundary, _ in endings}), "" if _ALL else f", seed {_SEED}"
    return (
        f"{what}{seed}: {len(whole.seen)} requests; killed at {read_only} of {reading} boundaries"
        f" while reading; at {places} of {len(editing)} while editing, {len(endings)} times in all"
    )


def _check_killed(killed: Killed, boundary: Boundary) -> None:
    """It was killed there, or came to its end with fewer requests than the run that was counted."""
    if killed.ended.status != _KILLED:
        assert (killed.ended.status, boundary.number >= len(killed.seen)) == (0, True), killed.ended.err


@pytest.mark.parametrize("edits", [1, 2, 3, 4])
def test_fix_is_killed(town: CrashTown, plugin: Plugin, edits: int, tell: Tell) -> None:
    town.begin(edits)
    killer, words = Killer(town, plugin), ("fix", *town.fix.words, "--yes")
    whole = killer(None, *words)
    assert whole.ended.status == 0, whole.ended.err
    goal = town.state()
    _check_goal(town, goal)
    town.put(town.start)
    first = _first_edit(whole.seen)
    reading, editing = _boundaries(range(first)), _boundaries(range(first, len(whole.seen)))

    # Whatever was answered, nothing is written before the first edit: one side of each tells all.
    read_only = reading if _ALL else reading[edits % 2 :: 2] if edits <= 2 else reading[-1:]
    versions = town.versions()
    for index, boundary in enumerate(read_only):
        plugin.journals = plugin.folder / f"reading-{index}"
        killed = killer(boundary, *words)
        assert (killed.ended.status, killed.edited) == (_KILLED, False), boundary
        assert records(plugin.journals) == []
        assert town.versions() == versions
    assert plugin("undo", "--resume", "--yes").status == 3

    endings = list(_drawn(editing, ("--resume", ""), every=edits <= 2))
    for index, (boundary, ending) in enumerate(endings):
        plugin.journals = plugin.folder / f"editing-{index}"
        _check_killed(killer(boundary, *words), boundary)
        (record,) = records(plugin.journals)
        check_how_far(town, record)
        after = plugin("undo", *filter(None, [ending]), "--yes")
        assert after.status == 0, (boundary, ending, after.err)
        assert town.state() == (goal if ending else town.start), (boundary, ending)
        (kept, *_) = records(plugin.journals)
        assert (kept.verified and kept.state == "done") if ending else kept.state == "undone"
        if ending:
            town.put(town.start)
    tell(_told(f"fix of {edits} edits", whole, len(read_only), len(reading), endings, editing))


@pytest.mark.parametrize("edits", [2, 4])
def test_undo_is_killed(town: CrashTown, plugin: Plugin, edits: int, tell: Tell) -> None:
    """It is done again, or finished: each time the first state is back."""
    town.begin(edits)
    killer, words = Killer(town, plugin), ("undo", "--yes")
    fixed = plugin("fix", *town.fix.words, "--yes")
    assert fixed.status == 0, fixed.err
    goal, done = town.state(), shutil.copytree(plugin.journals, plugin.folder / "done")
    whole = killer(None, *words)
    assert whole.ended.status == 0, whole.ended.err
    assert town.state() == town.start
    town.put(goal)
    first = _first_edit(whole.seen)
    reading, editing = _boundaries(range(first)), _boundaries(range(first, len(whole.seen)))

    read_only = reading if _ALL else reading[-1:]
    versions = town.versions()
    for index, boundary in enumerate(read_only):
        plugin.journals = shutil.copytree(done, plugin.folder / f"reading-{index}")
        killed = killer(boundary, *words)
        assert (killed.ended.status, killed.edited) == (_KILLED, False), boundary
        assert [record.state for record in records(plugin.journals)] == ["done"]
        assert town.versions() == versions

    endings = list(_drawn(editing, ("", "--resume"), every=False))
    for index, (boundary, ending) in enumerate(endings):
        plugin.journals = shutil.copytree(done, plugin.folder / f"editing-{index}")
        _check_killed(killer(boundary, *words), boundary)
        fix, undo = records(plugin.journals)
        assert undo.undoes == fix.id
        check_how_far(town, undo)
        after = plugin("undo", *filter(None, [ending]), "--yes")
        assert after.status == 0, (boundary, ending, after.err)
        assert town.state() == town.start, (boundary, ending)
        assert records(plugin.journals)[0].state == "undone", (boundary, ending)
        town.put(goal)
    tell(_told(f"undo of {edits} edits", whole, len(read_only), len(reading), endings, editing))


def _check_goal(town: CrashTown, goal: Mapping[str, Json]) -> None:
    """The whole run did what it is there for, and changed nobody else."""
    changed = {name for name, item in goal.items() if item != town.start[name]}
    assert changed == {f"default/{name}" for name in town.fix.edited}
    holders = {name for name, item in goal.items() if item["addresses"] == [SHARED]}
    assert holders == {"default/home", *changed}
