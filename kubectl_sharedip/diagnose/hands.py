"""SIP404, SIP701 and SIP703: MetalLB's own word on its configuration, and other hands in the status."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kubectl_sharedip.diagnose.view import Check, View, found
from kubectl_sharedip.metallb.facts import address_fact, ranges_fact, service_fact
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.names import ObjectRef
from kubectl_sharedip.model.others import ConfigurationState
from kubectl_sharedip.model.proof import Fact, Proof
from kubectl_sharedip.model.snapshot import Snapshot

_CONFIGURATION_STATES = Version(0, 15, 3)
_CLEANUP = "service.kubernetes.io/load-balancer-cleanup"

# Those that are known to write addresses. Others write conditions, or wrote once by hand, and which
# fields were theirs is not read.
_WRITERS = re.compile(
    r"(.+-)?cloud-controller-manager|kube-controller-manager|k3s|rke2|kube-vip(-.+)?|cloud-provider-kind"
)


def _tells_its_state(view: View) -> bool:
    """Whether this MetalLB may have ConfigurationStates: earlier versions know none."""
    return not view.state.installation.exact or view.state.version >= _CONFIGURATION_STATES


def _configuration_invalid(view: View) -> Iterator[Finding]:
    """SIP404. What the speakers think matters to a Service that has an address to announce."""
    for state in _invalid(view.snapshot, view.state):
        if state.component == "controller" or not view.pending:
            yield _invalid_as(state, cause=view.pending)


def configurations_invalid(snapshot: Snapshot, state: State) -> Iterator[Finding]:
    """SIP404 of every component of this MetalLB, whichever Services it concerns."""
    yield from (_invalid_as(one, cause=False) for one in _invalid(snapshot, state))


def _invalid(snapshot: Snapshot, state: State) -> Iterator[ConfigurationState]:
    own = state.installation.namespace
    for one in snapshot.configuration_states:
        if one.result == "Invalid" and (not own or one.namespace == own):
            yield one


def _invalid_as(state: ConfigurationState, *, cause: bool) -> Finding:
    object_ = ObjectRef("ConfigurationState", state.namespace, state.name)
    facts = (
        Fact(object=object_, field="status.result", value=state.result),
        Fact(object=object_, field="status.errorSummary", value=state.summary or None),
    )
    source = "internal/k8s/controllers/configuration_state_controller.go"
    return found(
        "SIP404",
        {"component": state.name, "because": state.summary},
        facts=facts,
        proof=Proof(rule="configuration-accepted", source=source, facts=facts),
        cause=cause,
    )


def _two_controllers(view: View) -> Iterator[Finding]:
    """SIP701. A finalizer alone may be left over: it speaks against a Service that waits, as possible."""
    marks = [
        *_servicelb(view),
        *_hostnames(view),
        *_managers(view),
        *_twins(view),
    ]
    certain = bool(marks)
    finalizers = view.service.finalizers
    if _CLEANUP in finalizers and (certain or view.pending):
        field = f"metadata.finalizers[{finalizers.index(_CLEANUP)}]"
        marks.append(("finalizer", service_fact(view.service, field, _CLEANUP)))
    if marks:
        yield found(
            "SIP701",
            {"marks": tuple(dict.fromkeys(name for name, _ in marks))},
            facts=tuple(dict.fromkeys(fact for _, fact in marks)),
            cause=certain,
            certain=certain,
        )


def _servicelb(view: View) -> Iterator[tuple[str, Fact]]:
    for proxy in view.snapshot.node_proxies:
        if proxy.service == view.service.name:
            object_ = ObjectRef("DaemonSet", proxy.namespace, proxy.name)
            field = 'metadata.labels["svccontroller.k3s.cattle.io/svcname"]'
            yield "servicelb", Fact(object=object_, field=field, value=proxy.service.name)


def _hostnames(view: View) -> Iterator[tuple[str, Fact]]:
    """MetalLB writes addresses only, and takes such an entry away whenever it writes."""
    for place, entry in enumerate(view.service.ingress):
        if entry.hostname:
            field = f"status.loadBalancer.ingress[{place}].hostname"
            yield "hostname", service_fact(view.service, field, entry.hostname)


@lru_cache(maxsize=1000)  # the same few stand on every Service
def _is_writer(manager: str) -> bool:
    return _WRITERS.fullmatch(manager) is not None


def _managers(view: View) -> Iterator[tuple[str, Fact]]:
    for place, manager in enumerate(view.service.managers):
        if manager.subresource == "status" and _is_writer(manager.name):
            field = f"metadata.managedFields[{place}].manager"
            yield "manager", service_fact(view.service, field, manager.name)


def _twins(view: View) -> Iterator[tuple[str, Fact]]:
    """Another MetalLB that serves the same class; one that does not run does no harm."""
    own = view.state.installation
    for other in view.snapshot.installations:
        if other != own and other.lb_class == own.lb_class and other.controller_ready is not False:
            for one in (own, other):
                object_ = ObjectRef("Deployment", one.namespace, one.deployment or "controller")
                fact = Fact(object=object_, field="--lb-class", value=one.lb_class)
                yield "two-metallbs", fact


def _foreign_address(view: View) -> Iterator[Finding]:
    """SIP703. Where the pools are rejected, those in force are not known."""
    if view.rests:
        return
    held = view.held
    pools = view.state.pools
    foreign = tuple(address for address in held if pools.containing(address) is None)
    if foreign and not view.state.faults:
        ranges = (ranges_fact(pool.resource) for _, pool in sorted(pools.by_name.items()))
        yield found(
            "SIP703",
            {"addresses": tuple(map(str, foreign))},
            facts=(address_fact(view.service), *ranges),
        )


def _all_valid(snapshot: Snapshot, state: State) -> bool:
    return not any(_invalid(snapshot, state))


CHECKS = (
    Check(codes=("SIP404",), look=_configuration_invalid, arises=_tells_its_state, nowhere=_all_valid),
    Check(codes=("SIP701",), look=_two_controllers, proves=True),
    Check(codes=("SIP703",), look=_foreign_address, of="assigned"),
)
