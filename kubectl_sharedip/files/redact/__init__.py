"""A snapshot in which nothing says whose it is, and everything is found that was found before.

Names, keys, labels and addresses are renamed, the same one always alike; docs/snapshot.md says what of them
stays. Refuses to decide what is found: whether the findings are the same is a test's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from kubectl_sharedip.files.redact.fields import renamed
from kubectl_sharedip.files.redact.renaming import Renaming
from kubectl_sharedip.files.snapshot import items_of
from kubectl_sharedip.model.address import parse_address
from kubectl_sharedip.model.raw import Origin, RawCluster, RawDocument

_WITHOUT_NAMESPACE = frozenset({"Node", "Namespace", "ServiceCIDR"})
_OF_USERS = frozenset({"Service", "EndpointSlice", "Event", "Pod", "DaemonSet", "Deployment"})


def redacted(raw: RawCluster, *, metallb_namespace: str) -> RawCluster:
    """The same cluster under other names.

    ``metallb_namespace`` is that of MetalLB's objects which name none. What is left out of a snapshot is
    left out here already. Where the cluster is, and how one gets there, is gone.
    """
    bodies = [_placed(body, metallb_namespace) for body in items_of(raw)]
    elections = raw.elections or _elections(bodies)
    names = Renaming()
    known = -1
    while known != names.size:  # what a text means may depend on a name that comes later
        known = names.size
        _all_renamed(names, raw, bodies, elections)
    names.freeze()
    return _all_renamed(names, raw, bodies, elections)


def _all_renamed(
    names: Renaming,
    raw: RawCluster,
    bodies: Sequence[Mapping[str, Any]],
    elections: Mapping[str, Sequence[str]],
) -> RawCluster:
    return replace(
        raw,
        documents=tuple(RawDocument(body=renamed(names, body), origin=Origin()) for body in bodies),
        not_read=tuple(
            replace(gap, namespace=names.namespace(gap.namespace) if gap.namespace else None)
            for gap in raw.not_read
        ),
        context=None,
        server=None,
        files=tuple("redacted" for _ in raw.files[:1]),
        uid=None,
        elections={
            names.address(address): tuple(names.name("node", node) for node in nodes)
            for address, nodes in elections.items()
        },
        applied=None if raw.applied is None else _applied(names, raw.applied),
    )


def _applied(
    names: Renaming, applied: Mapping[tuple[str, str], frozenset[tuple[str, ...]]]
) -> dict[tuple[str, str], frozenset[tuple[str, ...]]]:
    """Of the fields that an apply has set only the keys of labels are anybody's."""
    return {
        (names.namespace(namespace), names.name("svc", name)): frozenset(
            (*path[:2], names.label_key(path[2])) if path[:2] == ("metadata", "labels") else path
            for path in fields
        )
        for (namespace, name), fields in applied.items()
    }


def _placed(body: Mapping[str, Any], metallb_namespace: str) -> dict[str, Any]:
    """The object with the namespace that it is in where it names none, so that it is renamed with it."""
    found, kind = dict(body), body["kind"]
    metadata = body.get("metadata")
    if kind not in _WITHOUT_NAMESPACE and isinstance(metadata, dict) and not metadata.get("namespace"):
        default = "default" if kind in _OF_USERS else metallb_namespace
        found["metadata"] = {**metadata, "namespace": default}
    for name in ("involvedObject", "regarding"):
        about = body.get(name)
        if isinstance(about, dict) and about and not about.get("namespace"):
            found[name] = {**about, "namespace": "default"}
    return found


def _elections(bodies: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """For each first address of a Service the nodes in the order in which they would answer for it.

    The order is by a hash of node and address, which no other names would have: so it is written down.
    Source: speaker/layer2_controller.go sortL2Candidates.
    """
    metadata = [body.get("metadata") for body in bodies if body["kind"] == "Node"]
    nodes = sorted(str(one["name"]) for one in metadata if isinstance(one, dict) and "name" in one)
    addresses = sorted({address for body in bodies if (address := _first_address(body)) is not None})
    if not nodes:
        return {}
    return {
        address: tuple(sorted(nodes, key=lambda node: sha256(f"{node}#{address}".encode()).digest()))
        for address in addresses
    }


def _first_address(body: Mapping[str, Any]) -> str | None:
    status = body.get("status") if body["kind"] == "Service" else None
    balancer = status.get("loadBalancer") if isinstance(status, dict) else None
    entries = balancer.get("ingress") if isinstance(balancer, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        ip = entry.get("ip") if isinstance(entry, dict) else None
        address = parse_address(ip) if isinstance(ip, str) else None
        if address is not None:
            return str(address)
    return None
