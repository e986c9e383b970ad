"""A command with -w as a process, and the documents that it prints, as they come."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.command_line.schema import promised
from tests.realcluster.processes import clean_environment

Json = dict[str, Any]

_LONGEST_S = 60.0


class Watched:
    """The command, from the beginning of the block to its end. ``last`` is its answer so far."""

    def __init__(self, program: Path, *words: str) -> None:
        self._command = [str(program), *words, "-w", "-o", "json"]
        self._came: queue.Queue[Json | None] = queue.Queue()
        self.last: Json = {}

    def __enter__(self) -> Watched:
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(),
        )
        self._said: list[str] = []
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._read, self._hear)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join()

    @property
    def said(self) -> str:
        """What stood on stderr so far."""
        return "".join(self._said)

    def until(self, which: Callable[[Json], bool]) -> Json:
        """The answer as it is now, or the first to come that is such a one."""
        while not self.last or not which(self.last):
            try:
                came = self._came.get(timeout=_LONGEST_S)
            except queue.Empty:
                raise AssertionError(f"no such answer came: {self.last}\n{self.said}") from None
            assert came is not None, f"it has ended: {self.said}"
            self.last = promised(came)
        return self.last

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._came.put(json.loads(line))
        self._came.put(None)

    def _hear(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._said.append(line)
