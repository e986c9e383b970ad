"""Which IP families a Service gets that is not applied yet, or whose ipFamilyPolicy changes.

Filled in as the API server does it, since MetalLB looks at the clusterIPs alone. Source: Kubernetes,
``pkg/registry/core/service/storage/alloc.go`` (initIPFamilyFields).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kubectl_sharedip.model.raw import RawDocument

# What stands for clusterIPs that the API server has not given yet: only their family is looked at.
ASSUMED_CLUSTER_IP = {"ipv4": "192.0.2.1", "ipv6": "2001:db8::1"}

_SHOWN = {"ipv4": "IPv4", "ipv6": "IPv6"}
_DUAL = ("PreferDualStack", "RequireDualStack")
RANGES_OF_SERVICES = "ServiceCIDR"


def families_of_cluster(documents: Iterable[RawDocument]) -> tuple[str, ...]:
    """The families of the cluster, its own first; none where nothing tells.

    The ServiceCIDR ``kubernetes`` (Kubernetes 1.33 and later) says it. Else a Service does that has both
    families; from one with a single family nothing follows but that one.
    """
    single: tuple[str, ...] = ()
    for document in documents:
        spec = document.body.get("spec")
        if not isinstance(spec, Mapping):
            continue
        if document.body.get("kind") == RANGES_OF_SERVICES:
            return tuple(map(_family, spec.get("cidrs") or ()))
        listed = spec.get("clusterIPs") if document.body.get("kind") == "Service" else None
        given = tuple(_family(ip) for ip in listed if ip != "None") if isinstance(listed, list) else ()
        if len(given) > len(single):
            single = given
    return single


def asked_families(asked: tuple[str, ...], policy: str | None, families: tuple[str, ...]) -> tuple[str, ...]:
    """The ipFamilies (``IPv4``, ``IPv6``) that a new Service gets.

    Arguments: those that its manifest asks for, in its order; its policy; the families of the cluster.
    """
    shown = tuple(_SHOWN[family] for family in families)
    if policy not in _DUAL:
        return asked or shown[:1]
    # One that requires both in a cluster of one the API server refuses; the rules say what is missing.
    return (*asked, *(family for family in shown if family not in asked))


def policy_in_force(asked: tuple[str, ...], policy: str | None) -> str | None:
    """The policy that the API server fills in where both families are asked for by name."""
    return "RequireDualStack" if policy is None and len(asked) > 1 else policy


def with_families(body: Mapping[str, Any], families: tuple[str, ...]) -> dict[str, Any]:
    """A live Service whose policy was changed, with the clusterIPs that it then has; others as they are."""
    spec = body.get("spec")
    held = spec.get("clusterIPs") if isinstance(spec, Mapping) else None
    if not isinstance(spec, Mapping) or not isinstance(held, list) or not held or "None" in held:
        return dict(body)
    policy, ips = spec.get("ipFamilyPolicy"), list(held)
    others = [family for family in families if family != _family(ips[0])]
    if policy in _DUAL and len(ips) == 1 and others:
        ips.append(ASSUMED_CLUSTER_IP[others[0]])
    elif policy == "SingleStack":
        del ips[1:]
    if ips == held:
        return dict(body)
    named = [_SHOWN[_family(ip)] for ip in ips]
    return {**body, "spec": {**spec, "clusterIPs": ips, "ipFamilies": named}}


def _family(text: object) -> str:
    return "ipv6" if ":" in str(text) else "ipv4"
