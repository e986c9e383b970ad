"""Whose turn concerns nobody: who may share with all whom it can meet, or can meet nobody."""

from __future__ import annotations

from kubectl_sharedip.metallb.orderless import orderless
from tests.metallb_rules.worlds import Document, pool, service, state


def concern_nobody(*services: Document) -> set[str]:
    there = state(pool("p", "10.0.0.0/24"), *services)
    return {name.name for name in orderless(there, list(there.services))}


def test_who_may_share_with_all_concerns_none_of_them() -> None:
    found = concern_nobody(
        service("a", key="k", ports=["TCP/1"]),
        service("b", key="k", ports=["TCP/2"]),
        service("clashes-with-b", key="k", ports=["TCP/2"]),
    )
    assert found == {"a"}


def test_who_asks_for_another_address_is_not_met() -> None:
    found = concern_nobody(
        service("one", ip="10.0.0.1"), service("two", ip="10.0.0.2"), service("also-two", ip="10.0.0.2")
    )
    assert found == {"one"}


def test_who_asks_for_none_may_meet_anybody() -> None:
    assert concern_nobody(service("one", ip="10.0.0.1"), service("any")) == set()
    alone = concern_nobody(service("one", ip="10.0.0.1", key="k"), service("any", key="k", ports=["TCP/81"]))
    assert alone == {"one", "any"}


def test_who_shows_an_address_may_meet_anybody_whatever_it_asks_for() -> None:
    shows = service("shows", ip="10.0.0.1", status=["10.0.0.2"])
    assert concern_nobody(shows, service("two", ip="10.0.0.2")) == set()


def test_a_request_that_cannot_be_read_says_nothing_of_where_it_goes() -> None:
    unreadable = service("unreadable", ip="10.0.0.1,")
    assert concern_nobody(unreadable, service("two", ip="10.0.0.2")) == set()
