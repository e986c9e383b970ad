"""SIP309 to SIP313: what is worth knowing of the pools, beside whether they have room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kubectl_sharedip.diagnose.pool_counts import Count, counts_of, empty_entries
from kubectl_sharedip.diagnose.second_family import none_prefers_both, second_family_missing
from kubectl_sharedip.diagnose.stray_pools import has_strays, stray_pools
from kubectl_sharedip.diagnose.view import Check, View, found
from kubectl_sharedip.metallb.decide import decide
from kubectl_sharedip.metallb.facts import pool_fact, ranges_fact
from kubectl_sharedip.metallb.families import IPFamily, family_of_service
from kubectl_sharedip.metallb.outcomes import OneOf, Outcome, Refused
from kubectl_sharedip.metallb.pools import Pool
from kubectl_sharedip.metallb.ranges import read_entry
from kubectl_sharedip.metallb.refusals import NoRoom, PoolFull
from kubectl_sharedip.metallb.requests import Request
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.same import once
from kubectl_sharedip.model.snapshot import Snapshot


def _chosen_by_chance(view: View) -> Iterator[Finding]:
    """SIP309: several pools would do, and MetalLB asks them in random order."""
    outcome = _first_outcome(view)
    pools = sorted({choice.pool for choice in outcome.choices}) if isinstance(outcome, OneOf) else []
    if len(pools) > 1:
        yield found(
            "SIP309",
            {"pools": tuple(pools)},
            facts=tuple(ranges_fact(view.state.pools.by_name[name].resource) for name in pools),
        )


def _first_outcome(view: View) -> Outcome:
    """What it would be given; what one that is not applied yet shows is only one of its ends."""
    if view.pending or view.service.uid is not None:
        return view.outcome
    books = view.state.ledger.release(view.service.name)
    return decide(replace(view.state, ledger=books), replace(view.service, ingress=()))


def _nearly_full(view: View) -> Iterator[Finding]:
    """SIP310: the pool that it is in, or asks for, has few addresses left."""
    pool = _own_pool(view)
    refusal = view.outcome.refusal if isinstance(view.outcome, Refused) else None
    if pool is None or (view.pending and isinstance(refusal, PoolFull | NoRoom)):
        return  # that there is no room at all is said already
    for count, finding in _nearly_full_pools(view.state).get(pool.name, ()):
        if count.family in _families(view):
            yield finding


def nearly_full(state: State) -> Iterator[Finding]:
    """SIP310 of every pool, whoever is in it."""
    for _, counts in sorted(_nearly_full_pools(state).items()):
        yield from (finding for _, finding in counts)


@once
def _nearly_full_pools(state: State) -> Mapping[str, Sequence[tuple[Count, Finding]]]:
    """What is said of them, by name: the same to everybody who is in one."""
    return {
        name: [(count, _few_left(count)) for count in counts if count.nearly_full]
        for name, counts in counts_of(state).items()
        if any(count.nearly_full for count in counts)
    }


def _few_left(count: Count) -> Finding:
    return found(
        "SIP310",
        {
            "pool": count.pool.name,
            "left": str(count.left),
            "size": str(count.size),
            "family": f"IPv{count.family}",
            "sharing": "shared" if count.shared else "none",
            "shared": str(count.shared),
            "sharers": str(count.sharers),
        },
        facts=(ranges_fact(count.pool.resource),),
    )


def _families(view: View) -> Sequence[int]:
    if view.held:
        return sorted({address.family for address in view.held})
    family = family_of_service(view.service)
    return family.numbers if isinstance(family, IPFamily) else ()


def _own_pool(view: View) -> Pool | None:
    """The pool of its addresses, else the one that it asks for, by name or by an address of it."""
    pools = view.state.pools
    held = view.held
    if held:
        return pools.owner(held)
    request = view.request
    if not isinstance(request, Request):
        return None
    return pools.owner(request.addresses) or pools.by_name.get(request.pool_name)


def _gives_nothing(view: View) -> Iterator[Finding]:
    """SIP313: ranges that were accepted and hold no address; of all pools where it has none."""
    empty = empty_entries(view.state)
    if not empty:
        return
    own = _own_pool(view)
    for name in empty if own is None else [own.name]:
        yield from _empty_of(view.state, name)


def empty_ranges(state: State) -> Iterator[Finding]:
    """SIP313 of every pool, whoever is in it."""
    for name in empty_entries(state):
        yield from _empty_of(state, name)


def _empty_of(state: State, name: str) -> Iterator[Finding]:
    for entry in empty_entries(state).get(name, ()):
        pool = state.pools.by_name[name]
        place = pool.resource.addresses.index(entry)
        yield found(
            "SIP313",
            {"pool": name, "range": entry, "why": "avoided" if read_entry(entry) else "two-families"},
            facts=(pool_fact(pool.resource, f"spec.addresses[{place}]", entry),),
        )


def _none_nearly_full(snapshot: Snapshot, state: State) -> bool:
    return not _nearly_full_pools(state)


def _none_empty(snapshot: Snapshot, state: State) -> bool:
    return not empty_entries(state)


CHECKS: tuple[Check, ...] = (
    Check(codes=("SIP309",), look=_chosen_by_chance),
    Check(codes=("SIP310",), look=_nearly_full, nowhere=_none_nearly_full),
    Check(codes=("SIP311",), look=stray_pools, of="pending", arises=has_strays),
    Check(codes=("SIP312",), look=second_family_missing, of="assigned", nowhere=none_prefers_both),
    Check(codes=("SIP313",), look=_gives_nothing, nowhere=_none_empty),
)
