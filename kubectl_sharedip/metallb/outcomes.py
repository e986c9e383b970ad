"""What MetalLB would do with a Service: one type an answer, each with its proof."""

from __future__ import annotations

from typing import Literal

from kubectl_sharedip.metallb.refusals import Refusal
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.proof import Proof

Way = Literal["kept", "requested", "requested-pool", "kept-for-it", "general", "second-family"]
NotHandledBecause = Literal["type", "class", "metallb-absent", "version"]


@frozen
class ForetoldEvent:
    """The event that MetalLB gives. ``message`` is its text for the version in force."""

    reason: str
    type: Literal["Normal", "Warning"]
    message: str


@frozen
class Assigned:
    """The Service gets, or keeps, these addresses (in the order of its status).

    ``complaint`` is what MetalLB refuses beside: a request that cannot be read while the present
    address stays, or a second family that could not be had. ``event`` is what it then says.
    """

    addresses: tuple[Address, ...]
    pool: str
    way: Way
    proof: Proof
    complaint: Refusal | None = None
    event: ForetoldEvent | None = None


@frozen
class Refused:
    """The Service gets no address. ``event`` is None where MetalLB says nothing."""

    refusal: Refusal
    event: ForetoldEvent | None

    @property
    def proof(self) -> Proof:
        """The rule that refuses, with its facts."""
        return self.refusal.proof


@frozen
class OneOf:
    """MetalLB's own choice is random: any of these, two or more."""

    choices: tuple[Assigned, ...]


@frozen
class NotHandled:
    """MetalLB does not look at the Service."""

    because: NotHandledBecause
    proof: Proof


Outcome = Assigned | Refused | OneOf | NotHandled
