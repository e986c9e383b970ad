"""A refusal of MetalLB's as the finding that it is: one function a kind of refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from kubectl_sharedip.diagnose.room import no_room_finding, pool_full_finding
from kubectl_sharedip.diagnose.view import found
from kubectl_sharedip.metallb.facts import ranges_fact
from kubectl_sharedip.metallb.families import IPFamily, family_of_service
from kubectl_sharedip.metallb.refusals import (
    AddressAvoided,
    AddressUnreadable,
    BothRequests,
    DualStackImpossible,
    FamilyMismatch,
    InNoPool,
    InTwoPools,
    NoClusterIP,
    NoRoom,
    OutsideRequestedPool,
    PoolFull,
    PoolNotForService,
    PoolsRejected,
    PoolUnknown,
    Refusal,
    TooManyAddresses,
)
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.finding import Finding, Value
from kubectl_sharedip.model.service import Service


def refusal_finding(service: Service, refusal: Refusal) -> Finding:
    """The finding that stands for this refusal.

    A held address (NotShareable) is not one finding but one a rule: see ``sharing``.
    """
    return _FINDERS[type(refusal)](service, refusal)


def _simple(code: str, refusal: Refusal, values: dict[str, Value]) -> Finding:
    return found(code, values, facts=refusal.facts, proof=refusal.proof, cause=True)


def _both(service: Service, refusal: BothRequests) -> Finding:
    values: dict[str, Value] = {
        "field_value": service.load_balancer_ip,
        "annotation": refusal.annotation,
        "annotation_value": refusal.annotation_value,
    }
    return _simple("SIP101", refusal, values)


def _unreadable(service: Service, refusal: AddressUnreadable) -> Finding:
    return _simple("SIP102", refusal, {"value": refusal.value, "field": refusal.facts[0].field})


def _family(service: Service, refusal: FamilyMismatch) -> Finding:
    values: dict[str, Value] = {
        "addresses": _texts(refusal.addresses),
        "wanted": _FAMILY_TEXT[refusal.wanted_family],
        "families": _FAMILY_TEXT[refusal.service_family],
    }
    return _simple("SIP103", refusal, values)


def _too_many(service: Service, refusal: TooManyAddresses) -> Finding:
    return _simple("SIP104", refusal, {"addresses": _texts(refusal.addresses)})


def _no_pool(service: Service, refusal: InNoPool) -> Finding:
    nearest = refusal.nearest
    near = f" (the nearest is {nearest.name}: {', '.join(nearest.resource.addresses)})" if nearest else ""
    return _simple("SIP105", refusal, {"address": str(refusal.address), "nearest": near})


def _two_pools(service: Service, refusal: InTwoPools) -> Finding:
    pools = tuple(pool.name for pool in refusal.pools)
    return _simple("SIP106", refusal, {"addresses": _texts(refusal.addresses), "pools": pools})


def _avoided(service: Service, refusal: AddressAvoided) -> Finding:
    return _simple("SIP107", refusal, {"address": str(refusal.address), "pool": refusal.pool.name})


def _outside(service: Service, refusal: OutsideRequestedPool) -> Finding:
    values: dict[str, Value] = {
        "addresses": _texts(refusal.addresses),
        "owner": refusal.owner.name,
        "pool": refusal.requested_pool,
    }
    return _simple("SIP108", refusal, values)


def _pool_unknown(service: Service, refusal: PoolUnknown) -> Finding:
    known = f" (there are: {', '.join(refusal.known)})" if refusal.known else " (there is none)"
    return _simple("SIP113", refusal, {"pool": refusal.pool, "known": known})


def _not_for(service: Service, refusal: PoolNotForService) -> Finding:
    return _simple("SIP114", refusal, {"pool": refusal.pool.name, "term": refusal.term})


def rejected_pools(state: State) -> Iterator[Finding]:
    """SIP308 of the pools themselves, whichever Services wait for it; the first faulty pool comes first."""
    if state.faults:
        yield _rejection(PoolsRejected(facts=(), text="", faults=state.faults))


def _rejected(service: Service, refusal: PoolsRejected) -> Finding:
    return _rejection(refusal)


def _rejection(refusal: PoolsRejected) -> Finding:
    faults = tuple(_fault_text(fault) for fault in refusal.faults)
    pools = [pool for fault in refusal.faults for pool in (fault.pool, fault.other) if pool is not None]
    facts = tuple(dict.fromkeys(ranges_fact(pool) for pool in pools))
    # Which pools MetalLB goes on with is not to be seen, so whether they would do is not certain.
    return found(
        "SIP308",
        {"faults": faults},
        facts=facts,
        proof=replace(refusal, facts=facts).proof,
        cause=True,
        certain=False,
    )


def _fault_text(fault: Any) -> str:
    if fault.other is not None and fault.entry is not None:
        return f"{fault.entry} of {fault.pool.name} overlaps {fault.other_entry} of {fault.other.name}"
    return f"{fault.pool.name}: {fault.because}"


def _cluster_ip(service: Service, refusal: NoClusterIP) -> Finding:
    return _simple("SIP406", refusal, {"cluster_ips": ", ".join(service.cluster_ips) or "none yet"})


def _dual(service: Service, refusal: DualStackImpossible) -> Finding:
    values: dict[str, Value] = {"policy": refusal.policy, "cluster_ips": refusal.cluster_ips}
    return _simple("SIP407", refusal, values)


def _full(service: Service, refusal: PoolFull) -> Finding:
    return pool_full_finding(refusal)


def _no_room(service: Service, refusal: NoRoom) -> Finding:
    family = family_of_service(service)
    shown = _FAMILY_TEXT[family.value] if isinstance(family, IPFamily) else "unknown"
    return no_room_finding(refusal, shown)


def _texts(addresses: tuple[Address, ...]) -> tuple[str, ...]:
    return tuple(str(address) for address in addresses)


_FAMILY_TEXT = {"ipv4": "IPv4", "ipv6": "IPv6", "dual": "IPv4 and IPv6", "": "of no one family"}

_FINDERS: dict[type[Refusal], Callable[[Service, Any], Finding]] = {
    BothRequests: _both,
    AddressUnreadable: _unreadable,
    FamilyMismatch: _family,
    TooManyAddresses: _too_many,
    InNoPool: _no_pool,
    InTwoPools: _two_pools,
    AddressAvoided: _avoided,
    OutsideRequestedPool: _outside,
    PoolUnknown: _pool_unknown,
    PoolNotForService: _not_for,
    PoolsRejected: _rejected,
    NoClusterIP: _cluster_ip,
    DualStackImpossible: _dual,
    PoolFull: _full,
    NoRoom: _no_room,
}
