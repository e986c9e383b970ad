"""What a check looks at: one Service, and the cluster around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Literal

from kubectl_sharedip.diagnose.catalogue import CATALOGUE
from kubectl_sharedip.metallb.outcomes import Outcome
from kubectl_sharedip.metallb.requests import Request, Unreadable, requested
from kubectl_sharedip.metallb.sharing import sharing_key
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.finding import Finding, Severity, Value
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.proof import Fact, Proof
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Snapshot


@frozen
class View:
    """One Service as its MetalLB sees it, and what MetalLB would do with it now.

    ``rests`` says that it plainly does: it keeps what it asks for, and nobody on its address is against it.
    ``pending`` is whether it is a LoadBalancer Service without an address, ``held`` are the addresses that
    its status shows, ``key`` is its sharing key in force, ``request`` what it asks for.
    """

    snapshot: Snapshot
    state: State
    service: Service
    outcome: Outcome
    rests: bool
    pending: bool
    held: tuple[Address, ...]
    key: str
    request: Request | Unreadable


def view_of(
    snapshot: Snapshot, state: State, service: Service, outcome: Outcome, *, rests: bool = False
) -> View:
    """The view; what nearly every check looks at is looked at here, once. The arguments are its fields."""
    return View(
        snapshot=snapshot,
        state=state,
        service=service,
        outcome=outcome,
        rests=rests,
        pending=service.type == "LoadBalancer" and not any(entry.ip for entry in service.ingress),
        held=status_addresses(service),
        key=sharing_key(service, state.version),
        request=requested(service, state.version),
    )


@frozen
class Check:
    """One small question about one Service.

    ``codes`` are the findings that it can give; what their rows in the catalogue read must have
    been read, or they are listed as skipped and nobody looks. ``nowhere`` says of a whole cluster, at
    the cost of a sweep or less, that there is nothing to find of anybody there: whoever asks about many
    Services need not ask any of them. ``of`` says which Services it is for: those that wait, those that
    have an address, or both; ``arises`` whether there is anything to ask of such a one at all. Where
    there is not, nothing is skipped. With ``proves`` one mark of several is proof enough, so what is
    found counts, whatever else was not read.
    """

    codes: tuple[str, ...]
    look: Callable[[View], Iterator[Finding]]
    of: Literal["pending", "assigned", "both"] = "both"
    arises: Callable[[View], bool] | None = None
    proves: bool = False
    nowhere: Callable[[Snapshot, State], bool] | None = None

    def concerns(self, view: View) -> bool:
        """Whether the Service is one that it is for."""
        if self.of != "both" and (self.of == "pending") is not view.pending:
            return False
        return self.arises is None or self.arises(view)


def found(
    code: str,
    values: dict[str, Value],
    *,
    facts: tuple[Fact, ...] = (),
    holders: tuple[ServiceName, ...] = (),
    proof: Proof | None = None,
    cause: bool = False,
    certain: bool = True,
    severity: Severity | None = None,
) -> Finding:
    """A finding with the severity of its row in the catalogue, unless another is given."""
    return Finding(
        code=code,
        severity=severity or CATALOGUE[code].severity,
        values=MappingProxyType(values),
        facts=facts,
        holders=holders,
        proof=proof,
        cause=cause,
        certain=certain,
    )
