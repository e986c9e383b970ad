"""The second reading: what tells who answers for the addresses of the Services that are asked for.

It comes after the first, which tells whether they have an address at all and who shares it: a Pending
Service needs none of this. Of the EndpointSlices, which are many, only theirs are read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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

_MOST_SELECTED = 100
Key = tuple[str, str]  # namespace and name of a Service
#: Reads more than the first reading: of the EndpointSlices those of Services of these names, and of these
#: resources whatever there is.
MoreOf = Callable[[Collection[str], Sequence[str]], RawCluster]


def with_announcing(raw: RawCluster, asked: Collection[Key], more_of: MoreOf) -> RawCluster:
    """The reading, with what tells who announces the Services of ``asked`` and their sharers.

    It is the same where none of them shows an address.
    """
    names = _with_sharers(raw, asked)
    return with_endpoints(raw, names, more_of) if names else raw


def with_endpoints(raw: RawCluster, names: Collection[str], more_of: MoreOf) -> RawCluster:
    """The reading, with what decides who announces, and the EndpointSlices of Services of these names.

    What was asked for before is not asked for again.
    """
    had = raw.read | {gap.resource for gap in raw.not_read}
    more = more_of(names, [resource for resource in ANNOUNCING if resource not in had])
    gaps = {*raw.not_read, *more.not_read}
    return replace(
        raw,
        documents=(*raw.documents, *more.documents),
        read=raw.read | more.read,
        not_read=tuple(sorted(gaps, key=lambda gap: (gap.resource, gap.namespace or "", gap.reason))),
    )


def of_cluster(connection: Connection, metallb_namespace: str | None) -> MoreOf:
    """Reads them of a live cluster. What it gives raises ClusterError where the server is gone."""

    def more_of(names: Collection[str], resources: Sequence[str]) -> RawCluster:
        from kubectl_sharedip.cluster.read import read_cluster

        return read_cluster(
            connection, resources, metallb_namespace=metallb_namespace, labels=slices_of(names)
        )

    return more_of


def slices_of(names: Collection[str]) -> Mapping[str, str]:
    """The label selector of the EndpointSlices of Services of these names, by resource.

    None for many: it is part of the address that is asked for, and that has its limits.
    """
    if len(names) > _MOST_SELECTED:
        return {}
    return {"endpointslices": f"{SERVICE_LABEL} in ({','.join(sorted(names))})"}


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
