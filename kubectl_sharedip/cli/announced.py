"""The second reading: what tells who answers for the addresses of the Services that are asked for.

It comes after the first, which tells whether they have an address at all and who shares it: a Pending
Service needs none of this. Of the EndpointSlices, which are many, only theirs are read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from kubectl_sharedip.model.raw import RawCluster, RawDocument

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
    raw: RawCluster, asked: Collection[Key], more_of: Callable[[tuple[str, ...]], RawCluster]
) -> RawCluster:
    """The reading, with what tells who announces the Services of ``asked`` and their sharers.

    ``more_of`` reads the resources of ANNOUNCING, of the EndpointSlices only those that belong to
    Services of these names. The result is the same reading where none of ``asked`` shows an address.
    """
    names = _with_sharers(raw, asked)
    if not names:
        return raw
    more = more_of(names)
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
