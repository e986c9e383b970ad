"""Whose the Services are that the remedies would edit.

It exists because that somebody else has a Service in hand matters only to whoever is about to
change it. Refuses to ask this of a Service that no remedy edits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kubectl_sharedip.diagnose.owners import behind
from kubectl_sharedip.diagnose.run import ordered
from kubectl_sharedip.model.finding import Diagnosis
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Plan, Way
from kubectl_sharedip.model.service import Service


def with_owners(
    diagnosis: Diagnosis,
    plan: Plan | None,
    services: Mapping[ServiceName, Service],
    *,
    by_hand: bool = False,
) -> Diagnosis:
    """The diagnosis with SIP702 and SIP704 for each Service that some remedy edits, once each.

    These are those that some way of the plan edits, and with ``by_hand`` the diagnosed Service itself.
    An edit that only makes MetalLB look again does no harm where it is put back, and counts for none.
    """
    ways = () if plan is None else (*([plan.chosen] if plan.chosen else []), *plan.ways)
    own = {diagnosis.service} if by_hand else set()
    edited = sorted({edit.service for edit in _lasting(ways)} | own)
    found = [finding for name in edited if name in services for finding in behind(services[name])]
    if not found:
        return diagnosis
    return replace(diagnosis, findings=ordered([*diagnosis.findings, *found]))


def _lasting(ways: Iterable[Way]) -> list[Edit]:
    return [edit for way in ways for edit in way.edits if not edit.wakes_only]
