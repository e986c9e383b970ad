"""Remedies that a person types, for every finding that somebody can do something about.

It exists because ``fix`` edits Services only, and of those the least. Refuses what is dangerous:
nothing is deleted or restarted, and no live address moves without a word about it.
"""

from __future__ import annotations

from collections.abc import Mapping

from kubectl_sharedip.report.by_hand.about import About, ByHand, Hands
from kubectl_sharedip.report.by_hand.announcing import ANNOUNCING
from kubectl_sharedip.report.by_hand.others import OTHERS
from kubectl_sharedip.report.by_hand.pools import POOLS
from kubectl_sharedip.report.by_hand.service import SERVICE
from kubectl_sharedip.report.by_hand.written import WRITTEN

__all__ = ["ALWAYS", "BESIDE_CAUSES", "BY_HAND", "NO_REMEDY", "About", "ByHand"]

BY_HAND: Mapping[str, Hands] = {**WRITTEN, **SERVICE, **POOLS, **OTHERS, **ANNOUNCING}

BESIDE_CAUSES = frozenset(
    {"SIP109", "SIP110", "SIP111", "SIP112", "SIP310", "SIP312", "SIP313", "SIP404", "SIP607", "SIP609"}
)
"""What is worth a remedy where it is no cause, on a Service that has its address."""

ALWAYS = frozenset({"SIP510", "SIP702"})
"""What is worth a remedy wherever it is found."""

NO_REMEDY: Mapping[str, str] = {
    "SIP212": "where MetalLB does not name the holder nobody here knows whom to ask",
    "SIP213": "any edit makes MetalLB take the address from one of them; only where one has a key that"
    " the other may take over does nobody lose it",
}
"""Causes for which there may be no remedy, and why."""
