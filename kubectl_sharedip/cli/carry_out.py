"""A plan with consent: read again, journal, edit, wait, verify, and say what came of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from kubectl_sharedip.apply.apply import carry_out as apply_way
from kubectl_sharedip.apply.apply import default_timeout_s
from kubectl_sharedip.apply.between import with_between
from kubectl_sharedip.apply.fields import Body
from kubectl_sharedip.apply.journal import Journal, default_journal_folder
from kubectl_sharedip.apply.preflight import Preflight, preflight
from kubectl_sharedip.apply.run import Resumed
from kubectl_sharedip.apply.signals import uninterrupted
from kubectl_sharedip.cli.afterwards import Afterwards, status_of
from kubectl_sharedip.cli.again import wants_it_anew
from kubectl_sharedip.cli.consent import interrupted_by
from kubectl_sharedip.cli.failures import Exit, InputError
from kubectl_sharedip.cli.manifests import key_of
from kubectl_sharedip.cli.output import say
from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.journal import JournalCluster
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Way
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.results import Changed, ProgressEvent, Result, Stopped
from kubectl_sharedip.report.outcome import progress_line, stale_line
from kubectl_sharedip.report.undo import run_summary


class Wanted(Protocol):
    """How a plan is to be carried out, as the command line says it."""

    @property
    def yes(self) -> bool:
        """Whether it is done without asking."""

    @property
    def dry_run(self) -> str | None:
        """``client``, ``server``, or None."""

    @property
    def timeout_s(self) -> float | None:
        """How long to wait for MetalLB; None is the default for the cluster's size."""

    @property
    def journal_dir(self) -> str | None:
        """The folder of the journals; None is the default."""


@frozen
class Task:
    """What is carried out: the way, what it rests on, and what the journal says of it.

    ``plan_id`` None has the journal give itself a name. ``undoes`` is the id of the plan that is
    taken back. ``journal`` and ``resumed`` are those of a run that is finished. ``anew`` is the
    command that plans it again, None for a plan that was saved.
    """

    way: Way
    relied_on: tuple[Fact, ...]
    plan_id: str | None
    named: tuple[ServiceName, ...]
    undoes: str | None = None
    journal: Journal | None = None
    resumed: Resumed | None = None
    anew: str | None = None


@frozen
class Ended:
    """How it ended: the exit status, and the ``result`` of the document; None where nothing was sent.

    ``again``: it was stale, and a person wants it planned anew.
    """

    status: Exit
    document: dict[str, Any] | None = None
    result: Result | None = None
    journal: Journal | None = None
    again: bool = False


def do(reading: Reading, task: Task, wanted: Wanted) -> Ended:
    """Carries out a task and says what came of it.

    Raises JournalError, ClusterError where it could not begin.
    """
    connection, way = reading.connection, with_between(task.way, reading.views)
    if connection is None:
        raise InputError("there is no cluster to change")
    before = service_bodies(reading)
    checked = preflight(connection, way, before, task.relied_on) if way.edits else _as_read(way, before)
    if checked.stale:
        say(["The cluster has changed since the plan was made; nothing was changed."])
        say(f"  {stale_line(stale)}" for stale in checked.stale)
        return Ended(status=Exit.NO_PLAN, again=wants_it_anew(task.anew, yes=wanted.yes))
    judged_only = wanted.dry_run == "server"
    journal = None if judged_only else task.journal or _journal(reading, task, checked, wanted)
    afterwards = Afterwards(
        flags=reading.flags,
        journal_dir=wanted.journal_dir,
        journal=journal,
        before=checked.now,
        resumed=task.resumed,
    )
    try:
        if journal is not None:
            say([f"Journal: {journal.path}"])
        result = apply_way(
            connection,
            way,
            {**before, **checked.now},
            journal,
            dry_run_server=judged_only,
            timeout_s=_timeout_s(reading, wanted),
            progress=_progress(),
            relied_on=task.relied_on,
            resumed=task.resumed,
        )
        with uninterrupted():
            document = afterwards.tell(result)
    except KeyboardInterrupt as interrupt:  # in a moment in which nobody was in charge of it
        if journal is None:
            raise
        with uninterrupted():
            afterwards.tell_from_journal()
        return Ended(status=interrupted_by(interrupt), journal=journal)
    stale = isinstance(result, Stopped) and isinstance(result.because, Changed)
    return Ended(
        status=status_of(result),
        document=document,
        result=result,
        journal=journal,
        again=stale and wants_it_anew(task.anew, yes=wanted.yes),
    )


def target_text(reading: Reading) -> str:
    """On what a plan would be done: context, server and user, or the files that were read."""
    connection = reading.connection
    if connection is None:
        return f"Files: {', '.join(reading.snapshot.source.files)} (a plan for files; nothing is changed)"
    return f"Context {connection.context or '-'}, server {connection.server}, user {connection.user or '-'}"


def cluster_uid(reading: Reading) -> str | None:
    """What tells this cluster from others: the uid of its namespace kube-system."""
    if reading.raw.uid is not None:
        return reading.raw.uid
    for document in reading.raw.documents:
        if document.body.get("kind") != "Namespace" or key_of(document, "")[1] != "kube-system":
            continue
        uid = document.body["metadata"].get("uid")
        return uid if isinstance(uid, str) else None
    if reading.connection is None:
        return None
    from kubectl_sharedip.cluster.read import cluster_uid as asked_for

    with suppress(ClusterError):  # who may not list namespaces may often read one
        return asked_for(reading.connection)
    return None


def journal_folder(journal_dir: str | None) -> Path:
    """The folder of the journals. Raises JournalError where none is given and there is no home."""
    return Path(journal_dir) if journal_dir else default_journal_folder(os.environ)


def service_bodies(reading: Reading) -> Mapping[ServiceName, Body]:
    """The raw Services of the reading."""
    return {
        ServiceName(d.body["metadata"]["namespace"], d.body["metadata"]["name"]): d.body
        for d in reading.raw.documents
        if d.body.get("kind") == "Service"
    }


def _as_read(way: Way, before: Mapping[ServiceName, Body]) -> Preflight:
    """Where nothing is edited nothing can be stale: it is only watched."""
    concerned = {effect.service for effect in way.effects}
    return Preflight(stale=(), now={name: before[name] for name in sorted(concerned & before.keys())})


def _journal(reading: Reading, task: Task, checked: Preflight, wanted: Wanted) -> Journal:
    source = reading.snapshot.source
    return Journal.open_new(
        journal_folder(wanted.journal_dir),
        cluster=JournalCluster(context=source.context, server=source.server, uid=cluster_uid(reading)),
        way=task.way,
        before=checked.now,
        summary=run_summary(task.way, task.undoes),
        plan_id=task.plan_id,
        named=task.named,
        undoes=task.undoes,
    )


def _timeout_s(reading: Reading, wanted: Wanted) -> float:
    if wanted.timeout_s is not None:
        return wanted.timeout_s
    return default_timeout_s(len(reading.snapshot.services))


def _progress() -> Any:
    """Tells each step once: waiting is reported again and again."""
    told: set[str] = set()

    def tell(event: ProgressEvent) -> None:
        line = progress_line(event)
        if line and line not in told:
            told.add(line)
            say([line])

    return tell
