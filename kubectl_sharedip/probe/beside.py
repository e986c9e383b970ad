"""What is known of each Service beside what was tried: its endpoints, and who announces it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kubectl_sharedip.diagnose.reach import reach
from kubectl_sharedip.inventory.endpoints import behind
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.probing import Beside
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Snapshot

_SLICES = "endpointslices"
#: Without these checks nobody can say that the address is announced.
_TELLING = ("SIP601", "SIP602", "SIP604", "SIP605")


def beside(
    snapshot: Snapshot, views: tuple[State, ...], services: Iterable[Service]
) -> Mapping[ServiceName, Beside]:
    """What the snapshot says of these Services, by name."""
    return {service.name: _beside(snapshot, views, service) for service in services}


def _beside(snapshot: Snapshot, views: tuple[State, ...], service: Service) -> Beside:
    found = reach(snapshot, views, service)
    slices = snapshot.announcing.slices.get(service.name, ())
    # What is not applied yet has no endpoints yet, unless somebody wrote them down.
    known = bool(slices) or (snapshot.was_read(_SLICES) and service.uid is not None)
    ranges = snapshot.announcing.source_ranges.get(service.name)
    skipped = found.skipped if found else ()
    unread = {resource for one in skipped if one.code in _TELLING for resource in one.resources}
    return Beside(
        service=service.name,
        endpoints={port: behind(slices, port) for port in service.ports} if known else None,
        backend=_backend(service),
        policy=service.external_traffic_policy,
        ranges=ranges.ranges if ranges else (),
        findings=found.findings if found else (),
        unread=tuple(sorted(unread)),
        handled=found is not None,
    )


def _backend(service: Service) -> str:
    """The pods that it selects, as a text; without a selector it is alone with its endpoints."""
    if not service.selector:
        return str(service.name)
    terms = ",".join(f"{key}={value}" for key, value in sorted(service.selector.items()))
    return f"{service.name.namespace}: {terms}"
