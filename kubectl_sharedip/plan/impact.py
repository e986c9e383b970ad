"""What a trial would do: to every Service's addresses, and to what people asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from kubectl_sharedip.metallb.annotations import REQUESTED_POOL, value_in_force
from kubectl_sharedip.metallb.meant import known, meant, parts
from kubectl_sharedip.metallb.settle import held_by
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.announcement import Announcing
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import ALLOWANCES, Allowance, Cost, Edit, Effect, Goal, Loss, Way
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.asking import asks_twice, texts_asked_for
from kubectl_sharedip.plan.edits import edit_of
from kubectl_sharedip.plan.silence import silenced
from kubectl_sharedip.plan.simulate import Trial


def weigh(
    state: State,
    trial: Trial,
    goals: Sequence[Goal],
    *,
    unseen: bool,
    named: Collection[ServiceName] = (),
    announcing: Announcing | None = None,
) -> Way:
    """The trial as a way, with its effects, its losses, what it needs leave for, and its cost.

    Arguments: the state before; the trial; the goals that it is for, the first of which the way
    tells of; ``unseen``: not all namespaces could be read, so that somebody may be overlooked;
    ``named``: Services that were named beside those of the goals; ``announcing``: who announces what,
    None where that was not read.
    """
    edits = tuple(_edits(state, trial.changed))
    effects = tuple(_effects(state, trial))
    losses = (*_losses(state, trial, effects), *_silences(state, trial, effects, announcing))
    theirs = {*named, *(name for goal in goals for name in (goal.service, goal.share_with))}
    others = {edit.service for edit in edits if edit.service not in theirs}
    given_up = [loss for loss in losses if loss.kind in ("request", "pool-request")]
    lost = [loss for loss in losses if loss.kind in ("live-address", "announcement")]
    cost = Cost(
        live_addresses=len(lost),
        left_pending=sum(1 for effect in effects if () in effect.after),
        requests_given_up=len(given_up),
        others_edited=len(others),
        policies_changed=sum(loss.kind == "policy" for loss in losses),
        services_edited=len({edit.service for edit in edits}),
        fields_edited=sum(_fields(edit, state.version) for edit in edits),
    )
    # Who is to have another address leaves the one it has and the request for it: its goal says so.
    leaves = {goal.service for goal in goals if goal.leaves_its_address}
    asks_anew = {goal.service for goal in goals if goal.addresses or _keeps_one_of_two(state, goal)}
    needed: dict[Allowance, bool] = {
        "unpin": any(loss.kind == "pool-request" or loss.service not in asks_anew for loss in given_up),
        "others": bool(others),
        "policy": cost.policies_changed > 0,
        "moves": any(loss.kind == "announcement" or loss.service not in leaves for loss in lost),
        "owned": any(edit.owner for edit in edits if not edit.wakes_only),
        "unseen": unseen and bool(edits),
    }
    return Way(
        goal=goals[0],
        edits=edits,
        effects=effects,
        joins=_joins(trial, goals[0]),
        needs=tuple(name for name in ALLOWANCES if needed[name]),
        cost=cost,
        losses=losses,
    )


def _keeps_one_of_two(state: State, goal: Goal) -> bool:
    """Whether the Service asks twice, once for what it has, which is to be written down.

    MetalLB heeds neither, so the other one is not given up: it was never in force.
    """
    service = state.services[goal.service]
    held = {str(address) for address in held_by(state, goal.service)}
    said = set(texts_asked_for(service, state.version))
    return goal.pin and asks_twice(service, state.version) and bool(held) and held <= said


def _joins(trial: Trial, goal: Goal) -> tuple[ServiceName, ...]:
    """Who is beside the named Service at every end."""
    together = [
        {name for address in held_by(end, goal.service) for name in end.ledger.holders(address)}
        for end in trial.settled.ends
    ]
    return tuple(sorted(set.intersection(*together) - {goal.service})) if together else ()


def _edits(state: State, changed: Iterable[Service]) -> Iterator[Edit]:
    latest: dict[ServiceName, Service] = {}
    for after in changed:
        before = latest.get(after.name) or state.services[after.name]
        edit = edit_of(before, after)
        latest[after.name] = after
        if edit is not None:
            yield edit


def _fields(edit: Edit, version: Version) -> int:
    """How many fields are edited: a field that is given another name is one."""
    return len(edit.operations) - renames(edit, version)


def renames(edit: Edit, version: Version) -> int:
    """How many misspelt annotations the edit gives the name that was meant."""
    added = {(o.path[-1], o.value) for o in edit.operations if o.was is None and parts(o.path[-1])}
    taken = [(o.path[-1], o.was) for o in edit.operations if o.value is None and parts(o.path[-1])]
    return sum(
        not known(key, version) and (meant(key, value or "", version), value) in added for key, value in taken
    )


def _effects(state: State, trial: Trial) -> Iterator[Effect]:
    names = {name for end in trial.settled.ends for name in end.ledger.changed()}
    for name in sorted(names):
        before = held_by(state, name)
        after = trial.settled.addresses(name)
        if after != (before,):
            yield Effect(service=name, before=before, after=after)


def _losses(state: State, trial: Trial, effects: tuple[Effect, ...]) -> Iterator[Loss]:
    last = {service.name: service for service in trial.changed}
    for name, after in sorted(last.items()):
        before = state.services[name]
        yield from _lost_requests(state, before, after)
        if before.external_traffic_policy != after.external_traffic_policy:
            yield Loss(kind="policy", service=name, value=before.external_traffic_policy)
            if before.health_check_node_port:
                port = str(before.health_check_node_port)
                yield Loss(kind="health-check-port", service=name, value=port)
    for effect in effects:
        if effect.before and any(not set(effect.before) <= set(after) for after in effect.after):
            shown = ", ".join(str(address) for address in effect.before)
            yield Loss(kind="live-address", service=effect.service, value=shown)


def _silences(
    state: State, trial: Trial, effects: tuple[Effect, ...], announcing: Announcing | None
) -> Iterator[Loss]:
    """Live addresses that stay where they are and that nobody announces any more."""
    moved = {effect.service for effect in effects}
    for name in sorted({service.name for service in trial.changed} - moved):
        before, held = state.services[name], held_by(state, name)
        if held and any(
            silenced(announcing, state, before, end.services[name]) for end in trial.settled.ends
        ):
            yield Loss(kind="announcement", service=name, value=", ".join(map(str, held)))


def _lost_requests(state: State, before: Service, after: Service) -> Iterator[Loss]:
    now = texts_asked_for(after, state.version)
    lost = [text for text in texts_asked_for(before, state.version) if text not in now]
    if lost:
        yield Loss(kind="request", service=before.name, value=", ".join(lost))
    pools = [value_in_force(one, REQUESTED_POOL, state.version) for one in (before, after)]
    if pools[0] and pools[0] != pools[1]:
        yield Loss(kind="pool-request", service=before.name, value=pools[0])
