"""The program as a process that a test can stop, signal, or type to."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tests.realcluster.processes import clean_environment

_LONGEST_S = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A process that has ended; negative: by that signal, unheard."""

    status: int
    out: str
    err: str


def _hear_ctrl_c() -> None:
    """Whoever runs the tests in the background has them, and their children, ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Running:
    """One process, off a terminal. It is ended with the block, if it has not ended before."""

    def __init__(self, program: Path, words: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [str(program), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(),
            preexec_fn=_hear_ctrl_c,  # noqa: PLW1509 - one system call, no lock
        )
        self._said = ""

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def kill(self) -> None:
        """SIGKILL; returns once nothing of it runs any more."""
        self._process.kill()
        self._process.wait(_LONGEST_S)

    def signal(self, number: signal.Signals) -> None:
        """As ``kill`` does it, or the terminal for Ctrl-C."""
        self._process.send_signal(number)

    def said_until(self, text: str) -> str:
        """What stands on stderr, once this text does, with the rest of its line."""
        assert self._process.stderr is not None
        end = time.monotonic() + _LONGEST_S
        while text not in self._said and time.monotonic() < end:
            if select.select([self._process.stderr], [], [], 0.5)[0]:
                line = self._process.stderr.readline()
                if not line:
                    break
                self._said += line
        assert text in self._said, self._said
        return self._said

    def ended(self) -> Ended:
        """Waits for its end."""
        try:
            out, err = self._process.communicate(timeout=_LONGEST_S)
            err = self._said + err
        finally:
            self._process.kill()
        return Ended(status=self._process.returncode, out=out, err=err)


class Terminal:
    """A process with stdin and stderr at a terminal, and stdout read apart from it."""

    def __init__(self, program: Path, words: Sequence[str]) -> None:
        self._mine, its = pty.openpty()
        self._process = subprocess.Popen(
            [str(program), *words],
            stdin=its,
            stdout=subprocess.PIPE,
            stderr=its,
            env={**clean_environment(), "TERM": "dumb", "COLUMNS": "80"},
            start_new_session=True,
            preexec_fn=_hear_ctrl_c,  # noqa: PLW1509 - one system call, no lock
        )
        os.close(its)
        assert self._process.stdout is not None
        self._out = self._process.stdout
        self._said = ""
        self._heard = 0

    def asked(self, question: str) -> str:
        """Waits until the question stands at the end; returns what was said since the last one."""
        self._read(lambda: self._said[self._heard :].rstrip().endswith(question))
        said, self._heard = self._said[self._heard :], len(self._said)
        assert said.rstrip().endswith(question), said
        return said

    def type(self, text: str) -> None:
        """As on the keyboard."""
        os.write(self._mine, text.encode())

    def signal(self, number: signal.Signals) -> None:
        """To the process, as the terminal does it."""
        self._process.send_signal(number)

    def ended(self) -> Ended:
        """Waits for its end; ``err`` is all that stood on the terminal."""
        try:
            self._read(lambda: False)
            status = self._process.wait(_LONGEST_S)
            return Ended(status=status, out=self._out.read().decode(), err=self._said)
        finally:
            self._process.kill()
            self._process.wait()
            self._out.close()
            os.close(self._mine)

    def _read(self, enough: object) -> None:
        assert callable(enough)
        end = time.monotonic() + _LONGEST_S
        while not enough() and time.monotonic() < end:
            if not select.select([self._mine], [], [], 0.5)[0]:
                continue
            try:
                data = os.read(self._mine, 65536)
            except OSError:  # how Linux says that the other end of a terminal is gone
                return
            self._said += data.decode().replace("\r\n", "\n")


class Plugin:
    """The plugin with the flags that point it at a cluster and at the journals of one test."""

    def __init__(self, program: Path, kubeconfig: Path, folder: Path) -> None:
        self.program = program
        self.kubeconfig = kubeconfig
        self.folder = folder
        self.journals = folder / "journals"

    def __call__(self, *words: str) -> Ended:
        """One command line to its end, off a terminal, straight to the cluster."""
        return self.start(*words).ended()

    def start(self, *words: str, kubeconfig: Path | None = None) -> Running:
        """The same, still running; ``kubeconfig`` may be that of a proxy."""
        return Running(self.program, self._words(words, kubeconfig))

    def at_terminal(self, *words: str, kubeconfig: Path | None = None) -> Terminal:
        """The same at a terminal, still running."""
        return Terminal(self.program, self._words(words, kubeconfig))

    def _words(self, words: Sequence[str], kubeconfig: Path | None) -> list[str]:
        where = ("-n", "default", "--kubeconfig", str(kubeconfig or self.kubeconfig))
        return [*words, *where, "--journal-dir", str(self.journals)]
