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
        arises=(
            "There is no IPAddressPool that MetalLB accepted, or none at all in the namespace that it "
            "watches."
        ),
        clear=(
            "Create an IPAddressPool in MetalLB's namespace. If there are some, look for SIP308 and SIP311."
        ),
    ),
    entry(
        "SIP302",
        "pool-full",
        "error",
        "The requested pool {pool} has no address that is free or can be joined: {counts}.",
        "pool {pool} is full: {counts}",
        f"{ALLOCATOR} AllocateFromPool",
        POOLS,
        arises=(
            "The pool that the Service asks for has no free address, and none that it may join. The "
            "counts say why each address in use cannot be joined."
        ),
        clear=(
            "Add a range to the pool, share an address with somebody (fix lists who), or remove the "
            "request for this pool."
        ),
    ),
    entry(
        "SIP303",
        "no-automatic-pool",
        "error",
        "Every pool has autoAssign: false, and the Service names none ({pools}).",
        "every pool has autoAssign: false",
        f"{ALLOCATOR} Allocate",
        POOLS,
        arises=(
            "Every pool has autoAssign: false, so that an address is given only to who asks for it, "
            "and the Service asks for none."
        ),
        clear="Request a pool or an address, or have the owner of a pool set autoAssign to true.",
    ),
    entry(
        "SIP304",
        "pools-for-others",
        "error",
        "The pools that are given out by themselves are kept for other namespaces or labels: {pools}.",
        "the pools are kept for others: {pools}",
        f"{ALLOCATOR} Allocate",
        (*POOLS, "namespaces"),
        arises=(
            "Every pool that gives out addresses by itself is kept for other namespaces or labels by "
            "its serviceAllocation."
        ),
        clear=(
            "Have the owner of a pool let the Service in, or create a pool for everybody. Requesting "
            "a pool by name does not help against its serviceAllocation."
        ),
    ),
    entry(
        "SIP305",
        "no-room-in-family",
        "error",
        "Its clusterIPs are {families}, and no pool that it may use has such addresses.",
        "no pool has {families} addresses for it",
        f"{ALLOCATOR} Allocate",
        POOLS,
        arises="No pool that the Service may use has addresses of the family of its clusterIPs.",
        clear="Add a range of that family to a pool, or change the Service's ipFamilies.",
    ),
    entry(
        "SIP306",
        "families-in-two-pools",
        "error",
        "It needs an IPv4 and an IPv6 address from one pool, and no pool that it may use has both.",
        "needs both families from one pool, and none has both",
        f"{ALLOCATOR} Allocate",
        POOLS,
        arises=(
            "A dual-stack Service needs an IPv4 and an IPv6 address, MetalLB takes both from one "
            "pool, and no pool has both."
        ),
        clear="Put ranges of both families into one pool, or make the Service single-stack.",
    ),
    entry(
        "SIP307",
        "all-pools-full",
        "error",
        "No pool that it may use has an address that is free or can be joined: {counts}.",
        "no address free or joinable: {counts}",
        f"{ALLOCATOR} Allocate",
        POOLS,
        arises=(
            "No pool that the Service may use has a free address, or one that it may join. MetalLB "
            'says "no available IPs" then, for a full pool and for sharing that fails alike; the '
            "counts tell them apart."
        ),
        clear=(
            "Add a range to a pool, share an address with somebody (fix lists who), or free an "
            "address that nobody needs."
        ),
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
        arises=(
            "Two pools overlap, a range cannot be read, or its end lies before its beginning. MetalLB "
            "accepts all pools together or none, so one faulty pool holds up every change of the "
            "others."
        ),
        clear=(
            "Mend the pools that are named. Until then MetalLB goes on with the last ones that it "
            "accepted, for as long as its controller runs."
        ),
    ),
    entry(
        "SIP309",
        "pool-choice-random",
        "info",
        "Several pools could serve it ({pools}); which one MetalLB takes is chance.",
        "",
        f"{ALLOCATOR} Allocate",
        POOLS,
        arises=(
            "Several pools for everybody could serve the Service and it names none. MetalLB goes "
            "through them in random order."
        ),
        clear=(
            "Nothing has to be done. If it matters, request a pool, or keep one of the pools for it "
            "by a serviceAllocation."
        ),
    ),
    entry(
        "SIP310",
        "pool-nearly-full",
        "warning",
        "Pool {pool} is nearly full: {left} of its {size} {family} addresses are left{sharing}.",
        "",
        f"{ALLOCATOR} AllocateFromPool",
        POOLS,
        phrases={"sharing": {"shared": "; {sharers} Services sit on {shared} shared ones", "none": ""}},
        arises="Under a tenth of the pool's addresses, or fewer than three, are left.",
        clear="Add a range before the next Service comes, or let Services share addresses.",
    ),
    entry(
        "SIP311",
        "pool-in-other-namespace",
        "warning",
        "No MetalLB reads IPAddressPool {pools}: its own are those in namespace {own}{effect}.",
        "IPAddressPool {pools} lies where no MetalLB reads it",
        "internal/k8s/controllers/pool_controller.go Reconcile",
        (*POOLS, "namespaces", "deployments"),
        phrases={"effect": {"helps": ". There it would give this Service an address", "none": ""}},
        arises=(
            "An IPAddressPool lies in a namespace that no MetalLB watches. MetalLB reads pools of its "
            "own namespace only, and says nothing of others."
        ),
        clear="Create the pool in MetalLB's namespace and delete the stray one.",
    ),
    entry(
        "SIP312",
        "second-family-missing",
        "warning",
        "It prefers two families and has {address} alone: {why}{elsewhere}.",
        "",
        f"{ALLOCATOR} AllocateFromPoolForAdditionalFamily",
        POOLS,
        phrases={
            "why": {
                "full": "the {family} addresses of pool {pool} are taken ({counts})",
                "no-range": "pool {pool} has no {family} range, and MetalLB takes the second address from"
                " the pool of the first",
            },
            "elsewhere": {"others": " ({family} is in {others})", "none": ""},
        },
        arises=(
            "A Service with PreferDualStack got an address of one family: its pool had none of the other."
        ),
        clear=(
            "Add a range of the missing family to the same pool and have MetalLB look again, or leave it."
        ),
    ),
    entry(
        "SIP313",
        "range-gives-nothing",
        "warning",
        'The range "{range}" of pool {pool} was accepted, and no address can be given out of it: {why}.',
        "",
        f"{CONFIG} ParseCIDR",
        POOLS,
        phrases={
            "why": {
                "two-families": "its ends are of two IP families",
                "avoided": "avoidBuggyIPs leaves out all of it",
            },
        },
        arises=(
            "A range is accepted and holds no address that can be given out: its ends are of two "
            "families, or avoidBuggyIPs leaves nothing of it."
        ),
        clear="Correct the range, or remove it.",
    ),
)
