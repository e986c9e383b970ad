"""``ls -w`` and ``why -w`` on the real thing, whatever becomes of the connection.

Connections end in the middle of an event, are reset, and find nobody; a server that began later answers
410 Gone to a watch and to a page of a list. Each time the answer comes to what is asked for without any
of it, and nothing is asked while nothing happens.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.real.asking import document
from tests.real.between import Between, Passing
from tests.real.relay import Relay
from tests.real.running import Running
from tests.real.second_server import SecondServer, compact
from tests.real.watched import Watched
from tests.realcluster.api import ApiError
from tests.realcluster.cluster import RealCluster

Json = dict[str, Any]
_ENOUGH_S = 60.0
_STILL_S = 1.0
_POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lab, namespace: metallb-system}
spec: {addresses: [192.0.2.10-192.0.2.29]}
"""
_OUTSIDE = "198.51.100.7"  # in no pool: whoever asks for it stays Pending


def _service(name: str, wanted: str = "") -> str:
    return (
        f"---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: default}}\n"
        f"spec: {{type: LoadBalancer, loadBalancerIP: '{wanted}', ports: [{{port: 80}}]}}\n"
    )


def _listed(answer: Json) -> dict[str, list[str]]:
    services = [one for item in answer["items"] for one in item["services"]]
    return {one["name"]: one["addresses"] for one in (*services, *answer["pending"])}


def _told(answer: Json) -> set[str]:
    return {item["name"] for item in answer["items"]}


def _is(asked: Watched, *names: str) -> None:
    asked.until(lambda answer: _told(answer) == set(names))


def test_connections_that_end_in_the_middle(cluster: RealCluster, program: Path, tmp_path: Path) -> None:
    cluster.apply(_POOL + _service("first"))
    cluster.settle()
    with Relay(cluster) as relay:
        flags = ("-A", "--kubeconfig", str(relay.kubeconfig(tmp_path / "config")))
        with Watched(program, "ls", *flags) as listed, Watched(program, "why", *flags) as asked:
            listed.until(lambda answer: _listed(answer) == {"first": ["192.0.2.10"]})
            _is(asked)
            relay.wait_still(_STILL_S, _ENOUGH_S)

            # In the middle of an event, which is longer than that with all that TLS adds to it.
            assert relay.cut(within_bytes=700) >= 5
            cluster.apply(_service("second") + _service("stuck", _OUTSIDE))
            listed.until(lambda answer: _listed(answer).get("second") == ["192.0.2.11"])
            _is(asked, "stuck")
            relay.wait_still(_STILL_S, _ENOUGH_S)

            # Without a word, and with nobody there while things happen.
            relay.shut()
            cluster.kubectl("delete", "svc", "first", "stuck")
            cluster.apply(_service("third") + _service("late", _OUTSIDE))
            cluster.settle()
            relay.open()
            listed.until(lambda answer: {"third", "late"} <= set(_listed(answer)))
            _is(asked, "late")
            relay.wait_still(_STILL_S, _ENOUGH_S)

            # Reset, and something happens before anybody has come back.
            assert relay.cut(reset=True) >= 5
            cluster.kubectl("delete", "svc", "late")
            listed.until(lambda answer: "late" not in _listed(answer))
            _is(asked)

            quiet = relay.wait_still(_STILL_S, _ENOUGH_S)
            assert relay.wait_still(2 * _STILL_S, _ENOUGH_S) == quiet
            assert _listed(listed.last) == _listed(document(cluster, "ls", "-A"))
            assert set(_listed(listed.last)) == {"second", "third"}
            assert "Traceback" not in listed.said + asked.said


def test_a_server_that_has_forgotten(cluster: RealCluster, program: Path, tmp_path: Path) -> None:
    """410 to watches that go on from before it began, and to the second page of a list."""
    cluster.apply(_POOL + _service("first") + _service("second"))
    cluster.settle()
    second_page, goes_on = threading.Event(), threading.Event()

    def hold(passing: Passing) -> None:
        if "continue=" in passing.path and not goes_on.is_set():
            second_page.set()
            assert goes_on.wait(_ENOUGH_S)

    with Relay(cluster) as relay, Between(cluster, before=hold) as between:
        between.server = relay.server
        flags = ("-A", "--kubeconfig", str(between.kubeconfig(tmp_path / "config")))
        with (
            Watched(program, "ls", *flags) as listed,
            Watched(program, "why", *flags) as asked,
            Running(program, ["ls", *flags, "-o", "json", "--chunk-size", "1"]) as paged,
        ):
            listed.until(lambda answer: set(_listed(answer)) == {"first", "second"})
            _is(asked)
            assert second_page.wait(_ENOUGH_S)
            relay.wait_still(_STILL_S, _ENOUGH_S)

            relay.shut()
            cluster.kubectl("delete", "svc", "first")
            cluster.apply(_service("third") + _service("stuck", _OUTSIDE))
            cluster.settle()
            compact(cluster)
            with SecondServer(cluster, tmp_path) as second:
                before = len(between.seen)
                relay.open(second.url)
                goes_on.set()
                listed.until(lambda answer: set(_listed(answer)) == {"second", "third", "stuck"})
                _is(asked, "stuck")
                ended = paged.ended()
                relay.wait_still(_STILL_S, _ENOUGH_S)

                # What is watched anew brings what happens from now on.
                cluster.kubectl("delete", "svc", "stuck")
                listed.until(lambda answer: "stuck" not in _listed(answer))
                _is(asked)

                # The first of its kind: one that begins anew comes after a first that was refused.
                asked_since = [one.path for one in between.seen[before:] if one.watches]
                firsts = {urlsplit(path).path: path for path in reversed(asked_since)}
                resumed = sorted(firsts.values())[:2]
                pages = [one.path for one in between.seen if "continue=" in one.path]
                assert len(pages) == 1
                assert [_status(second, path) for path in (*resumed, *pages)] == [410, 410, 410]
    assert ended.status == 0, ended.err
    assert set(_listed(json.loads(ended.out))) == {"second", "third", "stuck"}
    assert "Traceback" not in listed.said + asked.said


def _status(server: SecondServer, path: str) -> int:
    """With what the server answers to this now: a watch says it in its first event."""
    if "watch=" not in path:
        with pytest.raises(ApiError) as caught:
            server.api.request("GET", path)
        return caught.value.status
    _, answer = server.api.exchange("GET", path)
    (event,) = map(json.loads, answer.splitlines())
    assert event["type"] == "ERROR"
    return int(event["object"]["code"])
