"""Every recorded world that was mended, planned again: the plan is the same, and what it foretells came.

The recordings are made by scripts/record-fixes; see CONTRIBUTING for when to make which row anew.
"""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.worlds, however pytest was started

from tests.worlds.fixes.replay import Replayed, replayed
from tests.worlds.fixes.world import Row
from tests.worlds.recording import Recording
from tests.worlds.world import VERSIONS

FOLDER = Path(__file__).parents[1] / "recordings" / "fixes"
_FEWEST = 50
_MOST_BYTES = 1024 * 1024
_SHOWN = 5

each_version = pytest.mark.parametrize("version", VERSIONS)


def _rows(version: str) -> Iterator[Row]:
    yield from map(json.loads, Recording(FOLDER / f"{version}.jsonl.xz").lines())


@cache
def _replayed(version: str) -> tuple[Replayed, ...]:
    return tuple(map(replayed, _rows(version)))


@each_version
def test_what_the_plan_foretells_is_what_came(version: str) -> None:
    broken = [one for one in _replayed(version) if one.broken]
    shown = "\n".join(map(str, broken[:_SHOWN]))
    assert not broken, f"{len(broken)} of {len(_replayed(version))} plans:\n{shown}"


@each_version
def test_the_plan_of_today_is_the_one_that_was_carried_out(version: str) -> None:
    stale = [one for one in _replayed(version) if one.stale]
    shown = "\n".join(map(str, stale[:_SHOWN]))
    assert not stale, (
        f"{len(stale)} rows say nothing of today's plans, which have other edits:\n{shown}\n"
        f"record them anew: scripts/record-fixes --stale --version {version}"
    )


@each_version
def test_there_are_enough_rows(version: str) -> None:
    rows = list(_rows(version))
    assert len(rows) >= _FEWEST
    assert {row["world"]["version"] for row in rows} == {version}


def test_there_are_rows_of_every_kind() -> None:
    rows = [row for version in VERSIONS for row in _rows(version)]
    asks = [row["ask"] for row in rows]
    assert any(ask["share_with"] for ask in asks)
    assert any(ask["address"] for ask in asks)
    assert any(ask["separate"] for ask in asks)
    assert any(ask["pin"] for ask in asks)
    assert any(len(ask["names"]) > 1 for ask in asks)
    assert any(len(row["fix"]["edits"]) > 1 for row in rows)
    assert any(not effect["certain"] for row in rows for effect in row["fix"]["effects"])


@pytest.mark.parametrize("command", ["fix", "undo"])
def test_a_row_of_another_plan_is_stale(command: str) -> None:
    row: Any = copy.deepcopy(next(_rows(VERSIONS[-1])))
    row[command]["edits"][0]["operations"][0]["value"] = "something else"
    assert replayed(row).stale == command


@pytest.mark.parametrize("command", ["fix", "undo"])
def test_a_row_in_which_something_else_came_is_broken(command: str) -> None:
    row: Any = copy.deepcopy(next(_rows(VERSIONS[-1])))
    name = sorted(row[command]["after"])[0]
    row[command]["after"][name] = ["192.0.2.99"]
    again = replayed(row)
    assert again.stale is None
    assert any(text.startswith(f"{command}: {name}") for text in again.broken)


def test_the_rows_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= _MOST_BYTES
