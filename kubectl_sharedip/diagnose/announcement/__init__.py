"""SIP6xx: whether anybody answers for the address, and what of sharers that are announced differently."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_sharedip.diagnose.announcement.announced import announced
from kubectl_sharedip.diagnose.announcement.crowds import none_local, other_pods
from kubectl_sharedip.diagnose.announcement.nobody import nobody
from kubectl_sharedip.diagnose.announcement.sharers import announced_differently, source_ranges
from kubectl_sharedip.diagnose.announcement.somebody import somebody
from kubectl_sharedip.diagnose.view import Check, View
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.snapshot import Snapshot


def _announcement(view: View) -> Iterator[Finding]:
    """All that comes of one look at what the speakers make of the Service."""
    one = announced(view, view.service)
    if one is not None:
        yield from nobody(view, one)
        yield from somebody(view, one)
        yield from announced_differently(view, one)


def _none_restricted(snapshot: Snapshot, state: State) -> bool:
    return not snapshot.announcing.source_ranges


CHECKS: tuple[Check, ...] = (
    Check(codes=tuple(f"SIP{number}" for number in range(601, 611)), look=_announcement, of="assigned"),
    Check(codes=("SIP209",), look=other_pods, of="assigned", nowhere=none_local),
    Check(codes=("SIP611",), look=source_ranges, of="assigned", nowhere=_none_restricted),
)
