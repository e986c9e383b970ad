"""Watching Services: nothing is lost, nothing is hidden, and it ends in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kubectl_sharedip.cluster.connection import Connection, ConnectionRequest, connect
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.watch import WatchExpired, watch_services
from tests.fakeapi import FakeApi, Fault, Json

Connect = Callable[..., Connection]
Seen = list[tuple[str, str]]


def service(name: str, kind: str = "LoadBalancer", **spec: Any) -> Json:
    metadata = {"namespace": "shop", "name": name, "managedFields": [{"manager": "x", "fieldsV1": {}}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"type": kind, **spec}}


def version(api: FakeApi) -> str:
    return str(api.store.version)


@contextmanager
def later(*steps: Callable[[], object], every_s: float = 0.1) -> Iterator[None]:
    """The steps one after the other, in a thread, while the block runs."""

    def run() -> None:
        for step in steps:
            time.sleep(every_s)
            step()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    thread.join()


def seen(events: Iterator[tuple[str, Json]], count: int | None = None) -> Seen:
    """The first so many events, or all until the end, as type and name."""
    found: Seen = []
    for kind, body in events:
        assert body["metadata"]["managedFields"] == [{"manager": "x"}]
        found.append((kind, body["metadata"]["name"]))
        if len(found) == count:
            break
    return found


@pytest.mark.parametrize("knows_service_type", [True, False])
def test_changes_come_as_they_happen(to: Connect, knows_service_type: bool) -> None:
    with FakeApi([service("old")], knows_service_type=knows_service_type) as api:
        start = version(api)
        steps = [
            lambda: api.put(service("web")),
            lambda: api.put(service("internal", "ClusterIP")),
            lambda: api.put(service("web", externalTrafficPolicy="Local")),
            lambda: api.put(service("old", "ClusterIP")),
            lambda: api.delete("services", "shop", "web"),
        ]
        with later(*steps, every_s=0.05):
            found = seen(watch_services(to(api), start, 10), 4)

    assert found == [("ADDED", "web"), ("MODIFIED", "web"), ("DELETED", "old"), ("DELETED", "web")]


def test_what_happened_before_the_watch_is_not_lost(to: Connect) -> None:
    with FakeApi([service("a")]) as api:
        start = version(api)
        api.put(service("b"))
        assert seen(watch_services(to(api), start, 5), 1) == [("ADDED", "b")]
        assert seen(watch_services(to(api), "", 5), 2) == [("ADDED", "a"), ("ADDED", "b")]


def test_it_ends_at_the_deadline(to: Connect) -> None:
    with FakeApi() as api:
        started = time.monotonic()
        assert seen(watch_services(to(api), version(api), 0.4)) == []
        assert 0.3 < time.monotonic() - started < 2
    assert api.requests[0].query["timeoutSeconds"] == "1"


def test_a_busy_watch_ends_at_the_deadline_too(to: Connect) -> None:
    with FakeApi() as api:
        steps = [lambda n=n: api.put(service("web", n=n)) for n in range(20)]
        with later(*steps, every_s=0.1):
            started = time.monotonic()
            found = seen(watch_services(to(api), version(api), 0.5))
            assert time.monotonic() - started < 1.6
    assert 1 < len(found) < 15


def test_a_broken_watch_goes_on_where_it_was(to: Connect) -> None:
    with FakeApi() as api:
        steps = [
            lambda: api.put(service("one")),
            api.drop_watches,
            lambda: api.put(service("two")),
            api.drop_watches,
            lambda: api.put(service("three")),
        ]
        with later(*steps):
            found = seen(watch_services(to(api), version(api), 10), 3)

    assert found == [("ADDED", "one"), ("ADDED", "two"), ("ADDED", "three")]
    assert len(api.asked("/services")) >= 3


def test_bookmarks_keep_the_place(to: Connect) -> None:
    with FakeApi() as api:
        start = version(api)
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "busy"}}
        # Nothing happens to Services, and the past up to the bookmark is then forgotten.
        steps = [lambda: api.put(namespace), api.expire, api.drop_watches, lambda: api.put(service("web"))]
        with later(*steps, every_s=0.2):
            found = seen(watch_services(to(api), start, 10), 1)

    assert found == [("ADDED", "web")]
    assert int(api.requests[-1].query["resourceVersion"]) > int(start)
    assert api.requests[0].query["allowWatchBookmarks"] == "true"


def test_lost_events_are_said_to_be_lost(to: Connect) -> None:
    with FakeApi([service("a")]) as api:
        start = version(api)
        api.expire()
        with pytest.raises(WatchExpired):
            seen(watch_services(to(api), start, 5))
        api.fail("services", Fault(status=410, body=b'{"message": "gone", "reason": "Expired"}'))
        with pytest.raises(WatchExpired) as caught:
            seen(watch_services(to(api), version(api), 5))

    assert isinstance(caught.value, ClusterError)
    assert (caught.value.status, caught.value.kind) == (410, "server")


def test_rights_that_are_missing_are_said_at_once(to: Connect) -> None:
    with FakeApi(forbidden=[("services", None)]) as api:
        started = time.monotonic()
        with pytest.raises(ClusterError) as caught:
            seen(watch_services(to(api), "1", 5))
    assert caught.value.kind == "forbidden"
    assert time.monotonic() - started < 2


def test_a_server_that_comes_back_is_waited_for(to: Connect) -> None:
    away = Fault(status=503, body=b'{"message": "starting"}')
    with FakeApi() as api:
        start = version(api)
        api.fail("services", away, times=2)
        api.fail("services", Fault(drop=True))
        api.put(service("web"))
        assert seen(watch_services(to(api), start, 10), 1) == [("ADDED", "web")]


def test_a_server_that_is_away_at_the_deadline_is_an_error() -> None:
    started = time.monotonic()
    with pytest.raises(ClusterError) as caught:
        seen(watch_services(connect(ConnectionRequest(server="http://127.0.0.1:1")), "1", 0.5))
    assert caught.value.kind == "unreachable"
    assert time.monotonic() - started < 2
