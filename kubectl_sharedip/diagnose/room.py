"""SIP3xx: why no address was free, with every pool's own reason."""

from __future__ import annotations

from kubectl_sharedip.diagnose.view import found
from kubectl_sharedip.metallb.refusals import NoRoom, PoolFull, Room
from kubectl_sharedip.model.finding import Finding, Value

_CODE_OF_KIND = {
    "no-pools": "SIP301",
    "no-automatic-pool": "SIP303",
    "pools-for-others": "SIP304",
    "no-room-in-family": "SIP305",
    "families-in-two-pools": "SIP306",
    "all-pools-full": "SIP307",
}
_EXCLUSION_TEXT = {
    "not-automatic": "autoAssign is false",
    "not-for-service": "kept for others",
    "other-family": "of the other IP family",
    "one-family": "has one IP family only",
}


def pool_full_finding(refusal: PoolFull) -> Finding:
    """SIP302: the requested pool. Beside a sharing conflict under its own key it is no cause."""
    values: dict[str, Value] = {"pool": refusal.room.pool.name, "counts": room_text(refusal.room)}
    return found(
        "SIP302",
        values,
        facts=refusal.facts,
        proof=refusal.proof,
        cause=not refusal.joinable_by_key,
    )


def no_room_finding(refusal: NoRoom, families: str) -> Finding:
    """SIP301 to SIP307, by the kind of the refusal. ``families`` are those that were wanted."""
    counts = tuple(f"pool {room.pool.name} {room_text(room)}" for room in refusal.rooms)
    values: dict[str, Value] = {
        "counts": counts,
        "pools": tuple(room.pool.name for room in refusal.rooms),
        "families": families,
    }
    return found(
        _CODE_OF_KIND[refusal.kind],
        values,
        facts=refusal.facts,
        proof=refusal.proof,
        cause=not refusal.joinable_by_key,
    )


def room_text(room: Room) -> str:
    """The counts of one pool (``1 of 1 in use: 1 without a key``)."""
    if room.exclusion is not None:
        return _EXCLUSION_TEXT[room.exclusion]
    reasons = [
        f"{count} {what}"
        for count, what in (
            (room.without_key, "without a common key"),
            (room.other_key, "under another key"),
            (room.other_policy, "with another policy or selector"),
            (room.port_clash, "with its ports taken"),
        )
        if count
    ]
    used = f"{room.used} of {room.size} in use"
    return f"{used} ({'; '.join(reasons)})" if reasons else used
