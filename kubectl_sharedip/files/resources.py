"""Which resource of the API an object in a file belongs to.

It exists because ``not read`` is told per resource (``services``), and files only have kinds. It
refuses to guess a plural: a kind that is not in the table says nothing about what was read, and
a Service of another API group (Knative has one) is not a Service.
"""

from __future__ import annotations

from collections.abc import Mapping

#: What the answers need. Whatever of it is missing in the files has to be told to the reader.
WANTED = ("deployments", "events", "ipaddresspools", "namespaces", "services")

_GROUPS: Mapping[str, Mapping[str, str]] = {
    "": {
        "ConfigMap": "configmaps",
        "Endpoints": "endpoints",
        "Event": "events",
        "Namespace": "namespaces",
        "Node": "nodes",
        "Pod": "pods",
        "Secret": "secrets",
        "Service": "services",
    },
    "apiextensions.k8s.io": {"CustomResourceDefinition": "customresourcedefinitions"},
    "apps": {
        "DaemonSet": "daemonsets",
        "Deployment": "deployments",
        "ReplicaSet": "replicasets",
        "StatefulSet": "statefulsets",
    },
    "discovery.k8s.io": {"EndpointSlice": "endpointslices"},
    "events.k8s.io": {"Event": "events"},
    "networking.k8s.io": {"ServiceCIDR": "servicecidrs"},
    "metallb.io": {
        "AddressPool": "addresspools",
        "BFDProfile": "bfdprofiles",
        "BGPAdvertisement": "bgpadvertisements",
        "BGPPeer": "bgppeers",
        "Community": "communities",
        "ConfigurationState": "configurationstates",
        "IPAddressPool": "ipaddresspools",
        "L2Advertisement": "l2advertisements",
        "ServiceBGPStatus": "servicebgpstatuses",
        "ServiceL2Status": "servicel2statuses",
    },
}


def resource_of(api_version: str, kind: str) -> str | None:
    """The plural of the API for ``api_version`` and ``kind``, or None for a kind of no interest."""
    group = api_version.rpartition("/")[0]
    return _GROUPS.get(group, {}).get(kind)
