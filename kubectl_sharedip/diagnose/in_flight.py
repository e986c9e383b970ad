"""SIP904: what changed a moment ago, so that MetalLB may not have looked yet."""

from __future__ import annotations

from datetime import datetime

from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.names import ObjectRef, service_ref
from kubectl_sharedip.model.snapshot import Snapshot

QUIET_S = 15


def last_change(snapshot: Snapshot, state: State) -> ObjectRef | None:
    """The object that changed within the last 15 s, the newest one; None where all is quiet.

    None too where nobody knows when the snapshot was taken: a file is not looked at in a hurry.
    """
    taken_at = snapshot.source.taken_at
    if taken_at is None:
        return None
    changes = [(s.changed_at, service_ref(s.name)) for s in state.services.values()]
    changes.extend((p.changed_at, ObjectRef("IPAddressPool", p.namespace, p.name)) for p in snapshot.pools)
    known = [(time, ref) for time, ref in changes if time is not None]
    if not known:
        return None
    time, ref = max(known)
    try:
        age_s = (_time(taken_at) - _time(time)).total_seconds()
    except ValueError:
        return None
    return ref if age_s < QUIET_S else None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
