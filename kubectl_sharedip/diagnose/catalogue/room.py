"""SIP3xx. Pools, and the room in them."""

from __future__ import annotations

from kubectl_sharedip.diagnose.catalogue.entry import ALLOCATOR, CONFIG, POOLS, SERVICE, Entry, entry

ROWS: tuple[Entry, ...] = (
    entry(
        "SIP301",
        "no-pools",
        "error",
        "MetalLB has no accepted pool.",
        "MetalLB has no accepted pool",
        f"{SERVICE} convergeBalancer",
        POOLS,
    ),
    entry(
        "SIP302",
        "pool-full",
        "error",
        "The requested pool {pool} has no address that is free or can be joined: {counts}.",
        "pool {pool} is full: {counts}",
        f"{ALLOCATOR} AllocateFromPool",
        POOLS,
    ),
    entry(
        "SIP303",
        "no-automatic-pool",
        "error",
        "Every pool has autoAssign: false, and the Service names none ({pools}).",
        "every pool has autoAssign: false",
        f"{ALLOCATOR} Allocate",
        POOLS,
    ),
    entry(
        "SIP304",
        "pools-for-others",
        "error",
        "The pools that are given out by themselves are kept for other namespaces or labels: {pools}.",
        "the pools are kept for others: {pools}",
        f"{ALLOCATOR} Allocate",
        (*POOLS, "namespaces"),
    ),
    entry(
        "SIP305",
        "no-room-in-family",
        "error",
        "Its clusterIPs are {families}, and no pool that it may use has such addresses.",
        "no pool has {families} addresses for it",
        f"{ALLOCATOR} Allocate",
        POOLS,
    ),
    entry(
        "SIP306",
        "families-in-two-pools",
        "error",
        "It needs an IPv4 and an IPv6 address from one pool, and no pool that it may use has both.",
        "needs both families from one pool, and none has both",
        f"{ALLOCATOR} Allocate",
        POOLS,
    ),
    entry(
        "SIP307",
        "all-pools-full",
        "error",
        "No pool that it may use has an address that is free or can be joined: {counts}.",
        "no address free or joinable: {counts}",
        f"{ALLOCATOR} Allocate",
        POOLS,
    ),
    entry(
        "SIP308",
        "pool-rejected",
        "error",
        "MetalLB does not accept the pools as they stand: {faults}. It goes on with the last ones that it"
        " accepted, which the API does not show.",
        "the pools are not accepted: {faults}",
        f"{CONFIG} poolsFor",
        POOLS,
    ),
    entry(
        "SIP309",
        "pool-choice-random",
        "info",
        "Several pools could serve it ({pools}); which one MetalLB takes is chance.",
        "",
        f"{ALLOCATOR} Allocate",
        POOLS,
    ),
)
