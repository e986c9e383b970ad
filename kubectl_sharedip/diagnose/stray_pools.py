"""SIP311: an IPAddressPool in a namespace that no MetalLB watches, so that nobody reads it.

Whether it matters to a Service is found out by giving the pool to its MetalLB and asking again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kubectl_sharedip.diagnose.view import View, found
from kubectl_sharedip.metallb.decide import converge, outcome_of
from kubectl_sharedip.metallb.facts import pool_fact
from kubectl_sharedip.metallb.installed import installations
from kubectl_sharedip.metallb.outcomes import Assigned, OneOf, Refused
from kubectl_sharedip.metallb.pools import AcceptedPools, accept
from kubectl_sharedip.metallb.state import State, own_pools
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.pool import PoolResource
from kubectl_sharedip.model.same import once
from kubectl_sharedip.model.snapshot import Snapshot


def has_strays(view: View) -> bool:
    """Whether there is a pool that no MetalLB reads."""
    return bool(_strays(view.snapshot))


def stray_pools(view: View) -> Iterator[Finding]:
    """The pools that would give the Service an address; where none would, all of them in one."""
    strays = _strays(view.snapshot)
    helpful = [] if not isinstance(view.outcome, Refused) else _helpful(view)
    told = helpful or strays
    if told:
        yield _unread(told, view.state.installation.namespace, helps=bool(helpful))


def stray_pools_of(snapshot: Snapshot, views: tuple[State, ...]) -> Iterator[Finding]:
    """Each pool that no MetalLB reads, whoever might use it."""
    for pool in _strays(snapshot):
        yield _unread([pool], ", ".join(view.installation.namespace for view in views), helps=False)


def _unread(pools: Sequence[PoolResource], own: str, *, helps: bool) -> Finding:
    return found(
        "SIP311",
        {
            "pools": tuple(f"{pool.namespace}/{pool.name}" for pool in pools),
            "own": own,
            "effect": "helps" if helps else "none",
        },
        facts=tuple(pool_fact(pool, "metadata.namespace", pool.namespace) for pool in pools),
        cause=helps,
        severity="error" if helps else None,
    )


def _helpful(view: View) -> list[PoolResource]:
    return [
        pool
        for pool, state in _with_each(view.state, view.snapshot)
        if isinstance(outcome_of(converge(state, view.service, explained=False)), Assigned | OneOf)
    ]


@once
def _strays(snapshot: Snapshot) -> tuple[PoolResource, ...]:
    """The pools outside the namespaces of all MetalLBs, by namespace and name."""
    watched = {installation.namespace for installation in installations(snapshot)}
    if "" in watched or not watched:
        return ()  # where MetalLB is was not to be seen
    return tuple(pool for pool in snapshot.pools if pool.namespace not in watched)


@once
def _with_each(state: State, snapshot: Snapshot) -> tuple[tuple[PoolResource, State], ...]:
    """Each stray pool with the State as it would be were that pool in MetalLB's own namespace.

    Pools that MetalLB would reject together with its own are left out: they would help nobody.
    """
    own = own_pools(snapshot.pools, state.installation)
    found = []
    for pool in _strays(snapshot):
        moved = replace(pool, namespace=state.installation.namespace)
        pools = accept([*own, moved], snapshot.namespaces, state.version)
        if isinstance(pools, AcceptedPools):
            found.append((pool, replace(state, pools=pools, faults=())))
    return tuple(found)
