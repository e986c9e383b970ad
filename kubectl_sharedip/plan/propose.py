"""The edits that are worth trying: for the named Service, and for those that stand in its way.

Candidates are changed Services, not sentences: each combination is simulated afterwards, so one
that does not help costs only the trial. Whoever holds a wanted address may be edited too; that
such a plan needs leave is found when its impact is weighed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from kubectl_sharedip.metallb.sharing import sharing_key
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Goal
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.edits import writes_as
from kubectl_sharedip.plan.holders import groups, holders_of
from kubectl_sharedip.plan.own import by_itself, joining


@frozen
class Candidate:
    """Changed Services, the named one last, those whose edit keeps a live address first."""

    changed: tuple[Service, ...]


def candidates(state: State, service: Service, goal: Goal) -> Iterator[Candidate]:
    """Every combination worth trying, each at most once, the ones with fewest edits first."""
    found: dict[tuple[tuple[ServiceName, object], ...], Candidate] = {}
    for changed in _changes(state, service, goal):
        if changed:
            identity = tuple((s.name, _identity(s)) for s in changed)
            found.setdefault(identity, Candidate(changed=changed))
    if not goal.pin:
        yield Candidate(changed=())  # it may be enough that MetalLB looks again
    yield from sorted(found.values(), key=lambda candidate: len(candidate.changed))


def _changes(state: State, service: Service, goal: Goal) -> Iterator[tuple[Service, ...]]:
    if not (goal.pin or goal.separate):
        yield from _together(state, service, goal)
    if not (goal.addresses or goal.share_with):
        for mine in by_itself(state, service, goal):
            if mine != service:
                yield (mine,)


def _together(state: State, service: Service, goal: Goal) -> Iterator[tuple[Service, ...]]:
    """The named Service and the holders of the addresses in question, each as it is or changed."""
    holders = holders_of(state, service, goal)
    partner = state.services.get(goal.share_with) if goal.share_with else None
    keys = _keys(state, service, holders, partner, goal)
    # Some variants drop the annotations that show its own habit.
    like = writes_as(state, service, partner or next(iter(holders), None))
    own = list(joining(state, service, goal, keys, like))
    for group, mine in product(groups(state, service, holders, keys, goal), own):
        edited = [after for was, after in zip(holders, group, strict=True) if after != was]
        if _gives_another_key(state, holders, group, mine):
            continue
        yield (*edited, mine) if mine != service else tuple(edited)


def _gives_another_key(state: State, holders: list[Service], group: list[Service], mine: Service) -> bool:
    """Whether a holder would be given a key that is not that of the named Service: it unites nobody."""
    key = sharing_key(mine, state.version)
    keys = (
        (sharing_key(was, state.version), sharing_key(now, state.version))
        for was, now in zip(holders, group, strict=True)
    )
    return any(was != now != key for was, now in keys)


def _identity(service: Service) -> object:
    return (
        tuple(sorted(service.annotations.items())),
        service.load_balancer_ip,
        service.external_traffic_policy,
    )


def _keys(
    state: State, service: Service, holders: list[Service], partner: Service | None, goal: Goal
) -> tuple[str, ...]:
    """The keys that may unite them: the one given, else the holders' and its own, else a new one.

    With a key that others carry who wait they may come along, who did not ask for it: then a new one, too.
    """
    if goal.key is not None:
        return (goal.key,)
    known = [*([partner] if partner else []), *holders, service]
    keys = dict.fromkeys(k for one in known if (k := sharing_key(one, state.version)))
    names = {one.name for one in known}
    waiting = (one for one in state.services.values() if not one.ingress and one.name not in names)
    if (holders or partner) and (not keys or any(sharing_key(one, state.version) in keys for one in waiting)):
        keys[_made_key(service, partner or holders[0])] = None
    return tuple(keys)


def _made_key(service: Service, holder: Service) -> str:
    """A key made from what the two have in common: an application label, else their names."""
    for label in ("app.kubernetes.io/part-of", "app.kubernetes.io/instance", "app"):
        value = service.labels.get(label)
        if value and value == holder.labels.get(label):
            return value
    return f"{holder.name.name}-{service.name.name}"
