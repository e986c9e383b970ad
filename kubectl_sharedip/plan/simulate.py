"""A candidate run through MetalLB's rules to the end, the goal kept in sight."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_sharedip.metallb.decide import converge, outcome_of
from kubectl_sharedip.metallb.edits import ServiceEdit
from kubectl_sharedip.metallb.outcomes import Assigned, OneOf
from kubectl_sharedip.metallb.settle import Settled, held_by, settle
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Goal
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.edits import woken


@frozen
class Trial:
    """What became of a candidate: the edits as they were made, and the cluster's ends."""

    changed: tuple[Service, ...]
    settled: Settled


def simulate(
    state: State, changed: tuple[Service, ...], goal: Goal, waiting: frozenset[ServiceName]
) -> Trial:
    """The ends after these edits, made in this order, each settled before the next.

    Where the named Service would then be assigned and MetalLB is not going to look at it, the
    harmless edit that wakes it is added as the last one.
    """
    trial = played(state, changed, waiting)
    if not _sleeps(trial.settled, goal.service):
        return trial
    # Woken as it was edited, not as MetalLB left it: its own annotations are no edits of ours.
    latest = next((s for s in reversed(changed) if s.name == goal.service), state.services[goal.service])
    return played(state, (*changed, woken(latest)), waiting)


def played(state: State, changed: Sequence[Service], waiting: frozenset[ServiceName]) -> Trial:
    """The ends after exactly these edits, made in this order, each settled before the next."""
    edits = [ServiceEdit(service=service) for service in changed]
    return Trial(changed=tuple(changed), settled=settle(state, edits, waiting))


def _sleeps(settled: Settled, name: ServiceName) -> bool:
    """Whether some end leaves the Service Pending although it would be assigned at a look.

    Why it would not be is not asked: the reasons are a walk over all that is in use.
    """
    return any(
        not held_by(end, name)
        and isinstance(outcome_of(converge(end, end.services[name], explained=False)), Assigned | OneOf)
        for end in settled.ends
    )
