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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from tests.real.between import Between, Lost, Passing
from tests.real.crash_town import CrashTown, check_how_far, records
from tests.real.running import Ended, Running, run

_ALL = os.environ.get("SHAREDIP_KILLS") == "all"
_SEED = int(os.environ.get("SHAREDIP_KILLS_SEED") or random.SystemRandom().randrange(10**6))
_DRAWN = 6  # boundaries of a longer plan in an ordinary run
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
    """Runs the program through the proxy and kills it at a boundary."""

    def __init__(self, town: CrashTown, program: Path, folder: Path) -> None:
        self.town = town
        self.program = program
        self.folder = folder
        self.runs = 0

    def __call__(self, boundary: Boundary | None, journals: Path, *words: str) -> Killed:
        """Runs the words; ``boundary`` None lets it come to its end."""
        self.runs += 1
        started = threading.Event()

        def kill(passing: Passing, *, after: bool) -> None:
            if boundary == Boundary(number=passing.number, after=after):
                started.wait()
                running.kill()
                raise Lost

        with Between(self.town.cluster) as between:
            between.before = lambda passing: kill(passing, after=False)
            between.after = lambda passing: kill(passing, after=True)
            kubeconfig = between.kubeconfig(self.folder / "between.kubeconfig")
            running = Running(self.program, _flags(words, kubeconfig, journals))
            started.set()
            ended = running.ended()
            seen = tuple(between.seen)
        return Killed(ended=ended, edited=any(passing.edits for passing in seen), seen=seen)

    def direct(self, journals: Path, *words: str) -> Ended:
        """Runs the words without a proxy."""
        return run(self.program, *_flags(words, self.town.cluster.kubeconfig, journals))

    def fix(self, boundary: Boundary | None, journals: Path) -> Killed:
        """The plan of the town, with consent."""
        return self(boundary, journals, "fix", *self.town.fix.words, "--yes")


def _flags(words: Sequence[str], kubeconfig: Path, journals: Path) -> list[str]:
    return [*words, "-n", "default", "--kubeconfig", str(kubeconfig), "--journal-dir", str(journals)]


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
    places = len({boundary for boundary, _ in endings})
    return (
        f"\n  {what}, seed {_SEED}: {len(whole.seen)} requests; killed at {read_only} of {reading} boundaries"
        f" while reading; at {places} of {len(editing)} while editing, {len(endings)} times in all"
    )


def _check_killed(killed: Killed, boundary: Boundary) -> None:
    """It was killed there, or came to its end with fewer requests than the run that was counted."""
    if killed.ended.status != _KILLED:
        assert (killed.ended.status, boundary.number >= len(killed.seen)) == (0, True), killed.ended.err


def _check_untouched(killer: Killer, killed: Killed, versions: dict[str, str], journals: Path) -> None:
    """It was killed while it only read: there is no journal, and nobody wrote anything."""
    assert not killed.edited
    assert records(journals) == []
    assert killer.town.versions() == versions


@pytest.mark.parametrize("edits", [1, 2, 3, 4])
def test_fix_is_killed(
    town: CrashTown, program: Path, tmp_path: Path, edits: int, capsys: pytest.CaptureFixture[str]
) -> None:
    town.begin(edits)
    killer = Killer(town, program, tmp_path)
    whole = killer.fix(None, tmp_path / "whole")
    assert whole.ended.status == 0, whole.ended.err
    goal = town.state()
    _check_goal(town, edits)
    town.put(town.start)
    first, every = _first_edit(whole.seen), edits <= 2
    reading, editing = _boundaries(range(first)), _boundaries(range(first, len(whole.seen)))

    read_only = reading if _ALL or edits == 1 else reading[-2:]
    versions = town.versions()
    for index, boundary in enumerate(read_only):
        journals = tmp_path / f"reading-{index}"
        killed = killer.fix(boundary, journals)
        assert killed.ended.status == _KILLED, boundary
        _check_untouched(killer, killed, versions, journals)
    assert killer.direct(journals, "undo", "--resume", "--yes").status == 3

    endings = list(_drawn(editing, ("--resume", ""), every=every))
    for index, (boundary, ending) in enumerate(endings):
        journals = tmp_path / f"editing-{index}"
        killed = killer.fix(boundary, journals)
        _check_killed(killed, boundary)
        (record,) = records(journals)
        check_how_far(town, record)
        after = killer.direct(journals, "undo", *filter(None, [ending]), "--yes")
        assert after.status == 0, (boundary, ending, after.err)
        assert town.state() == (goal if ending else town.start), (boundary, ending)
        (kept, *_) = records(journals)
        assert (kept.verified and kept.state == "done") if ending else kept.state == "undone"
        if ending:
            town.put(town.start)
    with capsys.disabled():
        print(_told(f"fix of {edits} edits", whole, len(read_only), len(reading), endings, editing))


@pytest.mark.parametrize("edits", [2, 4])
def test_undo_is_killed(
    town: CrashTown, program: Path, tmp_path: Path, edits: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is done again, or finished: each time the first state is back."""
    town.begin(edits)
    killer = Killer(town, program, tmp_path)
    done = tmp_path / "done"
    fixed = killer.fix(None, done)
    assert fixed.ended.status == 0, fixed.ended.err
    goal = town.state()
    whole_journals = shutil.copytree(done, tmp_path / "whole")
    whole = killer(None, whole_journals, "undo", "--yes")
    assert whole.ended.status == 0, whole.ended.err
    assert town.state() == town.start
    town.put(goal)
    first = _first_edit(whole.seen)
    reading, editing = _boundaries(range(first)), _boundaries(range(first, len(whole.seen)))

    read_only = reading if _ALL else reading[-2:]
    versions = town.versions()
    for index, boundary in enumerate(read_only):
        journals = shutil.copytree(done, tmp_path / f"reading-{index}")
        killed = killer(boundary, journals, "undo", "--yes")
        assert killed.ended.status == _KILLED, boundary
        assert not killed.edited
        assert [record.state for record in records(journals)] == ["done"]
        assert town.versions() == versions

    endings = list(_drawn(editing, ("", "--resume"), every=False))
    for index, (boundary, ending) in enumerate(endings):
        journals = shutil.copytree(done, tmp_path / f"editing-{index}")
        killed = killer(boundary, journals, "undo", "--yes")
        _check_killed(killed, boundary)
        fix, undo = records(journals)
        assert undo.undoes == fix.id
        check_how_far(town, undo)
        after = killer.direct(journals, "undo", *filter(None, [ending]), "--yes")
        assert after.status == 0, (boundary, ending, after.err)
        assert town.state() == town.start, (boundary, ending)
        assert records(journals)[0].state == "undone", (boundary, ending)
        town.put(goal)
    with capsys.disabled():
        print(_told(f"undo of {edits} edits", whole, len(read_only), len(reading), endings, editing))


def _check_goal(town: CrashTown, edits: int) -> None:
    """The whole run did what it is there for, and changed nobody else."""
    changed = {name for name, item in town.state().items() if item != town.start[name]}
    assert changed == {f"default/{name}" for name in town.fix.edited}
    assert len(town.fix.edited) == edits
    holders = {name for name, item in town.state().items() if item["addresses"] == ["192.168.1.205"]}
    assert holders == {"default/home", *changed}
