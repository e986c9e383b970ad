"""SIP312: PreferDualStack that came to one family, and why its pool does not give the other.

MetalLB takes the second address from the pool of the first alone, whatever other pools have.
Source: ``internal/allocator/allocator.go`` (AllocateFromPoolForAdditionalFamily).
"""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_sharedip.diagnose.room import room_text
from kubectl_sharedip.diagnose.view import View, found
from kubectl_sharedip.metallb.facts import address_fact, ranges_fact, service_fact
from kubectl_sharedip.metallb.families import IPFamily, family_of_service
from kubectl_sharedip.metallb.outcomes import Assigned
from kubectl_sharedip.metallb.pools import Pool
from kubectl_sharedip.metallb.room import room_in
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.snapshot import Snapshot


def second_family_missing(view: View) -> Iterator[Finding]:
    """Of a Service with clusterIPs of both families and one address, which it would keep as it is."""
    service, held = view.service, view.held
    if service.ip_family_policy != "PreferDualStack" or len(held) != 1:
        return
    pool = view.state.pools.owner(held)
    keeps = isinstance(view.outcome, Assigned) and view.outcome.addresses == held
    if pool is None or not keeps or family_of_service(service) is not IPFamily.DUAL:
        return
    missing = IPFamily.IPV6 if held[0].family == 4 else IPFamily.IPV4
    why, counts, others = _why(view, pool, missing)
    yield found(
        "SIP312",
        {
            "address": str(held[0]),
            "family": f"IPv{missing.numbers[0]}",
            "pool": pool.name,
            "why": why,
            "counts": counts,
            "elsewhere": "others" if others else "none",
            "others": others,
        },
        facts=(
            service_fact(service, "spec.ipFamilyPolicy", service.ip_family_policy),
            address_fact(service),
            *_pool_facts(view, (pool.name, *others)),
        ),
    )


def none_prefers_both(snapshot: Snapshot, state: State) -> bool:
    """Whether no Service of the State has the policy that may come to one family or two."""
    return all(service.ip_family_policy != "PreferDualStack" for service in state.services.values())


def _why(view: View, pool: Pool, missing: IPFamily) -> tuple[str, str, tuple[str, ...]]:
    """The name of the reason, the counts that belong to it, and the pools that have that family."""
    number = missing.numbers[0]
    if number in pool.families:
        return "full", room_text(room_in(view.state, pool, missing, view.service, None)), ()
    others = (one.name for one in view.state.pools.by_name.values() if number in one.families)
    return "no-range", "", tuple(sorted(others))


def _pool_facts(view: View, names: tuple[str, ...]) -> Iterator[Fact]:
    for name in names:
        yield ranges_fact(view.state.pools.by_name[name].resource)
