"""The plan that finishes a run which was cut off: the edits that are not there yet.

What was made is read off the cluster. It refuses to make an edit where a field has another value
than the run left or found, and where the edits would no longer come to what the run foretold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kubectl_sharedip.apply.fields import AddressLists, Body, addresses, field_of, value_at
from kubectl_sharedip.apply.foretelling import Foretold, foretell, held_in
from kubectl_sharedip.apply.journal_record import JournalRecord
from kubectl_sharedip.apply.standing import Standing, standing
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.given import NO_EDITS, GivenPlan
from kubectl_sharedip.model.names import ServiceName, service_ref
from kubectl_sharedip.model.plan import Effect
from kubectl_sharedip.model.results import Stale


@frozen
class Rest:
    """What is left of a run. ``made`` and ``left`` are indices of its edits, ``plan`` makes the latter."""

    plan: GivenPlan
    made: tuple[int, ...]
    left: tuple[int, ...]


def plan_rest(record: JournalRecord, views: Sequence[State], now: Mapping[ServiceName, Body]) -> Rest:
    """The plan that finishes the run; arguments as of ``plan_undo``.

    Where every edit is there, the plan has none, and its effects are what MetalLB has still to do.
    """
    wanted = [each.edit for each in record.progress if each.state != "skipped"]
    there = standing(record, wanted, now)
    gone = tuple(Stale(object=service_ref(name), field="", was=None, now=None) for name in there.gone)
    stale = (*gone, *there.foreign, *_taken_back(record, wanted, there, now))
    made = tuple(index for index in wanted if there.has(index, record.edits[index]))
    left = tuple(index for index in wanted if index not in made)
    if stale:
        return Rest(plan=replace(NO_EDITS, stale=stale), made=made, left=left)
    if not left:
        return Rest(plan=replace(NO_EDITS, effects=tuple(_awaited(record, now, views))), made=made, left=())
    edits = tuple(
        replace(
            record.edits[index],
            resource_version=value_at(now[record.edits[index].service], ("metadata", "resourceVersion")),
        )
        for index in left
    )
    # MetalLB may not have come to what was made, or was interrupted in it: it looks there first.
    looks = {record.edits[index].service for index in made}
    looks |= {effect.service for effect in record.effects} if made else set()
    foretold = foretell(views, edits, looks_first=looks)
    return Rest(
        plan=replace(
            NO_EDITS,
            edits=edits,
            effects=foretold.effects,
            losses=foretold.losses,
            relied_on=foretold.relied_on,
            unforetold=tuple(_unforetold(record, views, foretold)),
            complete=foretold.complete,
        ),
        made=made,
        left=left,
    )


def _taken_back(
    record: JournalRecord, wanted: list[int], there: Standing, now: Mapping[ServiceName, Body]
) -> Iterator[Stale]:
    """Fields of edits that were made and are not there, or of which one half is there."""
    others = {stale.object for stale in there.foreign}
    for index in wanted:
        edit = record.edits[index]
        if edit.service not in now or service_ref(edit.service) in others:
            continue
        was_made = record.progress[index].state == "done"
        if there.has(index, edit) or (there.lacks(index, edit) and not was_made):
            continue
        for operation in edit.operations:
            value = value_at(now[edit.service], operation.path)
            if not there.stands(index, edit.service, operation):
                yield Stale(
                    object=service_ref(edit.service),
                    field=field_of(operation.path),
                    was=operation.value,
                    now=value,
                )


def _awaited(
    record: JournalRecord, now: Mapping[ServiceName, Body], views: Sequence[State]
) -> Iterator[Effect]:
    """What was foretold and is not there yet."""
    for effect in record.effects:
        held = addresses(now[effect.service]) if effect.service in now else held_in(views, effect.service)
        if tuple(sorted(held)) not in _sorted(effect.after):
            yield Effect(service=effect.service, before=held, after=effect.after)


def _unforetold(record: JournalRecord, views: Sequence[State], result: Foretold) -> Iterator[Effect]:
    """Ends that the run did not foretell: of whom it spoke of, and of who has an address to lose."""
    foretold = {effect.service: _sorted(effect.after) for effect in record.effects}
    for name in sorted({*foretold, *(effect.service for effect in result.effects)}):
        held = held_in(views, name)
        if name not in foretold and not held:
            continue
        allowed = foretold.get(name, (tuple(sorted(held)),))
        ends = result.addresses(name)
        if not set(_sorted(ends)) <= set(allowed):
            yield Effect(service=name, before=held, after=ends)


def _sorted(lists: AddressLists) -> AddressLists:
    return tuple(tuple(sorted(each)) for each in lists)
