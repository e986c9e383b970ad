"""What edits cost by themselves, whatever MetalLB makes of them: the least that a way with them can cost.

It exists so that a candidate need not be followed to the end where a cheaper way is known already. It
refuses to look at addresses: who moves, and who is left out, is seen only by following.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from kubectl_sharedip.metallb.annotations import REQUESTED_POOL, value_in_force
from kubectl_sharedip.metallb.meant import known, meant, parts
from kubectl_sharedip.metallb.settle import held_by
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.allowance import Allowance
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import NO_COST, Cost, Edit, Goal, Loss, Way
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.asking import asks_twice, texts_asked_for
from kubectl_sharedip.plan.edits import edit_of


@frozen
class Price:
    """The edits, what they themselves give up, what they need leave for, and their cost.

    No address is counted in the cost: it is the least that a way with these edits costs.
    """

    edits: tuple[Edit, ...]
    losses: tuple[Loss, ...]
    needs: frozenset[Allowance]
    cost: Cost

    def is_beaten_by(self, way: Way) -> bool:
        """Whether a way of these edits could not be chosen beside this one, whatever came of it."""
        return way.cost < self.cost and self.needs.issuperset(way.needs)


def price_of(
    state: State,
    changed: Sequence[Service],
    goals: Sequence[Goal],
    *,
    unseen: bool,
    named: Collection[ServiceName] = (),
) -> Price:
    """The price of making Services what they are here, in this order.

    Arguments: the state before; the edited Services; and as for ``weigh`` the goals, ``unseen`` and
    ``named``.
    """
    edits = tuple(_edits(state, changed))
    losses = tuple(_losses(state, changed))
    theirs = {*named, *(name for goal in goals for name in (goal.service, goal.share_with))}
    others = {edit.service for edit in edits if edit.service not in theirs}
    given_up = [loss for loss in losses if loss.kind in ("request", "pool-request")]
    policies = sum(loss.kind == "policy" for loss in losses)
    # Who is to have another address leaves the request for the one it has: its goal says so.
    asks_anew = {goal.service for goal in goals if goal.addresses or _keeps_one_of_two(state, goal)}
    needed: dict[Allowance, bool] = {
        "unpin": any(loss.kind == "pool-request" or loss.service not in asks_anew for loss in given_up),
        "others": bool(others),
        "policy": policies > 0,
        "owned": any(edit.owner for edit in edits if not edit.wakes_only),
        "unseen": unseen and bool(edits),
    }
    cost = Cost(
        live_addresses=NO_COST.live_addresses,
        left_pending=NO_COST.left_pending,
        requests_given_up=len(given_up),
        others_edited=len(others),
        policies_changed=policies,
        services_edited=len({edit.service for edit in edits}),
        fields_edited=sum(len(edit.operations) - renames(edit, state.version) for edit in edits),
    )
    needs = frozenset(name for name, is_needed in needed.items() if is_needed)
    return Price(edits=edits, losses=losses, needs=needs, cost=cost)


def renames(edit: Edit, version: Version) -> int:
    """How many misspelt annotations the edit gives the name that was meant; such a one is one field."""
    added = {(o.path[-1], o.value) for o in edit.operations if o.was is None and parts(o.path[-1])}
    taken = [(o.path[-1], o.was) for o in edit.operations if o.value is None and parts(o.path[-1])]
    return sum(
        not known(key, version) and (meant(key, value or "", version), value) in added for key, value in taken
    )


def _edits(state: State, changed: Iterable[Service]) -> Iterator[Edit]:
    latest: dict[ServiceName, Service] = {}
    for after in changed:
        before = latest.get(after.name) or state.services[after.name]
        edit = edit_of(before, after)
        latest[after.name] = after
        if edit is not None:
            yield edit


def _losses(state: State, changed: Iterable[Service]) -> Iterator[Loss]:
    last = {service.name: service for service in changed}
    for name, after in sorted(last.items()):
        before = state.services[name]
        yield from _lost_requests(state, before, after)
        if before.external_traffic_policy != after.external_traffic_policy:
            yield Loss(kind="policy", service=name, value=before.external_traffic_policy)
            if before.health_check_node_port:
                port = str(before.health_check_node_port)
                yield Loss(kind="health-check-port", service=name, value=port)


def _lost_requests(state: State, before: Service, after: Service) -> Iterator[Loss]:
    now = texts_asked_for(after, state.version)
    lost = [text for text in texts_asked_for(before, state.version) if text not in now]
    if lost:
        yield Loss(kind="request", service=before.name, value=", ".join(lost))
    pools = [value_in_force(one, REQUESTED_POOL, state.version) for one in (before, after)]
    if pools[0] and pools[0] != pools[1]:
        yield Loss(kind="pool-request", service=before.name, value=pools[0])


def _keeps_one_of_two(state: State, goal: Goal) -> bool:
    """Whether the Service asks twice, once for what it has, which is to be written down.

    MetalLB heeds neither, so the other one is not given up: it was never in force.
    """
    service = state.services[goal.service]
    held = {str(address) for address in held_by(state, goal.service)}
    said = set(texts_asked_for(service, state.version))
    return goal.pin and asks_twice(service, state.version) and bool(held) and held <= said
