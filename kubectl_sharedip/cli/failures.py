"""What ends a run: one place that knows every exit status, and prints every error.

An error is one or two lines on stderr and never a traceback; ``-v 8`` gives one to whoever looks
for it.
"""

from __future__ import annotations

import sys
from enum import IntEnum


class Exit(IntEnum):
    """The exit statuses of the program."""

    OK = 0
    NO_PLAN = 1
    USAGE = 2
    NO_INPUT = 3
    STOPPED = 4
    INTERRUPTED = 130
    TERMINATED = 143


class InputError(Exception):
    """The input could not be had: what, and what to do about it, each one line."""

    def __init__(self, what: str, todo: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.todo = todo


class Unread(Exception):
    """Nobody reads the answer any more (``| head``)."""


def report(error: Exception) -> None:
    """Prints an error as one or two lines on stderr."""
    from kubectl_sharedip.render.text import visible

    text = f"{error.what}\n{error.todo}" if isinstance(error, InputError) else str(error)
    lines = [line for line in text.splitlines() if line.strip()][:2]
    first, *rest = lines or [type(error).__name__]
    print(f"error: {visible(first)}", file=sys.stderr)
    for line in rest:
        print(f"  {visible(line)}", file=sys.stderr)
