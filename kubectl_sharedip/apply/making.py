"""One edit, made or not made, and known which.

Between a reading and a patch MetalLB may write the status: then it is read again, and tried again
where nothing else changed. After a lost answer the object says whether the edit arrived. It
refuses to overwrite what somebody else wrote, and to send an edit twice where it may have arrived.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from kubectl_sharedip.apply.fields import (
    INGRESS,
    AddressLists,
    Body,
    addresses,
    changes,
    shown_addresses,
    value_at,
)
from kubectl_sharedip.apply.patches import HEALTH_PORT, POLICY, bears, merge_body, paths, values
from kubectl_sharedip.cluster.connection import Connection
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.read import get_service
from kubectl_sharedip.cluster.write import patch_service
from kubectl_sharedip.model.names import service_ref
from kubectl_sharedip.model.plan import Edit
from kubectl_sharedip.model.results import Changed, Failed, Stale, Unsure

_TRIES = 5  # MetalLB writes a status once or twice; a hundred Services at once, a few times more
_LOOKS = 3
_LOOK_AGAIN_S = 1.0
_VERSION = ("metadata", "resourceVersion")
# After these nobody knows whether the server took the edit. Any other kind is a refusal, and "too busy" is.
_NO_ANSWER = ("unreachable", "timeout", "server")
_TOO_BUSY = 429


class NotMade(Exception):
    """The edit was not made, or nobody knows."""

    def __init__(self, because: Changed | Failed | Unsure) -> None:
        super().__init__(because)
        self.because = because


def make(
    connection: Connection,
    edit: Edit,
    last: Body,
    *,
    may_hold: AddressLists,
    read_first: bool,
    sending: Callable[[], None],
) -> Body:
    """The Service after the edit.

    Arguments: the connection; the edit; its Service as last seen; the address lists, each sorted,
    that it may have by now; whether MetalLB may have written it since; what is called each time
    just before the edit is sent, and may raise to have it not sent. Raises NotMade.
    """
    conflict = Failed(kind="conflict", error="")
    for _ in range(_TRIES):
        if read_first:
            last = _read_again(connection, edit, last, may_hold)
        sending()
        try:
            return send(connection, edit, last, dry_run=False)
        except ClusterError as error:
            if error.kind in _NO_ANSWER and error.status != _TOO_BUSY:
                return _after_no_answer(connection, edit, last, may_hold, error=error)
            if error.kind != "conflict":
                raise NotMade(Failed(kind=error.kind, error=str(error))) from error
            conflict = Failed(kind=error.kind, error=str(error))
        read_first = True
    raise NotMade(conflict)


def judge(connection: Connection, edit: Edit, last: Body) -> None:
    """Has the API server judge the edit; nothing is changed. Arguments as of ``make``. Raises NotMade."""
    may_hold = (tuple(sorted(addresses(last))),)
    for _ in range(_TRIES):
        try:
            send(connection, edit, last, dry_run=True)
            return
        except ClusterError as error:
            refused = Failed(kind=error.kind, error=str(error))
            if error.kind != "conflict":
                raise NotMade(refused) from error
        last = _read_again(connection, edit, last, may_hold)
    raise NotMade(refused)


def send(connection: Connection, edit: Edit, last: Body, *, dry_run: bool) -> Body:
    """The Service as the API server answers to the one merge patch. Raises ClusterError."""
    body = merge_body(values(edit), value_at(last, _VERSION))
    return patch_service(connection, edit.service.namespace, edit.service.name, body, dry_run=dry_run)


def look_for(connection: Connection, edit: Edit, last: Body, may_hold: AddressLists) -> Body | None:
    """The Service where it bears the edit and was written since ``last``; None where it was not.

    ``may_hold`` as of ``make``. Raises ClusterError where it cannot be read, NotMade where somebody
    else wrote it (as well).
    """
    now = get_service(connection, edit.service.namespace, edit.service.name)
    if now is not None and value_at(now, _VERSION) == value_at(last, _VERSION):
        return None
    arrived = now is not None and bears(now, edit)
    stale = _stale(edit, last, now, may_hold, arrived=arrived)
    if stale and arrived:
        told = "; ".join(f"{each.field} is {each.now!r}" for each in stale)
        raise NotMade(Unsure(kind="conflict", error=f"somebody wrote {edit.service} as well: {told}"))
    if stale:
        raise NotMade(Changed(stale=stale))
    return now if arrived else None


def _after_no_answer(
    connection: Connection, edit: Edit, last: Body, may_hold: AddressLists, *, error: ClusterError
) -> Body:
    for attempt in range(_LOOKS):
        if attempt:
            time.sleep(_LOOK_AGAIN_S)  # the patch may still be under way
        try:
            found = look_for(connection, edit, last, may_hold)
        except ClusterError:
            continue
        if found is not None:
            return found
    # An API server that says 500 is through with the request; 502 to 504 are of who gave up on it.
    through = error.status == 500
    raise NotMade((Failed if through else Unsure)(kind=error.kind, error=str(error))) from error


def _read_again(connection: Connection, edit: Edit, last: Body, may_hold: AddressLists) -> Body:
    try:
        now = get_service(connection, edit.service.namespace, edit.service.name)
    except ClusterError as error:
        raise NotMade(Failed(kind=error.kind, error=str(error))) from error
    stale = _stale(edit, last, now, may_hold, arrived=False)
    if now is None or stale:
        raise NotMade(Changed(stale=stale))
    return now


def _stale(
    edit: Edit, last: Body, now: Body | None, may_hold: AddressLists, *, arrived: bool
) -> tuple[Stale, ...]:
    ref = service_ref(edit.service)
    if now is None:
        return (Stale(object=ref, field="", was=None, now=None),)
    own = paths(edit) if arrived else frozenset()
    if POLICY in own:
        own |= {HEALTH_PORT}
    found = [
        Stale(object=ref, field=field, was=was, now=value)
        for field, was, value in changes(last, now, but=own)
    ]
    if tuple(sorted(addresses(now))) not in may_hold:
        was, value = shown_addresses(addresses(last)), shown_addresses(addresses(now))
        found.append(Stale(object=ref, field=INGRESS, was=was, now=value))
    return tuple(found)
