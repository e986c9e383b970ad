"""The program in a pseudo-terminal of a known size, as a person has it before them."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.command_line.program import COMMAND, LONGEST_S

_ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Terminal:
    """One run of it, with stdin, stdout and stderr at the terminal."""

    def __init__(
        self, words: tuple[str, ...], home: Path, env: Mapping[str, str], columns: int, term: str
    ) -> None:
        self._mine, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.process = subprocess.Popen(
            [*COMMAND, *words],
            stdin=its,
            stdout=its,
            stderr=its,
            cwd=home,
            env={**env, "TERM": term},
            start_new_session=True,
            preexec_fn=_hears_ctrl_c,  # noqa: PLW1509 - one system call, no lock
        )
        os.close(its)
        self.said = ""

    def until(self, seen: Callable[[str], bool]) -> str:
        """Reads until what was said so far is so; returns all of it. Fails where that never comes."""
        end = time.monotonic() + LONGEST_S
        while not seen(self.said):
            assert time.monotonic() < end, self.said
            if select.select([self._mine], [], [], 0.2)[0] and not self._more():
                assert seen(self.said), self.said
        return self.said

    def ended(self) -> str:
        """Reads to its end; returns all that it said, its status is ``process.returncode``."""
        end = time.monotonic() + LONGEST_S
        while time.monotonic() < end:
            if select.select([self._mine], [], [], 0.2)[0] and not self._more():
                break
        self.process.wait(LONGEST_S)
        return self.said

    def close(self) -> None:
        """Ends the process, if it still runs, and the terminal."""
        self.process.kill()
        self.process.wait()
        os.close(self._mine)

    def _more(self) -> bool:
        try:
            data = os.read(self._mine, 65536)
        except OSError:  # Linux says so where nobody has the other end any more
            return False
        self.said += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)


@contextmanager
def terminal(
    words: tuple[str, ...], home: Path, env: Mapping[str, str], columns: int = 80, *, term: str = "xterm"
) -> Iterator[Terminal]:
    """The program at a terminal of so many columns, while the block lasts."""
    one = Terminal(words, home, env, columns, term)
    try:
        yield one
    finally:
        one.close()


def screen(said: str) -> list[str]:
    """The lines that are left on the screen: what was erased is gone, and colour is no text."""
    lines = []
    for line in said.split("\n"):
        left = re.split(r"\r\x1b\[K", line)[-1]
        lines.append(_ESCAPE.sub("", left))
    return lines


def _hears_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
