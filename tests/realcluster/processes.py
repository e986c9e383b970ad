"""Child processes that leave nothing behind.

Why it exists: a test run that is interrupted or killed must not leave an etcd or an API server
running. It refuses to look for processes by name: a child is stopped by its own handle only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_PROBE_INTERVAL_S = 0.02
_LOG_TAIL_LINES = 12
# Loaded here, not in preexec_fn: after fork the child should do next to nothing.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class ProcessFailed(Exception):
    """A child ended early or was not ready in time; the text names it and quotes its log."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """What to start. ``environment`` is the child's whole environment; ``log`` is appended to."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path


class Child:
    """A running program, leader of a session and process group of its own.

    Ctrl-C in the terminal does not reach it: the parent stops it. When the parent dies without
    a word (SIGKILL) the Linux kernel kills it; elsewhere that last guard is missing.
    """

    def __init__(self, program: Program, process: subprocess.Popen[bytes]) -> None:
        self.program = program
        self._process = process

    @classmethod
    def start(cls, program: Program, *, outlives_parent: bool = False) -> Child:
        """Start ``program``; its output goes to its log.

        The kernel's guard is bound to the calling thread, not to the process: when that thread
        ends, the child dies. Start clusters from a thread that lives as long as they do.
        """
        guard = None if outlives_parent else _die_with(os.getpid())
        with program.log.open("ab") as log:
            process = subprocess.Popen(
                program.command,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=guard,  # noqa: PLW1509 - it calls two system calls, takes no lock
            )
        return cls(program, process)

    @property
    def pid(self) -> int:
        return self._process.pid

    def check_alive(self) -> None:
        """Raise ProcessFailed where the child has ended."""
        status = self._process.poll()
        if status is not None:
            raise ProcessFailed(f"{self.program.name} ended with status {status}\n{self.log_tail()}")

    def wait_ready(self, probe: Callable[[], bool], timeout_s: float) -> None:
        """Wait until ``probe`` says yes.

        Raises ProcessFailed where the child ends first or ``timeout_s`` (seconds) pass.
        """
        deadline = time.monotonic() + timeout_s
        while not probe():
            self.check_alive()
            if time.monotonic() > deadline:
                raise ProcessFailed(f"{self.program.name} not ready in {timeout_s:g} s\n{self.log_tail()}")
            time.sleep(_PROBE_INTERVAL_S)

    def stop(self, grace_s: float = 5.0) -> None:
        """SIGTERM, and SIGKILL where that took longer than ``grace_s`` seconds. May be repeated."""
        if self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(grace_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def log_tail(self) -> str:
        """The last lines of the log, for an error text."""
        lines = self.program.log.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
        return "\n".join(line[:400] for line in lines)


def wait_until(probe: Callable[[], bool], timeout_s: float, what: str) -> None:
    """Wait until ``probe`` says yes. Raises TimeoutError, naming ``what``, after ``timeout_s`` seconds."""
    deadline = time.monotonic() + timeout_s
    while not probe():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout_s:g} s for {what}")
        time.sleep(_PROBE_INTERVAL_S)


def free_ports(count: int) -> tuple[int, ...]:
    """Ports of 127.0.0.1 that were free a moment ago, all different.

    Another process may take one before it is used: who starts a server on it must be ready
    to try again with others.
    """
    with ExitStack() as held:  # all held until all are known, or one could be handed out twice
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return tuple(int(one.getsockname()[1]) for one in sockets)


def clean_environment() -> dict[str, str]:
    """The caller's environment without what would turn a child to another cluster or a proxy."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KUBE", "METALLB_", "ETCD_")) and not name.lower().endswith("_proxy")
    }


def _die_with(parent_pid: int) -> Callable[[], None] | None:
    if _LIBC is None:
        return None
    prctl = _LIBC.prctl

    def guard() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent_pid:  # the parent died before the guard was set
            os._exit(1)

    return guard
