"""What may be changed in a Service, as functions from a Service to a Service.

The operations of an edit are not kept beside it: they are what differs between the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from kubectl_sharedip.inventory.owners import put_back_by
from kubectl_sharedip.metallb.annotations import (
    OLD_PREFIX,
    REQUESTED_ADDRESSES,
    REQUESTED_POOL,
    SHARING_KEY,
    prefixes,
)
from kubectl_sharedip.metallb.meant import READ, parts
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.plan import WOKEN, Edit, Operation
from kubectl_sharedip.model.service import Service

__all__ = [
    "WOKEN",
    "annotated",
    "edit_of",
    "renamed",
    "with_key",
    "with_policy",
    "without_annotations",
    "without_key",
    "woken",
    "writes_as",
]


def with_key(state: State, service: Service, key: str, like: Service | None) -> Service:
    """The Service with this sharing key, under the prefix that it uses, else that of ``like``."""
    return annotated(state, service, SHARING_KEY, key, like)


def without_key(state: State, service: Service) -> Service:
    """The Service without a sharing key, under whatever prefix is read."""
    return without_annotations(service, [prefix + SHARING_KEY for prefix in prefixes(state.version)])


def renamed(service: Service, names: Mapping[str, str]) -> Service:
    """The Service with these annotations under the names that were meant, their values as they are.

    One whose prefix this version does not read yet stays beside the one that it reads: it is no slip.
    """
    annotations = {}
    for key, value in service.annotations.items():
        annotations[names.get(key, key)] = value
        if key in names and (parts(key) or ("", ""))[1] in READ:
            annotations[key] = value
    return replace(service, annotations=MappingProxyType(annotations))


def writes_as(state: State, service: Service, other: Service | None) -> Service | None:
    """Whose way of writing annotations to follow: its own, where it has one as it stands."""
    return service if _used_prefix(state, service) is not None else other


def with_policy(service: Service, policy: str) -> Service:
    """The Service with this externalTrafficPolicy; Cluster needs no healthCheckNodePort."""
    return replace(service, external_traffic_policy=policy)


def woken(service: Service) -> Service:
    """The Service with the one annotation flipped that means nothing, so that MetalLB looks again."""
    value = "2" if service.annotations.get(WOKEN) == "1" else "1"
    return replace(service, annotations=MappingProxyType({**service.annotations, WOKEN: value}))


def edit_of(before: Service, after: Service) -> Edit | None:
    """What turns one into the other, or None where nothing has to be done."""
    operations = tuple(_operations(before, after))
    if not operations:
        return None
    owners = sorted(put_back_by(before), key=lambda one: not one.certain)
    wakes_only = all(operation.path[-1] == WOKEN for operation in operations)
    return Edit(
        service=before.name,
        resource_version=before.resource_version,
        owner=str(owners[0].owner) if owners else None,
        operations=operations,
        wakes_only=wakes_only,
    )


def _operations(before: Service, after: Service) -> list[Operation]:
    found = []
    for key in sorted({*before.annotations, *after.annotations}):
        was, value = before.annotations.get(key), after.annotations.get(key)
        if was != value:
            found.append(Operation(path=("metadata", "annotations", key), value=value, was=was))
    if before.load_balancer_ip != after.load_balancer_ip:
        found.append(
            Operation(
                path=("spec", "loadBalancerIP"),
                value=after.load_balancer_ip or None,
                was=before.load_balancer_ip or None,
            )
        )
    if before.external_traffic_policy != after.external_traffic_policy:
        found.append(
            Operation(
                path=("spec", "externalTrafficPolicy"),
                value=after.external_traffic_policy,
                was=before.external_traffic_policy,
            )
        )
    return found


def annotated(state: State, service: Service, name: str, value: str, like: Service | None) -> Service:
    """The Service with this annotation of MetalLB: the one in force, never a new one beside an old one.

    Where it has none of them it is written as ``like`` writes.
    """
    read = prefixes(state.version)
    present = [prefix + name for prefix in read if prefix + name in service.annotations]
    key = present[0] if present else _prefix_for(state, service, like) + name
    return replace(service, annotations=MappingProxyType({**service.annotations, key: value}))


def _prefix_for(state: State, service: Service, like: Service | None) -> str:
    """The prefix that the Service uses, else that of the other, else the newest that is read.

    Where the version is an assumption, the old prefix is the one that every version reads.
    """
    for model in (service, like):
        used = _used_prefix(state, model) if model is not None else None
        if used is not None:
            return used
    return prefixes(state.version)[0] if state.installation.exact else OLD_PREFIX


def _used_prefix(state: State, service: Service) -> str | None:
    read = prefixes(state.version)
    return next((p for p in read if any(_set_by_people(k, p) for k in service.annotations)), None)


def _set_by_people(key: str, prefix: str) -> bool:
    # MetalLB writes ip-allocated-from-pool itself, so that one tells nothing of a habit.
    return key in {prefix + name for name in (SHARING_KEY, REQUESTED_ADDRESSES, REQUESTED_POOL)}


def without_annotations(service: Service, names: Iterable[str]) -> Service:
    """The Service without these annotations."""
    dropped = frozenset(names)
    kept = {key: value for key, value in service.annotations.items() if key not in dropped}
    return replace(service, annotations=MappingProxyType(kept))
