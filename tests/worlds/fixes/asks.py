"""What is asked of ``fix`` in a world: drawn, as words of the command line, and as goals of the planner."""

from __future__ import annotations

import random
from collections.abc import Sequence

from kubectl_sharedip.cli.goals import GoalFlags, goals_of
from kubectl_sharedip.cli.naming import resolve
from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.metallb.settle import held_by
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.allowance import ALLOWANCES, Allowance
from kubectl_sharedip.model.plan import Goal

from .world import Ask

_KINDS = (("address", 26), ("several", 20), ("share", 20), ("named", 18), ("separate", 14), ("pin", 2))
NO_ASK = Ask(names=[], share_with=None, address=None, separate=False, pin=False, key=None, allow=[])
_ALL: list[str] = [name for name in ALLOWANCES if name != "unseen"]


def draw_asks(rng: random.Random, state: State) -> list[Ask]:
    """One ask of each kind that this cluster has something for, first under some leave, then under all."""
    kinds = [kind for kind, _ in _KINDS]
    weights = [weight for _, weight in _KINDS]
    order: list[str] = []
    while len(order) < len(kinds):
        kind = rng.choices(kinds, weights)[0]
        if kind not in order:
            order.append(kind)
    drawing = _Drawing(rng, state)
    asks = [ask for kind in order if (ask := drawing.ask(kind)) is not None]
    return [{**ask, "allow": allow} for ask in asks for allow in (drawing.leave(), _ALL)]


def words_of(ask: Ask) -> list[str]:
    """The words after ``kubectl sharedip fix``."""
    words = [*ask["names"]]
    words += ["--share-with", ask["share_with"]] if ask["share_with"] else []
    words += ["--address", ask["address"]] if ask["address"] else []
    words += ["--key", ask["key"]] if ask["key"] else []
    words += [*(["--separate"] if ask["separate"] else []), *(["--pin"] if ask["pin"] else [])]
    return [*words, *(["--allow", ",".join(ask["allow"])] if ask["allow"] else [])]


def goals_for(reading: Reading, ask: Ask) -> list[Goal]:
    """The goals, one a Service. Raises AssertionError where a Service is not there."""
    services, unknown = resolve(reading, ask["names"])
    partners, no_partner = resolve(reading, [ask["share_with"]] if ask["share_with"] else [])
    assert not unknown, unknown
    assert not no_partner, no_partner
    flags = GoalFlags(
        share_with=ask["share_with"],
        address=ask["address"],
        separate=ask["separate"],
        pin=ask["pin"],
        key=ask["key"],
    )
    return goals_of(services, partners[0] if partners else None, flags)


def leave_of(ask: Ask) -> tuple[Allowance, ...]:
    """The allowances, in their usual order."""
    return tuple(name for name in ALLOWANCES if name in ask["allow"])


class _Drawing:
    """``state`` is what the model expects; the real cluster may have come to another end."""

    def __init__(self, rng: random.Random, state: State) -> None:
        self._rng = rng
        self._state = state
        mine = sorted(name for name, service in state.services.items() if service.type == "LoadBalancer")
        self._live = [name for name in mine if held_by(state, name)]
        self._pending = [name for name in mine if not held_by(state, name)]

    def leave(self) -> list[str]:
        """None, a few, or all but the one that is cheapest: who may not give up a pin needs others."""
        kind = self._rng.random()
        if kind < 0.45:
            return [] if kind < 0.2 else [name for name in _ALL if name != "unpin"]
        return [name for name in _ALL if self._rng.random() < 0.55]

    def ask(self, kind: str) -> Ask | None:
        """An ask of this kind, None where there is nobody for it."""
        rng, pending, live = self._rng, self._pending, self._live
        if kind == "address":
            return self._for([rng.choice(pending)])
        if kind == "several":
            others = [*pending, *rng.sample(live, min(1, len(live)))]
            return self._for(rng.sample(others, rng.randint(2, len(others)))) if len(others) > 1 else None
        if kind == "pin":
            return {**self._for([rng.choice(live)]), "pin": True} if live else None
        if kind == "separate":
            return {**self._for([rng.choice([*pending, *live])]), "separate": True}
        mine = rng.choice(pending if rng.random() < 0.75 else [*pending, *live])
        if kind == "share":
            partners = [name for name in live if name != mine]
            key = "fresh" if rng.random() < 0.1 else None
            return (
                {**self._for([mine]), "share_with": str(rng.choice(partners)), "key": key}
                if partners
                else None
            )
        return {**self._for([mine]), "address": self._address(str(mine))}

    def _for(self, names: Sequence[object]) -> Ask:
        return {**NO_ASK, "names": [str(name) for name in names]}

    def _address(self, mine: str) -> str:
        """An address of a pool for each family of the Service, near the start: there they meet."""
        service = next(one for name, one in self._state.services.items() if str(name) == mine)
        families = dict.fromkeys(6 if ":" in ip else 4 for ip in service.cluster_ips)
        found: list[str] = []
        for family in families:
            ranges = [
                one
                for pool in self._state.pools.by_name.values()
                for one in pool.ranges
                if one.family == family
            ]
            if ranges:
                chosen = self._rng.choice(ranges)
                place = min(self._rng.choice((0, 0, 1)), chosen.size - 1)
                found.append(str(Address(chosen.family, chosen.first + place)))
        return ",".join(found) or "10.9.9.9"
