"""Which run ``undo`` is about, and what is there of its Services now."""

from __future__ import annotations

from collections.abc import Mapping

from kubectl_sharedip.apply.fields import Body, value_at
from kubectl_sharedip.apply.journal_record import JournalRecord
from kubectl_sharedip.apply.journals import Found, Journals, last_to_finish, last_to_undo
from kubectl_sharedip.cli.carry_out import service_bodies
from kubectl_sharedip.cli.failures import InputError
from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.cluster.read import get_service
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName, service_ref
from kubectl_sharedip.model.results import Stale

_LIST_THEM = "see what there is: kubectl sharedip undo --list"


@frozen
class Present:
    """What is there of a run's Services: ``bodies`` of those that are there, ``gone`` are not.

    ``stale`` says which of them no MetalLB handles any more. ``state`` is the view of the MetalLB
    that handles the first, None where there is none.
    """

    bodies: Mapping[ServiceName, Body]
    state: State | None
    gone: tuple[ServiceName, ...]
    stale: tuple[Stale, ...]


def last_run(journals: Journals, uid: str | None, *, resume: bool) -> Found:
    """The last plan of this cluster that may be taken back, or with ``resume`` finished.

    Raises InputError where there is none, or nobody can tell which it is.
    """
    if uid is None:
        raise InputError(
            "namespace kube-system cannot be read, so nobody knows which cluster this is", _LIST_THEM
        )
    mine = journals.of_cluster(uid)
    found = last_to_finish(mine) if resume else last_to_undo(mine)
    unread = journals.unread_since(found) if found is not None else next(iter(journals.damaged), None)
    if unread is not None:
        raise InputError(
            f"{unread.where}: {unread.what}; it may be the last plan", "name the plan that is meant"
        )
    if found is None:
        to = "finish" if resume else "take back"
        raise InputError(f"there is no plan of this cluster to {to} in {journals.folder}", _LIST_THEM)
    return found


def refuse_other_cluster(found: Found, uid: str | None, reading: Reading) -> None:
    """Raises InputError where the run was made in another cluster, as far as can be told."""
    cluster = found.record.cluster
    server = reading.snapshot.source.server
    same = cluster.uid == uid if cluster.uid and uid else cluster.server == server
    if not same:
        where = cluster.context or cluster.server or cluster.uid or "another cluster"
        raise InputError(
            f'plan {found.record.id} was made in another cluster ("{where}", {cluster.server})',
            "give the --context of that cluster",
        )


def present(reading: Reading, record: JournalRecord) -> Present:
    """The Services that the run edited, as they are. Raises ClusterError where one cannot be read."""
    listed = service_bodies(reading)
    found: dict[ServiceName, Body] = {}
    gone: list[ServiceName] = []
    for name in sorted(record.before):
        body = listed.get(name)
        if body is None and reading.connection is not None:
            body = get_service(reading.connection, name.namespace, name.name)
        if body is None or value_at(body, ("metadata", "deletionTimestamp")) is not None:
            gone.append(name)
        else:
            found[name] = body
    views = [view for name in found for view in reading.views if name in view.services]
    return Present(
        bodies=found,
        state=next(iter(views), None),
        gone=tuple(gone),
        stale=tuple(one for name, body in found.items() for one in _left(reading, name, body)),
    )


def _left(reading: Reading, name: ServiceName, body: Body) -> tuple[Stale, ...]:
    """Whether the Service has left MetalLB, by its type or its class."""
    type_ = value_at(body, ("spec", "type"))
    if type_ != "LoadBalancer":
        return (Stale(object=service_ref(name), field="spec.type", was="LoadBalancer", now=type_),)
    if any(name in view.services for view in reading.views):
        return ()
    class_ = value_at(body, ("spec", "loadBalancerClass"))
    return (Stale(object=service_ref(name), field="spec.loadBalancerClass", was=None, now=class_),)
