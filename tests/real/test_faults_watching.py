"""``ls -w`` as a process on a real server, with a fault at every request of it, those of its watches too.

It ends with exit 3 and one clear line, or goes on: then something happens in the cluster, and the last screen
is right, after few requests. A screen before that is right too, or says what it could not see. What has
expired stays so; what is busy is free again once the program has said so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.real.asking import document
from tests.real.between import Between
from tests.real.crash_town import KEY, CrashTown
from tests.real.drawing import ALL, PARTS, Tally, dealt, drawn, pairs_of
from tests.real.faults import EXPIRED, REQUEST_TIMEOUT, Asked, Done, Fault, Strike, done
from tests.real.screen import Screen, without_time
from tests.real.telling import Tell
from tests.realcluster.processes import wait_until

_DRAWN = 4
_ENOUGH_S = 60.0
_FURTHER = 40  # requests more than a run that meets no fault; a reading is some six of them
_SERVER = re.compile(r"https?://127\.0\.0\.1:\d+")
Json = dict[str, Any]


class Watch:
    """Plays ``ls -w`` with a fault, and a change of the cluster once it stands."""

    def __init__(self, town: CrashTown, program: Path, folder: Path) -> None:
        self._town, self._program, self._folder = town, program, folder
        self._number = 0
        self.before = self._fresh()
        self._happen("x")
        self.after = self._fresh()
        self._happen(None)
        assert self.after != self.before == self._fresh()

    def __call__(self, at: Asked | None = None, fault: Fault | None = None) -> Done:
        """Plays it to its end, or to the right screen. Raises AssertionError, or TimeoutError without it."""
        self._number += 1
        strike = Strike(at, fault)
        with Between(self._town.cluster, before=strike.before, after=strike.after) as between:
            config = between.kubeconfig(self._folder / "faulty.kubeconfig")
            flags = ("--kubeconfig", str(config), "--request-timeout", REQUEST_TIMEOUT)
            words = ("ls", "-A", "-w", "-o", "json", *flags)
            with Screen(self._program, self._folder / str(self._number), *words) as screen:

                def ready(right: Callable[[], bool]) -> bool:
                    if fault is not None and fault.name != EXPIRED and "error: " in screen.said:
                        strike.lifted.set()
                    return screen.status is not None or (bool(screen.printed) and right())

                wait_until(lambda: ready(lambda: True), _ENOUGH_S, "a screen")
                self._happen("x")
                wait_until(
                    lambda: ready(lambda: _said(screen.document) == self.after),
                    _ENOUGH_S,
                    f"the right screen; it has said {screen.said!r}",
                )
                return done(strike, between, status=screen.status or 0, out=screen.printed, err=screen.said)

    def _happen(self, key: str | None) -> None:
        self._town.annotate("other", KEY, key)

    def _fresh(self) -> Json:
        return _said(document(self._town.cluster, "ls", "-A"))


@pytest.mark.parametrize("part", PARTS)
def test_a_watch_that_meets_a_fault(
    town: CrashTown, program: Path, tmp_path: Path, part: int, tell: Tell
) -> None:
    town.begin(2)
    watch = Watch(town, program, tmp_path)
    whole = watch()
    assert whole.status == 0 and not whole.err, whole.err
    pairs = pairs_of(whole)
    tally = Tally(command="ls -w", possible=len(pairs))

    def play(asked: Asked, fault: Fault) -> str:
        try:
            return _end(watch, whole, watch(asked, fault))
        finally:
            town.put(town.start)

    for pair in dealt(pairs, part) if ALL else drawn(pairs, "ls -w", _DRAWN):
        tally.play(pair, play)
    tell.faults(tally)
    tally.check()


def _end(watch: Watch, whole: Done, ended: Done) -> str:
    """How it went. Raises AssertionError where that is none of the ways that there may be."""
    about = f"exit {ended.status}, {len(ended.asked)} requests\n{ended.err}\n{ended.out[:3000]}"
    assert "Traceback" not in ended.err and "this is a fault" not in ended.err, about
    assert len(ended.asked) <= len(whole.asked) + _FURTHER, about
    screens = [_said(json.loads(line)) for line in ended.out.splitlines()]
    partial = [one for one in screens if one not in (watch.before, watch.after)]
    for one in partial:
        gaps = [gap for gap in one["source"]["notRead"] if gap not in watch.before["source"]["notRead"]]
        assert gaps or _notes(one) - _notes(watch.before), f"a part that looks whole: {about}"
    if ended.status:
        errors = [line for line in ended.err.splitlines() if line.startswith("error: ")]
        assert ended.status == 3 and len(errors) == 1, about
        return "ended with a word" if screens else "refused"
    if not ended.struck:
        return "not met"
    if partial:
        return "said what was missing, then right"
    return "told of it, then right" if ended.err else "right all the same"


def _said(found: Json) -> Json:
    """The answer as if there were one server and no time."""
    said: Json = json.loads(_SERVER.sub("http://server", json.dumps(without_time(found))))
    return said


def _notes(found: Json) -> set[str]:
    return {note["message"] for note in found["notes"]}
