"""A plan: the edits, what they would move, what they rest on, and what they need leave for.

A plan is a value that can be shown, saved, reviewed and refused; making one touches nothing.
"""

from __future__ import annotations

from typing import Literal

from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.allowance import Allowance
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.proof import Fact

#: The annotation that means nothing and is flipped to make MetalLB look.
WOKEN = "sharedip/woken"


@frozen
class Operation:
    """One field of an edit. ``value`` None removes it; ``was`` None says that it was not there.

    ``path`` are the steps from the top of the object (``("metadata", "annotations", KEY)``).
    """

    path: tuple[str, ...]
    value: str | None
    was: str | None

    @property
    def op(self) -> str:
        """``add``, ``replace`` or ``remove``, as JSON Patch names them."""
        if self.value is None:
            return "remove"
        return "add" if self.was is None else "replace"


@frozen
class Edit:
    """What is done to one Service, in one merge patch.

    ``wakes_only`` marks the edit that changes nothing but makes MetalLB look again; it is sent
    only where MetalLB has not acted by itself.
    """

    service: ServiceName
    resource_version: str | None
    owner: str | None
    operations: tuple[Operation, ...]
    wakes_only: bool = False


@frozen
class Effect:
    """What happens to the addresses of one Service. ``after`` has each list that may come."""

    service: ServiceName
    before: tuple[Address, ...]
    after: tuple[tuple[Address, ...], ...]

    @property
    def certain(self) -> bool:
        """Whether only one end is possible."""
        return len(self.after) == 1


@frozen(order=True)
class Cost:
    """What a plan costs, in the order in which costs are compared."""

    live_addresses: int  # lost, moved or no longer announced
    left_pending: int
    requests_given_up: int
    others_edited: int
    policies_changed: int
    services_edited: int
    fields_edited: int


NO_COST = Cost(
    live_addresses=0,
    left_pending=0,
    requests_given_up=0,
    others_edited=0,
    policies_changed=0,
    services_edited=0,
    fields_edited=0,
)


LossKind = Literal["request", "pool-request", "policy", "health-check-port", "live-address", "announcement"]


@frozen
class Loss:
    """Something that a way gives up. ``value`` is what it was."""

    kind: LossKind
    service: ServiceName
    value: str


@frozen
class Goal:
    """What one named Service is to get: with nothing but ``service``, any address.

    One of these may narrow it: ``share_with``, the address of that Service; ``addresses``, these
    and no other, one a family; ``separate``, an address that nobody else is on; ``pin``, the
    present address written down as a request. ``key`` is the sharing key to use where one is needed.
    """

    service: ServiceName
    share_with: ServiceName | None = None
    addresses: tuple[Address, ...] = ()
    separate: bool = False
    pin: bool = False
    key: str | None = None

    @property
    def leaves_its_address(self) -> bool:
        """Whether the goal itself says that the Service may give up the address that it has."""
        return self.separate or bool(self.addresses)


@frozen
class Way:
    """One way to a goal: edits in the order in which they are made, with their consequences.

    ``joins`` are the Services with which the named one then shares, in every end. ``between`` has what
    Services may have for a while, between the edits, where that was looked at.
    """

    goal: Goal
    edits: tuple[Edit, ...]
    effects: tuple[Effect, ...]
    joins: tuple[ServiceName, ...]
    needs: tuple[Allowance, ...]
    cost: Cost
    losses: tuple[Loss, ...]
    between: tuple[Effect, ...] = ()


@frozen
class Blocked:
    """A finding that no plan can get past: its code."""

    code: str
    service: ServiceName


@frozen
class Plan:
    """The answer to a goal.

    ``chosen`` is None where no plan may be carried out under the allowances given. ``ways`` lists
    every way that loses less than another, the cheapest first, with what each needs; those of a
    full pool join somebody who was not named, so they have goals of their own. A chosen way
    without edits says that nothing has to be done. ``relied_on`` are the facts that must still
    hold when the chosen way is gone. ``complete`` is False where more ends were possible than
    could be followed.
    """

    goal: Goal
    chosen: Way | None
    ways: tuple[Way, ...]
    blocked: tuple[Blocked, ...]
    relied_on: tuple[Fact, ...]
    complete: bool = True
