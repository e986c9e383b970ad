"""What would help: the ways that were found and simulated, and what only a person can change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Diagnosis, Finding
from kubectl_sharedip.model.names import ObjectRef, ServiceName
from kubectl_sharedip.model.plan import Plan, Way
from kubectl_sharedip.plan.rewrites import Rewrites
from kubectl_sharedip.report.by_hand import ALWAYS, BESIDE_CAUSES, BY_HAND, About, ByHand
from kubectl_sharedip.report.commands import InForce, fix_command, kubectl_command
from kubectl_sharedip.report.envelope import Document
from kubectl_sharedip.report.ways import way_summary

Remedies = tuple[Sequence[Document], ...]
"""The remedies of one diagnosis, a list for each of its findings, in their order."""

# Each of these would give the Service an address: where it has one by another way, they matter no more.
_ALTERNATIVES = frozenset({"SIP109", "SIP110", "SIP112", "SIP115", "SIP311"})
# What is wrong with the cluster is so whatever becomes of the Service.
_OF_THE_CLUSTER = frozenset({"SIP308", "SIP402", "SIP403", "SIP404", "SIP701"})
_ONE_FAULT = frozenset({"SIP308", "SIP404"})
_NO_ROOM = frozenset({"SIP302", "SIP307"})


def remedies_of(
    diagnosis: Diagnosis,
    plan: Plan | None,
    flags: InForce,
    *,
    state: State | None,
    waits: bool,
    rewrites: Rewrites,
) -> Remedies:
    """The remedies for each cause: first what ``fix`` would do, then what is done by hand.

    Arguments: what is found; the plan, None where there can be none; the flags in force; the view of
    the MetalLB that handles the Service; whether it waits for an address; what may be written into it
    by hand. A way that was found reaches the goal, so it leaves nothing standing, and is told once,
    with the first cause.
    """
    ways: Sequence[Way] = () if plan is None else (*([plan.chosen] if plan.chosen else []), *plan.ways)
    found: list[Sequence[Document]] = []
    told = False
    for finding in diagnosis.findings:
        remedies: list[Document] = []
        if finding.cause and not told:
            remedies.extend(_way_form(way, flags) for way in ways if way.edits)
            told = bool(remedies)
        if _is_told(finding, waits=waits):
            own = tuple(rewrite for clears, rewrite in rewrites if clears is finding)
            about = About(service=diagnosis.service, finding=finding, state=state, rewrites=own)
            remedies.extend(_hand_forms(about, diagnosis.findings, flags))
        found.append(tuple(remedies))
    return tuple(found)


def remedies_for_cluster(
    object_: ObjectRef, finding: Finding, flags: InForce, *, state: State | None
) -> Sequence[Document]:
    """The remedies for what is wrong with MetalLB or one of its pools, whoever asks for an address."""
    if finding.code not in BY_HAND:
        return ()
    name = ServiceName(object_.namespace, object_.name)
    about = About(service=name, finding=finding, state=state, rewrites=())
    return tuple(_hand_forms(about, (finding,), flags))


def _is_told(finding: Finding, *, waits: bool) -> bool:
    beside = finding.code in ALWAYS or (finding.code in BESIDE_CAUSES and not waits)
    return finding.code in BY_HAND and (finding.cause or beside)


def _way_form(way: Way, flags: InForce) -> Document:
    return {
        "summary": way_summary(way, losses_follow=False),
        "command": fix_command(way.goal, way.needs, flags),
        "needs": list(way.needs),
        "leaves": [],
    }


def _hand_forms(about: About, findings: Sequence[Finding], flags: InForce) -> Iterator[Document]:
    for remedy in BY_HAND[about.finding.code](about):
        yield {
            "summary": remedy.summary,
            "command": kubectl_command(remedy.words, flags),
            "needs": [],
            "leaves": sorted(_left(about.finding, remedy, findings)),
        }


def _left(finding: Finding, remedy: ByHand, findings: Sequence[Finding]) -> Iterable[str]:
    """The codes of the other causes that stand when the remedy has done what it is for.

    Not known of what is no cause itself: then none is named.
    """
    if not finding.cause:
        return ()
    causes = {one.code for one in findings if one.cause and one.code != finding.code}
    if finding.code in _ONE_FAULT:
        return causes - _ONE_FAULT  # the pools and the report of them are one fault
    if finding.code in _OF_THE_CLUSTER:
        return causes
    if remedy.clears == "all":
        return causes & _OF_THE_CLUSTER
    if any(one.decisive and one.code in _NO_ROOM and not one.cause for one in findings):
        # It may join on any address: what keeps it from the others does not matter then.
        here = {one.code for one in findings if one.values.get("address") == finding.values.get("address")}
        causes &= here | _OF_THE_CLUSTER
    return causes - _ALTERNATIVES
