"""What a trial would do: to every Service's addresses, and to what people asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from kubectl_sharedip.metallb.settle import held_by
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.allowance import ALLOWANCES, Allowance
from kubectl_sharedip.model.announcement import Announcing
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Effect, Goal, Loss, Way
from kubectl_sharedip.plan.price import price_of
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
    price = price_of(state, trial.changed, goals, unseen=unseen, named=named)
    effects = tuple(_effects(state, trial))
    lost = (*_left(effects), *_silences(state, trial, effects, announcing))
    # Who is to have another address leaves the one it has: its goal says so.
    leaves = {goal.service for goal in goals if goal.leaves_its_address}
    moves = any(loss.kind == "announcement" or loss.service not in leaves for loss in lost)
    needed: frozenset[Allowance] = price.needs | {"moves"} if moves else price.needs
    return Way(
        goal=goals[0],
        edits=price.edits,
        effects=effects,
        joins=_joins(trial, goals[0]),
        needs=tuple(name for name in ALLOWANCES if name in needed),
        cost=replace(
            price.cost,
            live_addresses=len(lost),
            left_pending=sum(1 for effect in effects if () in effect.after),
        ),
        losses=(*price.losses, *lost),
    )


def _joins(trial: Trial, goal: Goal) -> tuple[ServiceName, ...]:
    """Who is beside the named Service at every end."""
    together = [
        {name for address in held_by(end, goal.service) for name in end.ledger.holders(address)}
        for end in trial.settled.ends
    ]
    return tuple(sorted(set.intersection(*together) - {goal.service})) if together else ()


def _effects(state: State, trial: Trial) -> Iterator[Effect]:
    names = {name for end in trial.settled.ends for name in end.ledger.changed()}
    for name in sorted(names):
        before = held_by(state, name)
        after = trial.settled.addresses(name)
        if after != (before,):
            yield Effect(service=name, before=before, after=after)


def _left(effects: tuple[Effect, ...]) -> Iterator[Loss]:
    """Live addresses that their Services may no longer have."""
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
