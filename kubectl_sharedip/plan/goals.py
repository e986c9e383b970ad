"""Whether a Service has what its goal asks for, and whether that was paid for with another's only address."""

from __future__ import annotations

from collections.abc import Collection

from kubectl_sharedip.metallb.settle import Settled, held_by
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Goal
from kubectl_sharedip.plan.asking import asks_for_all


def holds(before: State, end: State, goal: Goal) -> bool:
    """Whether this end gives the named Service what the goal asks for.

    Arguments: the state that the goal was set in; the end; the goal. A partner has to be where it was,
    and who is pinned too.
    """
    held = held_by(end, goal.service)
    if not held:
        return False
    if goal.share_with is not None:
        partner = held_by(before, goal.share_with)
        return bool(set(held) & set(partner)) and set(held_by(end, goal.share_with)) == set(partner)
    if goal.addresses:
        return set(held) == set(goal.addresses)
    if goal.separate:
        return all(end.ledger.holders(address) == (goal.service,) for address in held)
    if goal.pin:
        now = end.services[goal.service]
        return held == held_by(before, goal.service) and asks_for_all(now, end.version, held)
    return True


def reached(state: State, settled: Settled, goal: Goal) -> bool:
    """Whether every end gives the named Service what the goal asks for."""
    if not settled.complete or settled.restless:
        return False
    return all(holds(state, end, goal) for end in settled.ends)


def leaves_nobody_out(state: State, settled: Settled, waiting: Collection[ServiceName]) -> bool:
    """Whether whoever has an address, and would keep it, has one at every end, be it another one.

    To move a live address is for a person to allow; to end one Service's that another may have it
    repairs nothing, so no leave is asked for it. ``waiting`` are those whom any look may cost their
    address (``unrested``): it is not the edit that ends theirs.
    """
    changed = {name for end in settled.ends for name in end.ledger.changed()}
    return not any(
        held_by(state, name) and () in settled.addresses(name) for name in changed.difference(waiting)
    )
