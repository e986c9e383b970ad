"""What is worth knowing of one pool, whichever Service asks: SIP308, 310, 311, 313, 404 and 601.

The checks of ``pools`` and ``announcement`` find the same of a Service; here nobody need be on the pool.
Refuses to find what rests on something that was not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubectl_sharedip.diagnose.catalogue import CATALOGUE
from kubectl_sharedip.diagnose.hands import configurations_invalid
from kubectl_sharedip.diagnose.pools import empty_ranges, nearly_full
from kubectl_sharedip.diagnose.reads import known
from kubectl_sharedip.diagnose.refusals import rejected_pools
from kubectl_sharedip.diagnose.stray_pools import stray_pools_of
from kubectl_sharedip.diagnose.view import found
from kubectl_sharedip.inventory.room import PoolRoom
from kubectl_sharedip.metallb.advertisements import attached
from kubectl_sharedip.metallb.announcement_facts import pool_labels_fact, pools_facts
from kubectl_sharedip.metallb.facts import ranges_fact
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.announcement import Advertisement
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.names import ObjectRef
from kubectl_sharedip.model.proof import Proof
from kubectl_sharedip.model.snapshot import Snapshot

_CONTROLLER = "controller"
#: What the pools show by themselves, whoever is on them.
_OF_POOLS_ALONE = frozenset({"SIP308", "SIP311", "SIP313"})
_ADVERTISEMENTS = ("l2advertisements", "bgpadvertisements")


def pool_findings(snapshot: Snapshot, views: Sequence[State], room: PoolRoom) -> tuple[Finding, ...]:
    """All that is found of the pool, by code."""
    told = [
        one for one in _found(snapshot, views, room) if all(known(snapshot, r) for r in _needed(one.code))
    ]
    return tuple(sorted(told, key=lambda finding: finding.code))


def _needed(code: str) -> Sequence[str]:
    """What has to be read for a finding of this code on a pool; a check of a Service needs Services, too."""
    reads = CATALOGUE[code].reads
    return [one for one in reads if one != "services"] if code in _OF_POOLS_ALONE else reads


def advertisements_for(snapshot: Snapshot, room: PoolRoom) -> tuple[Advertisement, ...] | None:
    """The advertisements that are for the pool, layer 2 first; None where not all could be read."""
    if not all(known(snapshot, resource) for resource in _ADVERTISEMENTS):
        return None
    return attached(_advertisements(snapshot, room), room.resource)


def _advertisements(snapshot: Snapshot, room: PoolRoom) -> tuple[Advertisement, ...]:
    """Those that the pool's MetalLB reads."""
    namespace = room.state.installation.namespace if room.state is not None else room.resource.namespace
    announcing = snapshot.announcing
    every: tuple[Advertisement, ...] = (*announcing.l2_advertisements, *announcing.bgp_advertisements)
    return tuple(one for one in every if not namespace or one.namespace == namespace)


def _found(snapshot: Snapshot, views: Sequence[State], room: PoolRoom) -> Iterator[Finding]:
    state, name = room.state, room.resource.name
    if state is None:
        ref = ObjectRef("IPAddressPool", room.resource.namespace, name)
        strays = stray_pools_of(snapshot, tuple(views))
        yield from (one for one in strays if any(fact.object == ref for fact in one.facts))
        return
    yield from rejected_pools(state)
    for invalid in configurations_invalid(snapshot, state):
        if invalid.values["component"] == _CONTROLLER:
            yield invalid
    if room.pool is None:
        return
    yield from (one for one in nearly_full(state) if one.values["pool"] == name)
    yield from (one for one in empty_ranges(state) if one.values["pool"] == name)
    yield from _not_advertised(snapshot, room, state)


def _not_advertised(snapshot: Snapshot, room: PoolRoom, state: State) -> Iterator[Finding]:
    if attached(_advertisements(snapshot, room), room.resource):
        return
    facts = (
        ranges_fact(room.resource),
        pool_labels_fact(room.resource),
        *(fact for one in _advertisements(snapshot, room) for fact in pools_facts(one)),
    )
    source = "internal/config/config.go setL2AdvertisementsToPools"
    yield found(
        "SIP601",
        {"addresses": "all-of-pool", "pool": room.resource.name},
        facts=facts,
        proof=Proof(rule="pool-is-advertised", source=source, facts=facts),
    )
