"""``ls -w`` as a whole process whose output goes into files, and what its reader has in mind at the end.

The table is printed once and then the rows that changed: who follows them has the rows that these lines come
to. Memory is what the kernel says of the process. Refuses to judge any of it.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.realcluster.processes import clean_environment

Json = dict[str, Any]
Row = tuple[str, ...]

_CELLS = re.compile(r" {3,}")
_PENDING = "<pending>"
_LONGEST_LINES = 2**20  # bytes that surely hold a whole document


class Screen:
    """The program from the beginning of the block to its end."""

    def __init__(self, program: Path, folder: Path, *words: str) -> None:
        self._command = [str(program), *words]
        folder.mkdir()
        self._out, self._err = folder / "out", folder / "err"

    def __enter__(self) -> Screen:
        with self._out.open("w") as out, self._err.open("w") as err:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=clean_environment()
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    @property
    def printed(self) -> str:
        """What stands on stdout, whole lines only."""
        return "".join(line for line in self._out.read_text().splitlines(True) if line.endswith("\n"))

    @property
    def said(self) -> str:
        """What stands on stderr."""
        return self._err.read_text()

    @property
    def document(self) -> Json:
        """The last document of one with ``-o json``. Raises AssertionError before the first."""
        with self._out.open("rb") as file:
            file.seek(max(0, self._out.stat().st_size - _LONGEST_LINES))
            *before, _ = file.read().split(b"\n")
        assert before, self.said
        found: Json = json.loads(before[-1])
        return found

    @property
    def status(self) -> int | None:
        """With what it has ended; None where it goes on."""
        return self._process.poll()

    def memory_mb(self) -> float:
        """What it has in memory now. Raises AssertionError where it has ended."""
        assert self.status is None, f"it has ended: {self.status}\n{self.said}"
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        (kilobytes,) = re.findall(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
        return int(kilobytes) / 1024


def rows(printed: str) -> set[Row]:
    """The rows that a table with ``-o wide`` comes to, with all changes that were printed after it."""
    found: dict[tuple[str, str], Row] = {}
    changes = False
    for line in printed.splitlines():
        word, *cells = _CELLS.split(line)
        if word in ("ADDRESS", "CHANGE"):
            changes = word == "CHANGE"
            continue
        row = tuple(cells) if changes else (word, *cells)
        address, service = row[0], row[2]
        if changes and word == "gone":
            del found[address, service]
            continue
        if changes:
            assert ((address, service) in found) == (word == "changed"), line
        found[address, service] = row
        if address != _PENDING:  # what waited has an address now: that row is not called gone
            found.pop((_PENDING, service), None)
    return set(found.values())


def without_time(document: Json) -> Json:
    """A document but for when it was made."""
    return {**document, "source": {**document["source"], "takenAt": None}}


def median(samples: Iterable[float]) -> float:
    """Of one sample or more."""
    ordered = sorted(samples)
    return ordered[len(ordered) // 2]
