"""A Service, as far as MetalLB and this program look at it. Texts are kept as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.raw import Origin

Protocol = Literal["TCP", "UDP", "SCTP"]


@dataclass(frozen=True, slots=True, order=True)
class ServicePort:
    """A port as clients see it: ``number`` 1 to 65535, ``protocol`` TCP, UDP or SCTP.

    ``name`` says nothing about who may share: two ports that differ in it alone are the same port.
    """

    number: int
    protocol: str
    name: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.number}/{self.protocol}"


@frozen
class Ingress:
    """One entry of status.loadBalancer.ingress; any text may be empty.

    ``ip_mode`` is filled in by the API server (Kubernetes 1.30 and later): two entries that differ
    in it alone say the same.
    """

    ip: str
    hostname: str
    ip_mode: str = field(default="", compare=False)


@frozen
class Owner:
    """An entry of metadata.ownerReferences."""

    kind: str
    name: str
    controller: bool


@frozen
class Manager:
    """An entry of metadata.managedFields: who wrote, how (Apply or Update), and which subresource.

    ``subresource`` is empty for the object itself. Which fields were written is not kept.
    """

    name: str
    operation: str
    subresource: str


@frozen
class Service:
    """One Service.

    ``uid`` is None for one that is not applied yet; its ``cluster_ips`` are then assumed, and only
    their families mean anything. Times are RFC 3339; ``changed_at`` is the last write
    that the object tells of, by whomever. ``selector`` and the annotations keep their text; which
    annotation is in force depends on MetalLB's version and is decided in ``metallb``.
    """

    name: ServiceName
    uid: str | None
    resource_version: str | None
    origin: Origin
    type: str
    load_balancer_class: str | None
    load_balancer_ip: str
    cluster_ips: tuple[str, ...]
    cluster_ips_assumed: bool
    ip_families: tuple[str, ...]
    ip_family_policy: str | None
    external_traffic_policy: str  # Cluster or Local
    selector: Mapping[str, str]
    ports: tuple[ServicePort, ...]
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    ingress: tuple[Ingress, ...]
    created_at: str | None
    changed_at: str | None
    deleted_at: str | None
    finalizers: tuple[str, ...]
    owners: tuple[Owner, ...]
    health_check_node_port: int | None
    managers: tuple[Manager, ...] = ()

    @property
    def terminating(self) -> bool:
        """Whether it is being deleted and only a finalizer keeps it."""
        return self.deleted_at is not None
