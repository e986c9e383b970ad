"""The next page is on its way while one is read, and nothing else comes of that."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from kubectl_sharedip.cluster.ahead import next_place
from kubectl_sharedip.cluster.connection import Connection
from kubectl_sharedip.cluster.lists import list_resource
from kubectl_sharedip.cluster.resources import RESOURCES
from tests.fakeapi import FakeApi, Json

PLACE = "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MX0"


def page(*parts: str) -> bytes:
    """A list with these parts in this order."""
    item = {"metadata": {"name": "a", "continue": "of an item"}, "spec": {"items": []}}
    known: Mapping[str, Any] = {
        "kind": "ServiceList",
        "metadata": {"resourceVersion": "1", "continue": PLACE},
        "items": [item] * 100,
    }
    return json.dumps({part: known[part] for part in parts}, separators=(",", ":")).encode()


def test_the_head_tells_where_the_next_page_begins() -> None:
    assert next_place(page("kind", "metadata", "items")) == PLACE
    assert next_place(page("metadata", "kind", "items")) == PLACE
    spaced = json.dumps({"metadata": {"continue": PLACE}, "items": []}, indent=1)
    assert next_place(spaced.encode()) == PLACE


@pytest.mark.parametrize(
    "data",
    [
        page("kind", "items", "metadata"),  # as lists of custom resources are
        b'{"kind":"ServiceList","metadata":{"resourceVersion":"1"},"items":[]}',
        b'{"metadata":{"continue":"","remainingItemCount":null},"items":[]}',
        b'{"metadata":{"continue":7},"items":[]}',
        b'{"metadata":[],"items":[]}',
        b'{"metadata":{"continue":"cut off',
        b'{"metadata":{"note":"' + b"x" * 5000 + b'","continue":"far"},"items":[]}',
        pytest.param(b'{"metadata":' + b"[" * 4000, id="deep"),
        b"\xff<html>",
        b"",
    ],
)
def test_a_head_that_does_not_tell_is_left_alone(data: bytes) -> None:
    assert next_place(data) == ""


def test_the_next_page_is_asked_for_before_this_one_is_read(
    to: Callable[..., Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    services = [_service(f"s{number}") for number in range(5)]
    asked_before: list[int] = []
    with FakeApi(services) as api:
        connection = to(api, chunk_size=2)
        fetch, decode, fetches = connection.fetched, connection.decoded, list[object]()

        def fetched(path: str, query: Mapping[str, str | int] | None = None) -> bytes:
            fetches.append(query)
            return fetch(path, query)

        def decoded(data: bytes) -> Json:
            asked_before.append(_within_ten_seconds(lambda: len(fetches), min(len(asked_before) + 2, 3)))
            return decode(data)

        monkeypatch.setattr(connection, "fetched", fetched)
        monkeypatch.setattr(connection, "decoded", decoded)
        found = list_resource(connection, RESOURCES["services"])

    assert [one["metadata"]["name"] for one in found] == ["s0", "s1", "s2", "s3", "s4"]
    assert asked_before == [2, 3, 3]  # three pages, none of them asked for twice
    assert len(fetches) == 3


def _service(name: str) -> Json:
    metadata = {"name": name, "namespace": "shop"}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"type": "LoadBalancer"}}


def _within_ten_seconds(count: Callable[[], int], wanted: int) -> int:
    end = time.monotonic() + 10.0
    while count() < wanted and time.monotonic() < end:
        time.sleep(0.001)
    return count()
