"""Who announces the Services that a plan changes: read for them alone, once the plan is known.

It exists because EndpointSlices are many, and a plan says whose are needed. It decides nothing about a plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from kubectl_sharedip.cli.announced import ANNOUNCING, with_endpoints
from kubectl_sharedip.cli.announced_after import announced_by
from kubectl_sharedip.cli.lacking import with_lacking
from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.intake.announcing import read_announcing
from kubectl_sharedip.metallb.settle import held_by
from kubectl_sharedip.metallb.state import status_addresses
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Effect, Way
from kubectl_sharedip.model.snapshot import Note
from kubectl_sharedip.report.plan import AnnouncedWay


def with_nodes(reading: Reading, ways: Collection[Way], metallb_namespace: str | None) -> Reading:
    """The reading, with what tells who announces the Services that one of the ways edits or moves.

    Manifests were read with what they have of that. Raises ClusterError where the server is gone.
    """
    names = {name.name for way in ways for name in _concerned(reading, way)}
    if not names:
        return reading
    if reading.more_of is None:
        known = reading.snapshot
        gaps = with_lacking(known.read, known.not_read, ANNOUNCING)
        return replace(reading, snapshot=replace(known, not_read=gaps))
    raw = with_endpoints(reading.raw, names, reading.more_of)
    notes: list[Note] = []
    default = reading.default_namespace or "default"
    snapshot = replace(
        reading.snapshot,
        announcing=read_announcing(raw.documents, notes, default, metallb_namespace or "metallb-system"),
        read=raw.read,
        not_read=raw.not_read,
    )
    told = (*snapshot.notes, *(note for note in notes if note not in snapshot.notes))
    return replace(reading, raw=raw, snapshot=replace(snapshot, notes=told))


def announced_with(reading: Reading, way: Way | None) -> AnnouncedWay:
    """Who announces before the way and after it, for the document of its plan."""
    return AnnouncedWay(
        nodes=lambda effect: announced_by(reading.snapshot, reading.views, way, effect),
        stay=tuple(_announcements_changed(reading, way)),
    )


def _announcements_changed(reading: Reading, way: Way | None) -> Iterator[Effect]:
    """Services that keep their address while it is announced by other nodes, or by none any more."""
    if way is None:
        return
    moved = {effect.service for effect in way.effects}
    silent = {loss.service for loss in way.losses if loss.kind == "announcement"}
    for name in sorted({edit.service for edit in way.edits} - moved):
        held = status_addresses(reading.snapshot.services[name])
        effect = Effect(service=name, before=held, after=(held,))
        before, after = announced_by(reading.snapshot, reading.views, way, effect)
        differs = before is not None and after is not None and before != after
        if held and (differs or name in silent):
            yield effect


def _concerned(reading: Reading, way: Way) -> Iterator[ServiceName]:
    """Who is edited or moved; who only waits and goes on waiting is neither."""
    yield from (effect.service for effect in way.effects)
    for edit in way.edits:
        if any(held_by(state, edit.service) for state in reading.views):
            yield edit.service
