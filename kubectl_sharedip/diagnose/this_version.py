"""SIP503 and SIP505: what this version of MetalLB does to a Service that sits well."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from kubectl_sharedip.diagnose.spelling import no_old_prefix
from kubectl_sharedip.diagnose.view import Check, View, found
from kubectl_sharedip.metallb.annotations import OLD_PREFIX, annotation_field
from kubectl_sharedip.metallb.facts import address_fact, service_fact
from kubectl_sharedip.metallb.outcomes import Assigned
from kubectl_sharedip.metallb.sharing import may_share, terms_of
from kubectl_sharedip.metallb.state import State, held_by, status_addresses
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.same import Same
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Snapshot

if TYPE_CHECKING:
    from kubectl_sharedip.metallb.settle import Settled


def _restart_may_steal(view: View) -> Iterator[Finding]:
    """SIP503. Only whoever waits can take an address, so without one nothing is followed."""
    state, service = view.state, view.service
    held = status_addresses(service)
    keeps = isinstance(view.outcome, Assigned) and view.outcome.addresses == held
    if state.version.assigned_first or state.blind or not keeps:
        return
    waits = (one for one in state.services.values() if one.type == "LoadBalancer" and not one.ingress)
    if next(waits, None) is None:
        return
    takers = sorted(
        {
            other
            for end in _after_restart(Same(state)).ends
            for address in held
            for other in end.ledger.holders(address)
            if other != service.name
            and address not in held_by(state, other)
            # Before 0.13.8 it keeps showing the address that another was given as well.
            and (held_by(end, service.name) != held or not _may_share(state, other, service))
        }
    )
    if takers:
        yield found(
            "SIP503",
            {
                "addresses": tuple(map(str, held)),
                "takers": tuple(map(str, takers)),
                "version": str(state.version),
            },
            facts=(address_fact(service), *(address_fact(state.services[taker]) for taker in takers)),
            holders=tuple(takers),
            certain=state.installation.exact,
        )


def _may_share(state: State, other: ServiceName, service: Service) -> bool:
    version = state.version
    return may_share(terms_of(state.services[other], version), terms_of(service, version))


@lru_cache(maxsize=1)  # one restart serves all Services of a cluster
def _after_restart(same: Same[State]) -> Settled:
    from kubectl_sharedip.metallb.edits import Restart  # newer versions are not followed at all
    from kubectl_sharedip.metallb.settle import settle, unrested

    return settle(same.value, [Restart()], unrested(same.value))


def _status_rewritten(view: View) -> Iterator[Finding]:
    """SIP505. The API server fills in ipMode, which MetalLB leaves out and so finds changed."""
    service = view.service
    old = sorted(key for key in service.annotations if key.startswith(OLD_PREFIX))
    if not old or not view.state.version.warns_of_old_annotations:
        return
    if view.state.defaults_ip_mode or any(entry.ip_mode for entry in service.ingress):
        facts = tuple(service_fact(service, annotation_field(k), service.annotations[k]) for k in old)
        yield found("SIP505", {"annotations": tuple(old)}, facts=(address_fact(service), *facts))


def _assigned_come_first(snapshot: Snapshot, state: State) -> bool:
    return state.version.assigned_first


CHECKS = (
    Check(codes=("SIP503",), look=_restart_may_steal, of="assigned", nowhere=_assigned_come_first),
    Check(codes=("SIP505",), look=_status_rewritten, of="assigned", nowhere=no_old_prefix),
)
