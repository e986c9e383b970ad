"""Whether anything changed: nothing passes unseen, and what cannot be watched is said."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from kubectl_sharedip.cluster.changes import Changes
from kubectl_sharedip.cluster.connection import Connection
from kubectl_sharedip.cluster.errors import ClusterError
from tests.fakeapi import FakeApi, Fault, Json

Connect = Callable[..., Connection]
WATCHED = ("services", "ipaddresspools", "events")
LONGEST_S = 20.0


def service(name: str, kind: str = "LoadBalancer") -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": "shop", "name": name},
        "spec": {"type": kind},
    }


def pool(name: str) -> Json:
    metadata = {"namespace": "metallb-system", "name": name}
    return {"apiVersion": "metallb.io/v1beta1", "kind": "IPAddressPool", "metadata": metadata}


def waited(changes: Changes, longest_s: float = LONGEST_S) -> float:
    """How long it took until something had changed."""
    begun = time.monotonic()
    changes.wait(longest_s, gather_s=0)
    return time.monotonic() - begun


@pytest.mark.parametrize("body", [service("a"), pool("lab")])
def test_a_change_is_seen_also_one_from_before_it_was_asked_for(to: Connect, body: Json) -> None:
    with FakeApi([service("old")]) as api:
        changes = Changes(to(api), WATCHED)
        api.put(body)

        assert not changes.unwatched
        assert waited(changes) < LONGEST_S


def test_what_is_no_news_is_not_waited_for_longer_than_asked(to: Connect) -> None:
    with FakeApi([service("old")]) as api:
        changes = Changes(to(api), WATCHED)
        api.put(service("internal", "ClusterIP"))

        assert 0.3 <= waited(changes, 0.3) < LONGEST_S


def test_what_may_no_longer_be_watched_makes_it_incomplete(to: Connect) -> None:
    with FakeApi([service("old")]) as api:
        changes = Changes(to(api), WATCHED)
        assert not changes.unwatched

        api.forbidden = {("events", None), ("events", "*")}
        begun = time.monotonic()
        # One that was just about to begin is not dropped yet; those that go on are news meanwhile.
        while not changes.unwatched:
            api.drop_watches()
            changes.wait(0.2, gather_s=0)
            assert time.monotonic() - begun < LONGEST_S
        assert changes.unwatched == {"events"}


def test_a_server_that_goes_away_counts_as_a_change(to: Connect) -> None:
    with FakeApi([service("old")]) as api:
        changes = Changes(to(api), ("services",))
        assert not changes.wait(0.2, gather_s=0)
    assert waited(changes) < LONGEST_S


def test_what_may_not_even_be_read_changes_no_answer(to: Connect) -> None:
    with FakeApi([service("old")]) as api:
        api.forbidden = {("events", None), ("events", "*")}
        changes = Changes(to(api), WATCHED)

        assert not changes.unwatched
        api.put(service("new"))
        assert waited(changes) < LONGEST_S


def test_where_rights_end_at_a_namespace_that_is_watched(to: Connect) -> None:
    """Nobody has to look again every so often for a change that could be seen."""
    with FakeApi([service("old")]) as api:
        api.forbidden = {("services", None), ("ipaddresspools", None)}
        changes = Changes(to(api, namespace="shop"), WATCHED)

        assert not changes.unwatched
        assert changes.narrow == {"services", "ipaddresspools"}
        api.put(service("new"))
        assert waited(changes) < LONGEST_S
        api.put(pool("lab"))
        assert waited(changes) < LONGEST_S
    watched = {r.path for r in api.requests if r.query.get("watch") == "true"}
    assert "/api/v1/namespaces/shop/services" in watched


@pytest.mark.parametrize("status", [403, 404])
def test_what_was_refused_when_it_began_may_pass_unseen(to: Connect, status: int) -> None:
    with FakeApi([service("old")]) as api:
        api.fail("services", Fault(status=status, body=b"no"))

        assert Changes(to(api), WATCHED).narrow == {"services"}


def test_a_server_in_trouble_at_the_beginning_is_an_error(to: Connect) -> None:
    with FakeApi() as api:
        api.fail("services", Fault(status=500, body=b"no"), times=9)

        with pytest.raises(ClusterError):
            Changes(to(api), WATCHED)
