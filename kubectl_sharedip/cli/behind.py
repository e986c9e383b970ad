"""The EndpointSlices of the Services that are listed, and of no other: they are many.

Refuses to count; it only has them read.
"""

from __future__ import annotations

from dataclasses import replace

from kubectl_sharedip.cli.lacking import with_lacking
from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.intake.announcing import read_announcing
from kubectl_sharedip.inventory.addresses import Inventory
from kubectl_sharedip.model.snapshot import Note

_SLICES = "endpointslices"


def with_slices(reading: Reading, inventory: Inventory, metallb_namespace: str | None) -> Reading:
    """The reading with the EndpointSlices of the Services of the inventory.

    Files that are no snapshot were read with what they have of them. Raises ClusterError where the server
    is gone.
    """
    listed = [service for group in inventory.groups for service in group.services]
    names = {service.name.name for service in (*listed, *inventory.pending, *inventory.not_handled)}
    if not names:
        return reading
    if reading.more_of is None:
        known = reading.snapshot
        gaps = with_lacking(known.read, known.not_read, (_SLICES,))
        return replace(reading, snapshot=replace(known, not_read=gaps))
    more = reading.more_of(names, (_SLICES,))
    notes: list[Note] = []
    default = reading.default_namespace or "default"
    snapshot = replace(
        reading.snapshot,
        announcing=read_announcing(more.documents, notes, default, metallb_namespace or "metallb-system"),
        read=reading.snapshot.read | more.read,
        not_read=tuple(dict.fromkeys((*reading.snapshot.not_read, *more.not_read))),
    )
    return replace(reading, snapshot=replace(snapshot, notes=(*snapshot.notes, *notes)))
