"""What the cluster comes to when Services are edited, one edit after the other.

MetalLB looks at the edited Service; when that changes an allocation's keys, or costs a Service
its address, it looks at all of them again, those with most addresses first, until a pass is
quiet. Among equals its order is chance, so there may be several ends. Source:
``controller/main.go`` (SetBalancer), ``internal/k8s/controllers/service_controller_reload.go``.

A look at a Service that has an address, asks for nothing else and is not edited changes nothing:
the rules let nobody onto its address who would make it lose it. Only the others are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kubectl_sharedip.metallb.converge import Step, converge
from kubectl_sharedip.metallb.ledger import Allocation
from kubectl_sharedip.metallb.outcomes import Assigned
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import Service

MOST_ENDS = 64
_MOST_LOOKS = 20_000  # per edit; a cluster that needs more is answered in part, and says so
_MOST_PASSES = 12  # MetalLB repeats passes until one is quiet; more than these never are


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Every joint end of the edits.

    ``complete`` is False where there are more ends than can be followed; ``restless`` where one
    of them never comes to rest (then it is one of its recurring states).
    """

    ends: tuple[State, ...]
    complete: bool
    restless: bool

    def addresses(self, name: ServiceName) -> tuple[tuple[Address, ...], ...]:
        """Each list of addresses that the Service may end with; an empty list is Pending."""
        found = {held_by(end, name): None for end in self.ends}
        return tuple(sorted(found))


def held_by(state: State, name: ServiceName) -> tuple[Address, ...]:
    """The addresses that its status shows in this state."""
    service = state.services.get(name)
    return status_addresses(service) if service is not None else ()


def unrested(state: State) -> frozenset[ServiceName]:
    """The Services at which a look may change something: they wait, or are not at rest.

    One sweep over all Services; the answer holds for every future of this state, beside the
    Services that are edited in it.
    """
    return frozenset(name for name, service in state.services.items() if _may_change(state, service))


def _may_change(state: State, service: Service) -> bool:
    if service.type != "LoadBalancer":
        return bool(service.ingress)
    if not service.ingress:
        return True
    if service.ip_family_policy == "PreferDualStack":
        return True  # it asks for the second family at every look
    steps = converge(state, service)
    return len(steps) > 1 or not _kept(steps[0], service)


def _kept(step: Step, service: Service) -> bool:
    return isinstance(step.outcome, Assigned) and step.outcome.addresses == status_addresses(service)


def settle(state: State, edits: Sequence[Service], waiting: frozenset[ServiceName]) -> Settled:
    """The ends that the cluster may come to after these edits, each settled before the next.

    Arguments: the state before; the edited Services (each as it is after its edit) in order;
    ``waiting`` as ``unrested`` gives it for the state before. Nothing is mutated.
    """
    run = _Run(waiting | {edit.name for edit in edits})
    ends: dict[object, State] = {_identity(state): state}
    for edit in edits:
        after: dict[object, State] = {}
        for end in ends.values():
            current = end.services.get(edit.name)
            # The edit changes the spec; the status is whatever MetalLB has made of it by now.
            edited = edit if current is None else replace(edit, ingress=current.ingress)
            for result in run.look(end.with_service(edited), edit.name):
                after[_identity(result)] = result
                if len(after) > MOST_ENDS:
                    return Settled(ends=tuple(after.values()), complete=False, restless=run.restless)
        ends = after
    return Settled(ends=tuple(ends.values()), complete=run.complete, restless=run.restless)


class _Run:
    """One settling: what may change, and how much was looked at."""

    def __init__(self, waiting: frozenset[ServiceName]) -> None:
        self._waiting = waiting
        self._looks = 0
        self.complete = True
        self.restless = False

    def look(self, state: State, name: ServiceName) -> Iterator[State]:
        """The ends after one Service is looked at, and all that this wakes."""
        for after, wakes in self._until_still(state, name):
            if wakes:
                yield from self._passes(after, _MOST_PASSES)
            else:
                yield after

    def _until_still(self, state: State, name: ServiceName) -> Iterator[tuple[State, bool]]:
        """Looks at the Service until its own status writes give nothing new."""
        frontier: list[tuple[State, bool, int]] = [(state, False, 0)]
        while frontier:
            current, woke, rounds = frontier.pop()
            for after, wakes, wrote in self._once(current, name):
                again = wrote and rounds < _MOST_PASSES
                self.restless = self.restless or (wrote and not again)
                if again:
                    frontier.append((after, woke or wakes, rounds + 1))
                else:
                    yield after, woke or wakes

    def _once(self, state: State, name: ServiceName) -> Iterator[tuple[State, bool, bool]]:
        service = state.services.get(name)
        if service is None:
            return
        self._looks += 1
        before = state.ledger.allocation(name)
        for step in converge(state, service):
            after = replace(state, ledger=step.ledger)
            wrote = step.service.ingress != service.ingress
            if step.service is not service:
                after = after.with_service(step.service)
            yield after, _wakes_all(state, before, step), wrote

    def _passes(self, state: State, left: int) -> Iterator[State]:
        """Full passes until one is quiet."""
        results: dict[object, tuple[State, bool]] = {}
        self._one_pass(state, self._groups(state), False, results, set())
        for after, again in results.values():
            if again and left > 0:
                yield from self._passes(after, left - 1)
            else:
                self.restless = self.restless or again
                yield after

    def _groups(self, state: State) -> tuple[frozenset[ServiceName], ...]:
        """The Services of a pass, those with most addresses first; inside a group, any order."""
        sizes: dict[int, set[ServiceName]] = {}
        for name in self._waiting:
            service = state.services.get(name)
            if service is not None:
                sizes.setdefault(len(service.ingress), set()).add(name)
        return tuple(frozenset(sizes[size]) for size in sorted(sizes, reverse=True))

    def _one_pass(
        self,
        state: State,
        groups: tuple[frozenset[ServiceName], ...],
        again: bool,
        results: dict[object, tuple[State, bool]],
        seen: set[object],
    ) -> None:
        here = (_identity(state), groups, again)
        if here in seen:
            return
        seen.add(here)
        if not groups:
            results[(_identity(state), again)] = (state, again)
            return
        first, rest = groups[0], groups[1:]
        moves: list[tuple[ServiceName, list[tuple[State, bool]]]] = []
        idle: set[ServiceName] = set()
        for name in sorted(first):
            looks = list(self._until_still(state, name))
            changed = any(wakes or held_by(after, name) != held_by(state, name) for after, wakes in looks)
            if changed:
                moves.append((name, looks))
            elif not state.services[name].ingress:
                # Nobody gives an address back among those that wait, so what is refused now is
                # refused whatever comes before it: its place in the order does not matter.
                idle.add(name)
        if not moves:
            self._one_pass(state, rest, again, results, seen)
            return
        if self._looks > _MOST_LOOKS or len(results) > MOST_ENDS:
            self.complete = False
            moves = moves[:1]
        for name, looks in moves:
            remaining = first - idle - {name}
            for after, wakes in looks:
                onward = (remaining, *rest) if remaining else rest
                self._one_pass(after, onward, again or wakes, results, seen)


def _wakes_all(state: State, before: Allocation | None, step: Step) -> bool:
    """Whether this look makes MetalLB look at every Service (SetBalancer)."""
    after = step.ledger.allocation(step.service.name)
    keys_changed = _allocation_key(before) != _allocation_key(after)
    if keys_changed and state.version.key_change_wakes_all:
        return True
    lost = before is not None and after is None and state.pools.owner(before.addresses) is not None
    return lost and state.version.lost_address_wakes_all


def _allocation_key(allocation: Allocation | None) -> str:
    return "" if allocation is None else allocation.terms.backend_key + allocation.terms.sharing_key


def _identity(state: State) -> object:
    """What tells two futures of one state apart."""
    return frozenset((name, _held_as(a)) for name, a in state.ledger.changed().items())


def _held_as(allocation: Allocation | None) -> object:
    return None if allocation is None else (allocation.addresses, allocation.terms)


def differences(before: State, after: State, names: Iterable[ServiceName]) -> tuple[ServiceName, ...]:
    """Those of the Services whose addresses differ between the two, in sorted order."""
    return tuple(sorted(name for name in names if held_by(before, name) != held_by(after, name)))
