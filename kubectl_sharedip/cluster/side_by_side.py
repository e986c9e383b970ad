"""Several tasks that wait for a network at a time, such as requests to an API server that is far away.

It exists because the threads of an executor are waited for at exit: Ctrl-C would hang as long as
the server does. Refuses to know what the tasks do.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

_WORKERS = 6  # the API server counts requests in flight, and each worker costs a TLS handshake


def side_by_side(tasks: Sequence[Callable[[], T]], *, workers: int = _WORKERS) -> list[T]:
    """The results of all tasks in their order, ``workers`` of them at a time.

    The first exception of any task is raised at once; what has not begun then never does, and what
    has is left to itself.
    """
    waiting: queue.SimpleQueue[tuple[int, Callable[[], T]]] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, T] | Exception] = queue.SimpleQueue()
    given_up = threading.Event()
    for numbered in enumerate(tasks):
        waiting.put(numbered)

    def work() -> None:
        while not given_up.is_set():
            try:
                number, task = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((number, task()))
            except Exception as error:  # handed over: it is raised where somebody can catch it
                done.put(error)

    for _ in range(min(workers, len(tasks))):
        threading.Thread(target=work, daemon=True).start()
    results: dict[int, T] = {}
    try:
        while len(results) < len(tasks):
            outcome = done.get()
            if isinstance(outcome, Exception):
                raise outcome
            results[outcome[0]] = outcome[1]
    finally:
        given_up.set()
    return [results[number] for number in range(len(tasks))]
