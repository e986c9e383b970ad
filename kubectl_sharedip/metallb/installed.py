"""Which MetalLB an answer is about, where the snapshot does not show one plainly."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_sharedip.metallb.state import State, handled_by, state_of
from kubectl_sharedip.metallb.versions import NEWEST_KNOWN
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Installation, Snapshot

DEPLOYMENTS = "deployments"
POOLS = "ipaddresspools"


def sees_pools(snapshot: Snapshot) -> bool:
    """Whether any pool can be seen, or all have been looked for: without that nothing can be foretold."""
    absent = any(gap.resource == POOLS and gap.reason == "absent" for gap in snapshot.not_read)
    return bool(snapshot.pools) or snapshot.was_read(POOLS) or absent


def installations(snapshot: Snapshot) -> tuple[Installation, ...]:
    """Every MetalLB of the snapshot; none only where it was looked for and is not there.

    Where neither Deployments nor pools could be looked for, one of the newest known version is
    taken to be there.
    """
    if snapshot.installations:
        return snapshot.installations
    pools_absent = any(gap.resource == POOLS and gap.reason == "absent" for gap in snapshot.not_read)
    pools_looked_for = snapshot.was_read(POOLS) or pools_absent
    if snapshot.was_read(DEPLOYMENTS) and pools_looked_for and not snapshot.pools:
        return ()
    return (
        Installation(
            namespace="",
            lb_class=None,
            version=NEWEST_KNOWN,
            exact=False,
            how="assumed",
            controller_ready=None,
        ),
    )


def states(snapshot: Snapshot) -> tuple[State, ...]:
    """The view of each MetalLB."""
    return tuple(state_of(snapshot, installation) for installation in installations(snapshot))


def state_for(views: Sequence[State], service: Service) -> State | None:
    """The view of the MetalLB that handles this Service, None where none does."""
    for view in views:
        if handled_by(view.installation, service):
            return view
    return None
