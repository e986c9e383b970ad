"""Every finding that this program can give: code, name, severity, text, what it reads.

A code is never reused and never changes its meaning. A text names its values in braces; a value
that is a list is joined by commas. ``brief`` is what a row of ``ls`` has room for.
"""

from __future__ import annotations

from dataclasses import dataclass

from kubectl_sharedip.model.finding import Severity

_ALLOCATOR = "internal/allocator/allocator.go"
_SERVICE = "controller/service.go"
_CONFIG = "internal/config/config.go"
_RECONCILER = "internal/k8s/controllers/service_controller.go"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the catalogue. ``reads`` are the resources without which it is not given."""

    code: str
    name: str
    severity: Severity
    text: str
    brief: str
    reads: tuple[str, ...]
    source: str


_POOLS = ("services", "ipaddresspools")


def _entry(  # noqa: PLR0917 - a row of a table
    code: str,
    name: str,
    severity: Severity,
    text: str,
    brief: str,
    source: str,
    reads: tuple[str, ...] = ("services",),
) -> Entry:
    return Entry(code=code, name=name, severity=severity, text=text, brief=brief, reads=reads, source=source)


_ROWS = (
    # SIP1xx: what the Service asks for
    _entry(
        "SIP101",
        "both-address-requests",
        "error",
        "It asks for an address twice, in spec.loadBalancerIP ({field_value}) and in the annotation"
        " {annotation} ({annotation_value}); MetalLB refuses both together, even when they are equal.",
        "asks twice: spec.loadBalancerIP and {annotation}",
        f"{_SERVICE} getDesiredLbIPs",
    ),
    _entry(
        "SIP102",
        "address-unreadable",
        "error",
        'The requested address "{value}" in {field} cannot be read as an IP address.',
        'cannot read the requested address "{value}"',
        f"{_SERVICE} getDesiredLbIPs",
    ),
    _entry(
        "SIP103",
        "address-family-mismatch",
        "error",
        "It asks for {addresses} ({wanted}), and its clusterIPs are {families}.",
        "asks for {addresses}, and its clusterIPs are {families}",
        f"{_SERVICE} allocateIPs",
    ),
    _entry(
        "SIP104",
        "too-many-addresses",
        "error",
        "It asks for {addresses}: one address, or one of each family, can be requested.",
        "asks for too many addresses: {addresses}",
        "internal/ipfamily/ipfamily.go ForAddressesIPs",
    ),
    _entry(
        "SIP105",
        "address-in-no-pool",
        "error",
        "It asks for {address}, which is in no pool{nearest}.",
        "wants {address}, which is in no pool{nearest}",
        f"{_ALLOCATOR} poolFor",
        _POOLS,
    ),
    _entry(
        "SIP106",
        "addresses-in-two-pools",
        "error",
        "It asks for {addresses}, which lie in different pools ({pools}); both must come from one.",
        "wants {addresses}, which lie in two pools",
        f"{_ALLOCATOR} poolFor",
        _POOLS,
    ),
    _entry(
        "SIP107",
        "address-avoided",
        "error",
        "It asks for {address}, and pool {pool} has avoidBuggyIPs: addresses ending in .0 or .255 are not"
        " given out.",
        "wants {address}, which pool {pool} avoids",
        f"{_ALLOCATOR} poolFor",
        _POOLS,
    ),
    _entry(
        "SIP108",
        "address-outside-named-pool",
        "error",
        "It asks for {addresses}, which is in pool {owner}, and for pool {pool}.",
        "wants {addresses} of pool {owner}, and pool {pool}",
        f"{_SERVICE} allocateIPs",
        _POOLS,
    ),
    _entry(
        "SIP113",
        "pool-unknown",
        "error",
        'It asks for pool "{pool}", which does not exist{known}.',
        'wants pool "{pool}", which does not exist',
        f"{_ALLOCATOR} AllocateFromPool",
        _POOLS,
    ),
    _entry(
        "SIP114",
        "pool-not-for-this-service",
        "error",
        "Pool {pool} is kept for others: spec.serviceAllocation.{term} leaves this Service out.",
        "pool {pool} is kept for others ({term})",
        f"{_ALLOCATOR} isPoolCompatibleWithService",
        (*_POOLS, "namespaces"),
    ),
    # SIP2xx: who may share
    _entry(
        "SIP201",
        "key-missing",
        "error",
        "It has no sharing key, and {address} is held by {holders}.",
        "wants {address}, held by {holders}",
        f"{_ALLOCATOR} checkSharing",
    ),
    _entry(
        "SIP202",
        "holder-key-missing",
        "error",
        "{address} is held by {holders}, without a sharing key: nobody can join it.",
        "wants {address}, held without a key by {holders}",
        f"{_ALLOCATOR} checkSharing",
    ),
    _entry(
        "SIP203",
        "keys-differ",
        "error",
        'Its sharing key is "{key}", and {address} is held by {holders} under "{holder_key}".',
        'wants {address}, held by {holders} under key "{holder_key}"',
        f"{_ALLOCATOR} checkSharing",
    ),
    _entry(
        "SIP204",
        "policies-differ",
        "error",
        "Its externalTrafficPolicy counts as {policy}, and that of {holders}, on {address}, as"
        " {holder_policy}: Services with different policies never share.",
        "policy {policy}, and {holders} on {address} {holder_policy}",
        f"{_ALLOCATOR} checkSharing; internal/allocator/k8salloc/k8salloc.go BackendKey",
    ),
    _entry(
        "SIP205",
        "local-selectors-differ",
        "error",
        'Under policy Local all sharers must have one selector: it selects "{selector}", and {holders},'
        ' on {address}, "{holder_selector}".',
        "policy Local, and another selector than {holders} on {address}",
        f"{_ALLOCATOR} checkSharing; internal/allocator/k8salloc/k8salloc.go BackendKey",
    ),
    _entry(
        "SIP206",
        "port-taken",
        "error",
        "On {address} its ports are taken: {clashes}.",
        "on {address} taken: {clashes}",
        f"{_ALLOCATOR} checkSharing",
    ),
    _entry(
        "SIP207",
        "same-key-other-address",
        "info",
        "{others} has the same key, and another address: {why}.",
        "",
        f"{_ALLOCATOR} getIPFromCIDR",
    ),
    _entry(
        "SIP213",
        "held-against-the-rules",
        "error",
        "It is on {address} together with {holders}, which the sharing rules forbid ({rules}): at the next"
        " restart or edit one of them loses it, and which one is chance.",
        "on {address} against the rules with {holders}",
        f"{_ALLOCATOR} checkSharing",
    ),
    # SIP3xx: pools and room
    _entry(
        "SIP301",
        "no-pools",
        "error",
        "MetalLB has no accepted pool.",
        "MetalLB has no accepted pool",
        f"{_SERVICE} convergeBalancer",
        _POOLS,
    ),
    _entry(
        "SIP302",
        "pool-full",
        "error",
        "The requested pool {pool} has no address that is free or can be joined: {counts}.",
        "pool {pool} is full: {counts}",
        f"{_ALLOCATOR} AllocateFromPool",
        _POOLS,
    ),
    _entry(
        "SIP303",
        "no-automatic-pool",
        "error",
        "Every pool has autoAssign: false, and the Service names none ({pools}).",
        "every pool has autoAssign: false",
        f"{_ALLOCATOR} Allocate",
        _POOLS,
    ),
    _entry(
        "SIP304",
        "pools-for-others",
        "error",
        "The pools that are given out by themselves are kept for other namespaces or labels: {pools}.",
        "the pools are kept for others: {pools}",
        f"{_ALLOCATOR} Allocate",
        (*_POOLS, "namespaces"),
    ),
    _entry(
        "SIP305",
        "no-room-in-family",
        "error",
        "Its clusterIPs are {families}, and no pool that it may use has such addresses.",
        "no pool has {families} addresses for it",
        f"{_ALLOCATOR} Allocate",
        _POOLS,
    ),
    _entry(
        "SIP306",
        "families-in-two-pools",
        "error",
        "It needs an IPv4 and an IPv6 address from one pool, and no pool that it may use has both.",
        "needs both families from one pool, and none has both",
        f"{_ALLOCATOR} Allocate",
        _POOLS,
    ),
    _entry(
        "SIP307",
        "all-pools-full",
        "error",
        "No pool that it may use has an address that is free or can be joined: {counts}.",
        "no address free or joinable: {counts}",
        f"{_ALLOCATOR} Allocate",
        _POOLS,
    ),
    _entry(
        "SIP308",
        "pool-rejected",
        "error",
        "MetalLB does not accept the pools as they stand: {faults}. It goes on with the last ones that it"
        " accepted, which the API does not show.",
        "the pools are not accepted: {faults}",
        f"{_CONFIG} poolsFor",
        _POOLS,
    ),
    _entry(
        "SIP309",
        "pool-choice-random",
        "info",
        "Several pools could serve it ({pools}); which one MetalLB takes is chance.",
        "",
        f"{_ALLOCATOR} Allocate",
        _POOLS,
    ),
    # SIP4xx: who handles the Service at all
    _entry(
        "SIP401",
        "other-class",
        "error",
        "{class_text}",
        "{class_text}",
        f"{_RECONCILER} filterByLoadBalancerClass",
    ),
    _entry(
        "SIP402",
        "metallb-absent",
        "error",
        "No MetalLB was found in the cluster: no Deployment with its labels, and no IPAddressPool.",
        "no MetalLB in this cluster",
        "config/manifests/metallb-native.yaml",
        ("deployments",),
    ),
    _entry(
        "SIP403",
        "controller-down",
        "error",
        "MetalLB's controller is not ready: Deployment {deployment} has no available replica, and until it"
        " has one no address is given.",
        "MetalLB's controller is not ready",
        "config/manifests/metallb-native.yaml",
        ("deployments",),
    ),
    _entry(
        "SIP405",
        "not-a-load-balancer",
        "info",
        "Its type is {type}: only Services of type LoadBalancer get an external address.",
        "type {type}",
        f"{_SERVICE} convergeBalancer",
    ),
    _entry(
        "SIP406",
        "no-cluster-ip",
        "error",
        "It has no clusterIP ({cluster_ips}), and MetalLB gives an address only to Services that have one.",
        "no clusterIP",
        f"{_SERVICE} convergeBalancer",
    ),
    _entry(
        "SIP407",
        "dual-stack-impossible",
        "error",
        "Its ipFamilyPolicy {policy} does not fit its clusterIPs ({cluster_ips}).",
        "ipFamilyPolicy {policy} does not fit clusterIPs {cluster_ips}",
        "internal/allocator/allocation.go selectIPsForFamilyAndPolicy",
    ),
    # SIP5xx: time and versions
    _entry(
        "SIP501",
        "waits-for-a-wake-up",
        "error",
        "It would get {addresses} now, and nothing makes MetalLB look at it again before the next re-sync"
        " (up to 11 h).",
        "would get {addresses}: waits for MetalLB to look again",
        "internal/k8s/controllers/service_controller_reload.go",
        (*_POOLS, "namespaces", "deployments"),
    ),
    _entry(
        "SIP507",
        "message-misleads",
        "info",
        'MetalLB says "{said}", and means here: {means}.',
        "",
        f"{_ALLOCATOR} checkSharing",
        ("events",),
    ),
    _entry(
        "SIP508",
        "model-disagrees",
        "warning",
        "The cluster shows {shown}, and by the rules it would be {expected}. Please report this.",
        "",
        f"{_SERVICE} convergeBalancer",
        _POOLS,
    ),
    _entry(
        "SIP509",
        "edit-would-move-it",
        "warning",
        "It holds {shown} only because MetalLB has not looked at it again: at any edit, restart or re-sync"
        " it gets {expected}.",
        "",
        f"{_SERVICE} convergeBalancer",
        _POOLS,
    ),
    # SIP7xx: someone else has a hand in it
    _entry(
        "SIP702",
        "owned",
        "warning",
        "{object} is made by {owner}, which will put an edit back: change it there.",
        "",
        "metadata.ownerReferences",
    ),
    _entry(
        "SIP705",
        "holder-terminating",
        "error",
        "{holders} on {address} is being deleted, and kept by its finalizers ({finalizers}).",
        "held by {holders}, which is being deleted",
        f"{_SERVICE} convergeBalancer",
    ),
    # SIP9xx: notes about an answer
    _entry(
        "SIP901",
        "not-read",
        "info",
        "{what} could not be read ({reason}){open}.",
        "",
        "",
    ),
    _entry(
        "SIP902",
        "version-unknown",
        "info",
        "MetalLB's version could not be found out: the answer is that of {version}.",
        "",
        "",
    ),
    _entry(
        "SIP903",
        "object-not-understood",
        "info",
        "{object}{where}: {field}{because}.",
        "",
        "",
    ),
    _entry(
        "SIP904",
        "in-flight",
        "info",
        "{object} changed within the last 15 s: MetalLB may not have looked yet.",
        "",
        "",
    ),
    _entry(
        "SIP905",
        "random",
        "info",
        "MetalLB's own choice is random here: {outcomes}.",
        "",
        "",
    ),
    _entry(
        "SIP906",
        "too-many-outcomes",
        "info",
        "There are more possible outcomes than can be followed: only a part is shown.",
        "",
        "",
    ),
    _entry(
        "SIP907",
        "not-modelled",
        "info",
        "{what} is not modelled: the answer does not speak of it.",
        "",
        "",
    ),
)

CATALOGUE = {row.code: row for row in _ROWS}
