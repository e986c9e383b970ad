"""A v1 Service document as a Service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.intake.families import ASSUMED_CLUSTER_IP, asked_families, policy_in_force
from kubectl_sharedip.intake.fields import Reader
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.raw import RawDocument
from kubectl_sharedip.model.service import Ingress, Manager, Owner, Service, ServicePort
from kubectl_sharedip.model.snapshot import Note

LAST_PORT = 65535

_PROTOCOLS = ("TCP", "UDP", "SCTP")
_POLICIES = ("Cluster", "Local")


def read_service(
    document: RawDocument, notes: list[Note], default_namespace: str, families: tuple[str, ...]
) -> Service | None:
    """The Service of the document, or None (with a note) where it has no usable name.

    Arguments: the document; the list that notes are added to; the namespace of manifests that
    name none; the families (``ipv4``, ``ipv6``) that the cluster would give to a Service that is
    not applied yet.
    """
    reader = Reader(document, notes)
    name = reader.text(reader.metadata, "name", "metadata.name")
    if not name:
        reader.note("metadata.name", "it has no name")
        return None
    spec, metadata = reader.spec, reader.metadata
    policy = reader.text(spec, "ipFamilyPolicy", "spec.ipFamilyPolicy") or None
    uid = reader.text(metadata, "uid", "metadata.uid") or None
    cluster_ips = _cluster_ips(reader)
    assumed = not cluster_ips and uid is None
    ip_families = reader.texts(spec, "ipFamilies", "spec.ipFamilies")
    if assumed:
        policy = policy_in_force(ip_families, policy)
        ip_families = asked_families(ip_families, policy, families)
        cluster_ips = tuple(ASSUMED_CLUSTER_IP[family.lower()] for family in ip_families if _known(family))
    return Service(
        name=ServiceName(reader.text(metadata, "namespace", "metadata.namespace") or default_namespace, name),
        uid=uid,
        resource_version=reader.text(metadata, "resourceVersion", "metadata.resourceVersion") or None,
        origin=document.origin,
        type=reader.text(spec, "type", "spec.type") or "ClusterIP",
        load_balancer_class=reader.text(spec, "loadBalancerClass", "spec.loadBalancerClass") or None,
        load_balancer_ip=reader.text(spec, "loadBalancerIP", "spec.loadBalancerIP"),
        cluster_ips=cluster_ips,
        cluster_ips_assumed=assumed,
        ip_families=ip_families,
        ip_family_policy=policy,
        external_traffic_policy=reader.one_of(
            spec, "externalTrafficPolicy", "spec.externalTrafficPolicy", _POLICIES
        ),
        selector=reader.string_map(spec, "selector", "spec.selector"),
        ports=_ports(reader),
        labels=reader.string_map(metadata, "labels", "metadata.labels"),
        annotations=reader.string_map(metadata, "annotations", "metadata.annotations"),
        ingress=_ingress(reader),
        created_at=reader.text(metadata, "creationTimestamp", "metadata.creationTimestamp") or None,
        changed_at=reader.changed_at(),
        deleted_at=reader.text(metadata, "deletionTimestamp", "metadata.deletionTimestamp") or None,
        finalizers=reader.texts(metadata, "finalizers", "metadata.finalizers"),
        owners=_owners(reader),
        health_check_node_port=reader.number(spec, "healthCheckNodePort", "spec.healthCheckNodePort"),
        managers=_managers(reader),
    )


def _known(family: str) -> bool:
    return family.lower() in ASSUMED_CLUSTER_IP


def _cluster_ips(reader: Reader) -> tuple[str, ...]:
    listed = reader.texts(reader.spec, "clusterIPs", "spec.clusterIPs")
    single = reader.text(reader.spec, "clusterIP", "spec.clusterIP")
    return listed or ((single,) if single else ())


def _ports(reader: Reader) -> tuple[ServicePort, ...]:
    found = []
    for index, item in enumerate(reader.items(reader.spec, "ports", "spec.ports")):
        path = f"spec.ports[{index}]"
        port = _mapping(item)
        number = reader.number(port, "port", f"{path}.port")
        if number is None or not 0 < number <= LAST_PORT:
            reader.note(f"{path}.port", f"{port.get('port')!r} is not a port")
            continue
        protocol = reader.text(port, "protocol", f"{path}.protocol") or "TCP"
        if protocol not in _PROTOCOLS:
            reader.note(f"{path}.protocol", f"{protocol!r} is none of {', '.join(_PROTOCOLS)}")
            continue
        found.append(ServicePort(number, protocol, reader.text(port, "name", f"{path}.name")))
    return tuple(found)


def _ingress(reader: Reader) -> tuple[Ingress, ...]:
    balancer = reader.mapping(reader.status, "loadBalancer", "status.loadBalancer")
    path = "status.loadBalancer.ingress"
    entries = (_mapping(item) for item in reader.items(balancer, "ingress", path))
    return tuple(
        Ingress(
            ip=reader.text(entry, "ip", f"{path}.ip"),
            hostname=reader.text(entry, "hostname", path),
            ip_mode=reader.text(entry, "ipMode", path),
        )
        for entry in entries
    )


def _owners(reader: Reader) -> tuple[Owner, ...]:
    path = "metadata.ownerReferences"
    entries = (_mapping(item) for item in reader.items(reader.metadata, "ownerReferences", path))
    return tuple(
        Owner(
            kind=reader.text(entry, "kind", path),
            name=reader.text(entry, "name", path),
            controller=reader.flag(entry, "controller", path, False),
        )
        for entry in entries
    )


def _managers(reader: Reader) -> tuple[Manager, ...]:
    path = "metadata.managedFields"
    entries = (_mapping(item) for item in reader.items(reader.metadata, "managedFields", path))
    return tuple(
        Manager(
            name=reader.text(entry, "manager", path),
            operation=reader.text(entry, "operation", path),
            subresource=reader.text(entry, "subresource", path),
        )
        for entry in entries
    )


def _mapping(item: Any) -> Mapping[str, Any]:
    return item if isinstance(item, Mapping) else {}
