"""SIP507: MetalLB's text points to something else than what keeps the Service Pending.

One text stands for many reasons: "can't change sharing key" where nobody changed a key, "no available
IPs" where the pool has room for others, "not allowed in config" where a pool has the address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kubectl_sharedip.diagnose.said import allocation_events, event_fact, has_a_past, reason_in, same_text
from kubectl_sharedip.diagnose.view import Check, View, found
from kubectl_sharedip.metallb.outcomes import Refused
from kubectl_sharedip.metallb.refusals import (
    AddressAvoided,
    DualStackImpossible,
    InTwoPools,
    NoRoom,
    NotShareable,
    PoolFull,
    Refusal,
)
from kubectl_sharedip.metallb.sharing import AddressConflict, SharingRule
from kubectl_sharedip.model.finding import Finding

_KEY = "can't change sharing key for"
_FULL = "no available IPs"
_NIL = '["<nil>"] is not allowed in config'
_FOREIGN = "is not allowed in config"


def _misleads(view: View) -> Iterator[Finding]:
    outcome = view.outcome
    said = [e for e in allocation_events(view.snapshot, view.service) if e.reason == "AllocationFailed"]
    if not said or not isinstance(outcome, Refused) or outcome.event is None:
        return
    last = said[-1]
    if view.state.installation.exact and not same_text(last.message, outcome.event.message):
        return  # it is from another time, which SIP502 says
    text = reason_in(last.message)
    means = tuple(_means(text, outcome.refusal))
    if means:
        yield found(
            "SIP507",
            {"said": text, "means": means},
            facts=(event_fact(last), *outcome.refusal.facts),
        )


def _means(text: str, refusal: Refusal) -> Iterator[str]:
    """The names of what the text stands for here; none where it says what it means."""
    if isinstance(refusal, NotShareable):
        if text.startswith(_KEY) and refusal.conflict.decisive is not SharingRule.KEYS_EQUAL:
            yield from _rules([refusal.conflict], but=SharingRule.PORTS_FREE)
    elif isinstance(refusal, PoolFull) and (_FULL in text or _NIL in text):
        yield from _full_pool(text, refusal)
    elif isinstance(refusal, NoRoom) and _FULL in text:
        if refusal.joinable_by_key:
            yield from _rules(refusal.joinable_by_key)
        elif refusal.kind != "all-pools-full":
            yield refusal.kind
    elif isinstance(refusal, DualStackImpossible) and _FULL in text and "IPFamily" not in text:
        yield "families-and-policy"
    elif isinstance(refusal, AddressAvoided) and _FOREIGN in text:
        yield "address-avoided"
    elif isinstance(refusal, InTwoPools) and _FOREIGN in text:
        yield "in-two-pools"


def _full_pool(text: str, refusal: PoolFull) -> Iterator[str]:
    if refusal.joinable_by_key:
        yield from _rules(refusal.joinable_by_key)
    elif refusal.room.exclusion is not None and "IPFamily" not in text:
        yield "families-in-two-pools" if refusal.room.exclusion == "one-family" else "no-room-in-family"
    elif _NIL in text:
        yield "pool-full"


def _rules(conflicts: Iterable[AddressConflict], *, but: SharingRule | None = None) -> Iterator[str]:
    rules = {one.rule for conflict in conflicts for one in conflict.conflicts} - {but}
    for rule in sorted(rules, key=lambda rule: rule.value):
        yield rule.name.lower().replace("_", "-")


CHECKS = (Check(codes=("SIP507",), look=_misleads, of="pending", arises=has_a_past),)
