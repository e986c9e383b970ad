"""SIP2xx. Who may share an address."""

from __future__ import annotations

from kubectl_sharedip.diagnose.catalogue.entry import ALLOCATOR, POOLS, Entry, entry

ROWS: tuple[Entry, ...] = (
    entry(
        "SIP201",
        "key-missing",
        "error",
        "It has no sharing key, and {address} is held by {holders}.",
        "wants {address}, held by {holders}",
        f"{ALLOCATOR} checkSharing",
        arises=(
            "The Service asks for an address that somebody holds under a sharing key, and has no key itself."
        ),
        clear=(
            "Give the Service the holder's key, if the two may share; else remove its request for the "
            "address."
        ),
    ),
    entry(
        "SIP202",
        "holder-key-missing",
        "error",
        "{address} is held by {holders}, without a sharing key: nobody can join it.",
        "wants {address}, held without a key by {holders}",
        f"{ALLOCATOR} checkSharing",
        arises=(
            "The address is held by a Service that has no sharing key. Who offers no key shares with "
            "nobody, whatever the other one offers."
        ),
        clear=(
            "Give the holder a key too (it keeps its address), or have the Service ask for another address."
        ),
    ),
    entry(
        "SIP203",
        "keys-differ",
        "error",
        'Its sharing key is "{key}", and {address} is held by {holders} under "{holder_key}".',
        'wants {address}, held by {holders} under key "{holder_key}"',
        f"{ALLOCATOR} checkSharing",
        arises="Both have a sharing key and the keys are not equal. They are compared byte for byte.",
        clear=(
            "Write one key in both. Changing a key makes MetalLB look at all Services again; fix "
            "foretells what that moves."
        ),
    ),
    entry(
        "SIP204",
        "policies-differ",
        "error",
        "Its externalTrafficPolicy counts as {policy}, and that of {holders}, on {address}, as"
        " {holder_policy}: Services with different policies never share.",
        "policy {policy}, and {holders} on {address} {holder_policy}",
        f"{ALLOCATOR} checkSharing; internal/allocator/k8salloc/k8salloc.go BackendKey",
        arises=(
            "One of the two has externalTrafficPolicy Local with a selector, the other has Cluster, "
            "or Local without a selector, which counts as Cluster. Services that share must have one "
            "policy."
        ),
        clear=(
            "Set both to the same policy. From Local to Cluster the pods no longer see the addresses "
            "of their clients; under Local both must have one selector (SIP205)."
        ),
    ),
    entry(
        "SIP205",
        "local-selectors-differ",
        "error",
        'Under policy Local all sharers must have one selector: it selects "{selector}", and {holders},'
        ' on {address}, "{holder_selector}".',
        "policy Local, and another selector than {holders} on {address}",
        f"{ALLOCATOR} checkSharing; internal/allocator/k8salloc/k8salloc.go BackendKey",
        arises=(
            "Both have externalTrafficPolicy Local and their selectors are not equal. Under Local the "
            "node that answers for the address must have pods of every sharer, and MetalLB makes sure "
            "of it by the selector."
        ),
        clear=(
            "Make the selectors equal, where one set of pods serves both; or set both to Cluster and "
            "lose the clients' addresses; or give each an address of its own."
        ),
    ),
    entry(
        "SIP206",
        "port-taken",
        "error",
        "On {address} its ports are taken: {clashes}.",
        "on {address} taken: {clashes}",
        f"{ALLOCATOR} checkSharing",
        arises=(
            "A protocol and port that the Service wants is held on the address by another Service. A "
            "port can be held once on an address; TCP and UDP do not clash."
        ),
        clear="Serve on another port, or have one of the two ask for another address.",
    ),
    entry(
        "SIP207",
        "same-key-other-address",
        "info",
        "{others} has the same key, and another address: {why}{more}.",
        "",
        f"{ALLOCATOR} getIPFromCIDR",
        phrases={"more": {"more": ". There are more such Services", "none": ""}},
        arises=(
            "Two Services have the same key and sit on different addresses. A key allows to share and "
            "asks for nothing: each took the lowest address that it could have when it came."
        ),
        clear=(
            "To bring them together, have both request one address, or run fix with --share-with. One "
            "of them then moves."
        ),
    ),
    entry(
        "SIP208",
        "key-across-namespaces",
        "warning",
        'Its sharing key "{key}" is used in the namespaces {namespaces}{more}: whoever may create a Service'
        " in any namespace and knows the key can join the address.",
        "",
        f"{ALLOCATOR} sharingOK",
        phrases={"more": {"more": " and {count} more", "none": ""}},
        arises=(
            "Services of several namespaces use one sharing key. MetalLB does not look at namespaces "
            "here: whoever knows the key can join the address."
        ),
        clear=(
            "Use keys that nobody guesses across teams, or let an admission policy decide who may use which."
        ),
    ),
    entry(
        "SIP209",
        "local-sharers-other-pods",
        "warning",
        "Under policy Local it shares {address} with {others}, and not every ready pod serves all of them"
        " ({lacking}): traffic that arrives where one has no pod is lost.",
        "",
        "internal/allocator/k8salloc/k8salloc.go BackendKey",
        ("services", "endpointslices"),
        arises=(
            "Sharers under Local have equal selectors, and the ready pods behind them do not all "
            "serve every shared port. A node may answer for the address with pods that do not listen "
            "there."
        ),
        clear="Have every pod behind the selector serve every shared port, or use policy Cluster.",
    ),
    entry(
        "SIP210",
        "key-without-partner",
        "info",
        'No other Service has its sharing key "{key}".',
        "",
        f"{ALLOCATOR} sharingOK",
        arises="No other Service has this key.",
        clear=(
            "Nothing has to be done. If it was to share, look for a key that is written almost alike "
            "(SIP115)."
        ),
    ),
    entry(
        "SIP211",
        "share-depends-on-order",
        "warning",
        "{how} MetalLB's order is chance at a re-sync, and among equals at a start.",
        "",
        "internal/k8s/controllers/service_controller_reload.go reprocessAll",
        (*POOLS, "namespaces"),
        phrases={
            "how": {
                "compete": "{address} would be given to {others} as well, and cannot be shared: whoever"
                " MetalLB looks at first gets it.",
                "holders": "Whether it may join {address} depends on which of {others} stays there, and"
                " they exclude each other.",
            },
        },
        arises=(
            "Several Services would take the same address or port, and rules let only one of them. "
            "Which one wins depends on the order in which MetalLB looks at them."
        ),
        clear=(
            "Request different addresses, or give them what sharing needs, so that order decides nothing."
        ),
    ),
    entry(
        "SIP212",
        "held-by-unseen",
        "error",
        "{how}",
        "{how}",
        f"{ALLOCATOR} checkSharing",
        ("events",),
        phrases={
            "how": {
                "holders": "MetalLB says that {address} is held by {holders}, which could not be read here.",
                "port": "MetalLB says that port {port} is taken on {address}, and by no Service that could be"
                " read here.",
            },
        },
        arises=(
            "MetalLB's event names a holder that may not be read with these rights, or no visible "
            "Service holds the address that it refuses."
        ),
        clear="Ask again with rights to list Services of all namespaces.",
    ),
    entry(
        "SIP213",
        "held-against-the-rules",
        "error",
        "It is on {address} together with {holders}, which the sharing rules forbid ({rules}): at the next"
        " restart or edit one of them loses it, and which one is chance.",
        "on {address} against the rules with {holders}",
        f"{ALLOCATOR} checkSharing",
        arises=(
            "Services sit on one address that the sharing rules forbid: a key, policy, selector or "
            "port was edited after they had it, and MetalLB has not looked at all of them since."
        ),
        clear=(
            "Make them fit together again, or move one of them now and by choice, before a restart "
            "does it by chance."
        ),
    ),
)
