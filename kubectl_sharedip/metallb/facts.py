"""Fields of objects as facts of a proof: one function for each thing that a rule looks at."""

from __future__ import annotations

from kubectl_sharedip.metallb.annotations import SHARING_KEY, Setting, annotation_field, in_force, prefixes
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.names import ObjectRef, service_ref
from kubectl_sharedip.model.pool import PoolResource
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.raw import Origin
from kubectl_sharedip.model.service import Service, ServicePort


def service_fact(service: Service, field: str, value: str | None) -> Fact:
    """Any field of a Service."""
    return Fact(object=service_ref(service.name), field=field, value=value, origin=_place(service.origin))


def setting_fact(service: Service, setting: Setting) -> Fact:
    """An annotation that is in force."""
    return service_fact(service, setting.field, setting.value)


def key_fact(service: Service, version: Version) -> Fact:
    """Its sharing key, or that it has none (under the newest prefix that this version reads)."""
    setting = in_force(service, SHARING_KEY, version)
    if setting is None:
        return service_fact(service, annotation_field(prefixes(version)[0] + SHARING_KEY), None)
    return setting_fact(service, setting)


def policy_fact(service: Service) -> Fact:
    """Its externalTrafficPolicy."""
    return service_fact(service, "spec.externalTrafficPolicy", service.external_traffic_policy)


def selector_fact(service: Service) -> Fact:
    """Its pod selector, sorted as MetalLB sorts it."""
    return service_fact(service, "spec.selector", selector_text(service) or None)


def port_fact(service: Service, port: ServicePort) -> Fact:
    """One of its ports, by its place in the list."""
    return service_fact(service, f"spec.ports[{service.ports.index(port)}]", str(port))


def address_fact(service: Service) -> Fact:
    """The addresses that its status shows."""
    shown = ",".join(entry.ip or entry.hostname for entry in service.ingress)
    return service_fact(service, "status.loadBalancer.ingress", shown or None)


def cluster_ips_fact(service: Service) -> Fact:
    """Its clusterIPs, whose families are the families of the Service."""
    if service.cluster_ips_assumed:
        return service_fact(service, "spec.clusterIPs", None)
    return service_fact(service, "spec.clusterIPs", ",".join(service.cluster_ips) or None)


def pool_fact(pool: PoolResource, field: str, value: str | None) -> Fact:
    """Any field of an IPAddressPool."""
    object_ = ObjectRef("IPAddressPool", pool.namespace, pool.name)
    return Fact(object=object_, field=field, value=value, origin=_place(pool.origin))


def ranges_fact(pool: PoolResource) -> Fact:
    """The ranges of a pool as they are written."""
    return pool_fact(pool, "spec.addresses", ", ".join(pool.addresses) or None)


def selector_text(service: Service) -> str:
    """``k=v`` pairs, sorted and joined by commas."""
    return ",".join(f"{key}={value}" for key, value in sorted(service.selector.items()))


def _place(origin: Origin) -> str | None:
    return None if origin.file is None else str(origin)
