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
    ),
    entry(
        "SIP507",
        "message-misleads",
        "info",
        'MetalLB says "{said}", and means here: {means}.',
        "",
        f"{ALLOCATOR} checkSharing",
        ("events",),
    ),
    entry(
        "SIP508",
        "model-disagrees",
        "warning",
        "The cluster shows {shown}, and by the rules it would be {expected}. Please report this.",
        "",
        f"{SERVICE} convergeBalancer",
        POOLS,
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
    ),
)
