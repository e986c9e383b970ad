"""SIGTERM as an interruption, for as long as edits are being made, and no interruption of the last words.

A process that is asked to end says first what it has done; whoever asks twice gets no less. It
refuses to touch signals outside the main thread, where Python does not allow it.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Terminated(KeyboardInterrupt):
    """SIGTERM came."""


@contextmanager
def termination_interrupts() -> Iterator[None]:
    """Raises Terminated on SIGTERM inside the block; the handler of before is put back after it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        # None: a handler that was not installed from Python cannot be put back from it.
        signal.signal(signal.SIGTERM, signal.SIG_DFL if before is None else before)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Neither SIGINT nor SIGTERM ends the block: it is for a moment's work that has to be whole."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated
