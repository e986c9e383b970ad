"""Whole processes measured: each command in turn, round after round, within one run.

It exists because a machine's mood changes within minutes: only what ran in turn with each other is
compared. Refuses to take a failed command for a quick one.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

_STOPWATCH = Path(__file__).with_name("stopwatch.py")


class Failed(Exception):
    """A command did not do what is measured; the text says which, and in what words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing to be measured. ``pipeline`` are its programs with their arguments.

    ``statuses`` are the exit statuses with which it has answered; ``is_answer`` looks at what it printed.
    """

    name: str
    pipeline: tuple[tuple[str, ...], ...]
    is_answer: Callable[[str], bool]
    statuses: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a command took, once: seconds, seconds of processor time, and its largest process in MB."""

    wall_s: float
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a command took in all rounds."""

    rounds: tuple[Taken, ...] = field(repr=False)

    @property
    def wall_s(self) -> float:
        """The median."""
        return statistics.median(one.wall_s for one in self.rounds)

    @property
    def cpu_s(self) -> float:
        """The median."""
        return statistics.median(one.cpu_s for one in self.rounds)

    @property
    def peak_mb(self) -> float:
        """The median."""
        return statistics.median(one.peak_mb for one in self.rounds)


class Stopwatch:
    """The process that starts the others; ``environment`` is their whole environment.

    What they print lies in ``folder`` until the next one prints.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._output, self._errors = folder / "output", folder / "errors"
        self._environment = dict(environment)
        self._process = subprocess.Popen(
            [sys.executable, "-IS", str(_STOPWATCH)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
        )

    def __enter__(self) -> Stopwatch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def take(self, command: Command) -> Taken:
        """Run the command once. Raises Failed where it does not answer as it should."""
        order = {
            "commands": command.pipeline,
            "environment": self._environment,
            "output": str(self._output),
            "errors": str(self._errors),
        }
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            raise Failed(f"{command.name}: the stopwatch has ended")
        told: dict[str, Any] = json.loads(line)
        processes = told["processes"]
        statuses = [one["status"] for one in processes]
        said = self._output.read_text(encoding="utf-8")
        answered = all(status == 0 for status in statuses[:-1]) and statuses[-1] in command.statuses
        if not answered or not command.is_answer(said):
            errors = self._errors.read_text(encoding="utf-8", errors="replace")
            raise Failed(f"{command.name}: exit {statuses}, {len(said)} characters\n{errors[-2000:]}")
        return Taken(
            wall_s=told["wall_s"],
            cpu_s=sum(one["cpu_s"] for one in processes),
            peak_mb=max(one["peak_kb"] for one in processes) / 1024,
        )


def measured(
    stopwatch: Stopwatch, commands: Sequence[Command], rounds: int, *, warm_up: bool = True
) -> dict[str, Figures]:
    """What each command takes, by its name: all of them in turn, as often as ``rounds`` says.

    A round before that, which is not counted, warms up. Raises Failed.
    """
    taken: dict[str, list[Taken]] = {command.name: [] for command in commands}
    for number in range(-1 if warm_up else 0, rounds):
        for command in commands:
            one = stopwatch.take(command)
            if number >= 0:
                taken[command.name].append(one)
    return {name: Figures(rounds=tuple(them)) for name, them in taken.items()}
