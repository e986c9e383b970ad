"""What a test counted: printed at once, and kept with the test's report, from which a run is summed up.

A test that is cut into parts has its figures in several processes; a report goes from each to the one that
ends the run (and into ``--junitxml``), so that the sums of all stand once in its last lines.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

import pytest

from tests.real.drawing import ALL, SEED, Tally

_FAULTS, TOLD = "faults", "told"


class Tell:
    """Tells what one test has to say in figures."""

    def __init__(
        self, capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]
    ) -> None:
        self._capsys, self._record = capsys, record_property

    def __call__(self, text: str) -> None:
        """A line about the test, without its end."""
        self._record(TOLD, text)
        with self._capsys.disabled():
            print(f"\n  {text}", flush=True)

    def faults(self, tally: Tally) -> None:
        """How the combinations of a part ended."""
        played = {"command": tally.command, "possible": tally.possible, "ends": dict(tally.ends)}
        self._record(_FAULTS, json.dumps(played))
        with self._capsys.disabled():
            print(f"\n  {_line(tally.command, tally.possible, tally.ends)}", flush=True)


def totals(reporter: pytest.TerminalReporter) -> Iterator[str]:
    """A line for each command that met faults in this run, and one for all of them."""
    ends: defaultdict[str, Counter[str]] = defaultdict(Counter)
    possible: Counter[str] = Counter()
    reports = (one for key in ("passed", "failed") for one in reporter.stats.get(key, ()))
    for name, value in (pair for report in reports for pair in getattr(report, "user_properties", ())):
        if name == _FAULTS:
            played = json.loads(value)
            ends[played["command"]] += Counter(played["ends"])
            possible[played["command"]] = max(possible[played["command"]], played["possible"])
    for command in sorted(ends):
        yield _line(command, possible[command], ends[command])
    if ends:
        yield _line("all commands", possible.total(), sum(ends.values(), Counter()))


def _line(command: str, possible: int, ends: Counter[str]) -> str:
    figures = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
    seed = "" if ALL else f", seed {SEED}"
    return f"{command}{seed}: {ends.total()} of {possible} combinations of request and fault: {figures}"
