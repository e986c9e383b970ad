"""What edits that are given, not searched for, would do: the same rules, run to the end.

It refuses to weigh them against others: to take back what was done, and to finish what was begun,
there is one way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from kubectl_sharedip.metallb.edits import ServiceEdit
from kubectl_sharedip.metallb.settle import Settled, held_by, settle, unrested
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.edited import EDITABLE, edited
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.given import way_of
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Effect, Loss
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.relied_on import rests_on


@frozen
class Foretold:
    """What comes of the edits: who changes, what is lost, and what all of it rests on.

    ``ends`` has what each MetalLB comes to.
    """

    ends: tuple[tuple[State, Settled], ...]
    effects: tuple[Effect, ...]
    losses: tuple[Loss, ...]
    relied_on: tuple[Fact, ...]

    @property
    def complete(self) -> bool:
        """Whether every end was followed, and all of them are at rest."""
        return all(settled.complete and not settled.restless for _, settled in self.ends)

    def addresses(self, name: ServiceName) -> tuple[tuple[Address, ...], ...]:
        """Each list of addresses that the Service may end with; an empty list is Pending."""
        settled = next((settled for state, settled in self.ends if name in state.services), None)
        return settled.addresses(name) if settled is not None else ((),)


def foretell(
    views: Sequence[State], edits: Sequence[Edit], *, looks_first: Collection[ServiceName] = ()
) -> Foretold:
    """The ends of these edits, made in this order, each settled before the next.

    Arguments: the view of each MetalLB; the edits, each of a Service that one of them has; the
    Services that MetalLB may still have to look at before, as they are.
    """
    found = [_of_one(state, edits, looks_first) for state in views]
    return Foretold(
        ends=tuple(one.ends[0] for one in found),
        effects=tuple(sorted((e for one in found for e in one.effects), key=lambda e: e.service)),
        losses=tuple(loss for one in found for loss in one.losses),
        relied_on=tuple(dict.fromkeys(fact for one in found for fact in one.relied_on)),
    )


def held_in(views: Sequence[State], name: ServiceName) -> tuple[Address, ...]:
    """The addresses that the Service has now, whichever MetalLB gave them."""
    return next((held_by(state, name) for state in views if name in state.services), ())


def _of_one(state: State, edits: Sequence[Edit], looks_first: Collection[ServiceName]) -> Foretold:
    latest: dict[ServiceName, Service] = {}
    theirs = tuple(edit for edit in edits if edit.service in state.services)
    changed = [state.services[name] for name in sorted(looks_first) if name in state.services]
    for edit in theirs:
        before = latest.get(edit.service, state.services[edit.service])
        # The port of the health check decides nothing: it comes and goes with the policy.
        known = [each for each in edit.operations if _is_known(each.path)]
        latest[edit.service] = edited(before, known)
        changed.append(latest[edit.service])
    waiting = unrested(state) if changed else frozenset[ServiceName]()
    settled = settle(state, [ServiceEdit(service=service) for service in changed], waiting)
    effects = tuple(_effects(state, settled))
    losses = tuple(_losses(state, latest, effects))
    relied_on = rests_on(state, way_of(theirs, effects, losses))
    return Foretold(ends=((state, settled),), effects=effects, losses=losses, relied_on=relied_on)


def _is_known(path: tuple[str, ...]) -> bool:
    return path[:2] == ("metadata", "annotations") or path in EDITABLE


def _effects(state: State, settled: Settled) -> Iterator[Effect]:
    for name in sorted({name for end in settled.ends for name in end.ledger.changed()}):
        before, after = held_by(state, name), settled.addresses(name)
        if after != (before,):
            yield Effect(service=name, before=before, after=after)


def _losses(state: State, latest: dict[ServiceName, Service], effects: tuple[Effect, ...]) -> Iterator[Loss]:
    for name, after in sorted(latest.items()):
        policy = state.services[name].external_traffic_policy
        if policy != after.external_traffic_policy:
            yield Loss(kind="policy", service=name, value=policy)
    for effect in effects:
        if effect.before and any(not set(effect.before) <= set(after) for after in effect.after):
            yield Loss(kind="live-address", service=effect.service, value=", ".join(map(str, effect.before)))
