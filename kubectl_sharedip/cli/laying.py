"""The reading of ``check -f``: manifests laid over a cluster or taken alone, and what comes of them.

Refuses to stop at the first bad file: what is wrong is kept beside what could be read.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from kubectl_sharedip.cli.announced import ANNOUNCING
from kubectl_sharedip.cli.beneath import recorded
from kubectl_sharedip.cli.lacking import may_be_announced, told_apart
from kubectl_sharedip.cli.laid_notes import notes_of_files, notes_of_scope
from kubectl_sharedip.cli.laying_over import READS, lay_over_cluster
from kubectl_sharedip.cli.manifests import (
    USUAL_METALLB_NAMESPACE,
    configured,
    is_service,
    key_of,
    places,
)
from kubectl_sharedip.cli.reading import ALWAYS, notes_of_chance
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.intake.installations import Given
from kubectl_sharedip.intake.snapshot import build_snapshot
from kubectl_sharedip.metallb.coming import Coming, come
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.metallb.versions import NEWEST_KNOWN
from kubectl_sharedip.model.edited import edited
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ObjectRef, ServiceName
from kubectl_sharedip.model.raw import Origin, RawCluster
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Note, Snapshot

if TYPE_CHECKING:
    from kubectl_sharedip.files.errors import FileError
    from kubectl_sharedip.files.leniently import Usable


@frozen
class Laid:
    """Manifests applied, and settled.

    ``snapshot`` is what the findings are made from, ``shown`` what the head of the document tells of.
    ``named`` are the Services of the files in their order, ``elsewhere`` those that the scope leaves out,
    ``configured`` their pools and namespaces; ``places`` says where each object of the files stands.
    ``faults`` could not be used.
    """

    raw: RawCluster
    snapshot: Snapshot
    shown: Snapshot
    views: tuple[State, ...]
    coming: Coming
    named: tuple[ServiceName, ...]
    elsewhere: tuple[ServiceName, ...]
    configured: tuple[ObjectRef, ...]
    places: Mapping[ObjectRef, Origin]
    notes: tuple[Note, ...]
    faults: tuple[FileError, ...]


def scope_of(request: Request) -> str | None:
    """The namespace of which Services of files are told; None for all of them."""
    return None if request.all_namespaces else request.namespace


def usable_files(request: Request) -> Usable:
    """What of the files can be used. Raises FileError for stdin given twice."""
    from kubectl_sharedip.files.leniently import read_usable

    return read_usable(request.files, recursive=request.recursive, stdin=sys.stdin.buffer)


def lay(request: Request, usable: Usable, *, offline: bool) -> Laid:
    """Settles what the files bring, laid over the cluster unless ``offline``.

    A cluster that was recorded among the files is the one. Raises ClusterError where none can be read.
    """
    given = Given(
        namespace=request.metallb_namespace,
        version=request.metallb_version,
        lb_class=request.lb_class,
        newest_known=NEWEST_KNOWN,
    )
    if offline and not usable.recorded:
        return _alone(request, usable, given)
    beneath = recorded(request, usable.recorded[0]) if usable.recorded else None
    over = lay_over_cluster(request, usable.raw, given, beneath)
    return _laid(request, usable, over.raw, over.coming, over.notes, namespace=over.namespace, offline=False)


def _alone(request: Request, usable: Usable, given: Given) -> Laid:
    namespace = request.namespace or "default"
    announcing = ANNOUNCING if may_be_announced(usable.raw, lambda _: True) else ()
    raw = told_apart(usable.raw, (*ALWAYS, *READS, *announcing))
    after = build_snapshot(raw, given, default_namespace=namespace, families=request.cluster_ip_families)
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
    scope = scope_of(request)
    names = [ServiceName(*key_of(d, namespace)) for d in usable.raw.documents if is_service(d)]
    names = [name for name in dict.fromkeys(names) if name in settled.services]
    elsewhere = tuple(name for name in names if scope not in (None, name.namespace))
    return Laid(
        raw=raw,
        snapshot=snapshot,
        shown=settled,
        views=found.prediction.views,
        coming=found,
        named=tuple(name for name in names if name not in elsewhere),
        elsewhere=elsewhere,
        configured=tuple(configured(usable.raw, request.metallb_namespace or USUAL_METALLB_NAMESPACE)),
        places=places(usable.raw, namespace, request.metallb_namespace or USUAL_METALLB_NAMESPACE),
        notes=(
            *notes_of_files(usable, namespace),
            *notes_of_scope(elsewhere, scope),
            *notes,
            *notes_of_chance(found.prediction),
        ),
        faults=usable.faults,
    )
