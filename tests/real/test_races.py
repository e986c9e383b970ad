"""Ten ``fix`` and ``undo`` at once on one cluster, while somebody else edits the same Services.

Nobody's edit is overwritten, each process ends with a clear word, and what a plan had begun is done, taken
back, or can be. SHAREDIP_RACES_SEED runs an earlier draw again; who comes first is chance all the same.
"""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.real.crash_town import CrashTown, records
from tests.real.running import Ended, Plugin

_SEED = int(os.environ.get("SHAREDIP_RACES_SEED") or random.SystemRandom().randrange(10**6))
_RUNS, _AT_ONCE = 10, 4
_EDITED = ("home", "one", "two", "three", "other")
_NOTE = "example.com/counted"
_WORDS = (
    ("fix", "one", "--allow", "others"),
    ("fix", "two", "--allow", "others"),
    ("fix", "one", "two", "--allow", "others"),
    ("fix", "one", "two", "three", "--allow", "others,policy"),
    ("undo",),
    ("undo",),
)


class Somebody:
    """Counts in an annotation of each Service, as an operator writes what it has seen."""

    def __init__(self, town: CrashTown, draw: random.Random) -> None:
        self.counts: Counter[str] = Counter()
        self._town, self._draw = town, draw
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._edit, daemon=True)

    def __enter__(self) -> Somebody:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join()

    def _edit(self) -> None:
        while not self._enough.wait(self._draw.uniform(0.05, 0.4)):
            name = self._draw.choice(_EDITED)
            self._town.annotate(name, _NOTE, str(self.counts[name] + 1))
            self.counts[name] += 1


def test_ten_at_once_and_somebody_who_edits(
    town: CrashTown, plugin: Plugin, capsys: pytest.CaptureFixture[str]
) -> None:
    town.begin(2)
    draw = random.Random(_SEED)
    runs = [draw.choice(_WORDS) for _ in range(_RUNS)]
    with Somebody(town, draw) as somebody, ThreadPoolExecutor(_AT_ONCE) as pool:
        ended = list(pool.map(lambda words: plugin(*words, "--yes", "--timeout", "15s"), runs))

    for words, one in zip(runs, ended, strict=True):
        _check_word(words, one)
    for name in _EDITED:
        assert town.annotations(name).get(_NOTE, "0") == str(somebody.counts[name]), name
    states = Counter(record.state for record in records(plugin.journals))
    assert set(states) <= {"done", "undone", "partly"}
    _take_back(town, plugin)
    with capsys.disabled():
        ends = ", ".join(
            f"{count} times {status}" for status, count in sorted(Counter(o.status for o in ended).items())
        )
        print(
            f"\n  {_RUNS} runs, {_AT_ONCE} at once, seed {_SEED}: exit {ends}; plans {dict(states)};"
            f" {sum(somebody.counts.values())} edits of somebody else, none lost"
        )


def _check_word(words: tuple[str, ...], one: Ended) -> None:
    about = f"{words}: exit {one.status}\n{one.out}\n{one.err}"
    assert one.status in (0, 1, 3, 4), about
    assert "Traceback" not in one.err and "this is a fault" not in one.err, about
    assert one.err.strip() or one.out.strip(), about
    if one.status == 4:
        assert "Stopped" in one.err or "not" in one.err, about
        if "Edits made: none; not made: " in one.err:  # there is nothing to take back
            assert "To plan again from what is there now:" in one.err or "To finish it:" in one.err, about
            assert "The way back:" not in one.err, about
        else:
            assert "The way back:" in one.err or "To take it back:" in one.err, about


def _take_back(town: CrashTown, plugin: Plugin) -> None:
    """Every plan that is in force or half done, the last one first; then all annotations are as they were."""
    for name in _EDITED:
        town.annotate(name, _NOTE, None)
    for record in reversed(records(plugin.journals)):
        if record.undoes is None and record.state != "undone" and record.touched:
            done = plugin("undo", record.id, "--yes", "--timeout", "15s")
            assert done.status in (0, 3), f"{record.id} {record.state}\n{done.out}\n{done.err}"
    town.cluster.settle()
    keys = {name: town.annotations(name) for name in _EDITED}
    first = {name: town.start[f"default/{name}"]["metadata"]["annotations"] for name in _EDITED}
    assert keys == first
