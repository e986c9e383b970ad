"""Every request of ``fix --yes`` and ``undo --yes``, and everything that can go wrong with it.

Afterwards the cluster is as it was, at the goal, or can be brought to either; nobody else has changed, and
no edit was made twice: a lost answer is resolved by reading. SHAREDIP_FAULTS=all plays every combination;
else some are drawn, by a seed that is printed (SHAREDIP_FAULTS_SEED plays it again).
"""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.real.crash_town import CrashTown, Json, records
from tests.real.faults import FAULTS, Asked, Done, Fault, run
from tests.real.running import Plugin

_ALL = os.environ.get("SHAREDIP_FAULTS") == "all"
_SEED = int(os.environ.get("SHAREDIP_FAULTS_SEED") or random.SystemRandom().randrange(10**6))
_DRAWN = 14  # for each command; half of them of the requests that edit
_EDITS = 2
_ASKED_AT_MOST = 3
_STATUSES = (0, 1, 3, 4)
Ends = dict[str, int]


def test_a_fix_that_meets_a_fault(
    town: CrashTown, plugin: Plugin, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town.begin(_EDITS)
    words = ("fix", *town.fix.words, "-n", "default", "--yes", "--timeout", "8s", "--journal-dir")
    whole = run(town.cluster, tmp_path, [*words, str(tmp_path / "whole")])
    assert whole.status == 0, whole.err
    goal = town.state()
    town.put(town.start)
    ends: Ends = {}
    pairs = _pairs(whole)
    for number, (asked, fault) in enumerate(_drawn(pairs, "fix")):
        plugin.journals = tmp_path / f"journals-{number}"
        before = town.versions()
        done = run(town.cluster, tmp_path, [*words, str(plugin.journals)], at=asked, fault=fault)
        about = f"{fault.name} at {asked}: exit {done.status}\n{done.out}\n{done.err}"
        _check_words(done, about)
        now = town.state()
        if now == town.start:
            _count(ends, "nothing done")
            assert done.status != 0, about
            assert town.versions() == before or _noted(plugin.journals), about
            continue
        # Where MetalLB's version could not be read, the annotation is the one that every version reads.
        reached = _addresses(now) == _addresses(goal)
        _count(ends, "done" if reached else "midway")
        assert _only_the_edited(town, now), about
        assert done.status in ((0, 4) if reached else (4,)), about
        (record,) = records(plugin.journals)
        assert not any(step.state == "done" for step in record.progress) or record.state != "undone", about
        undone = plugin("undo", "--yes")
        assert undone.status == 0, f"{about}\nundo: {undone.err}"
        assert town.state() == town.start, about
    _tell(capsys, "fix", pairs, ends)


def test_an_undo_that_meets_a_fault(
    town: CrashTown, plugin: Plugin, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town.begin(_EDITS)
    fixed = plugin("fix", *town.fix.words, "--yes")
    assert fixed.status == 0, fixed.err
    goal, kept = town.state(), shutil.copytree(plugin.journals, tmp_path / "kept")
    words = ("undo", "-n", "default", "--yes", "--timeout", "8s", "--journal-dir")
    whole = run(town.cluster, tmp_path, [*words, str(plugin.journals)])
    assert whole.status == 0, whole.err
    town.put(goal)
    ends: Ends = {}
    pairs = _pairs(whole)
    for number, (asked, fault) in enumerate(_drawn(pairs, "undo")):
        plugin.journals = shutil.copytree(kept, tmp_path / f"journals-{number}")
        done = run(town.cluster, tmp_path, [*words, str(plugin.journals)], at=asked, fault=fault)
        about = f"{fault.name} at {asked}: exit {done.status}\n{done.out}\n{done.err}"
        _check_words(done, about)
        now = town.state()
        if now == town.start:
            _count(ends, "undone")
            assert done.status in (0, 4), about
        else:
            _count(ends, "nothing done" if now == goal else "midway")
            assert done.status != 0, about
            assert _only_the_edited(town, now), about
            again = plugin("undo", "--yes")
            assert again.status == 0, f"{about}\nundo again: {again.err}"
            assert town.state() == town.start, about
        town.put(goal)
    _tell(capsys, "undo", pairs, ends)


def _pairs(whole: Done) -> list[tuple[Asked, Fault]]:
    return [(asked, fault) for asked in whole.asked for fault in FAULTS]


def _drawn(pairs: list[tuple[Asked, Fault]], what: str) -> list[tuple[Asked, Fault]]:
    """All of them, or some: half of those at requests that edit, which are few."""
    if _ALL:
        return pairs
    draw = random.Random(f"{_SEED} {what}")
    editing = [pair for pair in pairs if pair[0].method == "PATCH"]
    reading = [pair for pair in pairs if pair[0].method != "PATCH"]
    return draw.sample(editing, _DRAWN // 2) + draw.sample(reading, _DRAWN - _DRAWN // 2)


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


def _count(ends: Ends, end: str) -> None:
    ends[end] = ends.get(end, 0) + 1


def _tell(
    capsys: pytest.CaptureFixture[str], what: str, pairs: list[tuple[Asked, Fault]], ends: Ends
) -> None:
    figures = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
    with capsys.disabled():
        print(f"\n  {what}, seed {_SEED}: {sum(ends.values())} of {len(pairs)} faults: {figures}")
