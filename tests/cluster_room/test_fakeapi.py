"""The fake itself, where other tests rely on it: no thread and no port outlives the block."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

import pytest

from kubectl_sharedip.cluster.connection import Connection
from kubectl_sharedip.cluster.errors import ClusterError
from tests.fakeapi import FakeApi, Fault

Connect = Callable[..., Connection]


def test_it_ends_with_open_connections_watches_and_slow_answers(to: Connect) -> None:
    before = set(threading.enumerate())
    failures: list[ClusterError] = []

    def wait_for(ask: Callable[[], object]) -> None:
        try:
            ask()
        except ClusterError as error:
            failures.append(error)

    started = time.monotonic()
    with FakeApi() as api:
        connection = to(api)
        connection.request("GET", "/version")  # stays open, idle
        watch = connection.stream("/api/v1/services", {"watch": "true", "resourceVersion": "1000"})
        api.fail("nodes", Fault(delay_s=60), times=2)
        for ask in (partial(next, watch), partial(connection.request, "GET", "/api/v1/nodes")):
            threading.Thread(target=wait_for, args=(ask,)).start()
        while len(api.requests) < 3:
            time.sleep(0.01)
    assert time.monotonic() - started < 5

    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert set(threading.enumerate()) - before == set()
    assert [error.kind for error in failures] == ["unreachable", "unreachable"]


def test_what_a_test_plays_wrong_is_not_swallowed(to: Connect) -> None:
    def metallb(method: str, body: object) -> None:
        raise RuntimeError("played wrong")

    with pytest.raises(RuntimeError, match="played wrong"), FakeApi() as api:
        api.on_write(metallb)
        namespace = {"metadata": {"name": "a"}}
        created = to(api).request("POST", "/api/v1/namespaces", body=namespace)
        assert created["kind"] == "Namespace"
