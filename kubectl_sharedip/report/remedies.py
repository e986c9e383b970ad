"""What would help: the ways that were found and simulated, and what only a person can change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kubectl_sharedip.model.finding import Diagnosis, Finding, Value
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Plan, Way
from kubectl_sharedip.report.commands import InForce, fix_command, kubectl_command
from kubectl_sharedip.report.envelope import Document
from kubectl_sharedip.report.ways import way_summary

Hands = Callable[[Finding, ServiceName, InForce], tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedies:
    """The remedies of one diagnosis, by the code of the finding that they clear."""

    by_code: dict[str, list[Document]]


def remedies_of(diagnosis: Diagnosis, plan: Plan | None, flags: InForce) -> Remedies:
    """The remedies for each cause: first what ``fix`` would do, then what is done by hand.

    A way that was found reaches the goal, so it leaves nothing standing; a change by hand clears
    its own finding and leaves the other causes.
    """
    causes = [finding for finding in diagnosis.findings if finding.cause]
    by_code: dict[str, list[Document]] = {}
    ways: Sequence[Way] = () if plan is None else (*([plan.chosen] if plan.chosen else []), *plan.ways)
    if causes:
        by_code[causes[0].code] = [_way_form(way, flags) for way in ways if way.edits]
    for cause in causes:
        hands = _BY_HAND.get(cause.code)
        if hands is not None:
            summary, command = hands(cause, diagnosis.service, flags)
            rest = sorted({other.code for other in causes if other.code != cause.code})
            form = {"summary": summary, "command": command, "needs": [], "leaves": rest}
            by_code.setdefault(cause.code, []).append(form)
    return Remedies(by_code=by_code)


def _way_form(way: Way, flags: InForce) -> Document:
    return {
        "summary": way_summary(way),
        "command": fix_command(way.goal, way.needs, flags),
        "needs": list(way.needs),
        "leaves": [],
    }


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _service(words: list[str], service: ServiceName, flags: InForce) -> str:
    return kubectl_command([*words, f"svc/{service.name}", "-n", service.namespace], flags)


def _more_room(finding: Finding, service: ServiceName, flags: InForce) -> tuple[str, str]:
    pool = next((f.object for f in finding.facts if f.object.kind == "IPAddressPool"), None)
    if pool is None:
        return "add a pool, or a range to one", kubectl_command(["get", "ipaddresspools", "-A"], flags)
    words = ["edit", f"ipaddresspool/{pool.name}", "-n", pool.namespace]
    return f"add a range to pool {pool.name} (its owner decides)", kubectl_command(words, flags)


def _no_pool(finding: Finding, service: ServiceName, flags: InForce) -> tuple[str, str]:
    return "create an IPAddressPool", kubectl_command(["get", "ipaddresspools", "-A"], flags)


def _rejected(finding: Finding, service: ServiceName, flags: InForce) -> tuple[str, str]:
    return "mend the pools: MetalLB accepts all or none", kubectl_command(
        ["get", "ipaddresspools", "-A", "-o", "yaml"], flags
    )


def _type(finding: Finding, service: ServiceName, flags: InForce) -> tuple[str, str]:
    patch = '{"spec":{"type":"LoadBalancer"}}'
    words = ["patch", f"svc/{service.name}", "-n", service.namespace, "--type", "merge", "-p", patch]
    return "make it a LoadBalancer Service, if it is to have an address", kubectl_command(words, flags)


def _class(finding: Finding, service: ServiceName, flags: InForce) -> tuple[str, str]:
    return (
        "loadBalancerClass can be set only when a Service is created: delete it and create it anew",
        _service(["get", "-o", "yaml"], service, flags),
    )


def _ports(finding: Finding, service: ServiceName, flags: InForce) -> tuple[str, str]:
    return (
        f"or serve on another port (taken: {_text(finding.values['clashes'])})",
        _service(["edit"], service, flags),
    )


_BY_HAND: dict[str, Hands] = {
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
