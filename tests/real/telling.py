"""What a test counted: printed at once, and kept with the test's report, from which a run is summed up.

A test that is cut into parts has its figures in several processes; a report goes from each to the one that
ends the run (and into ``--junitxml``), so that the sums of all stand once in its last lines.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.real.drawing import Tally

FAULTS, TOLD = "faults", "told"
_SUITES = {"faults": "test_faults_", "crashes": "test_doing_killed", "soak": "test_soak"}


class Tell:
    """Tells what one test has to say in figures."""

    def __init__(
        self, capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]
    ) -> None:
        self._capsys, self._record = capsys, record_property

    def __call__(self, text: str) -> None:
        """A line about the test, without its end."""
        self._record(TOLD, text)
        self._print(text)

    def faults(self, tally: Tally) -> None:
        """How the combinations of a part ended."""
        played = json.dumps(
            {
                "command": tally.command,
                "seed": tally.seed,
                "possible": tally.possible,
                "ends": dict(tally.ends),
            }
        )
        self._record(FAULTS, played)
        for line in sums([played]):
            self._print(line)

    def _print(self, line: str) -> None:
        with self._capsys.disabled():
            print(f"\n  {line}", flush=True)


def totals(reporter: pytest.TerminalReporter) -> list[str]:
    """A line for each command that met faults in this run, and one for all of them."""
    return list(sums(_recorded(reporter, FAULTS)))


def told(reporter: pytest.TerminalReporter) -> list[str]:
    """What was told in processes beside this one, where it could not be printed at once."""
    beside = reporter.config.getoption("numprocesses", None)
    return _recorded(reporter, TOLD) if beside else []


def _recorded(reporter: pytest.TerminalReporter, what: str) -> list[str]:
    reports = [one for key in ("passed", "failed") for one in reporter.stats.get(key, ())]
    properties = [pair for report in reports for pair in getattr(report, "user_properties", ())]
    return [value for name, value in properties if name == what]


def seconds(reporter: pytest.TerminalReporter) -> Iterator[str]:
    """How many tests of faults, crashes and the soak this run had, and how long each took in all."""
    reports = [one for key in ("", "passed", "failed") for one in reporter.stats.get(key, ())]
    for name, files in _SUITES.items():
        of_suite = [one for one in reports if Path(one.location[0]).name.startswith(files)]
        if of_suite:
            tests = len({one.nodeid for one in of_suite})
            yield f"{name}: {tests} tests in {sum(one.duration for one in of_suite):.0f} s"


def sums(records: Iterable[str]) -> Iterator[str]:
    """The same of what ``faults`` recorded."""
    ends: defaultdict[str, Counter[str]] = defaultdict(Counter)
    possible: Counter[str] = Counter()
    seeds: dict[str, str] = {}
    for played in map(json.loads, records):
        command = played["command"]
        ends[command] += Counter(played["ends"])
        possible[command] = max(possible[command], played["possible"])
        seeds[command] = "" if played.get("seed") is None else f", seed {played['seed']}"
    for command in sorted(ends):
        yield _line(f"{command}{seeds[command]}", possible[command], ends[command])
    if len(ends) > 1:
        yield _line("all commands", possible.total(), sum(ends.values(), Counter()))


def _line(about: str, possible: int, ends: Counter[str]) -> str:
    figures = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
    return f"{about}: {ends.total()} of {possible} combinations of request and fault: {figures}"
