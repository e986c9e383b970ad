"""A plan whose edits follow from a run that a journal keeps, as a value.

Nothing was searched for: to take a run back, and to finish it, there is one way each.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import NO_COST, Edit, Effect, Goal, Loss, Way
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.results import Stale


@frozen
class NotAsBefore:
    """A Service that had ``before`` ahead of the plan, and does not certainly come to have it again.

    ``before`` is empty where it waited. ``after`` has each list that may come; ``holders`` are the
    others that are on those addresses now.
    """

    service: ServiceName
    before: tuple[Address, ...]
    after: tuple[tuple[Address, ...], ...]
    holders: tuple[ServiceName, ...]


@frozen
class GivenPlan:
    """Edits that follow from a run, with what comes of them.

    ``stale`` says why there are none: what somebody else changed. ``gone`` are Services that are no
    longer there, so that nothing is done about them; ``unforetold`` what finishing the run would do
    and the run did not foretell. ``not_as_before`` are those that do not certainly come to have
    what they had before the run; ``makes_way`` are those that go without their sharing key meanwhile,
    so that somebody else keeps an address. ``complete`` is False where more ends were possible than
    could be followed.
    """

    edits: tuple[Edit, ...]
    effects: tuple[Effect, ...]
    losses: tuple[Loss, ...]
    relied_on: tuple[Fact, ...]
    stale: tuple[Stale, ...]
    gone: tuple[ServiceName, ...]
    unforetold: tuple[Effect, ...]
    not_as_before: tuple[NotAsBefore, ...]
    makes_way: tuple[ServiceName, ...]
    complete: bool


NO_EDITS = GivenPlan(
    edits=(),
    effects=(),
    losses=(),
    relied_on=(),
    stale=(),
    gone=(),
    unforetold=(),
    not_as_before=(),
    makes_way=(),
    complete=True,
)


def way_of(
    edits: tuple[Edit, ...],
    effects: tuple[Effect, ...],
    losses: tuple[Loss, ...],
    named: Sequence[ServiceName] = (),
) -> Way:
    """The edits as a way that needs no leave and is weighed against no other.

    Its goal only names a Service: the first of ``named``, else of those that are edited or change.
    """
    concerned = (*named, *(edit.service for edit in edits), *(effect.service for effect in effects))
    return Way(
        goal=Goal(service=concerned[0] if concerned else ServiceName("", "")),
        edits=edits,
        effects=effects,
        joins=(),
        needs=(),
        cost=NO_COST,
        losses=losses,
    )
