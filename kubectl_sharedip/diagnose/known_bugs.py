"""SIP506: bugs of one MetalLB version or another, each with what has to hold for it to matter here.

A bug is told only where its condition is there in this Service, never for the version alone. That
a text misleads is told by SIP507, that a restart may steal an address by SIP503.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kubectl_sharedip.diagnose.view import Check, View, found
from kubectl_sharedip.metallb.facts import (
    address_fact,
    cluster_ips_fact,
    key_fact,
    pool_fact,
    service_fact,
    setting_fact,
)
from kubectl_sharedip.metallb.outcomes import Assigned, Refused
from kubectl_sharedip.metallb.refusals import NoRoom, PoolFull, PoolNotForService
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.room import conflict_on
from kubectl_sharedip.metallb.sharing import sharing_key
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.snapshot import Snapshot

Applies = Callable[[View], tuple[Fact, ...]]


@frozen
class Bug:
    """One bug: since which version, fixed in which, and the facts by which it applies (none: it does not)."""

    name: str
    since: Version
    fixed: Version
    applies: Applies


def _bugs(view: View) -> Iterator[Finding]:
    version = view.state.version
    for bug in BUGS:
        if bug.since <= version < bug.fixed and (facts := bug.applies(view)):
            values = {"bug": bug.name, "version": str(version), "fixed": str(bug.fixed)}
            yield found("SIP506", {**values}, facts=facts, certain=view.state.installation.exact)


def _keeps_on_conflict(view: View) -> tuple[Fact, ...]:
    """Services that may not share stay on one address (PR 1647)."""
    held = view.held
    conflicts = (conflict_on(view.state, address, view.service) for address in held)
    found_facts = (fact for c in conflicts if c is not None for one in c.conflicts for fact in one.facts)
    return tuple(dict.fromkeys(found_facts))


def _drops_single_family(view: View) -> tuple[Fact, ...]:
    """PreferDualStack with one clusterIP: the address is given back and asked for anew at each look."""
    service = view.service
    if service.ip_family_policy != "PreferDualStack" or len(service.cluster_ips) != 1 or view.pending:
        return ()
    policy = service_fact(service, "spec.ipFamilyPolicy", service.ip_family_policy)
    return (policy, cluster_ips_fact(service))


def _ignores_pool(view: View) -> tuple[Fact, ...]:
    """The requested pool counts for nothing beside a requested address."""
    request = requested(view.service, view.state.version)
    if view.pending or not isinstance(request, Request) or request.fact is None or request.pool is None:
        return ()
    owner = view.state.pools.owner(request.addresses)
    if owner is None or not request.pool_name or owner.name == request.pool_name:
        return ()
    return (request.fact, setting_fact(view.service, request.pool))


def _no_wake_on_key(view: View) -> tuple[Fact, ...]:
    """A waiter is not looked at again when a holder's key becomes its own (PR 2692)."""
    if not view.pending or not isinstance(view.outcome, Assigned):
        return ()
    holders = {name for address in view.outcome.addresses for name in view.state.ledger.holders(address)}
    others = sorted(holders - {view.service.name})
    if not others or not sharing_key(view.service, view.state.version):
        return ()
    version = view.state.version
    keys = (key_fact(view.state.services[name], version) for name in others)
    return (*keys, key_fact(view.service, version))


def _priority_alone(view: View) -> tuple[Fact, ...]:
    """A serviceAllocation with nothing but a priority is for nobody (PR 2714)."""
    refusal = view.outcome.refusal if isinstance(view.outcome, Refused) else None
    if not view.pending or not isinstance(refusal, NoRoom | PoolFull | PoolNotForService):
        return ()
    facts = []
    for _, pool in sorted(view.state.pools.by_name.items()):
        kept = pool.resource.allocation
        if kept and not (kept.namespaces or kept.namespace_selectors or kept.service_selectors):
            priority = str(kept.priority) if kept.priority else None
            facts.append(pool_fact(pool.resource, "spec.serviceAllocation.priority", priority))
    return tuple(facts)


def _pools_postponed(view: View) -> tuple[Fact, ...]:
    """Pools that would orphan an address are refused, and every later edit of them with it."""
    state = view.state
    if not state.in_doubt:
        return ()
    orphans = sorted(one.terms.service for one in state.ledger.allocations() if not one.pool)
    own = [name for name in orphans if name == view.service.name]
    return tuple(address_fact(state.services[name]) for name in own or orphans[:1])


BUGS = (
    Bug(
        name="keeps-address-on-conflict",
        since=Version(0, 13, 0),
        fixed=Version(0, 13, 8),
        applies=_keeps_on_conflict,
    ),
    Bug(
        name="pool-request-ignored",
        since=Version(0, 13, 0),
        fixed=Version(0, 13, 10),
        applies=_ignores_pool,
    ),
    Bug(
        name="pool-edits-refused",
        since=Version(0, 13, 0),
        fixed=Version(0, 14, 0),
        applies=_pools_postponed,
    ),
    Bug(
        name="no-wake-on-key-change",
        since=Version(0, 13, 0),
        fixed=Version(0, 15, 0),
        applies=_no_wake_on_key,
    ),
    Bug(
        name="priority-without-selector",
        since=Version(0, 13, 8),
        fixed=Version(0, 15, 0),
        applies=_priority_alone,
    ),
    Bug(
        name="single-family-dropped",
        since=Version(0, 14, 9),
        fixed=Version(0, 15, 0),
        applies=_drops_single_family,
    ),
)


def _none_of_this_version(snapshot: Snapshot, state: State) -> bool:
    return not any(bug.since <= state.version < bug.fixed for bug in BUGS)


CHECKS = (Check(codes=("SIP506",), look=_bugs, nowhere=_none_of_this_version),)
