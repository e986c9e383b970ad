"""SIP2xx: why an address that is held cannot be joined."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kubectl_sharedip.diagnose.view import found
from kubectl_sharedip.metallb.facts import address_fact, selector_text, service_fact
from kubectl_sharedip.metallb.sharing import AddressConflict, Conflict, SharingRule, backend_key, sharing_key
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Finding, Value
from kubectl_sharedip.model.proof import Fact, Proof
from kubectl_sharedip.model.service import Service

CODE_OF_RULE = {
    SharingRule.HOLDER_HAS_KEY: "SIP202",
    SharingRule.REQUESTER_HAS_KEY: "SIP201",
    SharingRule.KEYS_EQUAL: "SIP203",
    SharingRule.POLICIES_EQUAL: "SIP204",
    SharingRule.LOCAL_SELECTORS_EQUAL: "SIP205",
    SharingRule.PORTS_FREE: "SIP206",
}
_SOURCE = "internal/allocator/allocator.go checkSharing"


def conflict_findings(
    state: State, service: Service, conflict: AddressConflict, asked: tuple[Fact, ...]
) -> Iterator[Finding]:
    """One finding a rule that fails on this address, in MetalLB's order, with all its holders.

    ``asked`` are the facts that make this the address in question.
    """
    for rule in SharingRule:
        failing = tuple(one for one in conflict.conflicts if one.rule is rule)
        if not failing:
            continue
        holders = tuple(sorted({one.holder for one in failing}))
        held = tuple(address_fact(state.services[name]) for name in holders if name in state.services)
        compared = tuple(dict.fromkeys(fact for one in failing for fact in one.facts))
        values = {
            "address": str(conflict.address),
            "holders": tuple(str(holder) for holder in holders),
            **_VALUES[rule](state, service, failing),
        }
        yield found(
            CODE_OF_RULE[rule],
            values,
            facts=(*asked, *held, *compared),
            holders=holders,
            proof=_proof(rule, asked, held, compared),
            cause=True,
        )


def terminating_holders(state: State, conflict: AddressConflict) -> Iterator[Finding]:
    """SIP705: a holder that is being deleted and kept by a finalizer."""
    for name in conflict.holders:
        holder = state.services.get(name)
        if holder is not None and holder.terminating:
            finalizers = ",".join(holder.finalizers)
            yield found(
                "SIP705",
                {
                    "address": str(conflict.address),
                    "holders": (str(name),),
                    "finalizers": holder.finalizers,
                },
                facts=(
                    service_fact(holder, "metadata.deletionTimestamp", holder.deleted_at),
                    service_fact(holder, "metadata.finalizers", finalizers or None),
                ),
                holders=(name,),
                cause=True,
            )


def _proof(
    rule: SharingRule, asked: tuple[Fact, ...], held: tuple[Fact, ...], compared: tuple[Fact, ...]
) -> Proof:
    wants = Proof(rule="wants-address", source="controller/service.go allocateIPs", facts=asked)
    holds = Proof(rule="address-is-held", source=_SOURCE, facts=held)
    name = rule.name.lower().replace("_", "-")
    premises = (wants, holds) if asked else (holds,)
    return Proof(rule=name, source=_SOURCE, facts=compared, because=premises)


def _key_values(state: State, service: Service, failing: tuple[Conflict, ...]) -> dict[str, Value]:
    keys = {_key_of(state, one) for one in failing}
    return {"key": sharing_key(service, state.version), "holder_key": tuple(sorted(keys))}


def _key_of(state: State, conflict: Conflict) -> str:
    allocation = state.ledger.allocation(conflict.holder)
    return allocation.terms.sharing_key if allocation else ""


def _policy_values(state: State, service: Service, failing: tuple[Conflict, ...]) -> dict[str, Value]:
    # Local without a selector counts as Cluster, so what counts is the backend key.
    own = "Local" if backend_key(service) else "Cluster"
    return {"policy": own, "holder_policy": "Cluster" if own == "Local" else "Local"}


def _selector_values(state: State, service: Service, failing: tuple[Conflict, ...]) -> dict[str, Value]:
    holders = [state.services[one.holder] for one in failing if one.holder in state.services]
    selectors = tuple(sorted({selector_text(holder) for holder in holders}))
    return {"selector": selector_text(service), "holder_selector": selectors}


def _port_values(state: State, service: Service, failing: tuple[Conflict, ...]) -> dict[str, Value]:
    return {"clashes": tuple(f"{port} by {one.holder}" for one in failing for port in one.ports)}


def _no_values(state: State, service: Service, failing: tuple[Conflict, ...]) -> dict[str, Value]:
    return {}


_VALUES: dict[SharingRule, Callable[[State, Service, tuple[Conflict, ...]], dict[str, Value]]] = {
    SharingRule.HOLDER_HAS_KEY: _no_values,
    SharingRule.REQUESTER_HAS_KEY: _no_values,
    SharingRule.KEYS_EQUAL: _key_values,
    SharingRule.POLICIES_EQUAL: _policy_values,
    SharingRule.LOCAL_SELECTORS_EQUAL: _selector_values,
    SharingRule.PORTS_FREE: _port_values,
}
