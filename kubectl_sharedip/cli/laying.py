"""The reading of ``check -f``: manifests laid over a cluster, or taken alone, and what comes of them.

Refuses to stop at the first bad file: what is wrong is kept beside what could be read.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from kubectl_sharedip.cli.announced import of_cluster, with_announcing
from kubectl_sharedip.cli.reading import ALWAYS, in_force, notes_of_chance
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.intake.families import families_of_cluster
from kubectl_sharedip.intake.installations import Given
from kubectl_sharedip.intake.overlay import Applied, lay_over
from kubectl_sharedip.intake.owned import applied_before
from kubectl_sharedip.intake.services import read_service
from kubectl_sharedip.intake.snapshot import build_snapshot
from kubectl_sharedip.metallb.coming import Coming, come
from kubectl_sharedip.metallb.installed import states
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.metallb.versions import NEWEST_KNOWN
from kubectl_sharedip.model.edited import edited
from kubectl_sharedip.model.names import ObjectRef, ServiceName, service_ref
from kubectl_sharedip.model.raw import Origin, RawCluster, RawDocument
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Note, Snapshot
from kubectl_sharedip.report.commands import InForce

if TYPE_CHECKING:
    from kubectl_sharedip.cluster.connection import Connection
    from kubectl_sharedip.files.errors import FileError
    from kubectl_sharedip.files.leniently import Usable

_READS = ("namespaces", "configurationstates", "servicelb-daemonsets", "servicecidrs")
_USUAL_METALLB_NAMESPACE = "metallb-system"
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """Manifests applied, and settled.

    ``snapshot`` is what the findings are made from, ``shown`` what the head of the document tells of.
    ``named`` are the Services of the files in their order, ``configured`` their pools and namespaces;
    ``places`` says where each object of the files stands. ``faults`` could not be used.
    """

    raw: RawCluster
    snapshot: Snapshot
    shown: Snapshot
    views: tuple[State, ...]
    coming: Coming
    named: tuple[ServiceName, ...]
    configured: tuple[ObjectRef, ...]
    places: Mapping[ObjectRef, Origin]
    notes: tuple[Note, ...]
    faults: tuple[FileError, ...]
    flags: InForce


def lay(request: Request, *, offline: bool) -> Laid:
    """Reads the files, and unless ``offline`` the cluster, and settles what the files bring.

    Raises FileError for stdin given twice, ClusterError where the cluster cannot be read.
    """
    from kubectl_sharedip.files.leniently import read_usable

    usable = read_usable(request.files, recursive=request.recursive, stdin=sys.stdin.buffer)
    if offline:
        return _alone(request, usable)
    return _over_cluster(request, usable)


def _given(request: Request) -> Given:
    return Given(
        namespace=request.metallb_namespace,
        version=request.metallb_version,
        lb_class=request.lb_class,
        newest_known=NEWEST_KNOWN,
    )


def _alone(request: Request, usable: Usable) -> Laid:
    raw, namespace = usable.raw, request.namespace or "default"
    after = build_snapshot(
        raw, _given(request), default_namespace=namespace, families=request.cluster_ip_families
    )
    services = after.services
    new = {s.name for s in services.values() if s.uid is None and not s.ingress}
    before = replace(after, services={name: s for name, s in services.items() if name not in new})
    coming = [*(services[name] for name in services if name in new), *_planned(after)]
    found = come(before, after, coming)
    return _laid(request, usable, raw, found, (), namespace=namespace, offline=True)


def _planned(snapshot: Snapshot) -> Iterable[Service]:
    """What saved plans among the files make of Services, edit by edit."""
    latest = dict(snapshot.services)
    for edit in snapshot.edits:
        if edit.service in latest:
            latest[edit.service] = edited(latest[edit.service], edit.operations)
            yield latest[edit.service]


def _over_cluster(request: Request, usable: Usable) -> Laid:
    from kubectl_sharedip.cluster.connection import connect
    from kubectl_sharedip.cluster.read import read_cluster

    connection = connect(request.connection)
    namespace = connection.namespace
    live = read_cluster(connection, (*ALWAYS, *_READS), metallb_namespace=request.metallb_namespace)
    wanted = [_key(document, namespace) for document in usable.raw.documents if _is_service(document)]
    there = _named_services(connection, wanted)
    live = _with(live, there)
    more_of = of_cluster(connection, request.metallb_namespace)
    live = with_announcing(live, set(wanted), more_of, always=True)
    families = (
        families_of_cluster(live.documents)
        or families_of_cluster(usable.raw.documents)
        or request.cluster_ip_families
    )
    applied = lay_over(
        live,
        usable.raw,
        applied={_key(one, ""): applied_before(one.body) for one in there},
        namespace=namespace,
        metallb_namespace=request.metallb_namespace or _USUAL_METALLB_NAMESPACE,
        families=families,
    )
    given = _given(request)
    before = build_snapshot(live, given, default_namespace=namespace, families=families)
    after = build_snapshot(applied.cluster, given, default_namespace=namespace, families=families)
    refused = _refused(before, after)
    after = replace(after, services={**after.services, **{name: before.services[name] for name in refused}})
    read = [read_service(document, [], namespace, families) for document in applied.services]
    coming = [
        service
        for service, unchanged in zip(read, applied.unchanged, strict=True)
        if service is not None and not unchanged and service.name not in refused
    ]
    moved_away = frozenset(
        name
        for name, service in after.services.items()
        if (was := before.services.get(name)) is not None and was.selector != service.selector
    )
    after = replace(after, announcing=replace(after.announcing, repointed=moved_away))
    found = come(before, after, coming)
    notes = _notes_of_applying(applied, refused)
    return _laid(request, usable, applied.cluster, found, notes, namespace=namespace, offline=False)


def _named_services(connection: Connection, wanted: Sequence[tuple[str, str]]) -> Sequence[RawDocument]:
    """The Services of the files that are there, of whichever type, with who set which field."""
    from kubectl_sharedip.cluster.read import get_service
    from kubectl_sharedip.cluster.side_by_side import side_by_side

    keys = sorted({key for key in wanted if key[1]})
    found = side_by_side([partial(get_service, connection, *key, whole=True) for key in keys])
    return [RawDocument(body=body, origin=Origin()) for body in found if body is not None]


def _with(live: RawCluster, services: Iterable[RawDocument]) -> RawCluster:
    """The reading with these Services too, where it lists only those that are LoadBalancers already."""
    from kubectl_sharedip.cluster.lists import slimmed

    listed = {_key(document, "") for document in live.documents if _is_service(document)}
    more = [
        replace(one, body=slimmed(copy.deepcopy(dict(one.body))))
        for one in services
        if _key(one, "") not in listed
    ]
    return replace(live, documents=(*live.documents, *more))


def _is_service(document: RawDocument) -> bool:
    return document.body.get("kind") == "Service"


def _key(document: RawDocument, namespace: str) -> tuple[str, str]:
    metadata = document.body.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    return str(metadata.get("namespace") or namespace), str(metadata.get("name") or "")


def _laid(
    request: Request,
    usable: Usable,
    raw: RawCluster,
    found: Coming,
    notes: Iterable[Note],
    *,
    namespace: str,
    offline: bool,
) -> Laid:
    settled = found.prediction.snapshot
    # Nothing of it has happened yet, so neither the clock nor the files say anything of MetalLB.
    source = replace(settled.source, taken_at=None, files=settled.source.files if offline else ())
    snapshot = replace(settled, source=source)
    scope = None if request.all_namespaces else request.namespace
    names = [ServiceName(*_key(d, namespace)) for d in usable.raw.documents if _is_service(d)]
    named = [n for n in dict.fromkeys(names) if n in settled.services and scope in (None, n.namespace)]
    return Laid(
        raw=raw,
        snapshot=snapshot,
        shown=settled,
        views=states(snapshot),
        coming=found,
        named=tuple(named),
        configured=tuple(_configured(usable.raw, request.metallb_namespace or _USUAL_METALLB_NAMESPACE)),
        places=_places(usable.raw, namespace, request.metallb_namespace or _USUAL_METALLB_NAMESPACE),
        notes=(*_notes_of_files(usable, namespace), *notes, *notes_of_chance(found.prediction)),
        faults=usable.faults,
        flags=in_force(request),
    )


def _configured(raw: RawCluster, metallb_namespace: str) -> Iterable[ObjectRef]:
    for document in raw.documents:
        kind = document.body.get("kind")
        if kind == "IPAddressPool":
            yield ObjectRef(kind, *_key(document, metallb_namespace))
        elif kind == "Namespace":
            yield ObjectRef(kind, "", _key(document, "")[1])


def _places(raw: RawCluster, namespace: str, metallb_namespace: str) -> Mapping[ObjectRef, Origin]:
    found = dict.fromkeys(_configured(raw, metallb_namespace), Origin())
    for document in raw.documents:
        kind = str(document.body.get("kind"))
        usual = metallb_namespace if kind == "IPAddressPool" else namespace
        key = _key(document, usual)
        ref = ObjectRef(kind, "", key[1]) if kind == "Namespace" else ObjectRef(kind, *key)
        found[ref] = document.origin
    return found


def _notes_of_files(usable: Usable, namespace: str) -> Iterable[Note]:
    for document in usable.hooks:
        yield _note(_named(document), "", "it is a Helm hook that no install runs, and is left out")
    for path in usable.without_service:
        yield _note("stdin" if path == "-" else path, "", "there is no Service in it, and no pool")
    bare = [d for d in usable.raw.documents if _is_service(d) and not _key(d, "")[0]]
    if bare:
        shown = ", ".join(map(_named, bare[:_MOST_NAMED]))
        more = f" and {len(bare) - _MOST_NAMED} more" if len(bare) > _MOST_NAMED else ""
        yield _note(shown + more, "metadata.namespace", f'none is given, "{namespace}" is taken')


def _refused(before: Snapshot, after: Snapshot) -> Mapping[ServiceName, tuple[Service, Service]]:
    """The live Services whose manifest the API server would refuse: their class is set for good."""
    pairs = {name: (was, after.services[name]) for name, was in before.services.items()}
    return {
        name: (was, now)
        for name, (was, now) in pairs.items()
        if was.type == now.type == "LoadBalancer" and was.load_balancer_class != now.load_balancer_class
    }


def _notes_of_applying(
    applied: Applied, refused: Mapping[ServiceName, tuple[Service, Service]]
) -> Iterable[Note]:
    for manifest, first in applied.repeated:
        because = f"it stands twice, first in {first}; both are applied, one after the other"
        yield _note(_named(manifest), "", because)
    for name, (was, now) in refused.items():
        because = (
            f'it is "{was.load_balancer_class or ""}" and cannot be changed: the API server would refuse'
            " the manifest, so the Service is taken as it is"
        )
        yield _note(f"{service_ref(name)} ({now.origin})", "spec.loadBalancerClass", because)


def _named(document: RawDocument) -> str:
    namespace, name = _key(document, "")
    shown = f"{namespace}/{name}" if namespace else name
    return f"{document.body.get('kind')} {shown or '(no name)'} ({document.origin})"


def _note(what: str, field: str, because: str) -> Note:
    return Note(code="SIP903", values={"object": what, "where": "", "field": field, "because": because})
