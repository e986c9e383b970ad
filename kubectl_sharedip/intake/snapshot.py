"""All documents of one reading as one Snapshot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from kubectl_sharedip.intake.announcing import read_announcing
from kubectl_sharedip.intake.events import read_event
from kubectl_sharedip.intake.families import RANGES_OF_SERVICES, families_of_cluster
from kubectl_sharedip.intake.fields import Reader
from kubectl_sharedip.intake.installations import Given, find_installations, is_controller
from kubectl_sharedip.intake.others import read_configuration_state, read_node_proxy
from kubectl_sharedip.intake.pools import read_namespace, read_pool
from kubectl_sharedip.intake.services import read_service
from kubectl_sharedip.model.event import Event
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.others import ConfigurationState, NodeProxy
from kubectl_sharedip.model.pool import NamespaceLabels, PoolResource
from kubectl_sharedip.model.raw import Origin, RawCluster, RawDocument
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Note, Snapshot, Source

if TYPE_CHECKING:
    from kubectl_sharedip.model.plan import Edit


def build_snapshot(
    raw: RawCluster,
    given: Given,
    *,
    default_namespace: str = "default",
    families: tuple[str, ...] = ("ipv4",),
) -> Snapshot:
    """The frozen picture of what was read.

    Arguments: the documents; what the caller said about MetalLB; the namespace of manifests that
    name none; the IP families (``ipv4``, ``ipv6``) of the cluster for Services not applied yet.
    """
    notes: list[Note] = []
    services: dict[ServiceName, Service] = {}
    pools: dict[tuple[str, str], PoolResource] = {}
    namespaces: dict[str, NamespaceLabels] = {}
    events: list[tuple[int, Event]] = []
    deployments: list[RawDocument] = []
    edits: list[Edit] = []
    configuration_states: list[ConfigurationState] = []
    node_proxies: list[NodeProxy] = []
    families = families_seen(raw) or families
    own = given.namespace or "metallb-system"

    def service(document: RawDocument) -> None:
        read = read_service(document, notes, default_namespace, families)
        if read is None:
            return
        if read.name in services:
            _note_twice(document, services[read.name].origin, notes)
        services[read.name] = read

    def pool(document: RawDocument) -> None:
        read = read_pool(document, notes, own)
        if read is None:
            return
        if (read.namespace, read.name) in pools:
            _note_twice(document, pools[read.namespace, read.name].origin, notes)
        pools[read.namespace, read.name] = read

    def namespace(document: RawDocument) -> None:
        read = read_namespace(document, notes)
        if read is not None:
            namespaces[read.name] = read

    def event(document: RawDocument) -> None:
        read = read_event(document, notes)
        if read is not None:
            events.append((_written(document), read))

    def deployment(document: RawDocument) -> None:
        if is_controller(document.body):
            deployments.append(document)

    def configuration_state(document: RawDocument) -> None:
        configuration_states.append(read_configuration_state(document, notes))

    def daemon_set(document: RawDocument) -> None:
        proxy = read_node_proxy(document, notes)
        if proxy is not None:
            node_proxies.append(proxy)

    def plan(document: RawDocument) -> None:
        from kubectl_sharedip.intake.plans import is_plan, read_edits  # no cluster has one

        if is_plan(document.body):
            edits.extend(read_edits(document, notes))

    readers: dict[str, Callable[[RawDocument], None]] = {
        "Service": service,
        "IPAddressPool": pool,
        "Namespace": namespace,
        "Event": event,
        "Deployment": deployment,
        "ConfigurationState": configuration_state,
        "DaemonSet": daemon_set,
        "Plan": plan,
    }
    for document in raw.documents:
        read = readers.get(str(document.body.get("kind")))
        if read is not None:
            read(document)
    installations = find_installations(deployments, (p.namespace for p in pools.values()), given, notes)
    return Snapshot(
        services=MappingProxyType(services),
        pools=tuple(sorted(pools.values(), key=lambda p: (p.namespace, p.name))),
        namespaces=MappingProxyType(namespaces),
        events=tuple(event for _, event in sorted(events, key=_event_order)),
        installations=installations,
        read=raw.read,
        not_read=tuple(sorted(raw.not_read, key=lambda n: (n.resource, n.namespace or "", n.reason))),
        source=Source(
            context=raw.context,
            server=raw.server,
            files=raw.files,
            taken_at=raw.taken_at,
            kubernetes=raw.kubernetes,
        ),
        announcing=replace(
            read_announcing(raw.documents, notes, default_namespace, own),
            elections=raw.elections,
        ),
        notes=tuple(notes),
        edits=tuple(edits),
        configuration_states=tuple(sorted(configuration_states)),
        node_proxies=tuple(sorted(node_proxies)),
        looked_in=own,
    )


def _note_twice(document: RawDocument, first: Origin, notes: list[Note]) -> None:
    Reader(document, notes).note("", f"it stands twice, first in {first}; the last one counts")


def _written(document: RawDocument) -> int:
    """When an object was last written, beside others of its kind; 0 where it does not tell."""
    metadata = document.body.get("metadata")
    version = metadata.get("resourceVersion") if isinstance(metadata, dict) else None
    return int(version) if isinstance(version, str) and version.isascii() and version.isdigit() else 0


def _event_order(found: tuple[int, Event]) -> tuple[ServiceName, str, int, str, str]:
    """By Service, the newest last. Times have seconds, and MetalLB says several things in one."""
    written, event = found
    return event.service, event.last_seen or "", written, event.reason, event.message


def families_seen(raw: RawCluster) -> tuple[str, ...]:
    """The families that this cluster gives, where a ServiceCIDR or a Service of the documents shows both."""
    for document in raw.documents:
        if document.body.get("kind") == RANGES_OF_SERVICES:
            return families_of_cluster([document])
        spec = document.body.get("spec")
        listed = spec.get("clusterIPs") if isinstance(spec, dict) else None
        if isinstance(listed, list) and len(listed) > 1:
            return tuple("ipv6" if ":" in str(ip) else "ipv4" for ip in listed)
    return ()
