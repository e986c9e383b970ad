"""SIP7xx. Someone else has a hand in it."""

from __future__ import annotations

from kubectl_sharedip.diagnose.catalogue.entry import SERVICE, Entry, entry

ROWS: tuple[Entry, ...] = (
    entry(
        "SIP702",
        "owned",
        "warning",
        "{object} is made by {owner}, which will put an edit back: change it there.",
        "",
        "metadata.ownerReferences",
    ),
    entry(
        "SIP705",
        "holder-terminating",
        "error",
        "{holders} on {address} is being deleted, and kept by its finalizers ({finalizers}).",
        "held by {holders}, which is being deleted",
        f"{SERVICE} convergeBalancer",
    ),
)
