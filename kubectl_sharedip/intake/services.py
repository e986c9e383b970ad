"""A v1 Service document as a Service."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
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
_NAMES = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp")
_ENTRY = ("ip", "hostname", "ipMode")
_MANAGER = ("manager", "operation", "subresource")
_MOST_ALIKE = 4096
_SETTINGS = ("type", "loadBalancerClass", "loadBalancerIP", "ipFamilyPolicy", "clusterIP")


def read_service(
    document: RawDocument, notes: list[Note], default_namespace: str, families: tuple[str, ...]
) -> Service | None:
    """The Service of the document, or None (with a note) where it has no usable name.

    Arguments: the document; the list that notes are added to; the namespace of manifests that
    name none; the families (``ipv4``, ``ipv6``) that the cluster would give to a Service that is
    not applied yet.
    """
    reader = Reader(document, notes)
    spec, metadata = reader.spec, reader.metadata
    name, namespace, uid, written, created_at, deleted_at = reader.texts_at(metadata, "metadata", _NAMES)
    if not name:
        reader.note("metadata.name", "it has no name")
        return None
    type_, class_, ip, policy, cluster_ip = reader.texts_at(spec, "spec", _SETTINGS)
    cluster_ips = reader.texts(spec, "clusterIPs", "spec.clusterIPs") or ((cluster_ip,) if cluster_ip else ())
    assumed = not cluster_ips and not uid
    ip_families = reader.texts(spec, "ipFamilies", "spec.ipFamilies")
    in_force = policy or None
    if assumed:
        in_force = policy_in_force(ip_families, in_force)
        ip_families = asked_families(ip_families, in_force, families)
        cluster_ips = tuple(ASSUMED_CLUSTER_IP[family.lower()] for family in ip_families if _known(family))
    return Service(
        name=ServiceName(namespace or default_namespace, name),
        uid=uid or None,
        resource_version=written or None,
        origin=document.origin,
        type=type_ or "ClusterIP",
        load_balancer_class=class_ or None,
        load_balancer_ip=ip,
        cluster_ips=cluster_ips,
        cluster_ips_assumed=assumed,
        ip_families=ip_families,
        ip_family_policy=in_force,
        external_traffic_policy=reader.one_of(
            spec, "externalTrafficPolicy", "spec.externalTrafficPolicy", _POLICIES
        ),
        selector=reader.string_map(spec, "selector", "spec.selector"),
        ports=_ports(reader),
        labels=reader.string_map(metadata, "labels", "metadata.labels"),
        annotations=reader.string_map(metadata, "annotations", "metadata.annotations"),
        ingress=_ingress(reader),
        created_at=created_at or None,
        changed_at=reader.changed_at(),
        deleted_at=deleted_at or None,
        finalizers=reader.texts(metadata, "finalizers", "metadata.finalizers"),
        owners=_owners(reader),
        health_check_node_port=reader.number(spec, "healthCheckNodePort", "spec.healthCheckNodePort"),
        managers=_managers(reader),
    )


def _known(family: str) -> bool:
    return family.lower() in ASSUMED_CLUSTER_IP


def _ports(reader: Reader) -> tuple[ServicePort, ...]:
    found = []
    for index, item in enumerate(reader.items(reader.spec, "ports", "spec.ports")):
        port = _mapping(item)
        number, protocol, name = port.get("port"), port.get("protocol", "TCP"), port.get("name", "")
        # What is wrong with a field is told of it; that most are right is seen without asking of each.
        if not (type(number) is int and protocol in _PROTOCOLS and isinstance(name, str)):
            path = f"spec.ports[{index}]"
            number = reader.number(port, "port", f"{path}.port")
            protocol, name = reader.texts_at(port, path, ("protocol", "name"))
        if number is None or not 0 < number <= LAST_PORT:
            reader.note(f"spec.ports[{index}].port", f"{port.get('port')!r} is not a port")
        elif protocol and protocol not in _PROTOCOLS:
            because = f"{protocol!r} is none of {', '.join(_PROTOCOLS)}"
            reader.note(f"spec.ports[{index}].protocol", because)
        else:
            found.append(_port(number, protocol or "TCP", name))
    return tuple(found)


def _ingress(reader: Reader) -> tuple[Ingress, ...]:
    balancer = reader.mapping(reader.status, "loadBalancer", "status.loadBalancer")
    path = "status.loadBalancer.ingress"
    entries = [_mapping(item) for item in reader.items(balancer, "ingress", path)]
    return tuple([_entry(*reader.texts_at(entry, path, _ENTRY)) for entry in entries])


def _owners(reader: Reader) -> tuple[Owner, ...]:
    path = "metadata.ownerReferences"
    entries = [_mapping(item) for item in reader.items(reader.metadata, "ownerReferences", path)]
    return tuple(
        [
            Owner(
                kind=reader.text(entry, "kind", path),
                name=reader.text(entry, "name", path),
                controller=reader.flag(entry, "controller", path, False),
            )
            for entry in entries
        ]
    )


def _managers(reader: Reader) -> tuple[Manager, ...]:
    path = "metadata.managedFields"
    entries = [_mapping(item) for item in reader.items(reader.metadata, "managedFields", path)]
    return tuple([_manager(*reader.texts_at(entry, path, _MANAGER)) for entry in entries])


# Of thousands of Services nearly all have the same writers, and many the same ports: an equal value need
# not be made again.
@lru_cache(maxsize=_MOST_ALIKE)
def _port(number: int, protocol: str, name: str) -> ServicePort:
    return ServicePort(number, protocol, name)


@lru_cache(maxsize=_MOST_ALIKE)
def _entry(ip: str, hostname: str, ip_mode: str) -> Ingress:
    return Ingress(ip=ip, hostname=hostname, ip_mode=ip_mode)


@lru_cache(maxsize=_MOST_ALIKE)
def _manager(name: str, operation: str, subresource: str) -> Manager:
    return Manager(name=name, operation=operation, subresource=subresource)


def _mapping(item: Any) -> Mapping[str, Any]:
    return item if isinstance(item, dict) else {}
