"""From a Request to a Snapshot, whether it comes from a cluster or from files."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from kubectl_sharedip.cli.announced import ANNOUNCING, MoreOf, of_cluster, with_announcing
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cli.waiting import waiting
from kubectl_sharedip.diagnose.self_check import disagreements
from kubectl_sharedip.intake.installations import Given
from kubectl_sharedip.intake.snapshot import build_snapshot
from kubectl_sharedip.metallb.predict import Prediction, predict
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.metallb.versions import NEWEST_KNOWN
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.pool import LabelSelector
from kubectl_sharedip.model.raw import Origin, RawCluster, RawDocument
from kubectl_sharedip.model.snapshot import Note, Snapshot
from kubectl_sharedip.report.commands import InForce

if TYPE_CHECKING:
    from kubectl_sharedip.cluster.connection import Connection

#: What decides an answer, for whichever scope: sharing crosses namespaces.
ALWAYS = ("services", "ipaddresspools", "metallb-deployments", "version")
EVENTS = "events"


@frozen
class Reading:
    """One reading: the snapshot, each MetalLB's view of it, and the scope that was asked for.

    ``scope`` is a namespace, None for all; ``labels`` are those of the Services that are told of, None
    for all. ``prediction`` says what was settled for the snapshot.
    ``connection`` is None where files were read; ``default_namespace`` is that of a bare name,
    None where every namespace of the files may be meant. ``more_of`` reads on where the first reading
    ended, None where there is no more than what was given.
    """

    raw: RawCluster
    snapshot: Snapshot
    views: tuple[State, ...]
    prediction: Prediction
    notes: tuple[Note, ...]
    scope: str | None
    labels: LabelSelector | None
    default_namespace: str | None
    connection: Connection | None
    more_of: MoreOf | None
    flags: InForce


def read(
    request: Request,
    resources: Sequence[str],
    names: Sequence[str] = (),
    *,
    announced_in_scope: bool = False,
    recorded: RawCluster | None = None,
) -> Reading:
    """Reads what the request points at.

    Arguments: the request; the resources to read beside Services, pools and MetalLB; Services
    that are named and must be found even where they are not of type LoadBalancer; whether to read
    who announces all Services of the scope, and not those alone; the cluster of the files, where they are
    a snapshot that was read already.
    Raises FileError, ClusterError where the input cannot be had.
    """
    if request.files:
        return _from_files(request, resources, names, announced_in_scope, recorded)
    return _from_cluster(request, resources, names, announced_in_scope)


def _from_files(
    request: Request,
    resources: Sequence[str],
    names: Sequence[str],
    announced_in_scope: bool,
    recorded: RawCluster | None,
) -> Reading:
    from kubectl_sharedip.cli.lacking import may_be_announced, told_apart
    from kubectl_sharedip.files.read import read_files

    # What comes by stdin may be typed, and nothing should be written over that.
    with nullcontext() if "-" in request.files else waiting("Reading the files"):
        raw = recorded or read_files(request.files, recursive=request.recursive, stdin=sys.stdin.buffer)
    scope = None if request.all_namespaces else request.namespace
    more_of = None
    named = {(namespace or request.namespace, name) for namespace, name in map(split_name, names)}
    in_scope = announced_in_scope and EVENTS in resources
    if raw.recorded and raw.taken_at is not None:
        from kubectl_sharedip.cli.replaying import of_record, replayed

        more_of = of_record(raw)
        # What is laid over it has no clusterIPs yet.
        beside = ("servicecidrs",) if any(one.origin.file for one in raw.documents) else ()
        raw = replayed(
            raw,
            (*ALWAYS, *resources, *beside),
            named=lambda key: not named.isdisjoint({key, (None, key[1])}),
            announced=(lambda key: scope in (None, key[0])) if in_scope else None,
            announcing=EVENTS in resources,
        )

    def asked(key: tuple[str, str]) -> bool:
        return not named.isdisjoint({key, (None, key[1])}) or (in_scope and scope in (None, key[0]))

    looks = EVENTS in resources and may_be_announced(raw, asked)
    raw = told_apart(raw, (*ALWAYS, *resources, *(ANNOUNCING if looks else ())))
    return reading_of(request, raw, scope=scope, default=scope, connection=None, more_of=more_of)


def _from_cluster(
    request: Request, resources: Sequence[str], names: Sequence[str], announced_in_scope: bool
) -> Reading:
    from kubectl_sharedip.cluster.connection import connect

    connection = connect(request.connection)
    with waiting(f"Reading {connection.server}"):
        return _of(connection, request, resources, names, announced_in_scope)


def _of(
    connection: Connection,
    request: Request,
    resources: Sequence[str],
    names: Sequence[str],
    announced_in_scope: bool,
) -> Reading:
    from kubectl_sharedip.cluster.read import read_cluster

    wanted = (*ALWAYS, *resources)
    raw = read_cluster(connection, wanted, metallb_namespace=request.metallb_namespace)
    raw = _with_named(raw, connection, names)
    more_of = of_cluster(connection, request.metallb_namespace)
    scope = None if request.all_namespaces else connection.namespace
    if EVENTS in resources:
        # Who wants to hear what happened to named Services also wants to know who announces them.
        asked = {_key(name, connection) for name in names}
        if announced_in_scope:
            asked.update(key for key in _services(raw) if scope in (None, key[0]))
        raw = with_announcing(raw, asked, more_of)
    return reading_of(
        request,
        raw,
        scope=scope,
        default=connection.namespace,
        connection=connection,
        more_of=more_of,
    )


def _with_named(raw: RawCluster, connection: Connection, names: Sequence[str]) -> RawCluster:
    """Adds Services that are asked for by name and that a list of LoadBalancers does not have."""
    from kubectl_sharedip.cluster.read import get_service

    listed = set(_services(raw))
    found = []
    for name in names:
        key = _key(name, connection)
        if key in listed:
            continue
        body = get_service(connection, *key)
        if body is not None:
            found.append(RawDocument(body=body, origin=Origin()))
    return replace(raw, documents=(*raw.documents, *found))


def _services(raw: RawCluster) -> Iterator[tuple[str, str]]:
    for document in raw.documents:
        if document.body.get("kind") == "Service":
            metadata = document.body["metadata"]
            yield metadata["namespace"], metadata["name"]


def _key(name: str, connection: Connection) -> tuple[str, str]:
    namespace, bare = split_name(name)
    return namespace or connection.namespace, bare


def split_name(text: str) -> tuple[str | None, str]:
    """``name``, ``svc/name``, ``service/name`` or ``namespace/name`` as namespace and name."""
    first, slash, rest = text.partition("/")
    if not slash:
        return None, text
    return (None, rest) if first in ("svc", "service", "services") else (first, rest)


def reading_of(
    request: Request,
    raw: RawCluster,
    *,
    scope: str | None,
    default: str | None,
    connection: Connection | None,
    more_of: MoreOf | None = None,
) -> Reading:
    """What these documents come to; the others as in Reading."""
    given = Given(
        namespace=request.metallb_namespace,
        version=request.metallb_version,
        lb_class=request.lb_class,
        newest_known=NEWEST_KNOWN,
    )
    snapshot = build_snapshot(
        raw, given, default_namespace=default or "default", families=request.cluster_ip_families
    )
    prediction = predict(snapshot)
    views = prediction.views
    return Reading(
        raw=raw,
        snapshot=prediction.snapshot,
        views=views,
        prediction=prediction,
        notes=(*notes_of_chance(prediction), *disagreements(prediction.snapshot, views)),
        scope=scope,
        labels=request.labels,
        default_namespace=default,
        connection=connection,
        more_of=more_of,
        flags=in_force(request),
    )


def notes_of_chance(prediction: Prediction) -> tuple[Note, ...]:
    """What of a prediction MetalLB's own choice decides, and where not all of it could be followed."""
    found = []
    for name in prediction.by_chance:
        lists = prediction.lists[name]
        shown = " or ".join(", ".join(map(str, one)) or "no address" for one in lists)
        found.append(Note(code="SIP905", values={"outcomes": f"{name} gets {shown}"}))
    if not prediction.complete:
        whole = "each Service is shown with all that it may get"
        shown = whole if prediction.lists_complete else "only a part is shown"
        found.append(Note(code="SIP906", values={"shown": shown}))
    return tuple(found)


def in_force(request: Request) -> InForce:
    """The flags that a printed command repeats; never the token."""
    connection = request.connection
    shared = [
        word
        for flag, value in (
            ("--kubeconfig", connection.kubeconfig),
            ("--context", connection.context),
            ("-s", connection.server),
            ("--as", connection.as_user),
        )
        if value is not None
        for word in (flag, value)
    ]
    ours = [word for file in request.files for word in ("-f", file)]
    ours.extend(["-R"] if request.recursive else [])
    for flag, value in (
        ("--metallb-namespace", request.metallb_namespace),
        ("--metallb-version", request.metallb_version),
        ("--lb-class", request.lb_class),
    ):
        if value is not None:
            ours.extend((flag, value))
    return InForce(ours=(*shared, *ours), kubectl=tuple(shared))
