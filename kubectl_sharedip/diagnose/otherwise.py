"""What would become of a Service, were one thing about it written otherwise.

This is what tells a slip that costs the Service its address from one that only looks odd.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from kubectl_sharedip.diagnose.view import View
from kubectl_sharedip.metallb.decide import converge, outcome_of
from kubectl_sharedip.metallb.outcomes import Assigned, OneOf, Outcome, Refused
from kubectl_sharedip.model.service import Service


def annotated(service: Service, annotations: Mapping[str, str | None]) -> Service:
    """The Service with these annotations as well; None takes one out."""
    after = {**service.annotations, **annotations}
    kept = {key: value for key, value in after.items() if value is not None}
    return replace(service, annotations=MappingProxyType(kept))


def gains(view: View, changed: Service) -> bool:
    """Whether the Service, so changed, would get what it lacks.

    One that is refused would be given an address; one that has an address would get another, by a
    request that is not heard as it stands.
    """
    then = outcome_of(converge(view.state, changed, explained=False))
    if isinstance(view.outcome, Refused) and view.pending:
        return isinstance(then, Assigned | OneOf)
    if not isinstance(then, Assigned) or then.way not in ("requested", "requested-pool"):
        return False
    return then.addresses not in (view.held, *_lists(view.outcome))


def _lists(outcome: Outcome) -> tuple[object, ...]:
    if isinstance(outcome, OneOf):
        return tuple(choice.addresses for choice in outcome.choices)
    return (outcome.addresses,) if isinstance(outcome, Assigned) else ()
