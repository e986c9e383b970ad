"""A plan with consent: read again, journal, edit, wait, verify, and say what came of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from kubectl_sharedip.apply.apply import carry_out as apply_way
from kubectl_sharedip.apply.apply import default_timeout_s
from kubectl_sharedip.apply.between import with_between
from kubectl_sharedip.apply.fields import Body
from kubectl_sharedip.apply.journal import Journal, default_journal_folder
from kubectl_sharedip.apply.preflight import Preflight, preflight
from kubectl_sharedip.apply.run import Resumed
from kubectl_sharedip.apply.wayback import way_back
from kubectl_sharedip.cli.failures import Exit, InputError
from kubectl_sharedip.cli.output import say, say_as_it_is
from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.model.journal import JournalCluster
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Way
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.results import Done, Interrupted, Judged, ProgressEvent, Result, Stopped, Unsure
from kubectl_sharedip.report.outcome import outcome_lines, progress_line, stale_line
from kubectl_sharedip.report.undo import run_summary, undo_command


class Wanted(Protocol):
    """How a plan is to be carried out, as the command line says it."""

    @property
    def dry_run(self) -> str | None:
        """``client``, ``server``, or None."""

    @property
    def timeout_s(self) -> float | None:
        """How long to wait for MetalLB; None is the default for the cluster's size."""

    @property
    def journal_dir(self) -> str | None:
        """The folder of the journals; None is the default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is carried out: the way, what it rests on, and what the journal says of it.

    ``plan_id`` None has the journal give itself a name. ``undoes`` is the id of the plan that is
    taken back. ``journal`` and ``resumed`` are those of a run that is finished.
    """

    way: Way
    relied_on: tuple[Fact, ...]
    plan_id: str | None
    named: tuple[ServiceName, ...]
    undoes: str | None = None
    journal: Journal | None = None
    resumed: Resumed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How it ended: the exit status, and the ``result`` of the document; None where nothing was sent."""

    status: Exit
    document: dict[str, Any] | None
    result: Result | None
    journal: Journal | None


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
        say(["Run it again to plan anew."])
        return Ended(status=Exit.NO_PLAN, document=None, result=None, journal=None)
    judged_only = wanted.dry_run == "server"
    journal = None if judged_only else task.journal or _journal(reading, task, checked, wanted)
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
        resumed=task.resumed,
    )
    say(outcome_lines(result))
    back = _way_back(reading, task, checked, result)
    if journal is not None:
        _how_to_go_on(reading, journal, result, wanted)
    if back:
        say(["The way back:"])
        say_as_it_is(f"  {line}" for line in back)
    document = {
        "applied": not isinstance(result, Judged) and bool(_made(result)),
        "verified": isinstance(result, Done),
        "journal": str(journal.path) if journal is not None else None,
        "wayBack": list(back),
    }
    return Ended(status=_status(result, wanted), document=document, result=result, journal=journal)


def target_text(reading: Reading) -> str:
    """On what a plan would be done: context, server and user, or the files that were read."""
    connection = reading.connection
    if connection is None:
        return f"Files: {', '.join(reading.snapshot.source.files)} (a plan for files; nothing is changed)"
    return f"Context {connection.context or '-'}, server {connection.server}, user {connection.user or '-'}"


def cluster_uid(reading: Reading) -> str | None:
    """What tells this cluster from others: the uid of its namespace kube-system."""
    for document in reading.raw.documents:
        metadata = document.body.get("metadata") or {}
        if document.body.get("kind") == "Namespace" and metadata.get("name") == "kube-system":
            return str(metadata.get("uid"))
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


def _way_back(reading: Reading, task: Task, checked: Preflight, result: Result) -> tuple[str, ...]:
    """The lines for all that was made, by an earlier process too where a run was finished."""
    before: Mapping[ServiceName, Body] = checked.now
    earlier: tuple[Edit, ...] = ()
    if task.journal is not None and task.resumed is not None:
        entry = task.journal.entry
        before, earlier = entry.before, tuple(entry.edits[place] for place in sorted(task.resumed.made))
    return way_back((*earlier, *_made(result)), before, flags=reading.flags.kubectl)


def _how_to_go_on(reading: Reading, journal: Journal, result: Result, wanted: Wanted) -> None:
    """The commands for a run that did not come to its end."""
    unmade = isinstance(result, Stopped) or (isinstance(result, Interrupted) and not _only_unseen(result))
    if isinstance(result, Done) or not (journal.entry.touched or unmade):
        return
    lines: list[str] = []
    if unmade or isinstance(result, Interrupted):
        finish = undo_command(journal.id, reading.flags, resume=True, journal_dir=wanted.journal_dir)
        lines.extend(("To finish it:", f"  {finish}"))
    if journal.entry.touched:
        back = undo_command(journal.id, reading.flags, resume=False, journal_dir=wanted.journal_dir)
        lines.extend(("To take it back:", f"  {back}"))
    say_as_it_is(lines)


def _only_unseen(result: Interrupted) -> bool:
    return result.unsure is None and not result.left


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


def _made(result: Result) -> tuple[Edit, ...]:
    """The edits that were made, or may have been, in their order."""
    if isinstance(result, Judged):
        return ()
    unsure: Edit | None = None
    if isinstance(result, Interrupted):
        unsure = result.unsure
    elif isinstance(result, Stopped) and isinstance(result.because, Unsure):
        unsure = result.at
    return (*(applied.edit for applied in result.applied), *((unsure,) if unsure else ()))


def _status(result: Result, wanted: Wanted) -> Exit:
    if isinstance(result, Done | Judged):
        return Exit.OK
    if isinstance(result, Interrupted):
        return Exit.TERMINATED if result.signal == "SIGTERM" else Exit.INTERRUPTED
    # What the API server would not accept is no plan; nothing was stopped midway.
    return Exit.NO_PLAN if wanted.dry_run == "server" else Exit.STOPPED
