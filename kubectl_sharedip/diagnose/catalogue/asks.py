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
        arises=(
            "spec.loadBalancerIP and the annotation loadBalancerIPs are both set, often because a "
            "manifest was moved to the annotation and the field stayed. MetalLB refuses both together "
            "even where they name one address."
        ),
        clear=(
            "Remove one of the two. The annotation is the one that can name an address of each "
            "family; the field is deprecated in Kubernetes."
        ),
    ),
    entry(
        "SIP102",
        "address-unreadable",
        "error",
        'The requested address "{value}" in {field} cannot be read as an IP address.',
        'cannot read the requested address "{value}"',
        f"{SERVICE} getDesiredLbIPs",
        arises=(
            "The text in the field or annotation is no IP address: an empty item between two commas, "
            "a number with a leading zero, a blank in spec.loadBalancerIP, a host name, a range."
        ),
        clear=("Write the address in its plain form, as 192.0.2.10 or 2001:db8::10, or remove the request."),
    ),
    entry(
        "SIP103",
        "address-family-mismatch",
        "error",
        "It asks for {addresses} ({wanted}), and its clusterIPs are {families}.",
        "asks for {addresses}, and its clusterIPs are {families}",
        f"{SERVICE} allocateIPs",
        arises=(
            "The families of the requested addresses are not those of the Service's clusterIPs: an "
            "IPv6 address for a Service with an IPv4 clusterIP, or one address for a dual-stack "
            "Service."
        ),
        clear=(
            "Request an address of each family that the Service has, or change ipFamilyPolicy and "
            "ipFamilies to what is to be reached from outside."
        ),
    ),
    entry(
        "SIP104",
        "too-many-addresses",
        "error",
        "It asks for {addresses}: one address, or one of each family, can be requested.",
        "asks for too many addresses: {addresses}",
        "internal/ipfamily/ipfamily.go ForAddressesIPs",
        arises="More than two addresses are requested, or two of one family.",
        clear=(
            "Keep one address, or one of each family for a dual-stack Service. Several addresses of "
            "one family need several Services."
        ),
    ),
    entry(
        "SIP105",
        "address-in-no-pool",
        "error",
        "It asks for {address}, which is in no pool{nearest}.",
        "wants {address}, which is in no pool{nearest}",
        f"{ALLOCATOR} poolFor",
        POOLS,
        arises=(
            "The requested address lies in no pool that MetalLB accepted: a typing error, a pool that "
            "was made smaller or deleted, or a range that was never added."
        ),
        clear=(
            "Request an address of a pool (the nearest one is named), or have the address added to a pool."
        ),
    ),
    entry(
        "SIP106",
        "addresses-in-two-pools",
        "error",
        "It asks for {addresses}, which lie in different pools ({pools}); both must come from one.",
        "wants {addresses}, which lie in two pools",
        f"{ALLOCATOR} poolFor",
        POOLS,
        arises=(
            "Two addresses are requested and each lies in a pool of its own. MetalLB takes both from "
            "one pool."
        ),
        clear="Request two addresses of one pool, or put both ranges into one pool.",
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
        arises=(
            "The pool has avoidBuggyIPs and the requested address ends in .0 or .255, which such a "
            "pool gives to nobody."
        ),
        clear="Request another address. Turning avoidBuggyIPs off is for whoever owns the pool.",
    ),
    entry(
        "SIP108",
        "address-outside-named-pool",
        "error",
        "It asks for {addresses}, which is in pool {owner}, and for pool {pool}.",
        "wants {addresses} of pool {owner}, and pool {pool}",
        f"{SERVICE} allocateIPs",
        POOLS,
        arises=(
            "Both an address and a pool are requested, and the address lies in another pool. MetalLB "
            "before 0.13.10 looked at the address only, so this can begin with an upgrade."
        ),
        clear="Remove one of the two requests, or make them agree.",
    ),
    entry(
        "SIP109",
        "annotation-unknown",
        "warning",
        'MetalLB {version} does not know the annotation {annotation} ("{value}") and passes over it{advice}.',
        "{annotation} is unknown to MetalLB {version}",
        f"{SERVICE} SharingKey, getDesiredLbIPs, allocateIPs",
        (),
        phrases={
            "advice": {
                "name": "; the nearest that it reads is {nearest}",
                "prefix": ": {prefix} came with {since}, and this version reads {nearest}",
                "none": "",
            },
        },
        arises=(
            "An annotation under metallb.io/ or metallb.universe.tf/ has a name that this version of "
            "MetalLB does not read: a typing error, or the prefix metallb.io/ before the version that "
            "brought it. MetalLB ignores it without a word."
        ),
        clear=(
            "Use the name that is suggested, or the older prefix metallb.universe.tf/, which every "
            "version reads."
        ),
    ),
    entry(
        "SIP110",
        "annotation-is-a-label",
        "error",
        'The label {label} ("{value}") was meant as an annotation: MetalLB reads {annotation} from'
        " metadata.annotations alone.",
        "{label} is a label, and no annotation",
        f"{SERVICE} SharingKey, getDesiredLbIPs, allocateIPs",
        (),
        arises="A setting of MetalLB was written under metadata.labels. MetalLB reads annotations only.",
        clear="Move it to metadata.annotations and remove the label.",
    ),
    entry(
        "SIP111",
        "annotation-deprecated",
        "info",
        "{what}{beside}",
        "",
        "controller/main.go SetBalancer",
        (),
        phrases={
            "what": {
                "used": "It uses {annotations}: MetalLB still reads the old prefix, and warns of it in an"
                " event (deprecatedAnnotation); the new one is metallb.io/.",
                "left": "{annotations} was left behind by an earlier MetalLB and does no harm; until it is"
                " removed, MetalLB warns of it in an event (deprecatedAnnotation).",
            },
            "beside": {
                "left": " {left} was left behind by an earlier MetalLB and can be removed.",
                "none": "",
            },
        },
        arises=(
            "The annotation has the prefix metallb.universe.tf/. Every version still reads it; 0.14.9 "
            "and later warn of it in an event."
        ),
        clear=(
            "Rename it to metallb.io/ once no MetalLB that reads the Service is older than the "
            "version that brought the new prefix. Never keep both with different values."
        ),
    ),
    entry(
        "SIP112",
        "annotation-shadowed",
        "warning",
        'The annotation {winner} ("{value}") hides {loser} ("{hidden}"){effect}.',
        "{winner} hides {loser}",
        f"{SERVICE} SharingKey, getDesiredLbIPs, allocateIPs",
        (),
        phrases={
            "effect": {
                "differs": ", which has no effect",
                "allow-shared-ip": ": it is there and empty, so the Service offers no sharing",
                "loadBalancerIPs": ": it is there and empty, so no address is requested by annotation",
                "address-pool": ": it is there and empty, so no pool is requested",
            },
        },
        arises=(
            "The same setting is there under both prefixes and the two differ, or the one under "
            "metallb.io/ is empty and hides the other. MetalLB takes the new prefix where it knows "
            "it."
        ),
        clear="Keep one of the two. The finding says which value is in force now.",
    ),
    entry(
        "SIP113",
        "pool-unknown",
        "error",
        'It asks for pool "{pool}", which does not exist{known}.',
        'wants pool "{pool}", which does not exist',
        f"{ALLOCATOR} AllocateFromPool",
        POOLS,
        arises=("The requested pool does not exist, is written differently, or was not accepted by MetalLB."),
        clear=(
            "Request a pool that exists (they are listed), or remove the request. If the pool is "
            "there, look for SIP308 or SIP311."
        ),
    ),
    entry(
        "SIP114",
        "pool-not-for-this-service",
        "error",
        "Pool {pool} is kept for others: spec.serviceAllocation.{term} leaves this Service out.",
        "pool {pool} is kept for others ({term})",
        f"{ALLOCATOR} isPoolCompatibleWithService",
        (*POOLS, "namespaces"),
        arises=(
            "The pool has a serviceAllocation, and its namespaces, namespaceSelectors or "
            "serviceSelectors leave this Service out. MetalLB refuses it even where it is requested "
            "by name."
        ),
        clear="Request another pool, or have the owner of the pool let the namespace or the labels in.",
    ),
    entry(
        "SIP115",
        "key-near-miss",
        "warning",
        'Its sharing key "{key}" is nearly the key "{other_key}" of {others}{more}; MetalLB compares keys'
        " byte by byte.",
        'key "{key}" is nearly "{other_key}"',
        f"{ALLOCATOR} sharingOK",
        phrases={"more": {"more": " and {count} more", "none": ""}},
        arises=(
            "Two sharing keys are almost alike: they differ by case, blanks, a dash against an "
            "underscore, or by one character. Keys are compared byte for byte, so such Services never "
            "share."
        ),
        clear="If they are meant to share, write the same key in both.",
    ),
    entry(
        "SIP116",
        "key-looks-like-address",
        "info",
        'Its sharing key "{key}" is written like an address, and is only a name: it requests no address.',
        "",
        f"{SERVICE} SharingKey",
        (),
        arises=(
            "A sharing key looks like an IP address. It is a string like any other, and does not ask "
            "for that address."
        ),
        clear="Nothing has to be done. To ask for an address use the annotation loadBalancerIPs.",
    ),
    entry(
        "SIP117",
        "address-host-bits",
        "info",
        "It writes the requested address as {written}; MetalLB reads it, and shows it as {addresses}.",
        "",
        f"{SERVICE} getDesiredLbIPs",
        (),
        arises=(
            "The requested address is written differently from how the status shows it, for example "
            "IPv4-mapped or in upper case. It is the same address."
        ),
        clear="Nothing has to be done; write it in its usual form so that a search finds it.",
    ),
)
