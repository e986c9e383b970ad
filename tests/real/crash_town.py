"""A real cluster in which ``fix`` has one to four edits to make, put back by hand between runs.

``home`` has 192.168.1.205, without a key but where one edit is to do. ``one``, ``two`` and ``three``
ask for that address, each in its own form, and wait. ``other`` and ``far`` have addresses, ``stuck``
waits for one that no pool has, ``plain`` is no LoadBalancer: all of them are nobody's business.
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubectl_sharedip.apply.journal import read_journal
from kubectl_sharedip.apply.journal_record import JournalRecord
from kubectl_sharedip.apply.patches import bears
from tests.realcluster.cluster import RealCluster
from tests.realcluster.processes import wait_until

Json = dict[str, Any]

KEY = "metallb.io/allow-shared-ip"
ADDRESSES = "metallb.io/loadBalancerIPs"
SHARED = "192.168.1.205"
_NOWHERE = "203.0.113.1"
MERGE_PATCH = "application/merge-patch+json"
_METALLBS = ("metallb.io/ip-allocated-from-pool", "sharedip/woken")
_SERVICES = "/api/v1/services"
_OF_DEFAULT = "/api/v1/namespaces/default/services"
_POOLS = "/apis/metallb.io/v1beta1/ipaddresspools"
_POOLS_OF_METALLB = "/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools"
_EDITABLE = ("externalTrafficPolicy", "healthCheckNodePort", "loadBalancerIP")
_IN_ORDER = ("home", "one", "two", "three", "other", "far")
_RESTS_WITHIN_S = 15.0
_QUIET_S = 0.3  # the addresses are there: what may come is MetalLB's word about the pool


@dataclass(frozen=True, kw_only=True, slots=True)
class Fix:
    """What is asked for, and the Services that it edits, in that order."""

    words: tuple[str, ...]
    edited: tuple[str, ...]


FIXES: Mapping[int, Fix] = {
    1: Fix(words=("one",), edited=("one",)),
    2: Fix(words=("one", "--allow", "others"), edited=("home", "one")),
    3: Fix(words=("one", "two", "--allow", "others"), edited=("home", "one", "two")),
    4: Fix(words=("one", "two", "three", "--allow", "others,policy"), edited=("home", "one", "two", "three")),
}


def service(name: str, port: int, *, namespace: str = "default", key: str = "", **spec: Any) -> Json:
    """A LoadBalancer Service as a person writes it; ``key`` is its sharing key."""
    annotations = {KEY: key} if key else {}
    annotations |= spec.pop("annotations", {})
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": namespace, "name": name, "annotations": annotations},
        "spec": {
            "type": "LoadBalancer",
            "selector": {"app": name},
            "ports": [{"name": "p", "port": port, "protocol": "TCP"}],
            **spec,
        },
    }


def pool(*ranges: str) -> Json:
    """The one pool."""
    return {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "IPAddressPool",
        "metadata": {"namespace": "metallb-system", "name": "lab"},
        "spec": {"addresses": list(ranges)},
    }


class CrashTown:
    """The town, made once and put back between runs: ``start`` is how it is for the plan of ``begin``."""

    def __init__(self, cluster: RealCluster) -> None:
        self.cluster = cluster
        self.fix = FIXES[2]
        plain = service("plain", 8)
        plain["spec"]["type"] = "ClusterIP"
        cluster.request("POST", _POOLS_OF_METALLB, pool("192.168.1.200-192.168.1.210"))
        cluster.settle()
        self._create(
            plain,
            service("home", 1, loadBalancerIP=SHARED),
            service("far", 6, key="far", annotations={ADDRESSES: "192.168.1.209"}),
            service("other", 5),
        )
        cluster.settle()
        self._create(
            service("stuck", 7, loadBalancerIP=_NOWHERE),
            service("one", 2, loadBalancerIP=SHARED),
            service("two", 3, annotations={ADDRESSES: SHARED}),
            service("three", 4, loadBalancerIP=SHARED, externalTrafficPolicy="Local"),
        )
        cluster.settle()
        self._first = self.start = self.state()
        held = {name: item["addresses"] for name, item in self.start.items() if item["addresses"]}
        assert held == {
            "default/home": [SHARED],
            "default/other": ["192.168.1.200"],
            "default/far": ["192.168.1.209"],
        }

    def begin(self, edits: int) -> None:
        """Has the town be as it is for a plan of so many edits, whatever was done to it before."""
        self.fix = FIXES[edits]
        if self._addresses("home") != [SHARED]:  # somebody who joined it has stayed there alone
            for name in ("three", "two", "one"):
                asks = {"metadata": {"annotations": {ADDRESSES: None}}, "spec": {"loadBalancerIP": _NOWHERE}}
                self.patch(name, asks)
            wait_until(lambda: self._addresses("home") == [SHARED], _RESTS_WITHIN_S, "home to be back")
        self.start = {**self._first}
        if edits == 1:
            home = copy.deepcopy(self._first["default/home"])
            home["metadata"]["annotations"][KEY] = "k"
            self.start["default/home"] = home
        if self.state() != self.start:
            self.put(self.start)
            self.cluster.settle(quiet_s=_QUIET_S)

    def state(self) -> dict[str, Json]:
        """All Services and pools: what people write in them, and the addresses that MetalLB gave."""
        found = {}
        for path in (_SERVICES, _POOLS):
            for item in self.cluster.request("GET", path)["items"]:
                metadata = {
                    name: value
                    for name, value in item["metadata"].items()
                    if name not in ("resourceVersion", "managedFields", "generation")
                }
                annotations = metadata.get("annotations") or {}
                metadata["annotations"] = {n: v for n, v in annotations.items() if n not in _METALLBS}
                ingress = item.get("status", {}).get("loadBalancer", {}).get("ingress", [])
                addresses = [entry["ip"] for entry in ingress]
                name = f"{metadata['namespace']}/{metadata['name']}"
                found[name] = {"metadata": metadata, "spec": item["spec"], "addresses": addresses}
        return found

    def versions(self) -> dict[str, str]:
        """What changes with every write of a Service, whoever makes it."""
        items = self.cluster.request("GET", _SERVICES)["items"]
        return {item["metadata"]["name"]: item["metadata"]["resourceVersion"] for item in items}

    def written(self, name: str) -> Json:
        """The Service as it is, with all that the server keeps of it."""
        return self.cluster.request("GET", f"{_OF_DEFAULT}/{name}")

    def annotations(self, name: str) -> Json:
        """What people have annotated it with."""
        found: Json = self.state()[f"default/{name}"]["metadata"]["annotations"]
        return found

    def put(self, wanted: Mapping[str, Json]) -> None:
        """Has every Service be as in ``wanted``, by hand, and waits until all of it is so."""
        now = self.state()
        # Whoever joins goes first where keys are taken away, and last where they are given.
        keyed = [name for name in _IN_ORDER if KEY in wanted[f"default/{name}"]["metadata"]["annotations"]]
        keyless = [name for name in reversed(_IN_ORDER) if name not in keyed]
        for name in (*keyless, *keyed):
            was, found = wanted[f"default/{name}"], now[f"default/{name}"]
            if was == found:
                continue
            keys = {*was["metadata"]["annotations"], *found["metadata"]["annotations"]}
            annotations = {key: was["metadata"]["annotations"].get(key) for key in sorted(keys)}
            spec = {field: was["spec"].get(field) for field in _EDITABLE}
            self.patch(name, {"metadata": {"annotations": annotations}, "spec": spec})
            # Edited all at once, home may be looked at before those who joined it have left: it then loses
            # its address to one of them.
            wait_until(
                functools.partial(self._has, name, was["addresses"]),
                _RESTS_WITHIN_S,
                f"{name} to be where it was",
            )
        wait_until(lambda: self.state() == wanted, _RESTS_WITHIN_S, "MetalLB to follow what was put back")

    def patch(self, name: str, body: Json) -> None:
        """As a person or an operator edits a Service."""
        self.cluster.request("PATCH", f"{_OF_DEFAULT}/{name}", body, MERGE_PATCH)

    def annotate(self, name: str, key: str, value: str | None) -> None:
        """As ``kubectl annotate --overwrite`` does it; None takes it away."""
        self.patch(name, {"metadata": {"annotations": {key: value}}})

    def _has(self, name: str, addresses: list[str]) -> bool:
        return self._addresses(name) == addresses

    def _addresses(self, name: str) -> list[str]:
        found: list[str] = self.state()[f"default/{name}"]["addresses"]
        return found

    def _create(self, *documents: Json) -> None:
        for document in documents:
            self.cluster.request("POST", _OF_DEFAULT, document)


def records(journals: Path) -> list[JournalRecord]:
    """What each journal holds, the oldest first. Raises JournalError where one is not whole."""
    found = [read_journal(path) for path in journals.glob("*.json")]
    return sorted(found, key=lambda record: record.at)


def check_how_far(town: CrashTown, record: JournalRecord) -> None:
    """The journal says no more than is so: what it calls made is there, what it calls planned is not."""
    for edit, step in zip(record.edits, record.progress, strict=True):
        there = bears(town.written(edit.service.name), edit)
        assert step.state in ("planned", "sent", "done"), step
        assert there or step.state != "done", (edit, step)
        assert not there or step.state != "planned", (edit, step)


def parsed(path: Path) -> Json:
    """A journal as any program would read it."""
    document: Json = json.loads(path.read_text())
    return document
