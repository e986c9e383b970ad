"""SIP5xx. Time and versions."""

from __future__ import annotations

from kubectl_sharedip.diagnose.catalogue.entry import ALLOCATOR, POOLS, SERVICE, Entry, entry

ROWS: tuple[Entry, ...] = (
    entry(
        "SIP501",
        "waits-for-a-wake-up",
        "error",
        "It would get {addresses} now, and nothing makes MetalLB look at it again before the next re-sync"
        " (up to 11 h).",
        "would get {addresses}: waits for MetalLB to look again",
        "internal/k8s/controllers/service_controller_reload.go",
        (*POOLS, "namespaces", "deployments"),
        arises=(
            "The obstacle is gone, and MetalLB has no reason to look again: it looks at a Service "
            "when that is edited, when somebody else gives up an address or a key, and at a re-sync."
        ),
        clear="Touch the Service by a harmless edit; fix does it with the annotation sharedip/woken.",
    ),
    entry(
        "SIP502",
        "event-outdated",
        "info",
        'MetalLB\'s last event ({at}) says "{said}", which no longer holds: {now}.',
        "",
        f"{SERVICE} convergeBalancer",
        (*POOLS, "events"),
        phrases={
            "at": {"": "of an unknown time"},
            "now": {
                "has-none": "it has no address",
                "has-address": "it has {addresses}",
                "would-be-assigned": "it would get an address now",
                "says-otherwise": 'it would say "{foretold}" now',
            },
        },
        arises="The newest event of MetalLB's controller on the Service tells of a failure that is over, of"
        " another reason than the present one, or of an address that it does not have. Events stay for an"
        " hour and a failed allocation is not tried again by itself.",
        clear="Nothing: go by the other findings, not by the event.",
    ),
    entry(
        "SIP503",
        "restart-may-steal",
        "warning",
        "A restart of MetalLB {version} may give {addresses} to {takers}, which waits without an address:"
        " before 0.14.0 those that have one do not come first.",
        "",
        "internal/k8s/controllers/service_controller_reload.go reprocessAll",
        (*POOLS, "namespaces"),
        arises="Before 0.14.0 the controller takes the Services in any order when it starts, and another"
        " Service waits for this address or for any.",
        clear="Upgrade MetalLB to 0.14.0 or later before its controller is restarted, or clear the Service"
        " that waits.",
    ),
    entry(
        "SIP504",
        "never-settles",
        "warning",
        "Its status never comes to rest: it goes between {lists}. ipFamilyPolicy is PreferDualStack, it has"
        " one clusterIP ({cluster_ip}), and its pool has both families; MetalLB adds the second address,"
        " and then takes both away because the clusterIPs have one family.",
        "goes between {lists} without end",
        f"{SERVICE} convergeBalancer",
        POOLS,
        arises=(
            "PreferDualStack, one clusterIP and a pool with both families: MetalLB adds the second "
            "address, finds that it does not fit, and takes both away, again and again."
        ),
        clear="Set ipFamilyPolicy to SingleStack, or give the Service two clusterIPs.",
    ),
    entry(
        "SIP505",
        "status-rewritten",
        "info",
        "MetalLB writes its status anew whenever it looks, and each time warns of {annotations}: Kubernetes"
        " 1.30 and later fill in ipMode, which MetalLB leaves out.",
        "",
        "controller/main.go SetBalancer",
        arises="The Service has an address, an annotation under metallb.universe.tf/, and MetalLB is 0.14.9"
        " or later.",
        clear="Move the annotations to metallb.io/. The one that older versions left behind"
        " (ip-allocated-from-pool) can be removed.",
    ),
    entry(
        "SIP506",
        "known-bug",
        "warning",
        "MetalLB {version} has a bug that shows here: {bug}. Fixed in {fixed}.",
        "",
        "the release notes of MetalLB",
        (*POOLS, "namespaces"),
        phrases={
            "bug": {
                "keeps-address-on-conflict": "Services that may no longer share an address both keep it",
                "pool-request-ignored": "the requested pool counts for nothing beside a requested address"
                " (later versions refuse the two together)",
                "pool-edits-refused": "a Service has an address that no pool has any more, and until it"
                " gives it up the edited pools are not taken into use",
                "no-wake-on-key-change": "when a key comes to fit, nobody makes MetalLB look at the Service"
                " that waits for it",
                "priority-without-selector": "a pool whose serviceAllocation has a priority alone is for no"
                " Service",
                "single-family-dropped": "with PreferDualStack and one clusterIP the address is given back"
                " and asked for anew at every look, and may change",
            },
        },
        arises="The version in use has the bug, and the fields of this Service are those that it needs.",
        clear="Upgrade MetalLB to the version that is named, or change the fields that are listed.",
    ),
    entry(
        "SIP507",
        "message-misleads",
        "info",
        'MetalLB says "{said}", and means here: {means}.',
        "",
        f"{ALLOCATOR} checkSharing",
        (*POOLS, "events"),
        phrases={
            "means": {
                "holder-has-key": "a holder of the address has no sharing key",
                "requester-has-key": "this Service has no sharing key",
                "keys-equal": "the sharing keys differ",
                "policies-equal": "externalTrafficPolicy is not the same",
                "local-selectors-equal": "the selectors differ under externalTrafficPolicy Local",
                "ports-free": "one of its ports is taken on an address of its key",
                "no-pools": "there is no pool",
                "no-automatic-pool": "no pool gives an address unasked",
                "pools-for-others": "the pools are kept for others",
                "no-room-in-family": "what it may choose from has no address of its IP family",
                "families-in-two-pools": "no single pool has both IP families",
                "families-and-policy": "its ipFamilyPolicy allows one address, and its clusterIPs are of"
                " two families",
                "address-avoided": "the pool has the address, and avoidBuggyIPs keeps it back",
                "in-two-pools": "the addresses lie in different pools",
                "pool-full": "the pool is full",
            },
        },
        arises="MetalLB has one text for many reasons, and the reason here is not the one that the text"
        " suggests.",
        clear="Nothing: the finding that is marked as the cause says what to do.",
    ),
    entry(
        "SIP508",
        "model-disagrees",
        "warning",
        "The cluster shows {shown}, and by the rules it would be {expected}. Please report this.",
        "",
        f"{SERVICE} convergeBalancer",
        POOLS,
        arises=(
            "What the cluster shows is not what the rules give, and nothing changed lately. Either "
            "MetalLB did something that is not modelled, or the model is wrong."
        ),
        clear=(
            "Please report it with the output of snapshot --redact. Do not rely on a plan for this Service."
        ),
    ),
    entry(
        "SIP509",
        "edit-would-move-it",
        "warning",
        "It holds {shown} only because MetalLB has not looked at it again: at any edit, restart or re-sync"
        " it gets {expected}.",
        "",
        f"{SERVICE} convergeBalancer",
        POOLS,
        arises=(
            "The Service was given its address under other circumstances; by the rules of now it "
            "would get another one, or none. MetalLB has not looked at it since."
        ),
        clear=(
            "Leave it alone until there is a good moment, or pin the address (request it) where the "
            "rules allow that."
        ),
    ),
    entry(
        "SIP510",
        "address-moved",
        "warning",
        "{how}",
        "",
        f"{SERVICE} convergeBalancer",
        (*POOLS, "events"),
        phrases={
            "new": {"": "no address"},
            "at": {"": "an unknown time"},
            "old_now": {
                "held": "held by {holders} now",
                "free": "free",
                "gone": "in no pool any more",
            },
            "how": {
                "seen": "It had {old}, and has {new} now (since {at}). {old} is {old_now}.",
                "foretold": "It has {old}, and loses it when this is applied: then it has {new}.",
                "back": "It has {old}, loses it while this is applied, and has {new} in the end.",
            },
        },
        arises="The events of type Normal (IPAllocated, ClearAssignment) name an address that the Service"
        " has no more, and it does not ask for the one that it has. Or manifests that are being checked would"
        " cost a live Service its address.",
        clear="To go back, ask for the old address while it is free or can be shared; to stay, ask for the"
        " present one.",
    ),
)
