"""The resources that the fake API server has: path, plural and kind, as the real one has them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One resource. ``group_version`` is ``v1`` or ``metallb.io/v1beta1``."""

    group_version: str
    plural: str
    kind: str
    namespaced: bool = True

    @property
    def group(self) -> str:
        """The API group, empty for the core."""
        return self.group_version.rpartition("/")[0]

    @property
    def root(self) -> str:
        """The path under which it is served."""
        return f"/{'apis' if self.group else 'api'}/{self.group_version}"


_ROWS = (
    ("v1", "services", "Service"),
    ("v1", "events", "Event"),
    ("v1", "pods", "Pod"),
    ("v1", "configmaps", "ConfigMap"),
    ("v1", "namespaces", "Namespace"),
    ("v1", "nodes", "Node"),
    ("apps/v1", "deployments", "Deployment"),
    ("apps/v1", "daemonsets", "DaemonSet"),
    ("networking.k8s.io/v1", "servicecidrs", "ServiceCIDR"),
    ("discovery.k8s.io/v1", "endpointslices", "EndpointSlice"),
    ("apiextensions.k8s.io/v1", "customresourcedefinitions", "CustomResourceDefinition"),
    ("metallb.io/v1beta1", "ipaddresspools", "IPAddressPool"),
    ("metallb.io/v1beta1", "l2advertisements", "L2Advertisement"),
    ("metallb.io/v1beta1", "bgpadvertisements", "BGPAdvertisement"),
    ("metallb.io/v1beta2", "bgppeers", "BGPPeer"),
    ("metallb.io/v1beta1", "servicel2statuses", "ServiceL2Status"),
    ("metallb.io/v1beta1", "servicebgpstatuses", "ServiceBGPStatus"),
    ("metallb.io/v1beta1", "configurationstates", "ConfigurationState"),
)
_CLUSTER_SCOPED = ("namespaces", "nodes", "customresourcedefinitions", "servicecidrs")

SERVED = tuple(
    Served(group_version=version, plural=plural, kind=kind, namespaced=plural not in _CLUSTER_SCOPED)
    for version, plural, kind in _ROWS
)


def of_kind(kind: str) -> Served:
    """The resource of a kind. Raises StopIteration for a kind that is not served."""
    return next(served for served in SERVED if served.kind == kind)


def of_plural(plural: str) -> Served:
    """The resource of a plural. Raises StopIteration for one that is not served."""
    return next(served for served in SERVED if served.plural == plural)
