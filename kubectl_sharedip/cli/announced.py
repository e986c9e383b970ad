"""The second reading: what tells who answers for the addresses of the Services that are asked for.

It comes after the first, which tells whether they have an address at all and who shares it: a Pending
Service needs none of this. Of the EndpointSlices, which are many, only theirs are read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from kubectl_sharedip.intake.endpoints import SERVICE_LABEL
from kubectl_sharedip.model.raw import RawCluster, RawDocument

if TYPE_CHECKING:
    from kubectl_sharedip.cluster.connection import Connection

ANNOUNCING = (
    "bgpadvertisements",
    "bgppeers",
    "endpointslices",
    "l2advertisements",
    "metallb-pods",
    "nodes",
    "servicebgpstatuses",
    "servicel2statuses",
)

Key = tuple[str, str]  # namespace and name of a Service


def with_announcing(
    raw: RawCluster, connection: Connection, asked: Collection[Key], metallb_namespace: str | None
) -> RawCluster:
    """The reading, with what tells who announces the Services of ``asked`` and their sharers.

    It is the same where none of them shows an address. Raises ClusterError where the server is gone.
    """
    names = _with_sharers(raw, asked)
    return with_endpoints(raw, connection, names, metallb_namespace) if names else raw


def with_endpoints(
    raw: RawCluster, connection: Connection, names: Collection[str], metallb_namespace: str | None
) -> RawCluster:
    """The reading, with what decides who announces, and the EndpointSlices of Services of these names.

    What was asked for before is not asked for again. Raises ClusterError where the server is gone.
    """
    from kubectl_sharedip.cluster.read import read_cluster

    had = raw.read | {gap.resource for gap in raw.not_read}
    wanted = [resource for resource in ANNOUNCING if resource not in had]
    selector = f"{SERVICE_LABEL} in ({','.join(sorted(names))})"
    more = read_cluster(
        connection, wanted, metallb_namespace=metallb_namespace, labels={"endpointslices": selector}
    )
    gaps = {*raw.not_read, *more.not_read}
    return replace(
        raw,
        documents=(*raw.documents, *more.documents),
        read=raw.read | more.read,
        not_read=tuple(sorted(gaps, key=lambda gap: (gap.resource, gap.namespace or "", gap.reason))),
    )


def _with_sharers(raw: RawCluster, asked: Collection[Key]) -> tuple[str, ...]:
    """The names of the Services that are asked for and have an address, and of all that are on it."""
    shown = dict(_shown(raw.documents))
    wanted = {ip for key in asked for ip in shown.get(key, ())}
    return tuple(sorted({name for (_, name), ips in shown.items() if wanted.intersection(ips)}))


def _shown(documents: tuple[RawDocument, ...]) -> Iterator[tuple[Key, set[str]]]:
    for document in documents:
        body = document.body
        if body.get("kind") == "Service":
            balancer = (body.get("status") or {}).get("loadBalancer") or {}
            ips = {str(entry["ip"]) for entry in balancer.get("ingress") or () if entry.get("ip")}
            yield (body["metadata"]["namespace"], body["metadata"]["name"]), ips
