"""What would help: the ways that were found and simulated, and what only a person can change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kubectl_sharedip.model.finding import Diagnosis, Finding, Value
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Plan, Way
from kubectl_sharedip.report.commands import InForce, fix_command, kubectl_command
from kubectl_sharedip.report.envelope import Document
from kubectl_sharedip.report.ways import way_summary

Hands = Callable[[Finding, ServiceName, InForce], tuple[str, str]]


Remedies = tuple[Sequence[Document], ...]
"""The remedies of one diagnosis, a list for each of its findings, in their order."""


def remedies_of(diagnosis: Diagnosis, plan: Plan | None, flags: InForce) -> Remedies:
    """The remedies for each cause: first what ``fix`` would do, then what is done by hand.

    A way that was found reaches the goal, so it leaves nothing standing, and is told once, with the
    first cause; a change by hand clears its own finding and leaves the other causes.
    """
    ways: Sequence[Way] = () if plan is None else (*([plan.chosen] if plan.chosen else []), *plan.ways)
    codes = {finding.code for finding in diagnosis.findings if finding.cause}
    found: list[Sequence[Document]] = []
    for finding in diagnosis.findings:
        remedies = [] if any(found) else [_way_form(way, flags) for way in ways if way.edits]
        hands = _BY_HAND.get(finding.code)
        if hands is not None:
            summary, command = hands(finding, diagnosis.service, flags)
            rest = sorted(codes - {finding.code})
            remedies.append({"summary": summary, "command": command, "needs": [], "leaves": rest})
        found.append(remedies if finding.cause else ())
    return tuple(found)


def _way_form(way: Way, flags: InForce) -> Document:
    return {
        "summary": way_summary(way, losses_follow=False),
        "command": fix_command(way.goal, way.needs, flags),
        "needs": list(way.needs),
        "leaves": [],
    }


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _service(words: list[str], service: ServiceName, flags: InForce) -> str:
    return kubectl_command([*words, f"svc/{service.name}", "-n", service.namespace], flags)


def _more_room(finding: Finding, service: ServiceName, flags: InForce) -> tuple[str, str]:
    # Of other pools the facts tell another field: those would not be given out were they larger.
    pool = next((f.object for f in finding.facts if f.field == "spec.addresses"), None)
    if pool is None:
        return "Add a pool, or a range to one", kubectl_command(["get", "ipaddresspools", "-A"], flags)
    words = ["edit", f"ipaddresspool/{pool.name}", "-n", pool.namespace]
    return f"Add a range to pool {pool.name} (its owner decides)", kubectl_command(words, flags)


def _no_pool(finding: Finding, service: ServiceName, flags: InForce) -> tuple[str, str]:
    return "Create an IPAddressPool", kubectl_command(["get", "ipaddresspools", "-A"], flags)


def _rejected(finding: Finding, service: ServiceName, flags: InForce) -> tuple[str, str]:
    return "Mend the pools: MetalLB accepts all or none", kubectl_command(
        ["get", "ipaddresspools", "-A", "-o", "yaml"], flags
    )


def _type(finding: Finding, service: ServiceName, flags: InForce) -> tuple[str, str]:
    patch = '{"spec":{"type":"LoadBalancer"}}'
    words = ["patch", f"svc/{service.name}", "-n", service.namespace, "--type", "merge", "-p", patch]
    return "Make it a LoadBalancer Service, if it is to have an address", kubectl_command(words, flags)


def _class(finding: Finding, service: ServiceName, flags: InForce) -> tuple[str, str]:
    return (
        "Create it anew with another loadBalancerClass, which can be set only at creation",
        _service(["get", "-o", "yaml"], service, flags),
    )


def _ports(finding: Finding, service: ServiceName, flags: InForce) -> tuple[str, str]:
    return (
        f"Serve on other ports than those that are taken ({_text(finding.values['clashes'])})",
        _service(["edit"], service, flags),
    )


def _controller(finding: Finding, service: ServiceName, flags: InForce) -> tuple[str, str]:
    namespace = finding.facts[0].object.namespace
    return "See why MetalLB's controller is not ready", kubectl_command(
        ["get", "pods", "-n", namespace, "-o", "wide"], flags
    )


_BY_HAND: dict[str, Hands] = {
    "SIP403": _controller,
    "SIP206": _ports,
    "SIP301": _no_pool,
    "SIP302": _more_room,
    "SIP305": _more_room,
    "SIP306": _more_room,
    "SIP307": _more_room,
    "SIP308": _rejected,
    "SIP401": _class,
    "SIP405": _type,
}
