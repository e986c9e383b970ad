"""Every request of ``fix --yes`` and ``undo --yes``, and everything that can go wrong with it.

Afterwards the cluster is as it was, at the goal, or can be brought to either; nobody else has changed, and
no edit was made twice: a lost answer is resolved by reading. SHAREDIP_FAULTS=all plays every combination;
else some are drawn, by a seed that is printed (SHAREDIP_FAULTS_SEED plays it again).
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.real.crash_town import CrashTown, Json, records
from tests.real.drawing import ALL, PARTS, Pair, Tally, dealt, drawn, pairs_of
from tests.real.faults import Asked, Done, Fault, run
from tests.real.running import Plugin
from tests.real.telling import Tell

_DRAWN = 10  # for each command; half of them of the requests that edit
_EDITS = 2
_ASKED_AT_MOST = 3
_STATUSES = (0, 1, 3, 4)


@pytest.mark.parametrize("part", PARTS)
def test_a_fix_that_meets_a_fault(
    town: CrashTown, plugin: Plugin, tmp_path: Path, part: int, tell: Tell
) -> None:
    town.begin(_EDITS)
    words = ("fix", *town.fix.words, "-n", "default", "--yes", "--timeout", "8s", "--journal-dir")
    whole = run(town.cluster, tmp_path, [*words, str(tmp_path / "whole")])
    assert whole.status == 0, whole.err
    goal = town.state()
    town.put(town.start)
    pairs = pairs_of(whole)
    tally = Tally(command="fix --yes", possible=len(pairs))

    def play(asked: Asked, fault: Fault) -> str:
        plugin.journals = tmp_path / f"journals-{tally.ends.total()}"
        before = town.versions()
        done = run(town.cluster, tmp_path, [*words, str(plugin.journals)], at=asked, fault=fault)
        about = f"{fault.name} at {asked}: exit {done.status}\n{done.out}\n{done.err}"
        _check_words(done, about)
        now = town.state()
        if now == town.start:
            assert done.status != 0, about
            assert town.versions() == before or _noted(plugin.journals), about
            return "nothing done"
        # Where MetalLB's version could not be read, the annotation is the one that every version reads.
        reached = _addresses(now) == _addresses(goal)
        assert _only_the_edited(town, now), about
        assert done.status in ((0, 4) if reached else (4,)), about
        (record,) = records(plugin.journals)
        assert not any(step.state == "done" for step in record.progress) or record.state != "undone", about
        undone = plugin("undo", "--yes")
        assert undone.status == 0, f"{about}\nundo: {undone.err}"
        assert town.state() == town.start, about
        return "done" if reached else "midway"

    for pair in _share(pairs, "fix", part):
        if not tally.play(pair, play):
            town.put(town.start)
    tell.faults(tally)
    tally.check()


@pytest.mark.parametrize("part", PARTS)
def test_an_undo_that_meets_a_fault(
    town: CrashTown, plugin: Plugin, tmp_path: Path, part: int, tell: Tell
) -> None:
    town.begin(_EDITS)
    fixed = plugin("fix", *town.fix.words, "--yes")
    assert fixed.status == 0, fixed.err
    goal, kept = town.state(), shutil.copytree(plugin.journals, tmp_path / "kept")
    words = ("undo", "-n", "default", "--yes", "--timeout", "8s", "--journal-dir")
    whole = run(town.cluster, tmp_path, [*words, str(plugin.journals)])
    assert whole.status == 0, whole.err
    town.put(goal)
    pairs = pairs_of(whole)
    tally = Tally(command="undo --yes", possible=len(pairs))

    def play(asked: Asked, fault: Fault) -> str:
        plugin.journals = shutil.copytree(kept, tmp_path / f"journals-{tally.ends.total()}")
        done = run(town.cluster, tmp_path, [*words, str(plugin.journals)], at=asked, fault=fault)
        about = f"{fault.name} at {asked}: exit {done.status}\n{done.out}\n{done.err}"
        _check_words(done, about)
        now = town.state()
        if now == town.start:
            assert done.status in (0, 4), about
            return "undone"
        assert done.status != 0, about
        assert _only_the_edited(town, now), about
        again = plugin("undo", "--yes")
        assert again.status == 0, f"{about}\nundo again: {again.err}"
        assert town.state() == town.start, about
        return "nothing done" if now == goal else "midway"

    for pair in _share(pairs, "undo", part):
        tally.play(pair, play)
        town.put(goal)
    tell.faults(tally)
    tally.check()


def _share(pairs: list[Pair], what: str, part: int) -> list[Pair]:
    """The part's own, or some: half of those at requests that edit, which are few."""
    if ALL:
        return dealt(pairs, part)
    editing = [pair for pair in pairs if pair[0].method == "PATCH"]
    reading = [pair for pair in pairs if pair[0].method != "PATCH"]
    return drawn(editing, f"{what} editing", _DRAWN // 2) + drawn(reading, what, _DRAWN - _DRAWN // 2)


def _check_words(done: Done, about: str) -> None:
    """A clear end, whatever it is, and no edit sent once more after the server has taken it.

    Where the server says that it has done nothing (429, 503 with Retry-After), it may be asked again,
    as often as any request.
    """
    assert "Traceback" not in done.err and "this is a fault" not in done.err, about
    assert done.status in _STATUSES, about
    assert done.status == 0 or done.err.strip(), about
    sent = [one for one in done.asked if one.method == "PATCH"]
    taken = Counter(one.path for one in sent if done.answered.get(one) == 200)
    assert set(taken.values()) <= {1} and len(taken) <= _EDITS, about
    # MetalLB's status may come in between: that is a conflict, and read again.
    times = Counter(one.path for one in sent if done.answered.get(one) != 409)
    assert all(number <= _ASKED_AT_MOST for number in times.values()), about


def _addresses(state: Mapping[str, Json]) -> dict[str, list[str]]:
    return {name: item["addresses"] for name, item in state.items()}


def _only_the_edited(town: CrashTown, now: Mapping[str, Json]) -> bool:
    changed = {name for name, item in now.items() if item != town.start[name]}
    return changed <= {f"default/{name}" for name in town.fix.edited}


def _noted(journals: Path) -> bool:
    """Whether something was done, and taken back again or known to be nothing."""
    return bool(records(journals)) if journals.exists() else False
