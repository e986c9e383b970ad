"""Of many ends, those that are alike for all that is still to come are followed as one.

With several pools for everybody a few new Services have hundreds of joint ends, while what each of them may
get is a short list. A Service that is at rest, and that no later edit names, does not change any more,
whatever becomes of the others (see ``rest``). So two ends go on alike where all others hold the same, and
where each address takes in the same of those who may still come to it. Refuses to take ends together where
pools change or the controller starts anew: nobody counts as at rest then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from kubectl_sharedip.metallb.edits import Edit, PoolsEdit, Restart, ServiceDeletion, ServiceEdit, StatusEdit
from kubectl_sharedip.metallb.looks import Walk
from kubectl_sharedip.metallb.rest import may_change
from kubectl_sharedip.metallb.sharing import Terms, may_share, terms_of
from kubectl_sharedip.metallb.state import State, held_by
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName

Lists = frozenset[tuple[Address, ...]]
_OfOne = ServiceEdit | StatusEdit | ServiceDeletion


@frozen
class Followed:
    """One end. ``besides`` has what Services hold in other ends that are followed by this one."""

    state: State
    besides: Mapping[ServiceName, Lists]

    def lists(self, name: ServiceName) -> Lists:
        """All that the Service may hold in the ends that this one stands for."""
        return self.besides.get(name, frozenset()) | {held_by(self.state, name)}

    def and_also(self, other: Followed) -> Followed:
        """This one, standing for the other as well."""
        return Followed(state=self.state, besides=lists_of((self, other)))


def lists_of(ends: Sequence[Followed]) -> dict[ServiceName, Lists]:
    """All that each Service may hold that does not hold the same in each of the ends."""
    names = _may_differ(ends).union(*(end.besides for end in ends))
    found = {name: Lists().union(*(end.lists(name) for end in ends)) for name in names}
    return {name: lists for name, lists in found.items() if len(lists) > 1}


def taken_together(ends: Sequence[Followed], walk: Walk, later: Sequence[Edit]) -> list[Followed]:
    """One end for all that are alike; ``later`` are the edits that are still to come."""
    edits = _of_one(later)
    pools_stay = all(end.state.postponed is None for end in ends)
    if walk.restless or not pools_stay or edits is None:
        return list(ends)
    names = _may_differ(ends)
    held = (end.state.ledger.allocation(name) for end in ends for name in names)
    places = sorted({address for one in held if one is not None for address in one.addresses})
    kinds: dict[object, Followed] = {}
    for end in ends:
        key = _kind(end.state, walk, edits, places)
        kinds[key] = kinds[key].and_also(end) if key in kinds else end
    return list(kinds.values())


def most_telling(ends: Sequence[Followed], most: int, later: Sequence[Edit]) -> list[Followed]:
    """So many of them, those first in which a Service holds what it holds in none before.

    The first of them stands for what is at rest in those that are left out as well.
    """
    names = _may_differ(ends)
    seen: set[tuple[ServiceName, tuple[Address, ...]]] = set()
    telling: list[Followed] = []
    others: list[Followed] = []
    for end in ends:
        held = {(name, one) for name in names for one in end.lists(name)}
        (others if held <= seen else telling).append(end)
        seen |= held
    ordered = [*telling, *others]
    kept, left = ordered[:most], ordered[most:]
    edits = _of_one(later)
    if edits is None or not left:
        return kept
    for name in names.difference(map(_edited, edits)):
        lists = (end.lists(name) for end in left if _rests(end.state, name))
        also = kept[0].besides.get(name, frozenset()).union(*lists)
        kept[0] = Followed(state=kept[0].state, besides={**kept[0].besides, name: also})
    return kept


def _rests(state: State, name: ServiceName) -> bool:
    service = state.services.get(name)
    return service is not None and not may_change(state, service)


def _of_one(later: Sequence[Edit]) -> list[_OfOne] | None:
    """The edits, each of one Service; None where pools change too, or the controller starts anew."""
    found = [edit for edit in later if not isinstance(edit, PoolsEdit | Restart)]
    return found if len(found) == len(later) else None


def _edited(edit: _OfOne) -> ServiceName:
    return edit.service.name if isinstance(edit, ServiceEdit) else edit.name


def _may_differ(ends: Sequence[Followed]) -> set[ServiceName]:
    first, *others = (end.state.ledger for end in ends)
    return {name for other in others for name in first.may_differ(other)}


def _kind(state: State, walk: Walk, later: Iterable[_OfOne], places: Iterable[Address]) -> object:
    """What may still come of this end hangs on this alone."""
    moving = {_edited(edit) for edit in later}.union(
        name for name in walk.waiting if name in state.services and may_change(state, state.services[name])
    )
    coming = [edit.service for edit in later if isinstance(edit, ServiceEdit)]
    present = [state.services[name] for name in sorted(moving) if name in state.services]
    wanting = {terms_of(service, state.version) for service in (*coming, *present)}
    entry = tuple(_open_to(state, address, moving, wanting) for address in places)
    return frozenset((name, state.ledger.allocation(name)) for name in moving), entry


def _open_to(
    state: State, address: Address, moving: Collection[ServiceName], wanting: Iterable[Terms]
) -> tuple[bool, frozenset[Terms]]:
    """Whether anybody is there for good, and whom of those that want an address they keep off it."""
    held = [state.ledger.allocation(name) for name in state.ledger.holders(address) if name not in moving]
    there = [one.terms for one in held if one is not None]
    return bool(there), frozenset(one for one in wanting for holder in there if not may_share(one, holder))
