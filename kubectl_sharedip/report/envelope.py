"""What all documents have in common: where the answer comes from, and its limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kubectl_sharedip.metallb.installed import DEPLOYMENTS, POOLS, installations
from kubectl_sharedip.metallb.versions import parse_version
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.snapshot import Note, Snapshot
from kubectl_sharedip.report.words import note_message

API_VERSION = "sharedip/v1"

Document = dict[str, Any]

_LEAVES_OPEN = {
    "services": "a holder in a namespace that could not be read is not seen",
    "ipaddresspools": "whether a pool has room, and owns an address, is not known",
    "namespaces": "pools that select namespaces by label cannot be judged",
    "events": "MetalLB's own words are not shown",
    "deployments": "MetalLB's version and class are assumed",
    "daemonsets": "whether k3s's servicelb serves a Service too is not known",
    "configurationstates": "whether MetalLB took over its configuration is not known",
    "l2advertisements": "who answers for an address on layer 2 is not known",
    "bgpadvertisements": "who announces an address by BGP is not known",
    "bgppeers": "to whom an address is announced by BGP is not known",
    "servicecidrs": "which IP families a new Service gets is taken from what is there, else IPv4",
    "nodes": "which nodes may announce an address is not known",
    "endpointslices": "whether pods behind a Service are ready, and where, is not known",
    "pods": "on which nodes MetalLB's speaker runs is not known",
    "servicel2statuses": "which node says that it answers on layer 2 is not shown",
    "servicebgpstatuses": "which nodes say that they announce by BGP is not shown",
}


def envelope(
    kind: str, snapshot: Snapshot, notes: Iterable[Note], *, lists_skipped: bool = False
) -> Document:
    """The head of a document, up to ``notes``; items are put in by the caller.

    Arguments: the kind; the snapshot that the answer is made from; the notes of this answer,
    beside those of the snapshot; whether its items say themselves which checks were not made for what the
    files lack.
    """
    source = snapshot.source
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "source": {
            "context": source.context,
            "server": source.server,
            "files": list(source.files),
            "takenAt": source.taken_at,
            "kubernetes": source.kubernetes,
            "metallb": [
                {
                    "namespace": one.namespace or None,
                    "lbClass": one.lb_class,
                    "version": one.version,
                    "exact": one.exact,
                    "how": one.how,
                }
                for one in installations(snapshot)
            ],
            "notRead": [
                {"resource": gap.resource, "namespace": gap.namespace, "reason": gap.reason}
                for gap in snapshot.not_read
            ],
        },
        "items": [],
        "notes": notes_of(snapshot, notes, lists_skipped=lists_skipped),
    }


def notes_of(snapshot: Snapshot, notes: Iterable[Note], *, lists_skipped: bool = False) -> list[Document]:
    """All notes of an answer as documents have them, each once; arguments as of ``envelope``."""
    shown = [
        {"code": note.code, "message": note_message(note)}
        for note in (
            *unread_notes(snapshot, lists_skipped),
            *version_notes(snapshot),
            *snapshot.notes,
            *notes,
        )
    ]
    return list({(n["code"], n["message"]): n for n in shown}.values())


def asked_nobody(kind: str) -> Document:
    """The same head for an answer that neither a cluster nor files were asked for."""
    nothing: Document = {
        "context": None,
        "server": None,
        "files": [],
        "takenAt": None,
        "kubernetes": None,
        "metallb": [],
        "notRead": [],
    }
    return {"apiVersion": API_VERSION, "kind": kind, "source": nothing, "items": [], "notes": []}


def unread_notes(snapshot: Snapshot, lists_skipped: bool = False) -> tuple[Note, ...]:
    """SIP901 for each resource that could not be read, and for what the files do not have.

    With ``lists_skipped`` the answer names checks that want the latter: Services and pools are noted alone.
    """
    refused = (
        Note(
            code="SIP901",
            values={
                "what": gap.resource + (f" of namespace {gap.namespace}" if gap.namespace else ""),
                "reason": gap.reason,
                "open": _left_open(snapshot, gap.resource),
            },
        )
        for gap in snapshot.not_read
        if gap.reason in ("forbidden", "failed") and not snapshot.was_read(gap.resource)
    )
    return (*refused, *_elsewhere(snapshot), *_not_in_files(snapshot, lists_skipped=lists_skipped))


def _left_open(snapshot: Snapshot, resource: str) -> str:
    """What is not known for want of a resource, and who could tell where only MetalLB's place is unknown."""
    found = f": {_LEAVES_OPEN[resource]}" if resource in _LEAVES_OPEN else ""
    if resource == POOLS and POOLS in snapshot.read:
        found += "; give --metallb-namespace if MetalLB is not where it usually is"
    return found


def _elsewhere(snapshot: Snapshot) -> Iterator[Note]:
    """One note of all that was read where MetalLB is, and nowhere else."""
    gaps = [gap for gap in snapshot.not_read if snapshot.was_read(gap.resource)]
    for reason in sorted({gap.reason for gap in gaps}):
        what = [gap.resource for gap in gaps if gap.reason == reason]
        leaves_open = ": MetalLB looks at none there"
        if DEPLOYMENTS in what:
            leaves_open += "; another MetalLB would not be seen"
        told = f"{', '.join(what)} outside MetalLB's namespace"
        yield Note(code="SIP901", values={"what": told, "reason": reason, "open": leaves_open})


def _not_in_files(snapshot: Snapshot, *, lists_skipped: bool) -> Iterator[Note]:
    """One note of the pools, without which nothing is decided, and one of everything else.

    Manifests seldom have more than Services and pools, so what they lack is told in a line. Labels of
    namespaces matter to pools that select by them, and what is assumed of MetalLB has a note of its own.
    """
    gaps = [gap.resource for gap in snapshot.not_read if gap.reason == "not-in-files"]
    if POOLS in gaps:
        yield _lacking(
            POOLS, "which address a Service gets, if any, is not known; give the pools with -f too"
        )
    if lists_skipped:
        gaps = [one for one in gaps if one == "services"]
    allocations = (pool.allocation for pool in snapshot.pools)
    judged = any(allocation and allocation.namespace_selectors for allocation in allocations)
    others = [one for one in gaps if one != POOLS and (one != "namespaces" or judged)]
    assumed = not all(one.exact for one in installations(snapshot))
    if len(others) > 1:
        yield _lacking(", ".join(others), "what they would tell is not known")
    elif others and not (others == [DEPLOYMENTS] and assumed):
        yield _lacking(others[0], _LEAVES_OPEN.get(others[0], "what it would tell is not known"))


def _lacking(what: str, leaves_open: str) -> Note:
    values = {"what": what, "reason": "not in the files", "open": f": {leaves_open}"}
    return Note(code="SIP901", values=values)


def version_notes(snapshot: Snapshot) -> tuple[Note, ...]:
    """SIP902 where a MetalLB's version is an assumption, SIP907 where its rules are not known."""
    notes = []
    for one in installations(snapshot):
        version = parse_version(one.version)
        if not one.exact:
            notes.append(Note(code="SIP902", values={"version": one.version}))
        elif version is not None and not version.modelled:
            notes.append(Note(code="SIP907", values={"what": f"MetalLB {one.version} (before 0.13)"}))
    return tuple(notes)


def named(name: ServiceName) -> Document:
    """A Service as documents name it."""
    return {"namespace": name.namespace, "name": name.name}


def names(services: Sequence[ServiceName]) -> list[Document]:
    """Services as documents name them."""
    return [named(name) for name in services]
