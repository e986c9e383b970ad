"""SIP1xx. What the Service asks for."""

from __future__ import annotations

from kubectl_sharedip.diagnose.catalogue.entry import ALLOCATOR, POOLS, SERVICE, Entry, entry

ROWS: tuple[Entry, ...] = (
    entry(
        "SIP101",
        "both-address-requests",
        "error",
        "It asks for an address twice, in spec.loadBalancerIP ({field_value}) and in the annotation"
        " {annotation} ({annotation_value}); MetalLB refuses both together, even when they are equal.",
        "asks twice: spec.loadBalancerIP and {annotation}",
        f"{SERVICE} getDesiredLbIPs",
    ),
    entry(
        "SIP102",
        "address-unreadable",
        "error",
        'The requested address "{value}" in {field} cannot be read as an IP address.',
        'cannot read the requested address "{value}"',
        f"{SERVICE} getDesiredLbIPs",
    ),
    entry(
        "SIP103",
        "address-family-mismatch",
        "error",
        "It asks for {addresses} ({wanted}), and its clusterIPs are {families}.",
        "asks for {addresses}, and its clusterIPs are {families}",
        f"{SERVICE} allocateIPs",
    ),
    entry(
        "SIP104",
        "too-many-addresses",
        "error",
        "It asks for {addresses}: one address, or one of each family, can be requested.",
        "asks for too many addresses: {addresses}",
        "internal/ipfamily/ipfamily.go ForAddressesIPs",
    ),
    entry(
        "SIP105",
        "address-in-no-pool",
        "error",
        "It asks for {address}, which is in no pool{nearest}.",
        "wants {address}, which is in no pool{nearest}",
        f"{ALLOCATOR} poolFor",
        POOLS,
    ),
    entry(
        "SIP106",
        "addresses-in-two-pools",
        "error",
        "It asks for {addresses}, which lie in different pools ({pools}); both must come from one.",
        "wants {addresses}, which lie in two pools",
        f"{ALLOCATOR} poolFor",
        POOLS,
    ),
    entry(
        "SIP107",
        "address-avoided",
        "error",
        "It asks for {address}, and pool {pool} has avoidBuggyIPs: addresses ending in .0 or .255 are not"
        " given out.",
        "wants {address}, which pool {pool} avoids",
        f"{ALLOCATOR} poolFor",
        POOLS,
    ),
    entry(
        "SIP108",
        "address-outside-named-pool",
        "error",
        "It asks for {addresses}, which is in pool {owner}, and for pool {pool}.",
        "wants {addresses} of pool {owner}, and pool {pool}",
        f"{SERVICE} allocateIPs",
        POOLS,
    ),
    entry(
        "SIP113",
        "pool-unknown",
        "error",
        'It asks for pool "{pool}", which does not exist{known}.',
        'wants pool "{pool}", which does not exist',
        f"{ALLOCATOR} AllocateFromPool",
        POOLS,
    ),
    entry(
        "SIP114",
        "pool-not-for-this-service",
        "error",
        "Pool {pool} is kept for others: spec.serviceAllocation.{term} leaves this Service out.",
        "pool {pool} is kept for others ({term})",
        f"{ALLOCATOR} isPoolCompatibleWithService",
        (*POOLS, "namespaces"),
    ),
)
