"""May two Services hold one address?

MetalLB checks these rules in this order and stops at the first that fails; then it drops the
reason and says "can't change sharing key", or, with a port, "port is already in use". Here every
rule that fails is kept. Source: ``internal/allocator/allocator.go`` (checkSharing, sharingOK),
``internal/allocator/k8salloc/k8salloc.go`` (BackendKey, Ports). Unchanged from v0.9 to v0.16.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from kubectl_sharedip.metallb.annotations import SHARING_KEY, value_in_force
from kubectl_sharedip.metallb.facts import key_fact, policy_fact, port_fact, selector_fact, selector_text
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.service import Service, ServicePort

SOURCE = "internal/allocator/allocator.go checkSharing"


class SharingRule(Enum):
    """The rules by which MetalLB lets two Services share, in MetalLB's order."""

    HOLDER_HAS_KEY = 1
    REQUESTER_HAS_KEY = 2
    KEYS_EQUAL = 3
    POLICIES_EQUAL = 4
    LOCAL_SELECTORS_EQUAL = 5
    PORTS_FREE = 6


@frozen
class Terms:
    """What a Service brings to an address: the only things that MetalLB compares."""

    service: ServiceName
    sharing_key: str
    backend_key: str
    ports: tuple[ServicePort, ...]


@frozen
class Conflict:
    """One rule that keeps a Service from joining one holder.

    ``ports`` are the clashing ones, in the order of the requester's spec, for PORTS_FREE only.
    """

    rule: SharingRule
    holder: ServiceName
    ports: tuple[ServicePort, ...] = ()
    facts: tuple[Fact, ...] = ()


@frozen
class AddressConflict:
    """Why an address cannot be joined: every rule that fails, with every holder."""

    address: Address
    holders: tuple[ServiceName, ...]
    conflicts: tuple[Conflict, ...]

    @property
    def decisive(self) -> SharingRule:
        """The rule at which MetalLB stops."""
        return min((conflict.rule for conflict in self.conflicts), key=lambda rule: rule.value)

    @property
    def by_port(self) -> bool:
        """Whether only ports stand in the way."""
        return self.decisive is SharingRule.PORTS_FREE


def sharing_key(service: Service, version: Version) -> str:
    """The key by which it offers to share, byte for byte; empty where it does not."""
    return value_in_force(service, SHARING_KEY, version)


def backend_key(service: Service) -> str:
    """What stands for the pods behind it: the selector under policy Local, else nothing.

    Local without a selector counts as Cluster. The namespace is not part of it.
    """
    return selector_text(service) if service.external_traffic_policy == "Local" else ""


def terms_of(service: Service, version: Version) -> Terms:
    """What this Service would bring to an address now."""
    return Terms(
        service=service.name,
        sharing_key=sharing_key(service, version),
        backend_key=backend_key(service),
        ports=service.ports,
    )


def still_brings(service: Service, terms: Terms, version: Version) -> bool:
    """Whether these are ``terms_of`` the Service, as far as there is anything to compare."""
    return (
        terms.ports == service.ports
        and terms.sharing_key == sharing_key(service, version)
        and terms.backend_key == backend_key(service)
    )


def failing_rules(requester: Terms, holder: Terms) -> tuple[tuple[SharingRule, tuple[ServicePort, ...]], ...]:
    """Every rule that keeps the requester off the holder's address, in MetalLB's order.

    With each comes the requester's clashing ports (for PORTS_FREE, else empty).
    """
    failing: list[tuple[SharingRule, tuple[ServicePort, ...]]] = []
    if not holder.sharing_key:
        failing.append((SharingRule.HOLDER_HAS_KEY, ()))
    if not requester.sharing_key:
        failing.append((SharingRule.REQUESTER_HAS_KEY, ()))
    if holder.sharing_key and requester.sharing_key and holder.sharing_key != requester.sharing_key:
        failing.append((SharingRule.KEYS_EQUAL, ()))
    if holder.backend_key != requester.backend_key:
        both_local = bool(holder.backend_key and requester.backend_key)
        rule = SharingRule.LOCAL_SELECTORS_EQUAL if both_local else SharingRule.POLICIES_EQUAL
        failing.append((rule, ()))
    held = set(holder.ports)
    clashing = tuple(port for port in requester.ports if port in held)
    if clashing:
        failing.append((SharingRule.PORTS_FREE, clashing))
    return tuple(failing)


def first_failing(requester: Terms, holder: Terms) -> SharingRule | None:
    """The rule at which MetalLB stops: the first of ``failing_rules``, for whoever asks of thousands."""
    if not holder.sharing_key:
        return SharingRule.HOLDER_HAS_KEY
    if not requester.sharing_key:
        return SharingRule.REQUESTER_HAS_KEY
    return None if may_share(requester, holder) else failing_rules(requester, holder)[0][0]


def may_share(requester: Terms, holder: Terms) -> bool:
    """Whether MetalLB lets the requester onto an address that the holder is on."""
    return (
        bool(requester.sharing_key)
        and requester.sharing_key == holder.sharing_key
        and requester.backend_key == holder.backend_key
        and not any(port in holder.ports for port in requester.ports)
    )


def may_all_share(several: Sequence[Terms]) -> bool:
    """Whether MetalLB lets each of them onto an address that all the others are on, seen at one go.

    Of one that names a port twice it is not seen: False says nothing.
    """
    first, *others = several
    if not others:
        return True
    alike = all(
        one.sharing_key == first.sharing_key and one.backend_key == first.backend_key for one in others
    )
    ports = [(port.number, port.protocol) for one in several for port in one.ports]
    return bool(first.sharing_key) and alike and len(set(ports)) == len(ports)


def conflict_facts(
    rule: SharingRule, requester: Service, holder: Service, version: Version
) -> tuple[Fact, ...]:
    """The fields of both Services that the rule compares, the holder's first."""
    if rule in (SharingRule.HOLDER_HAS_KEY, SharingRule.REQUESTER_HAS_KEY, SharingRule.KEYS_EQUAL):
        return (key_fact(holder, version), key_fact(requester, version))
    if rule is SharingRule.PORTS_FREE:
        clashing = [port for port in requester.ports if port in holder.ports]
        return (
            *(port_fact(holder, port) for port in clashing),
            *(port_fact(requester, port) for port in clashing),
        )
    return (
        policy_fact(holder),
        selector_fact(holder),
        policy_fact(requester),
        selector_fact(requester),
    )
