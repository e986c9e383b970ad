"""SIP309 to SIP313: what is worth knowing of the pools, beside whether they have room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kubectl_sharedip.diagnose.pool_counts import Count, counts_of, empty_entries
from kubectl_sharedip.diagnose.second_family import second_family_missing
from kubectl_sharedip.diagnose.stray_pools import has_strays, stray_pools
from kubectl_sharedip.diagnose.view import Check, View, found
from kubectl_sharedip.metallb.decide import decide
from kubectl_sharedip.metallb.facts import pool_fact, ranges_fact
from kubectl_sharedip.metallb.families import IPFamily, family_of_service
from kubectl_sharedip.metallb.outcomes import OneOf, Outcome, Refused
from kubectl_sharedip.metallb.pools import Pool
from kubectl_sharedip.metallb.ranges import read_entry
from kubectl_sharedip.metallb.refusals import NoRoom, PoolFull
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.finding import Finding


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
    for count in counts_of(view.state)[pool.name]:
        if count.nearly_full and count.family in _families(view):
            yield _few_left(count)


def nearly_full(state: State) -> Iterator[Finding]:
    """SIP310 of every pool, whoever is in it."""
    for _, counts in sorted(counts_of(state).items()):
        yield from (_few_left(count) for count in counts if count.nearly_full)


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
    held = {address.family for address in status_addresses(view.service)}
    family = family_of_service(view.service)
    return sorted(held) or (family.numbers if isinstance(family, IPFamily) else ())


def _own_pool(view: View) -> Pool | None:
    """The pool of its addresses, else the one that it asks for, by name or by an address of it."""
    pools = view.state.pools
    held = status_addresses(view.service)
    if held:
        return pools.owner(held)
    request = requested(view.service, view.state.version)
    if not isinstance(request, Request):
        return None
    return pools.owner(request.addresses) or pools.by_name.get(request.pool_name)


def _gives_nothing(view: View) -> Iterator[Finding]:
    """SIP313: ranges that were accepted and hold no address; of all pools where it has none."""
    empty = empty_entries(view.state)
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


CHECKS: tuple[Check, ...] = (
    Check(codes=("SIP309",), look=_chosen_by_chance),
    Check(codes=("SIP310",), look=_nearly_full),
    Check(codes=("SIP311",), look=stray_pools, of="pending", arises=has_strays),
    Check(codes=("SIP312",), look=second_family_missing, of="assigned"),
    Check(codes=("SIP313",), look=_gives_nothing),
)
