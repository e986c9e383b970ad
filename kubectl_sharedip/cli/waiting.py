"""A line on the terminal for who waits longer than a second, gone when the answer comes.

It exists because a far cluster and a large one look the same as one that hangs. It refuses to write where
nobody looks: stderr has to be a terminal. What runs under it must not ask a question there.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kubectl_sharedip.render.text import cell_width, visible

_FIRST_S = 1.0
_AGAIN_S = 1.0
_ERASED = "\r\x1b[K"


@contextmanager
def waiting(text: str) -> Iterator[None]:
    """Shows the text with the seconds so far while the block runs; within another such block, nothing."""
    if _Line.there or not sys.stderr.isatty():
        yield
        return
    line = _Line(text)
    try:
        yield
    finally:
        line.end()


class _Line:
    """The line, written by a thread of its own: the block may be waiting for a server."""

    there = False  # a terminal has one last line

    def __init__(self, text: str) -> None:
        _Line.there = True
        self._text = visible(text)
        self._begun = time.monotonic()
        self._over = threading.Event()
        self._shown = False
        self._can_erase = os.environ.get("TERM", "dumb") != "dumb"
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Takes the line away; nothing is written after it."""
        self._over.set()
        self._thread.join()
        if self._shown and self._can_erase:
            _write(_ERASED)
        _Line.there = False

    def _run(self) -> None:
        if self._over.wait(_FIRST_S):
            return
        self._shown = True
        if not self._can_erase:
            _write(f"{self._text} ...\n")
            return
        while True:
            _write(_ERASED + self._fitting(f" ... {time.monotonic() - self._begun:.0f} s"))
            if self._over.wait(_AGAIN_S):
                return

    def _fitting(self, ending: str) -> str:
        """Within one line of the terminal: what goes on below could not be taken away."""
        room = shutil.get_terminal_size().columns - 1
        text = self._text
        while text and cell_width(text + ending) > room:
            text = text[:-1]
        return text + ending


def _write(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:  # the terminal is gone: whoever writes to it next says so
        pass
