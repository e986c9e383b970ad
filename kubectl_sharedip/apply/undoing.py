"""The plan that takes a run back: its own edits, reversed, where they stand.

It gives every field the value that it had before the run, the newest edit first; guests.py has who
makes way meanwhile. It refuses to touch a field that somebody else wrote since: such a plan has no
edits, and names what is in the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kubectl_sharedip.apply.fields import Body, addresses, value_at
from kubectl_sharedip.apply.foretelling import Foretold, foretell
from kubectl_sharedip.apply.guests import guests_first
from kubectl_sharedip.apply.journal_record import JournalRecord
from kubectl_sharedip.apply.patches import HEALTH_PORT, POLICY
from kubectl_sharedip.apply.standing import Standing, standing
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.given import NO_EDITS, GivenPlan, NotAsBefore
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Operation


def plan_undo(record: JournalRecord, views: Sequence[State], now: Mapping[ServiceName, Body]) -> GivenPlan:
    """The plan that takes back what of the run stands.

    Arguments: the run; the view of each MetalLB, one of which has each of these Services; the
    Services of its edits as they are now, without those that are gone.
    """
    # What was never sent is not there; where the same value stands, somebody else wrote it.
    sent = [each.edit for each in record.progress if each.state in ("sent", "done")]
    there = standing(record, sent, now)
    if there.foreign:
        return replace(NO_EDITS, stale=there.foreign, gone=there.gone)
    back = tuple(_reversed(record, sent, there, now))
    if not back:
        return replace(NO_EDITS, gone=there.gone)
    edits, foretold = _kindest(record, views, back)
    return GivenPlan(
        edits=edits,
        effects=foretold.effects,
        losses=foretold.losses,
        relied_on=foretold.relied_on,
        stale=(),
        gone=there.gone,
        unforetold=(),
        not_as_before=tuple(_not_as_before(record, views, foretold)),
        makes_way=tuple(sorted({edit.service for edit in edits if edit not in back})),
        complete=foretold.complete,
    )


def _kindest(
    record: JournalRecord, views: Sequence[State], edits: tuple[Edit, ...]
) -> tuple[tuple[Edit, ...], Foretold]:
    """The edits, and where somebody would lose by them what it had before the run, a way that spares it."""
    foretold = foretell(views, edits)
    lost = _lost(record, foretold)
    if lost:
        kinder = guests_first(record, views, edits, lost)
        spared = foretell(views, kinder)
        if spared.complete and not _lost(record, spared):
            return kinder, spared
    return edits, foretold


def _lost(record: JournalRecord, foretold: Foretold) -> set[Address]:
    """The addresses that somebody has, had before the run, and would not certainly keep."""
    return {
        address
        for effect in foretold.effects
        for address in set(effect.before) & set(_had(record).get(effect.service, ()))
        if not all(address in after for after in effect.after)
    }


def _had(record: JournalRecord) -> dict[ServiceName, tuple[Address, ...]]:
    """Who had which addresses before the run, as far as it looked."""
    had = {name: addresses(body) for name, body in record.before.items()}
    return had | {effect.service: effect.before for effect in record.effects}


def _reversed(
    record: JournalRecord, sent: list[int], there: Standing, now: Mapping[ServiceName, Body]
) -> Iterator[Edit]:
    """The edits, the newest first; a wake-up means nothing, so it goes along with another edit."""
    alone: dict[ServiceName, tuple[Operation, ...]] = {}
    for index in sorted(sent, reverse=True):
        edit = record.edits[index]
        if edit.service not in now:
            continue
        back = tuple(
            Operation(path=each.path, value=each.was, was=each.value)
            for each in edit.operations
            if there.stands(index, edit.service, each)
        )
        if edit.wakes_only:
            alone[edit.service] = (*alone.get(edit.service, ()), *back)
        elif back:
            back = (*back, *_port_again(record, edit.service, back, now), *alone.pop(edit.service, ()))
            yield _edit(edit, back, now)
    for name, back in alone.items():
        if back:
            yield _edit(next(edit for edit in record.edits if edit.service == name), back, now)


def _edit(edit: Edit, operations: tuple[Operation, ...], now: Mapping[ServiceName, Body]) -> Edit:
    version = value_at(now[edit.service], ("metadata", "resourceVersion"))
    return replace(edit, operations=operations, resource_version=version, wakes_only=False)


def _port_again(
    record: JournalRecord,
    name: ServiceName,
    back: tuple[Operation, ...],
    now: Mapping[ServiceName, Body],
) -> Iterator[Operation]:
    """Leaving Local gave the health check's port away: without it another one would come."""
    if not any(each.path == POLICY and each.value == "Local" for each in back):
        return
    port, present = value_at(record.before[name], HEALTH_PORT), value_at(now[name], HEALTH_PORT)
    if port and port.isdigit() and int(port) and port != present:
        yield Operation(path=HEALTH_PORT, value=port, was=present)


def _not_as_before(
    record: JournalRecord, views: Sequence[State], foretold: Foretold
) -> Iterator[NotAsBefore]:
    """Who does not in every end have what it had before the run, be that an address or none."""
    for name, before in sorted(_had(record).items()):
        after = foretold.addresses(name)
        there = any(name in state.services for state in views)
        if there and any(set(before) != set(each) for each in after):
            holders = {one for state in views for each in before for one in state.ledger.holders(each)}
            yield NotAsBefore(
                service=name, before=before, after=after, holders=tuple(sorted(holders - {name}))
            )
