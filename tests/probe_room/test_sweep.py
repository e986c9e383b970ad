"""All at once, and never more at a time than was said."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack

import pytest

from kubectl_sharedip.model.probing import Target
from kubectl_sharedip.probe.sweep import longest_s, sweep
from tests.probe_room.listeners import closed, listening
from tests.probe_room.test_dial import LONG_S, target


class Waiting:
    """Answers HTTP only once ``together`` wait for it, and counts the most that ever waited."""

    def __init__(self, together: int) -> None:
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()
        self._barrier = threading.Barrier(together)

    def __call__(self, connection: socket.socket) -> None:
        connection.recv(4096)
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self._barrier.wait(LONG_S)
        with self._lock:
            self._now -= 1
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")


@pytest.mark.parametrize(("parallel", "count"), [(1, 3), (4, 12), (32, 32)])
def test_so_many_are_tried_at_a_time_and_no_more(parallel: int, count: int) -> None:
    waiting = Waiting(parallel)
    with listening(waiting) as port:
        attempts = sweep([target(port, "http")] * count, parallel=parallel, timeout_s=LONG_S)

    assert [attempt.result for attempt in attempts] == ["ok"] * count
    assert waiting.most == parallel


def test_results_come_in_the_order_of_the_targets() -> None:
    with ExitStack() as stack:
        ports = [stack.enter_context(closed() if odd % 2 else listening()) for odd in range(9)]
        targets = [target(port) for port in ports]
        attempts = sweep(targets, parallel=4, timeout_s=LONG_S)

    assert [attempt.target for attempt in attempts] == targets
    assert [attempt.result for attempt in attempts] == ["ok", "refused"] * 4 + ["ok"]


def test_nothing_to_try_is_nothing_tried() -> None:
    assert sweep([], parallel=4, timeout_s=LONG_S) == ()


@pytest.mark.parametrize(
    ("targets", "parallel", "most_s"),
    [
        ([target(1)] * 4, 4, 2.0),
        ([target(1)] * 5, 4, 4.0),
        ([target(1), target(2, "https")], 4, 4.0),
        ([target(1, "none")] * 9, 1, 0.0),
        ([], 4, 0.0),
    ],
)
def test_the_longest_time_is_foretold(targets: list[Target], parallel: int, most_s: float) -> None:
    assert longest_s(targets, parallel=parallel, timeout_s=2.0) == most_s
