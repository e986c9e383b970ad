"""Which edits of a run stand in the cluster, by the values that are there.

The journal alone does not know: the answer to a patch may have been lost, and people edit too. It
refuses to call an edit made, or not made, where a field has a value that nobody of this run wrote.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from kubectl_sharedip.apply.fields import Body, Path, field_of, value_at
from kubectl_sharedip.apply.journal_record import JournalRecord
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName, service_ref
from kubectl_sharedip.model.plan import Edit, Operation
from kubectl_sharedip.model.results import Stale

Field = tuple[ServiceName, Path]

_UID = ("metadata", "uid")


@frozen
class Standing:
    """What is there of some edits of a run.

    ``last`` has for each field the index of the edit whose value it has, None where it is what it
    was before the run. ``foreign`` are fields with the value of somebody else, and Services that
    were made anew; ``gone`` the Services that are no longer there.
    """

    last: Mapping[Field, int | None]
    foreign: tuple[Stale, ...]
    gone: tuple[ServiceName, ...]

    def stands(self, index: int, name: ServiceName, operation: Operation) -> bool:
        """Whether this operation of the edit of that index stands, or a later one on its field."""
        last = self.last.get((name, operation.path))
        return last is not None and last >= index

    def has(self, index: int, edit: Edit) -> bool:
        """Whether the whole edit stands."""
        return all(self.stands(index, edit.service, operation) for operation in edit.operations)

    def lacks(self, index: int, edit: Edit) -> bool:
        """Whether nothing of the edit stands."""
        return not any(self.stands(index, edit.service, operation) for operation in edit.operations)


def standing(record: JournalRecord, indices: Collection[int], now: Mapping[ServiceName, Body]) -> Standing:
    """What is there of these edits of the run.

    Arguments: the run; the indices of its edits that may have been made; their Services as they
    are now, without those that are gone.
    """
    steps: dict[Field, list[tuple[int, Operation]]] = {}
    names = dict.fromkeys(record.edits[index].service for index in sorted(indices))
    foreign = [
        stale
        for name in names
        if name in now
        for stale in _made_anew(name, was=record.before[name], now=now[name])
    ]
    others = {stale.object for stale in foreign}
    sent = {each.edit for each in record.progress if each.state in ("sent", "done")}
    for index in sorted(indices):
        edit = record.edits[index]
        if edit.service in now and service_ref(edit.service) not in others:
            for operation in edit.operations:
                steps.setdefault((edit.service, operation.path), []).append((index, operation))
    last: dict[Field, int | None] = {}
    for field, made in steps.items():
        name, path = field
        value = value_at(now[name], path)
        found = _made_last(made, value, sent)
        if found is None and made[0][1].was != value:
            wrote = made[-1][1].value
            foreign.append(Stale(object=service_ref(name), field=field_of(path), was=wrote, now=value))
        last[field] = found
    ordered = sorted(foreign, key=lambda stale: (stale.object, stale.field))
    return Standing(
        last=last, foreign=tuple(ordered), gone=tuple(sorted(name for name in names if name not in now))
    )


def _made_last(made: Sequence[tuple[int, Operation]], value: str | None, sent: Collection[int]) -> int | None:
    """The last of the edits of a field that gave it its value; None where it is as before the run.

    One that was never sent is taken for made only where nothing else explains the value: a field may
    be given another value for a while, and then its own again.
    """
    found = [index for index, operation in made if operation.value == value]
    known = [index for index in found if index in sent]
    if known or value == made[0][1].was:
        return max(known, default=None)
    return max(found, default=None)


def _made_anew(name: ServiceName, *, was: Body, now: Body) -> tuple[Stale, ...]:
    """A Service that was deleted and created again is nobody's to give back to."""
    before, after = value_at(was, _UID), value_at(now, _UID)
    if before is None or before == after:
        return ()
    return (Stale(object=service_ref(name), field=field_of(_UID), was=before, now=after),)
