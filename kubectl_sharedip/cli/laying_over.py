"""Manifests laid over a cluster: what is read of it, what is applied, and how that ends.

Refuses to read the pods of the whole cluster: only when all is settled it is known whose matter.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import replace

from kubectl_sharedip.cli.announced import ANNOUNCING
from kubectl_sharedip.cli.beneath import Beneath, live
from kubectl_sharedip.cli.laid_notes import note_of_owners, notes_of_applying
from kubectl_sharedip.cli.manifests import USUAL_METALLB_NAMESPACE, is_service, key_of
from kubectl_sharedip.cli.reading import ALWAYS
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.intake.announcing import read_announcing
from kubectl_sharedip.intake.families import families_of_cluster
from kubectl_sharedip.intake.installations import Given
from kubectl_sharedip.intake.overlay import lay_over
from kubectl_sharedip.intake.services import read_service
from kubectl_sharedip.intake.snapshot import build_snapshot
from kubectl_sharedip.metallb.coming import Coming, come
from kubectl_sharedip.metallb.state import status_addresses
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.raw import RawCluster, RawDocument
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Note, Snapshot

#: What is read of the cluster, beside what every command reads and who announces.
READS = ("namespaces", "configurationstates", "servicelb-daemonsets", "servicecidrs")
_SLICES = "endpointslices"


@frozen
class LaidOver:
    """What came of it: the cluster with everything applied, how it ends, and the limits of that."""

    raw: RawCluster
    coming: Coming
    namespace: str
    notes: tuple[Note, ...]


def lay_over_cluster(
    request: Request, manifests: RawCluster, given: Given, beneath: Beneath | None = None
) -> LaidOver:
    """Reads the cluster, applies the manifests to what was read, and settles them.

    ``beneath`` is that cluster, None for the one that the request points at. Raises ClusterError where it
    cannot be read.
    """
    under = live(request) if beneath is None else beneath
    namespace = under.namespace
    # Whose pods matter is known only when all is settled; what else tells who announces may be in the files.
    announcing = [one for one in ANNOUNCING if one != _SLICES]
    cluster = under.first((*ALWAYS, *READS, *announcing))
    wanted = [key_of(document, namespace) for document in manifests.documents if is_service(document)]
    there = under.named({key for key in wanted if key[1]})
    cluster = _with(cluster, there.services)
    families = (
        families_of_cluster(cluster.documents)
        or families_of_cluster(manifests.documents)
        or request.cluster_ip_families
    )
    applied = lay_over(
        cluster,
        manifests,
        applied=there.applied,
        namespace=namespace,
        metallb_namespace=request.metallb_namespace or USUAL_METALLB_NAMESPACE,
        families=families,
    )
    before = build_snapshot(cluster, given, default_namespace=namespace, families=families)
    after = build_snapshot(applied.cluster, given, default_namespace=namespace, families=families)
    refused = _refused(before, after)
    after = replace(after, services={**after.services, **{name: before.services[name] for name in refused}})
    read = [read_service(document, [], namespace, families) for document in applied.services]
    coming = [
        service
        for service, unchanged in zip(read, applied.unchanged, strict=True)
        if service is not None and not unchanged and service.name not in refused
    ]
    found = come(before, after, coming)
    cluster = _with_slices(applied.cluster, under, _beside(found, wanted))
    metallb_namespace = request.metallb_namespace or USUAL_METALLB_NAMESPACE
    announced = read_announcing(cluster.documents, [], namespace, metallb_namespace)
    settled = replace(
        found.prediction.snapshot,
        announcing=replace(announced, repointed=_repointed(before, after), elections=cluster.elections),
        read=cluster.read,
        not_read=cluster.not_read,
    )
    found = replace(found, prediction=replace(found.prediction, snapshot=settled))
    notes = [*notes_of_applying(applied, refused)]
    if there.untold is not None:
        notes.append(note_of_owners(there.untold))
    return LaidOver(raw=cluster, coming=found, namespace=namespace, notes=tuple(notes))


def _beside(found: Coming, wanted: Iterable[tuple[str, str]]) -> set[str]:
    """The names of the Services of the files, of those that they disturb, and of all beside them then."""
    services = found.prediction.snapshot.services
    named = set(wanted)
    asked = {name for name in services if name in found.had or tuple(name) in named}
    places = {address for name in asked for address in status_addresses(services[name])}
    return {s.name.name for s in services.values() if s.name in asked or places & {*status_addresses(s)}}


def _with_slices(cluster: RawCluster, under: Beneath, names: set[str]) -> RawCluster:
    """The reading with the EndpointSlices of Services of these names."""
    more = under.more_of(names or {"none"}, (_SLICES,))
    gaps = {*cluster.not_read, *more.not_read}
    return replace(
        cluster,
        documents=(*cluster.documents, *more.documents),
        read=cluster.read | more.read,
        not_read=tuple(sorted(gaps, key=lambda gap: (gap.resource, gap.namespace or "", gap.reason))),
    )


def _with(live: RawCluster, services: Iterable[RawDocument]) -> RawCluster:
    """The reading with these Services too, where it lists only those that are LoadBalancers already."""
    from kubectl_sharedip.cluster.lists import slimmed

    listed = {key_of(document, "") for document in live.documents if is_service(document)}
    more = [
        replace(one, body=slimmed(copy.deepcopy(dict(one.body))))
        for one in services
        if key_of(one, "") not in listed
    ]
    return replace(live, documents=(*live.documents, *more))


def _repointed(before: Snapshot, after: Snapshot) -> frozenset[ServiceName]:
    """The live Services whose selector changes."""
    return frozenset(
        name
        for name, service in after.services.items()
        if (was := before.services.get(name)) is not None and was.selector != service.selector
    )


def _refused(before: Snapshot, after: Snapshot) -> Mapping[ServiceName, tuple[Service, Service]]:
    """The live Services whose manifest the API server would refuse: their class is set for good."""
    pairs = {name: (was, after.services[name]) for name, was in before.services.items()}
    return {
        name: (was, now)
        for name, (was, now) in pairs.items()
        if was.type == now.type == "LoadBalancer" and was.load_balancer_class != now.load_balancer_class
    }
