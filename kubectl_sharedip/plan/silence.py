"""Whether an edit makes the speakers fall silent about an address that stays where it is.

After MetalLB 0.16.1 layer 2 does not announce a Service that carries a sharing key by an advertisement
that selects Services. Only advertisements are looked at: which node announces is another question.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from kubectl_sharedip.metallb.advertisements import attached, for_service, selective
from kubectl_sharedip.metallb.speaker import announced_pool, carries_sharing_key
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.announcement import Advertisement, Announcing
from kubectl_sharedip.model.service import Service

A = TypeVar("A", bound=Advertisement)


def silenced(announcing: Announcing | None, state: State, before: Service, after: Service) -> bool:
    """Whether somebody may announce the Service before and nobody may after; never where it was not read."""
    if announcing is None or not _heard(announcing, state, before):
        return False
    return announced_pool(state.pools, after) is not None and not _heard(announcing, state, after)


def _heard(announcing: Announcing, state: State, service: Service) -> bool:
    placed = announced_pool(state.pools, service)
    if placed is None:
        return False
    pool, version = placed[0].resource, state.version
    bgp = for_service(attached(_own(state, announcing.bgp_advertisements), pool), service, version)
    layer2 = for_service(attached(_own(state, announcing.l2_advertisements), pool), service, version)
    refused = (
        carries_sharing_key(service)
        and version.refuses_selective_sharing
        and bool(selective(layer2, version))
    )
    return bool(bgp) or (bool(layer2) and not refused)


def _own(state: State, advertisements: Iterable[A]) -> tuple[A, ...]:
    namespace = state.installation.namespace
    return tuple(one for one in advertisements if not namespace or one.namespace == namespace)
