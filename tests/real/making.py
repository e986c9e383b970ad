"""Makes the cluster of a cause, and tells what MetalLB said in the last step."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Sequence
from urllib.parse import urlsplit

from tests.real.causes import Said
from tests.real.steps import Apply, Controller, Delete, Patch, Step, Store
from tests.realcluster.api import Json
from tests.realcluster.cluster import RealCluster
from tests.worlds.quiet import QUIET_S, LogWatch
from tests.worlds.world import MERGE_PATCH, path_of

_KINDS = {"Service": "service", "IPAddressPool": "pool", "Namespace": "namespace"}
_COMPONENT = "metallb-controller"
_BESIDE = "deprecatedAnnotation"  # it says nothing of addresses
_HOLDERS = "address also in use by "


class Making:
    """One cluster, from empty to the last step. ``rests`` is false where MetalLB never comes to rest."""

    def __init__(self, cluster: RealCluster, service: str, *, rests: bool) -> None:
        self._cluster = cluster
        self._namespace, _, self._name = service.partition("/")
        self._rests = rests
        self.runs = True  # the controller does
        self._watch = LogWatch(cluster)
        self._heard: dict[str, int] = {}

    def play(self, steps: Sequence[Step]) -> None:
        """All steps, each settled before the next. Raises ApiError, TimeoutError or NeverQuiet."""
        for step in steps:
            self._heard = {event["metadata"]["uid"]: event["count"] for event in self._own_events()}
            self._do(step)

    def said(self) -> tuple[Said, ...]:
        """What MetalLB wrote about the addresses of the Service in the last step, the newest last.

        An event that it repeats (a status write that met a conflict, a pass over all) stands once.
        """
        new = [
            event
            for event in self._own_events()
            if event["count"] > self._heard.get(event["metadata"]["uid"], 0)
        ]
        said = (
            Said(reason=event["reason"], type=event["type"], text=holders_sorted(event["message"]))
            for event in new
        )
        newest_first = dict.fromkeys(reversed(tuple(said)))
        return tuple(reversed(tuple(newest_first)))

    def _own_events(self) -> list[Json]:
        return [
            event
            for event in self._cluster.events(self._namespace, self._name)
            if event["source"].get("component") == _COMPONENT and event["reason"] != _BESIDE
        ]

    def _do(self, step: Step) -> None:
        request = self._cluster.request
        if isinstance(step, Apply):
            self._apply(step.documents)
            return
        if isinstance(step, Controller):
            self.runs = step.runs
            if step.runs:
                self._cluster.restart_controller()
                self._watch.forget()
            else:
                self._cluster.stop_controller()
        elif isinstance(step, Store):
            _store(self._cluster, step.document)
        elif isinstance(step, Patch):
            path = path_of(step.kind, step.name) + ("/status" if step.status else "")
            request("PATCH", path, step.body, MERGE_PATCH)
        else:
            assert isinstance(step, Delete)
            request("DELETE", path_of(step.kind, step.name))
        self._settle()

    def _apply(self, documents: Sequence[Json]) -> None:
        kinds = [_KINDS[document["kind"]] for document in documents]
        for kind, following, document in zip(kinds, [*kinds[1:], "service"], documents, strict=True):
            metadata = document["metadata"]
            if kind == "namespace":  # it outlives a wipe
                path = f"{path_of(kind, metadata['name'])}?fieldManager=causes&force=true"
                self._cluster.request("PATCH", path, document, "application/apply-patch+yaml")
            else:
                path = path_of(kind, f"{metadata['namespace']}/" if kind == "service" else "")
                self._cluster.request("POST", path, document)
            if following == "service":  # pools and namespaces may come together
                self._settle()

    def _settle(self) -> None:
        if self.runs and self._rests:
            self._watch.wait(QUIET_S)


def holders_sorted(message: str) -> str:
    """The text with its holders in order."""
    start, found, holders = message.partition(_HOLDERS)
    return start + found + ",".join(sorted(holders.split(",")))


def _store(cluster: RealCluster, document: Json) -> None:
    """Write a Service to etcd, where an older API server could have left it."""
    (apiserver,) = (child for child in cluster.children if child.program.name == "kube-apiserver")
    flag = "--etcd-servers="
    (address,) = (word.removeprefix(flag) for word in apiserver.program.command if word.startswith(flag))
    metadata = document["metadata"]
    key = f"/registry/services/specs/{metadata['namespace']}/{metadata['name']}"
    body = {"key": _base64(key), "value": _base64(json.dumps(document))}
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    try:
        connection.request("POST", "/v3/kv/put", json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
    finally:
        connection.close()


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
