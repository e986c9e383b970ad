"""SIP2xx. Who may share an address."""

from __future__ import annotations

from kubectl_sharedip.diagnose.catalogue.entry import ALLOCATOR, Entry, entry

ROWS: tuple[Entry, ...] = (
    entry(
        "SIP201",
        "key-missing",
        "error",
        "It has no sharing key, and {address} is held by {holders}.",
        "wants {address}, held by {holders}",
        f"{ALLOCATOR} checkSharing",
    ),
    entry(
        "SIP202",
        "holder-key-missing",
        "error",
        "{address} is held by {holders}, without a sharing key: nobody can join it.",
        "wants {address}, held without a key by {holders}",
        f"{ALLOCATOR} checkSharing",
    ),
    entry(
        "SIP203",
        "keys-differ",
        "error",
        'Its sharing key is "{key}", and {address} is held by {holders} under "{holder_key}".',
        'wants {address}, held by {holders} under key "{holder_key}"',
        f"{ALLOCATOR} checkSharing",
    ),
    entry(
        "SIP204",
        "policies-differ",
        "error",
        "Its externalTrafficPolicy counts as {policy}, and that of {holders}, on {address}, as"
        " {holder_policy}: Services with different policies never share.",
        "policy {policy}, and {holders} on {address} {holder_policy}",
        f"{ALLOCATOR} checkSharing; internal/allocator/k8salloc/k8salloc.go BackendKey",
    ),
    entry(
        "SIP205",
        "local-selectors-differ",
        "error",
        'Under policy Local all sharers must have one selector: it selects "{selector}", and {holders},'
        ' on {address}, "{holder_selector}".',
        "policy Local, and another selector than {holders} on {address}",
        f"{ALLOCATOR} checkSharing; internal/allocator/k8salloc/k8salloc.go BackendKey",
    ),
    entry(
        "SIP206",
        "port-taken",
        "error",
        "On {address} its ports are taken: {clashes}.",
        "on {address} taken: {clashes}",
        f"{ALLOCATOR} checkSharing",
    ),
    entry(
        "SIP207",
        "same-key-other-address",
        "info",
        "{others} has the same key, and another address: {why}.",
        "",
        f"{ALLOCATOR} getIPFromCIDR",
    ),
    entry(
        "SIP213",
        "held-against-the-rules",
        "error",
        "It is on {address} together with {holders}, which the sharing rules forbid ({rules}): at the next"
        " restart or edit one of them loses it, and which one is chance.",
        "on {address} against the rules with {holders}",
        f"{ALLOCATOR} checkSharing",
    ),
)
