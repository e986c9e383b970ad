"""What is wrong with the cluster whoever asks: MetalLB itself, its configuration and its pools.

It exists because a pool that is nearly full is one finding, and not one for each Service in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_sharedip.diagnose.handling import controller_down
from kubectl_sharedip.diagnose.hands import configurations_invalid
from kubectl_sharedip.diagnose.pools import empty_ranges, nearly_full
from kubectl_sharedip.diagnose.reads import known
from kubectl_sharedip.diagnose.refusals import rejected_pools
from kubectl_sharedip.diagnose.stray_pools import stray_pools_of
from kubectl_sharedip.diagnose.view import found
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.names import ObjectRef
from kubectl_sharedip.model.snapshot import Snapshot

#: Said of the pool or of MetalLB once; of a Service only where they keep it from an address.
SAID_OF_THE_CLUSTER = frozenset({"SIP310", "SIP311", "SIP313", "SIP403", "SIP404"})

Told = tuple[ObjectRef, Finding]


def cluster_wide(snapshot: Snapshot, views: tuple[State, ...]) -> tuple[Told, ...]:
    """Each finding with the object that it is told of, in the order of their codes and objects."""
    told = [*_of_metallb(snapshot, views)]
    if known(snapshot, "ipaddresspools"):
        told.extend(_of_pools(snapshot, views))
    return tuple(sorted(told, key=lambda one: (one[1].code, one[0])))


def _of_metallb(snapshot: Snapshot, views: tuple[State, ...]) -> Iterator[Told]:
    if not views:
        yield ObjectRef("Deployment", "metallb-system", "controller"), found("SIP402", {}, cause=True)
    for state in views:
        down = controller_down(state.installation)
        if down is not None:
            yield down.facts[0].object, down
        for finding in configurations_invalid(snapshot, state):
            yield finding.facts[0].object, finding


def _of_pools(snapshot: Snapshot, views: tuple[State, ...]) -> Iterator[Told]:
    for state in views:
        for finding in (*rejected_pools(state), *nearly_full(state), *empty_ranges(state)):
            yield finding.facts[0].object, finding
    for finding in stray_pools_of(snapshot, views):
        yield finding.facts[0].object, finding
