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
    services = state.services.values()
    times = [*(one.changed_at for one in services), *(pool.changed_at for pool in snapshot.pools)]
    time = max([time or "" for time in times], default="")
    if not time:
        return None
    changed = [service_ref(one.name) for one in services if one.changed_at == time]
    pools = [ObjectRef("IPAddressPool", p.namespace, p.name) for p in snapshot.pools if p.changed_at == time]
    ref = max([*changed, *pools])
    try:
        age_s = (_time(taken_at) - _time(time)).total_seconds()
    except ValueError:
        return None
    return ref if age_s < QUIET_S else None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
