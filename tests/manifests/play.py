"""Applies a set to a real cluster, and tells what a reader of the API saw before and after each manifest."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TypedDict

from tests.realcluster.api import ApiError
from tests.realcluster.cluster import RealCluster
from tests.worlds.quiet import QUIET_S, LogWatch, NeverQuiet
from tests.worlds.world import MERGE_PATCH, NAMESPACES, Json, path_of, service_key

from .generate import ManifestSet

_APPLY = "application/apply-patch+yaml"
_KINDS = {"Service": "service", "IPAddressPool": "pool"}
#: What the program reads of a cluster, beside what no set has.
_READ = (
    "/api/v1/namespaces",
    "/apis/metallb.io/v1beta1/ipaddresspools",
    "/apis/networking.k8s.io/v1/servicecidrs",
    "/apis/apps/v1/namespaces/metallb-system/deployments",
    "/api/v1/services",
)

Addresses = dict[str, list[str]]


class Played(TypedDict):
    """``live`` are the objects before; ``after`` the addresses of each Service after each manifest."""

    version: str
    seed: int
    live: list[Json]
    manifests: list[Json]
    before: Addresses
    after: list[Addresses]


class Unfit(Exception):
    """The set cannot be used: MetalLB never rests in it, or the API server takes no Service of it."""


class Player:
    """Plays sets on one cluster, one after the other."""

    def __init__(self, cluster: RealCluster, quiet_s: float = QUIET_S) -> None:
        self._cluster = cluster
        self._quiet_s = quiet_s
        for name in NAMESPACES:
            metadata = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            path = f"{path_of('namespace', name)}?fieldManager=manifests"
            cluster.request("PATCH", path, metadata, _APPLY)
        self._watch = LogWatch(cluster)

    def play(self, made: ManifestSet, ask: Callable[[list[Json]], None] | None = None) -> Played:
        """What came of it. A manifest that the API server refuses, or that changes nothing, is left out.

        ``ask`` is called with those that are left before any is applied. Raises Unfit.
        """
        self._cluster.wipe()
        for name in NAMESPACES:
            patch = {"metadata": {"labels": {"team": None}}}
            self._cluster.request("PATCH", path_of("namespace", name), patch, MERGE_PATCH)
        self._watch.forget()
        try:
            self._create(made["live"], owned=made["owned"])
            live, before = self._objects(), self._addresses()
            taken = [manifest for manifest in made["manifests"] if self._would_change(manifest)]
            if not any(manifest["kind"] == "Service" for manifest in taken):
                raise Unfit("no Service is left")
            if ask is not None:
                ask(taken)
            after: list[Addresses] = []
            for manifest in taken:
                self._apply(manifest)
                self._watch.wait(self._quiet_s)
                after.append(self._addresses())
        except NeverQuiet as error:
            raise Unfit("MetalLB never rests") from error
        return {
            "version": made["version"],
            "seed": made["seed"],
            "live": live,
            "manifests": taken,
            "before": before,
            "after": after,
        }

    def _create(self, documents: list[Json], *, owned: bool) -> None:
        last = "IPAddressPool"
        for document in documents:
            kind, metadata = document["kind"], document["metadata"]
            if last != kind:
                self._watch.wait(self._quiet_s)  # the pools are in force before the first Service
            last = kind
            path = path_of(_KINDS[kind], f"{metadata['namespace']}/" if kind == "Service" else "")
            try:
                if owned and kind == "Service":
                    self._apply(document)
                else:
                    self._cluster.request("POST", path, document)
            except ApiError as error:
                _tell(error)
        self._watch.wait(self._quiet_s)

    def _would_change(self, manifest: Json) -> bool:
        """Whether the API server takes it, and has something to change: it is tried without effect."""
        try:
            after = self._apply(manifest, "&dryRun=All")
        except ApiError as error:
            _tell(error)
            return False
        try:
            before = self._cluster.request("GET", _path(manifest))
        except ApiError:
            return True
        return _content(before) != _content(after)

    def _apply(self, manifest: Json, more: str = "") -> Json:
        path = f"{_path(manifest)}?fieldManager=check&force=true{more}"
        return self._cluster.request("PATCH", path, manifest, _APPLY)

    def _objects(self) -> list[Json]:
        found = []
        for path in _READ:
            answer = self._cluster.request("GET", path)
            kind = str(answer["kind"]).removesuffix("List")
            for item in answer["items"]:
                if kind != "Service":
                    item["metadata"].pop("managedFields", None)
                found.append({"apiVersion": answer["apiVersion"], "kind": kind, **item})
        return found

    def _addresses(self) -> Addresses:
        return {
            name: addresses
            for name, addresses in self._cluster.addresses().items()
            if name.partition("/")[0] in NAMESPACES
        }


def _path(manifest: Json) -> str:
    kind = _KINDS[manifest["kind"]]
    return path_of(kind, service_key(manifest) if kind == "service" else manifest["metadata"]["name"])


def _content(body: Json) -> str:
    """All that is not kept by the API server for itself."""
    metadata = {
        key: value
        for key, value in body.get("metadata", {}).items()
        if key not in ("managedFields", "resourceVersion", "generation")
    }
    return json.dumps([metadata, body.get("spec")], sort_keys=True)


def _tell(error: ApiError) -> None:
    if error.status not in (404, 409, 422):
        raise error
    print(str(error)[:160], file=sys.stderr, flush=True)
