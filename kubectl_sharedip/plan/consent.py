"""Whether those who would come together on one address asked for it.

An equal key asks for it, or the same address, or a goal that says so. A person who names an address
has not said that they want to share it with whoever is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kubectl_sharedip.metallb.annotations import SHARING_KEY
from kubectl_sharedip.metallb.meant import renamings
from kubectl_sharedip.metallb.settle import held_by
from kubectl_sharedip.metallb.sharing import sharing_key
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Goal
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.asking import requests_for


def consented(state: State, ends: Iterable[State], goals: Sequence[Goal]) -> bool:
    """Whether nobody is put on one address with somebody who did not ask for it.

    Arguments: the state before any edit; the ends; the goals of all named Services.
    """
    asked = _Asked(state, goals)
    for end in ends:
        for name, allocation in end.ledger.changed().items():
            if allocation is None:
                continue
            for address in allocation.addresses:
                if address in held_by(state, name):
                    continue  # it was there before; who joins it is weighed at the other end
                for other in end.ledger.holders(address):
                    if other != name and not asked.each_other(name, other):
                        return False
    return True


class _Asked:
    """Who asked to be together, before any edit; where many meet, each is looked at once."""

    def __init__(self, state: State, goals: Sequence[Goal]) -> None:
        self._state = state
        self._joining = [goal for goal in goals if goal.share_with is not None]
        self._wants: dict[ServiceName, set[Address]] = {}
        self._keys: dict[ServiceName, str] = {}

    def each_other(self, one: ServiceName, other: ServiceName) -> bool:
        first, second = self._state.services.get(one), self._state.services.get(other)
        if first is None or second is None:
            return False
        if any(_joined(self._state, goal, one, other) for goal in self._joining):
            return True
        key = self._key(first)
        if key and key == self._key(second):
            return True
        wanted_first, wanted_second = self._wanted(first), self._wanted(second)
        return bool(
            wanted_first & (wanted_second | set(status_addresses(second)))
            or wanted_second & set(status_addresses(first))
        )

    def _key(self, service: Service) -> str:
        if service.name not in self._keys:
            self._keys[service.name] = _key_meant(self._state, service)
        return self._keys[service.name]

    def _wanted(self, service: Service) -> set[Address]:
        if service.name not in self._wants:
            self._wants[service.name] = set(requests_for(service, self._state.version))
        return self._wants[service.name]


def asks_to_share(state: State, one: Service, other: Service) -> bool:
    """Whether both carry one sharing key, were its annotation misspelt or not."""
    key = _key_meant(state, one)
    return bool(key) and key == _key_meant(state, other)


def _joined(state: State, goal: Goal, one: ServiceName, other: ServiceName) -> bool:
    """Whether the goal says that these two are to be together."""
    if goal.share_with is None or goal.service not in (one, other):
        return False
    partner = set(held_by(state, goal.share_with))
    return bool(partner & (set(held_by(state, one)) | set(held_by(state, other))))


def _key_meant(state: State, service: Service) -> str:
    key = sharing_key(service, state.version)
    if key:
        return key
    slips = renamings(service, state.version)
    misspelt = (service.annotations[slip] for slip, name in slips.items() if name.endswith(f"/{SHARING_KEY}"))
    return next(misspelt, "")
