"""Who came to an address by a run leaves it first, so that whoever was there before can stay.

An edit of a sharer takes the address from the one that is edited: were the key of the one who was
there taken away under the one who came, the newcomer would keep the address. So it goes without a key
until the rest is taken back, and gets it again at the end. It refuses to touch a Service that the run
was not about, or that somebody would put back meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from kubectl_sharedip.apply.foretelling import held_in
from kubectl_sharedip.apply.journal_record import JournalRecord
from kubectl_sharedip.apply.patches import KEYS
from kubectl_sharedip.inventory.owners import put_back_by
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.plan import Edit, Operation
from kubectl_sharedip.model.service import Service


def guests_first(
    record: JournalRecord, views: Sequence[State], edits: Sequence[Edit], lost: Collection[Address]
) -> tuple[Edit, ...]:
    """The edits between two more for each guest: it gives up its key, and gets it back.

    Arguments: the run; the view of each MetalLB; the edits that take the run back; the live addresses
    that these would take from whoever had them before the run. The edits as they are where nobody
    has to go first.
    """
    edited = {(edit.service, operation.path) for edit in edits for operation in edit.operations}
    came = {effect.service for effect in record.effects if not effect.before} & set(record.named)
    services = (state.services[name] for state in views for name in sorted(came & state.services.keys()))
    leave = tuple(
        edit
        for service in services
        if not set(held_in(views, service.name)).isdisjoint(lost)
        for edit in _leaving(service)
        if edited.isdisjoint((service.name, operation.path) for operation in edit.operations)
    )
    return (*leave, *edits, *map(_back, leave))


def _leaving(service: Service) -> Iterator[Edit]:
    """The edit that takes its key away; none where something would put it back meanwhile."""
    keys = [(path, value) for path in KEYS if (value := service.annotations.get(path[-1])) is not None]
    if keys and not put_back_by(service):
        yield Edit(
            service=service.name,
            resource_version=service.resource_version,
            owner=None,
            operations=tuple(Operation(path=path, value=None, was=value) for path, value in keys),
        )


def _back(edit: Edit) -> Edit:
    turned = tuple(replace(each, value=each.was, was=each.value) for each in edit.operations)
    return replace(edit, operations=turned)
