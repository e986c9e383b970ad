"""A plan with consent: read again, journal, edit, wait, verify, and say what came of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubectl_sharedip.apply.apply import carry_out as apply_way
from kubectl_sharedip.apply.apply import default_timeout_s
from kubectl_sharedip.apply.journal import Journal, default_journal_folder
from kubectl_sharedip.apply.journal_record import JournalCluster
from kubectl_sharedip.apply.preflight import Preflight, preflight
from kubectl_sharedip.apply.wayback import way_back
from kubectl_sharedip.cli.failures import Exit, InputError
from kubectl_sharedip.cli.output import say, say_as_it_is
from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Plan, Way
from kubectl_sharedip.model.results import Done, Interrupted, Judged, ProgressEvent, Result
from kubectl_sharedip.report.outcome import outcome_lines, progress_line, stale_line
from kubectl_sharedip.report.ways import way_summary

if TYPE_CHECKING:
    from kubectl_sharedip.cli.fix import FixRequest


def target_text(reading: Reading) -> str:
    """On what a plan would be done: context, server and user, or the files that were read."""
    connection = reading.connection
    if connection is None:
        return f"Files: {', '.join(reading.snapshot.source.files)} (a plan for files; nothing is changed)"
    return f"Context {connection.context or '-'}, server {connection.server}, user {connection.user or '-'}"


def carry_out(reading: Reading, plan: Plan, wanted: FixRequest) -> tuple[Exit, dict[str, Any] | None]:
    """Does the chosen way of the plan.

    Returns the exit status and the ``result`` of the Plan document (None where nothing was sent).
    Raises JournalError, ClusterError where it could not begin.
    """
    way, connection = plan.chosen, reading.connection
    if way is None or connection is None:
        raise InputError("there is no plan to carry out")
    before = _bodies(reading)
    checked = preflight(connection, way, before, plan.relied_on)
    if checked.stale:
        say(["The cluster has changed since the plan was made; nothing was changed."])
        say(f"  {stale_line(stale)}" for stale in checked.stale)
        say(["Run it again to plan anew."])
        return Exit.NO_PLAN, None
    journal = None if wanted.dry_run == "server" else _journal(reading, way, checked, wanted)
    if journal is not None:
        say([f"Journal: {journal.path}"])
    result = apply_way(
        connection,
        way,
        {**before, **checked.now},
        journal,
        dry_run_server=wanted.dry_run == "server",
        timeout_s=_timeout_s(reading, wanted),
        progress=_progress(),
    )
    back = way_back(_made(result), checked.now, flags=reading.flags.kubectl)
    say(outcome_lines(result))
    if back:
        say(["The way back:"])
        say_as_it_is(f"  {line}" for line in back)
    return _status(result, wanted), {
        "applied": not isinstance(result, Judged) and bool(_made(result)),
        "verified": isinstance(result, Done),
        "journal": str(journal.path) if journal is not None else None,
        "wayBack": list(back),
    }


def cluster_uid(reading: Reading) -> str | None:
    """What tells this cluster from others: the uid of its namespace kube-system."""
    for document in reading.raw.documents:
        metadata = document.body.get("metadata") or {}
        if document.body.get("kind") == "Namespace" and metadata.get("name") == "kube-system":
            return str(metadata.get("uid"))
    return None


def _bodies(reading: Reading) -> Mapping[ServiceName, Mapping[str, Any]]:
    return {
        ServiceName(d.body["metadata"]["namespace"], d.body["metadata"]["name"]): d.body
        for d in reading.raw.documents
        if d.body.get("kind") == "Service"
    }


def _journal(reading: Reading, way: Way, checked: Preflight, wanted: FixRequest) -> Journal:
    folder = Path(wanted.journal_dir) if wanted.journal_dir else default_journal_folder(os.environ)
    source = reading.snapshot.source
    cluster = JournalCluster(context=source.context, server=source.server, uid=cluster_uid(reading))
    return Journal.open_new(folder, cluster=cluster, way=way, before=checked.now, summary=way_summary(way))


def _timeout_s(reading: Reading, wanted: FixRequest) -> float:
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
    unsure = isinstance(result, Interrupted) and result.unsure
    return (*(applied.edit for applied in result.applied), *((unsure,) if unsure else ()))


def _status(result: Result, wanted: FixRequest) -> Exit:
    if isinstance(result, Done | Judged):
        return Exit.OK
    if isinstance(result, Interrupted):
        return Exit.TERMINATED if result.signal == "SIGTERM" else Exit.INTERRUPTED
    # What the API server would not accept is no plan; nothing was stopped midway.
    return Exit.NO_PLAN if wanted.dry_run == "server" else Exit.STOPPED
