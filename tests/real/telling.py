"""What a test counted: printed at once, and kept with the test's report, from which a run is summed up.

A test that is cut into parts has its figures in several processes; a report goes from each to the one that
ends the run (and into ``--junitxml``), so that the sums of all stand once in its last lines.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

import pytest

from tests.real.drawing import Tally

FAULTS, TOLD = "faults", "told"


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
    reports = [one for key in ("passed", "failed") for one in reporter.stats.get(key, ())]
    properties = [pair for report in reports for pair in getattr(report, "user_properties", ())]
    return list(sums(value for name, value in properties if name == FAULTS))


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
