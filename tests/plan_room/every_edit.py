"""Every plan of a few edits in a small cluster, made without the planner.

Forms of a Service are made from what may be edited, not from what the planner proposes. A
combination is followed only where it could be cheaper and could help: what it costs by its own words
is known beforehand, and nobody is let onto an address beside somebody whom the rules keep apart from
him. Neither skips a plan that would do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations, product
from random import Random
from types import MappingProxyType

from kubectl_sharedip.metallb.annotations import (
    NEW_PREFIX,
    OLD_PREFIX,
    REQUESTED_ADDRESSES,
    REQUESTED_POOL,
    SHARING_KEY,
    in_force,
    prefixes,
    value_in_force,
)
from kubectl_sharedip.metallb.edits import ServiceEdit
from kubectl_sharedip.metallb.looks import identity
from kubectl_sharedip.metallb.pools import Pool, avoided, excluded_by
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.settle import Settled, held_by, settle, unrested
from kubectl_sharedip.metallb.sharing import Terms, backend_key, may_share, sharing_key, terms_of
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.allowance import Allowance
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import WOKEN, Cost, Goal, Way
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.consent import consented
from kubectl_sharedip.plan.goals import reached
from kubectl_sharedip.plan.impact import weigh
from kubectl_sharedip.plan.simulate import Trial

_NEW_KEY = "new"
_MOST_KEPT = 3
Meaning = tuple[str, object, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An address on which a Service could be: whether it gives up another, and who must not stay as it is."""

    address: Address
    moves: bool
    blockers: frozenset[ServiceName]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What one edit may make of a Service, and what it costs whatever comes of it."""

    service: Service
    cost: Cost
    needs: frozenset[Allowance]
    terms: Terms
    places: tuple[Place, ...]


class Search:
    """All plans for one goal under some leave in one small cluster."""

    def __init__(
        self, state: State, goal: Goal, allowed: Sequence[Allowance], names: Sequence[ServiceName]
    ) -> None:
        """``names`` are the Services that may be edited."""
        self._state = state
        self._goal = goal
        self._allowed = frozenset(allowed)
        self._waiting = unrested(state)
        self._names = tuple(dict.fromkeys((goal.service, *names)))
        self._addresses = _addresses(tuple(state.pools.by_name.values()))
        self._stay = {
            address: [
                terms_of(state.services[name], state.version)
                for name in state.ledger.holders(address)
                if name not in self._waiting  # who is not at rest may go of itself
            ]
            for address in self._addresses
        }
        named = state.services[goal.service]
        self._as_it_is = self._form(named, named)
        self._forms = {name: tuple(self._all_forms(state.services[name])) for name in self._names}
        self._kinds = {name: _alike(forms) for name, forms in self._forms.items()}
        self._lasting = {id(form.service) for forms in self._forms.values() for form in forms}
        self._begun: dict[tuple[int, ...], Settled] = {}
        self.followed = 0

    def cheaper(self, bound: Cost | None, most: int) -> Way | None:
        """A plan of up to so many edits, each of another Service, for less; None where there is none.

        ``bound`` None says that any plan is cheaper. The one edit that only wakes MetalLB may come last,
        as one of them.
        """
        for count in range(most + 1):
            for names in combinations(self._names, count):
                for kinds in product(*(self._worth_trying(name, names) for name in names)):
                    cheapest = tuple(min(kind, key=lambda form: form.cost) for kind in kinds)
                    if not self._may_be_cheaper(cheapest, 0, bound):
                        continue
                    moved = self._fewest_moved({form.service.name: form for form in cheapest})
                    if moved is None or not self._may_be_cheaper(cheapest, moved, bound):
                        continue
                    for forms in product(*kinds):
                        if self._may_be_cheaper(forms, moved, bound):
                            found = self._tried(forms, bound, wakes=count < most)
                            if found is not None:
                                return found
        return None

    def some_of_all(self, rng: Random, pairs: int) -> Iterator[tuple[Form, ...]]:
        """Every single edit, and so many pairs of edits, whether or not they could help."""
        forms = [form for each in self._forms.values() for form in each]
        yield from ((form,) for form in forms)
        for _ in range(pairs if len(forms) > 1 else 0):
            one, other = rng.sample(forms, 2)
            if one.service.name != other.service.name:
                yield one, other

    def reached_by(self, forms: Sequence[Form]) -> Way | None:
        """The way of these edits in this order, None where it does not reach the goal."""
        return self._reached(tuple(form.service for form in forms), None)

    def fewest_moved(self, forms: Sequence[Form]) -> int | None:
        """How many have to give up a live address at least; None where not everybody has a place."""
        return self._fewest_moved({form.service.name: form for form in forms})

    def _tried(self, forms: tuple[Form, ...], bound: Cost | None, *, wakes: bool) -> Way | None:
        for order in permutations(forms):
            changed = tuple(form.service for form in order)
            if changed and (found := self._reached(changed, bound)) is not None:
                return found
            for name in self._names if wakes else ():
                latest = next((s for s in changed if s.name == name), self._state.services[name])
                if (found := self._reached((*changed, _woken(latest)), bound)) is not None:
                    return found
        return None

    def _may_be_cheaper(self, forms: tuple[Form, ...], moved: int, bound: Cost | None) -> bool:
        return bound is None or replace(_sum([form.cost for form in forms]), live_addresses=moved) < bound

    def _fewest_moved(self, edited: Mapping[ServiceName, Form]) -> int | None:
        """As ``fewest_moved``.

        Each of the edited Services is put where it could be, beside those who stay and each other.
        """
        mine = edited.get(self._goal.service, self._as_it_is)
        return self._placed((mine, *(one for one in edited.values() if one is not mine)), edited, {})

    def _placed(
        self, left: tuple[Form, ...], edited: Mapping[ServiceName, Form], placed: Mapping[Address, list[Form]]
    ) -> int | None:
        if not left:
            return 0
        form, *rest = left
        fewest = None
        for place in form.places:
            beside = placed.get(place.address, [])
            if not (place.blockers <= edited.keys() and all(may_share(form.terms, o.terms) for o in beside)):
                continue
            taken = {**placed, place.address: [*beside, form]}
            others = self._placed(tuple(rest), edited, taken)
            if others is not None and (fewest is None or others + place.moves < fewest):
                fewest = others + place.moves
        return fewest

    def _worth_trying(self, name: ServiceName, names: Sequence[ServiceName]) -> Iterator[list[Form]]:
        """The forms with which it has a place, were all of these edited; alike ones together."""
        for kind in self._kinds[name]:
            if any(place.blockers <= set(names) for place in kind[0].places):
                yield kind

    def _places(self, service: Service) -> Iterator[Place]:
        """Where it could be with this form."""
        state, goal = self._state, self._goal
        held = held_by(state, service.name)
        is_named = service.name == goal.service
        mine = terms_of(service, state.version)
        leave = "moves" in self._allowed or (is_named and goal.leaves_its_address)
        for address in self._addresses:
            if is_named and goal.addresses and address not in goal.addresses:
                continue
            if is_named and goal.share_with is not None and address not in held_by(state, goal.share_with):
                continue
            if service.name == goal.share_with and address not in held:
                continue
            if address not in held and not self._may_be_given(service, address):
                continue
            moves = bool(held) and address not in held
            if moves and not (leave and all(self._may_leave(service, each) for each in held)):
                continue
            blockers = frozenset(
                terms.service
                for terms in self._stay[address]
                if terms.service != service.name
                and ((is_named and goal.separate) or not may_share(mine, terms))
            )
            yield Place(address=address, moves=moves, blockers=blockers)

    def _may_be_given(self, service: Service, address: Address) -> bool:
        state = self._state
        pool, request = state.pools.containing(address), requested(service, state.version)
        if not isinstance(request, Request) or pool is None or avoided(pool, address):
            return False
        if excluded_by(pool, service) is not None or request.pool_name not in ("", pool.name):
            return False
        if request.addresses:
            return address in request.addresses
        return bool(request.pool_name) or pool.auto_assign

    def _may_leave(self, service: Service, address: Address) -> bool:
        """Whether a holder that is edited so could go elsewhere: nobody goes for no reason."""
        state = self._state
        request = requested(service, state.version)
        if not isinstance(request, Request):
            return False  # MetalLB takes its address, and gives it none
        if request.addresses:
            return address not in request.addresses
        pool = state.pools.containing(address)
        before = state.services[service.name]
        return (
            service.name in self._waiting
            or terms_of(before, state.version) != terms_of(service, state.version)
            or pool is None
            or request.pool_name not in ("", pool.name)
        )

    def _reached(self, changed: tuple[Service, ...], bound: Cost | None) -> Way | None:
        settled = self._after(changed)
        self.followed += 1
        if not reached(self._state, settled, self._goal):
            return None
        if not consented(self._state, settled.ends, [self._goal]):
            return None
        trial = Trial(changed=changed, settled=settled)
        way = weigh(self._state, trial, [self._goal], unseen=False)
        # Who has an address is not left without one: no plan proposes that, whatever the leave.
        if any(effect.before and () in effect.after for effect in way.effects):
            return None
        if not set(way.needs) <= self._allowed:
            return None
        return way if bound is None or way.cost < bound else None

    def _after(self, changed: tuple[Service, ...]) -> Settled:
        """As ``settle`` would tell it of all of them; what the first edits lead to is kept."""
        if not changed:
            return Settled(ends=(self._state,), complete=True, restless=False)
        # Forms live as long as the search, so that their ids stand for them.
        begun = tuple(id(service) for service in changed)
        if begun in self._begun:
            return self._begun[begun]
        before = self._after(changed[:-1])
        ends: dict[object, State] = {}
        complete, restless = before.complete, before.restless
        waiting = self._waiting | {service.name for service in changed}
        for end in before.ends:
            settled = settle(end, [ServiceEdit(service=changed[-1])], waiting)
            complete, restless = complete and settled.complete, restless or settled.restless
            ends.update((identity(one), one) for one in settled.ends)
        found = Settled(ends=tuple(ends.values()), complete=complete, restless=restless)
        if len(changed) < _MOST_KEPT and all(id(service) in self._lasting for service in changed):
            self._begun[begun] = found
        return found

    def _all_forms(self, service: Service) -> Iterator[Form]:
        """One form for each meaning: that which is the cheapest, or needs the least leave."""
        found: dict[Meaning, list[Form]] = {}
        theirs = service.name in (self._goal.service, self._goal.share_with)
        if not theirs and "others" not in self._allowed:
            return
        seen: set[object] = set()
        for changed in _forms(self._state, service, self._open_to(service), self._goal.key):
            if (written := _written(changed)) in seen:
                continue
            seen.add(written)
            form = self._form(service, changed)
            if not form.needs <= self._allowed:
                continue
            kept = found.setdefault(self._meaning(changed), [])
            if not any(one.needs <= form.needs and one.cost <= form.cost for one in kept):
                kept[:] = [o for o in kept if not (form.needs <= o.needs and form.cost <= o.cost)]
                kept.append(form)
        same = self._meaning(service)
        for meaning, forms in found.items():
            if meaning != same:
                yield from forms

    def _open_to(self, service: Service) -> tuple[Pool, ...]:
        """The pools that it may be made to ask for.

        One that is given out only on request is kept for somebody: only who asks for it already, or is
        to have an address of it, may be made to ask for it otherwise.
        """
        state, request = self._state, requested(service, self._state.version)
        asked = self._goal.addresses if service.name == self._goal.service else ()
        names = {pool.name for a in asked if (pool := state.pools.containing(a)) is not None}
        if isinstance(request, Request):
            owner = state.pools.owner(request.addresses) if request.addresses else None
            names |= {request.pool_name, owner.name if owner is not None else ""}
        held = (state.pools.containing(address) for address in held_by(state, service.name))
        names |= {pool.name for pool in held if pool is not None}
        return tuple(p for n, p in sorted(state.pools.by_name.items()) if p.auto_assign or n in names)

    def _form(self, before: Service, changed: Service) -> Form:
        """What it costs if nothing came of it is what it costs at least."""
        nothing = Settled(ends=(self._state,), complete=True, restless=False)
        trial = Trial(changed=(changed,), settled=nothing)
        way = weigh(self._state, trial, [self._goal], unseen=False)
        return Form(
            service=changed,
            cost=way.cost,
            needs=frozenset(way.needs),
            terms=terms_of(changed, self._state.version),
            places=tuple(self._places(changed)),
        )

    def _meaning(self, service: Service) -> Meaning:
        version = self._state.version
        request = requested(service, version)
        asked = request.addresses if isinstance(request, Request) else "unreadable"
        pool = value_in_force(service, REQUESTED_POOL, version)
        return sharing_key(service, version), asked, pool, backend_key(service)


def _alike(forms: Sequence[Form]) -> list[list[Form]]:
    """The forms by what they bring to an address and where they may be."""
    found: dict[object, list[Form]] = {}
    for form in forms:
        found.setdefault((form.terms, form.places), []).append(form)
    return list(found.values())


def _sum(costs: Sequence[Cost]) -> Cost:
    fields = Cost.__dataclass_fields__
    return Cost(**{name: sum(getattr(cost, name) for cost in costs) for name in fields})


def _addresses(pools: Sequence[Pool]) -> tuple[Address, ...]:
    """Every address of these pools: they are small."""
    ranges = [range_ for pool in pools for range_ in pool.ranges]
    return tuple(
        sorted(
            Address(family=range_.family, value=value)
            for range_ in ranges
            for value in range(range_.first, range_.last + 1)
        )
    )


def _forms(state: State, service: Service, pools: Sequence[Pool], key: str | None) -> Iterator[Service]:
    """Every sharing key, every request and every policy that an edit may leave the Service with."""
    known = {sharing_key(one, state.version) for one in state.services.values()} - {""}
    keys = [None, *sorted(known), _NEW_KEY] if key is None else [None, key]
    keyed = [service, *(_set(state, service, SHARING_KEY, each) for each in keys)]
    for one in keyed:
        for asking in _requests(state, one, _addresses(pools)):
            for pool in (_SAME, None, *(pool.name for pool in pools)):
                form = asking if pool == _SAME else _set(state, asking, REQUESTED_POOL, pool)
                for policy in ("Cluster", "Local"):
                    yield replace(form, external_traffic_policy=policy)


_SAME = "as it is"


def _requests(state: State, service: Service, addresses: Sequence[Address]) -> Iterator[Service]:
    bare = replace(service, load_balancer_ip="")
    without = _set(state, service, REQUESTED_ADDRESSES, None)
    yield from (service, bare, without, _set(state, bare, REQUESTED_ADDRESSES, None))
    for address in addresses:
        yield _set(state, bare, REQUESTED_ADDRESSES, str(address))
        yield replace(without, load_balancer_ip=str(address))
    setting = in_force(service, REQUESTED_ADDRESSES, state.version)
    read = [parse_address(item.strip()) for item in setting.value.split(",")] if setting else []
    texts = ",".join(str(address) for address in read if address is not None)
    if texts:
        yield _set(state, service, REQUESTED_ADDRESSES, texts)


def _set(state: State, service: Service, name: str, value: str | None) -> Service:
    """With this annotation where it stands, else under the newest prefix; None takes every one away."""
    annotations = dict(service.annotations)
    if value is None:
        for prefix in (NEW_PREFIX, OLD_PREFIX):
            annotations.pop(prefix + name, None)
    else:
        setting = in_force(service, name, state.version)
        key = setting.key if setting is not None else prefixes(state.version)[0] + name
        annotations[key] = value
    return replace(service, annotations=MappingProxyType(annotations))


def _written(service: Service) -> object:
    annotations = tuple(sorted(service.annotations.items()))
    return annotations, service.load_balancer_ip, service.external_traffic_policy


def _woken(service: Service) -> Service:
    value = "2" if service.annotations.get(WOKEN) == "1" else "1"
    return replace(service, annotations=MappingProxyType({**service.annotations, WOKEN: value}))
