"""Worlds that no recording has, mended: what ``fix`` and ``undo`` foretell, on all four controllers.

Another seed each run; SHAREDIP_WORLDS_SEED mends the worlds of an earlier run again.
"""

from __future__ import annotations

import faulthandler
import os
import secrets

import pytest

from tests.worlds.fixes.record import FixTask, record
from tests.worlds.fixes.replay import Replayed, replayed
from tests.worlds.world import VERSIONS, manifests

_WORLDS = 2  # of each version
_TRIES = 12  # some worlds have no plan: then the next one
_HANGS_AFTER_S = 600.0  # they take half a minute


def test_what_is_foretold_of_fresh_worlds_comes(capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("SHAREDIP_WORLDS_SEED") or 1_000_000 + secrets.randbelow(1_000_000_000))
    with capsys.disabled():
        print(f"\nfresh worlds to mend: SHAREDIP_WORLDS_SEED={seed}")
    tasks = [
        FixTask(version, seed + number * _TRIES, tries=_TRIES)
        for version in VERSIONS
        for number in range(_WORLDS)
    ]
    faulthandler.dump_traceback_later(_HANGS_AFTER_S, exit=True, file=2)  # as in test_fresh_worlds
    try:
        rows = [row for _, row in record(tasks, 1)]
    finally:
        faulthandler.cancel_dump_traceback_later()
    mended = [replayed(row) for row in rows if row is not None]
    assert len(mended) == len(tasks)
    wrong = [one for one in mended if one.broken or one.stale]
    if wrong:
        pytest.fail("\n\n".join(map(_shown, wrong)), pytrace=False)


def _shown(one: Replayed) -> str:
    world = one.row["world"]
    again = f"scripts/record-fixes --version {world['version']} --only {world['seed']}"
    return f"{one}\nagain: {again}\n{manifests(world)}"
