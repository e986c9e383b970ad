"""A real cluster as the file that ``kubectl get -o yaml`` would give, the same whenever it is made.

Why it exists: the examples that ship are recordings, so that the program can be tried without a
cluster. What chance or the clock decides (uids, cluster IPs, times) is numbered anew; all else is
as the API server gave it, so that a new MetalLB or Kubernetes shows as a small diff.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import yaml

from .api import Json
from .cluster import RealCluster
from .metallb import NAMESPACE

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_NAMESPACES = ("default", "kube-system", NAMESPACE)
_SETUP = datetime(2026, 1, 1, tzinfo=timezone.utc)
_FIRST_VERSION = 1001
_FIRST_HOST = 11  # of 10.96.0.0/16, as the API server would give them one by one
_FIRST_NODE_PORT = 30001
_HOLDERS = re.compile(r"(?<=address also in use by )\S+$")

_HEADER = """\
# A real cluster (Kubernetes {kubernetes}, MetalLB {metallb}) after apply/manifests.yaml, as
# `kubectl get -o yaml` gives it: MetalLB's Deployment and pools, the Services, and MetalLB's events.
# Made by scripts/record-examples; do not edit. uids, resourceVersions, cluster IPs, node ports,
# times and the names of events are numbered anew, and an event that came several times stands once.
"""


def record(cluster: RealCluster, name: str, created: Sequence[Json]) -> Json:
    """The List of what the plugin reads.

    Arguments: a cluster that rests; the recording's name, which makes its uids its own; the
    documents that were applied, in their order: each has its minute of the recording's time.
    """
    minutes = {_place(document): minute for minute, document in enumerate(created, start=1)}
    services = _services(cluster)
    items = [
        *_list(cluster, "apps/v1", f"namespaces/{NAMESPACE}/deployments", "Deployment"),
        *_list(cluster, "metallb.io/v1beta1", f"namespaces/{NAMESPACE}/ipaddresspools", "IPAddressPool"),
        *(
            one
            for one in _list(cluster, "v1", "namespaces", "Namespace")
            if one["metadata"]["name"] in _NAMESPACES
        ),
        *services,
        *_events(cluster, services),
    ]
    versions: dict[tuple[str, ...], str] = {}
    for number, item in enumerate(items):
        place = _place(item)
        versions[place] = str(_FIRST_VERSION + number)
        metadata = item["metadata"]
        metadata["resourceVersion"] = versions[place]
        metadata["uid"] = _uid(name, place)
        about = item.get("involvedObject")
        minute = minutes.get(_place(about) if about else place, 0)
        metadata["creationTimestamp"] = (_SETUP + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")
        if about:
            about["uid"] = _uid(name, _place(about))
            about["resourceVersion"] = versions[_place(about)]
            item["firstTimestamp"] = item["lastTimestamp"] = metadata["creationTimestamp"]
    return {"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}


def recording_text(cluster: RealCluster, document: Json) -> str:
    """The recording as it is kept, with a comment that says what it is."""
    kubernetes = str(cluster.request("GET", "/version")["gitVersion"]).removeprefix("v")
    header = _HEADER.format(kubernetes=kubernetes, metallb=cluster.parts.metallb_version)
    return header + yaml.safe_dump(document, sort_keys=True, allow_unicode=True, width=10_000)


def _list(cluster: RealCluster, version: str, path: str, kind: str) -> Iterator[Json]:
    """Objects as kubectl shows them: with apiVersion and kind, without managedFields."""
    group = "/api" if "/" not in version else "/apis"
    for item in cluster.request("GET", f"{group}/{version}/{path}")["items"]:
        metadata = item["metadata"]
        metadata.pop("managedFields", None)
        annotations = metadata.get("annotations", {})
        annotations.pop(_LAST_APPLIED, None)
        if not annotations:
            metadata.pop("annotations", None)
        yield {"apiVersion": version, "kind": kind, **item}


def _services(cluster: RealCluster) -> list[Json]:
    found = [
        one
        for one in _list(cluster, "v1", "services", "Service")
        if _place(one)[1:] != ("default", "kubernetes")
    ]
    node_port = _FIRST_NODE_PORT
    for host, service in enumerate(found, start=_FIRST_HOST):
        spec = service["spec"]
        spec["clusterIP"] = f"10.96.0.{host}"
        spec["clusterIPs"] = [spec["clusterIP"]]
        holders = [port for port in spec["ports"] if "nodePort" in port]
        for holder, field in [*((port, "nodePort") for port in holders), (spec, "healthCheckNodePort")]:
            if field in holder:
                holder[field] = node_port
                node_port += 1
    return found


def _events(cluster: RealCluster, services: Iterable[Json]) -> Iterator[Json]:
    """MetalLB's events on the Services, each once, in the order in which they first came.

    MetalLB repeats itself by chance (a status write that met a conflict, a pass over all Services),
    and names holders in random order.
    """
    events = sorted(
        _list(cluster, "v1", "events", "Event"),
        key=lambda one: str(one["metadata"]["name"]).rpartition(".")[2],
    )
    for service in services:
        seen = []
        for event in events:
            # The API server writes events on Services too, and names no component.
            component = event.get("source", {}).get("component", "")
            if _place(event["involvedObject"]) != _place(service) or not component.startswith("metallb"):
                continue
            event["message"] = _HOLDERS.sub(
                lambda found: ",".join(sorted(found[0].split(","))), event["message"]
            )
            said = (event["reason"], event["message"])
            if said not in seen:
                seen.append(said)
                metadata = event["metadata"]
                metadata["name"] = f"{service['metadata']['name']}.{len(seen):016x}"
                event["count"] = 1
                yield event


def _place(item: Json) -> tuple[str, str, str]:
    """What tells an object of the cluster, or a reference to it, from all others."""
    metadata: dict[str, Any] = item.get("metadata", item)
    return item["kind"], metadata.get("namespace", ""), metadata["name"]


def _uid(recording: str, place: Iterable[str]) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(("sharedip", recording, *place))))
