"""What can be read of a cluster: one row a resource, from its name here to its place in the API.

It exists so that reading is one mechanism and everything particular about a resource stands in one
table. Refuses to ask anything itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from kubectl_sharedip.model.frozen import frozen

#: Where to look when the whole cluster may not be listed: nowhere, in the current namespace, in MetalLB's.
Fallback = Literal["none", "current", "metallb"]

SERVICE_TYPE = "LoadBalancer"
SERVICE_TYPE_SELECTOR = {"fieldSelector": f"spec.type={SERVICE_TYPE}"}

#: Those that exist in some versions of MetalLB only, or tell them apart by a field.
_METALLB_CRDS = (
    "addresspools",
    "bgppeers",
    "configurationstates",
    "ipaddresspools",
    "l2advertisements",
    "servicebgpstatuses",
    "servicel2statuses",
)


@frozen
class Resource:
    """One kind of object, and which of them are wanted.

    ``api`` is the path of its group and version, ``plural`` its name in the API. Each of
    ``selections`` is the query of one list; an object that two lists give counts once. With
    ``names`` nothing is listed: these objects are read one by one, and need not exist.
    """

    api: str
    plural: str
    selections: tuple[Mapping[str, str], ...] = ({},)
    names: tuple[str, ...] = ()
    fallback: Fallback = "none"

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        """The path of its list, or of one object; ``namespace`` None is the whole cluster."""
        scope = f"/namespaces/{namespace}" if namespace else ""
        return f"{self.api}{scope}/{self.plural}" + (f"/{name}" if name else "")


def _core(plural: str, fallback: Fallback = "none", **query: str) -> Resource:
    return Resource(api="/api/v1", plural=plural, selections=(query,), fallback=fallback)


def _metallb(plural: str, version: str = "v1beta1") -> Resource:
    return Resource(api=f"/apis/metallb.io/{version}", plural=plural, fallback="metallb")


def _installed(api: str, plural: str, component: str | None = None) -> Resource:
    """What MetalLB consists of: its manifests and its Helm chart label that differently."""
    manifests, chart = "app=metallb", "app.kubernetes.io/name=metallb"
    if component:
        manifests += f",component={component}"
        chart += f",app.kubernetes.io/component={component}"
    selections = tuple({"labelSelector": labels} for labels in (manifests, chart))
    return Resource(api=api, plural=plural, selections=selections, fallback="metallb")


RESOURCES: Mapping[str, Resource] = {
    "services": Resource(
        api="/api/v1", plural="services", selections=(SERVICE_TYPE_SELECTOR,), fallback="current"
    ),
    "ipaddresspools": _metallb("ipaddresspools"),
    "namespaces": _core("namespaces"),
    "events": _core("events", "current", fieldSelector="involvedObject.kind=Service"),
    "nodes": _core("nodes"),
    "endpointslices": Resource(api="/apis/discovery.k8s.io/v1", plural="endpointslices", fallback="current"),
    "l2advertisements": _metallb("l2advertisements"),
    "bgpadvertisements": _metallb("bgpadvertisements"),
    "bgppeers": _metallb("bgppeers", "v1beta2"),
    "servicel2statuses": _metallb("servicel2statuses"),
    "servicebgpstatuses": _metallb("servicebgpstatuses"),
    "configurationstates": _metallb("configurationstates"),
    "servicecidrs": Resource(api="/apis/networking.k8s.io/v1", plural="servicecidrs", names=("kubernetes",)),
    "metallb-deployments": _installed("/apis/apps/v1", "deployments", "controller"),
    "metallb-daemonsets": _installed("/apis/apps/v1", "daemonsets", "speaker"),
    "metallb-pods": _installed("/api/v1", "pods"),
    "servicelb-daemonsets": Resource(
        api="/apis/apps/v1",
        plural="daemonsets",
        selections=({"labelSelector": "svccontroller.k3s.cattle.io/svcname"},),
    ),
    "crds": Resource(
        api="/apis/apiextensions.k8s.io/v1",
        plural="customresourcedefinitions",
        names=tuple(f"{plural}.metallb.io" for plural in _METALLB_CRDS),
    ),
}

SERVICES = RESOURCES["services"]
