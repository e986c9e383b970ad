"""What a trial would do: to every Service's addresses, and to what people asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kubectl_sharedip.metallb.annotations import REQUESTED_POOL, value_in_force
from kubectl_sharedip.metallb.requests import FIELD, Request, requested
from kubectl_sharedip.metallb.settle import held_by
from kubectl_sharedip.metallb.sharing import sharing_key
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import ALLOWANCES, Allowance, Cost, Edit, Effect, Goal, Loss, Way
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.edits import edit_of
from kubectl_sharedip.plan.simulate import Trial


def weigh(state: State, trial: Trial, goal: Goal, unseen: bool) -> Way:
    """The trial as a way, with its effects, its losses, what it needs leave for, and its cost.

    ``unseen`` says that not all namespaces could be read, so that somebody may be overlooked.
    """
    edits = tuple(_edits(state, trial.changed))
    effects = tuple(_effects(state, trial))
    losses = tuple(_losses(state, trial, effects))
    others = [e for e in edits if e.service not in (goal.service, goal.share_with)]
    kinds = [loss.kind for loss in losses]
    given_up = sum(kind in ("request", "pool-request") for kind in kinds)
    cost = Cost(
        live_addresses=kinds.count("live-address"),
        left_pending=sum(1 for effect in effects if () in effect.after),
        requests_given_up=given_up,
        others_edited=len({edit.service for edit in others}),
        policies_changed=kinds.count("policy"),
        services_edited=len({edit.service for edit in edits}),
        fields_edited=sum(len(edit.operations) for edit in edits),
    )
    needed: dict[Allowance, bool] = {
        "unpin": given_up > 0,
        "others": bool(others),
        "policy": cost.policies_changed > 0,
        "moves": cost.live_addresses > 0,
        "owned": any(edit.owner for edit in edits),
        "unseen": unseen and bool(edits),
    }
    needs = tuple(name for name in ALLOWANCES if needed[name])
    return Way(
        goal=goal,
        edits=edits,
        effects=effects,
        joins=_joins(trial, goal),
        needs=needs,
        cost=cost,
        losses=losses,
    )


def _joins(trial: Trial, goal: Goal) -> tuple[ServiceName, ...]:
    """Who is beside the named Service at every end."""
    together = [
        {name for address in held_by(end, goal.service) for name in end.ledger.holders(address)}
        for end in trial.settled.ends
    ]
    return tuple(sorted(set.intersection(*together) - {goal.service})) if together else ()


def consented(state: State, trial: Trial, goal: Goal) -> bool:
    """Whether nobody is put on one address with somebody who did not ask for it.

    Services ask to share by an equal key, by requesting an address that the other holds or
    requests, or by the goal itself.
    """
    for end in trial.settled.ends:
        for name, allocation in end.ledger.changed().items():
            if allocation is None:
                continue
            for address in allocation.addresses:
                if address in held_by(state, name):
                    continue  # it was there before; who joins it is weighed at the other end
                for other in end.ledger.holders(address):
                    if other != name and not _asked(state, name, other, goal):
                        return False
    return True


def _asked(state: State, one: ServiceName, other: ServiceName, goal: Goal) -> bool:
    first, second = state.services.get(one), state.services.get(other)
    if first is None or second is None:
        return False
    if goal.share_with is not None and goal.service in (one, other):
        partner = set(held_by(state, goal.share_with))
        if partner & (set(held_by(state, one)) | set(held_by(state, other))):
            return True
    key = sharing_key(first, state.version)
    if key and key == sharing_key(second, state.version):
        return True
    wanted_first, wanted_second = _wants(state, first), _wants(state, second)
    return bool(
        wanted_first & (wanted_second | set(status_addresses(second)))
        or wanted_second & set(status_addresses(first))
    )


def _wants(state: State, service: Service) -> set[Address]:
    request = requested(service, state.version)
    return set(request.addresses) if isinstance(request, Request) else set()


def _edits(state: State, changed: Iterable[Service]) -> Iterator[Edit]:
    latest: dict[ServiceName, Service] = {}
    for after in changed:
        before = latest.get(after.name) or state.services[after.name]
        edit = edit_of(before, after)
        latest[after.name] = after
        if edit is not None:
            yield edit


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
    for effect in effects:
        if effect.before and any(not set(effect.before) <= set(after) for after in effect.after):
            shown = ", ".join(str(address) for address in effect.before)
            yield Loss(kind="live-address", service=effect.service, value=shown)


def _lost_requests(state: State, before: Service, after: Service) -> Iterator[Loss]:
    was, now = _requested(state, before), _requested(state, after)
    lost = [text for text in was[0] if text not in now[0]]
    if lost:
        yield Loss(kind="request", service=before.name, value=", ".join(lost))
    if was[1] and was[1] != now[1]:
        yield Loss(kind="pool-request", service=before.name, value=was[1])


def _requested(state: State, service: Service) -> tuple[tuple[str, ...], str]:
    """The requested addresses (or texts, where they cannot be read) and the requested pool."""
    pool = value_in_force(service, REQUESTED_POOL, state.version)
    request = requested(service, state.version)
    if isinstance(request, Request):
        return tuple(str(address) for address in request.addresses), pool
    texts: dict[str, None] = {}
    for fact in request.facts:
        value = fact.value or ""
        items = [value] if fact.field == FIELD else value.split(",")
        texts.update({str(parse_address(item.strip()) or item.strip()): None for item in items})
    return tuple(text for text in texts if text), pool
