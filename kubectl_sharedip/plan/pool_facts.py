"""The fields of a pool that a plan rests on, as facts: what decides who gets its addresses.

It refuses to judge whether MetalLB accepts the pool: a plan rests on what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from kubectl_sharedip.intake.pools import read_pool
from kubectl_sharedip.metallb.facts import pool_fact
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.plan import Way
from kubectl_sharedip.model.pool import LabelSelector, PoolResource, ServiceAllocation
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.raw import Origin, RawDocument

_ENTRY = re.compile(r"spec\.addresses\[(\d+)\]")
_ALLOCATION = "spec.serviceAllocation."


def pool_facts(state: State, way: Way) -> tuple[Fact, ...]:
    """The facts of every pool whose addresses the way gives or takes."""
    lists = (each for effect in way.effects for each in (effect.before, *effect.after))
    found = {state.pools.containing(address) for addresses in lists for address in addresses}
    pools = sorted((pool.resource for pool in found if pool is not None), key=lambda pool: pool.name)
    return tuple(
        pool_fact(pool, field, pool_value(pool, field)) for pool in pools for field in (*_POOL, *_KEPT_FOR)
    )


def is_known(field: str) -> bool:
    """Whether ``pool_value`` knows the field."""
    return field in _POOL or field in _KEPT_FOR or _ENTRY.fullmatch(field) is not None


def pool_value(pool: PoolResource, field: str) -> str | None:
    """The value of a field as a fact has it, None where the pool has none. Raises KeyError."""
    if found := _ENTRY.fullmatch(field):
        index = int(found[1])
        return pool.addresses[index] if index < len(pool.addresses) else None
    if field in _POOL:
        return _POOL[field](pool)
    return _KEPT_FOR[field](pool.allocation) or None if pool.allocation is not None else None


def pool_of(body: Mapping[str, Any]) -> PoolResource | None:
    """The raw pool as the rules see it, None where it has no name."""
    return read_pool(RawDocument(body=body, origin=Origin()), [], "")


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _selectors(selectors: tuple[LabelSelector, ...]) -> str:
    return " or ".join(
        ",".join(f"{term.key} {term.operator} {'|'.join(term.values)}".strip() for term in selector)
        for selector in selectors
    )


_POOL: Mapping[str, Callable[[PoolResource], str | None]] = {
    "spec.addresses": lambda pool: ", ".join(pool.addresses) or None,
    "spec.autoAssign": lambda pool: _flag(pool.auto_assign),
    "spec.avoidBuggyIPs": lambda pool: _flag(pool.avoid_buggy_ips),
}
_KEPT_FOR: Mapping[str, Callable[[ServiceAllocation], str]] = {
    f"{_ALLOCATION}priority": lambda kept: str(kept.priority),
    f"{_ALLOCATION}namespaces": lambda kept: ", ".join(kept.namespaces),
    f"{_ALLOCATION}namespaceSelectors": lambda kept: _selectors(kept.namespace_selectors),
    f"{_ALLOCATION}serviceSelectors": lambda kept: _selectors(kept.service_selectors),
}
