"""``check``: would this work? Of manifests before they are applied, or of a live cluster as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kubectl_sharedip.cli.check_forms import text_of
from kubectl_sharedip.cli.checking import Checked, check_cluster, check_manifests, chosen, without_ignored
from kubectl_sharedip.cli.failures import Exit, InputError, report
from kubectl_sharedip.cli.ignoring import baseline, ignored, looked_at
from kubectl_sharedip.cli.laying import Laid, lay, scope_of, usable_files
from kubectl_sharedip.cli.naming import in_scope, left_out
from kubectl_sharedip.cli.output import (
    arranged,
    print_answer,
    print_document,
    print_notes,
    say,
    say_as_it_is,
    wants_document,
)
from kubectl_sharedip.cli.reading import EVENTS, Reading, in_force, read
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cli.waiting import waiting
from kubectl_sharedip.diagnose.environments import USUAL, Environments
from kubectl_sharedip.diagnose.habits import habits
from kubectl_sharedip.diagnose.ignored import Debt
from kubectl_sharedip.metallb.selectors import matches
from kubectl_sharedip.model.finding import Severity
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.raw import RawCluster
from kubectl_sharedip.model.snapshot import Note
from kubectl_sharedip.report.check import check_report
from kubectl_sharedip.report.commands import InForce, why_command

if TYPE_CHECKING:
    from kubectl_sharedip.files.errors import FileError
    from kubectl_sharedip.files.leniently import Usable

_READS = (EVENTS, "namespaces", "configurationstates", "servicelb-daemonsets")
# Said beside the remedies that they are about, which stand in documents only: the exit status is the
# same whatever the form.
_OF_REMEDIES = frozenset({"SIP702", "SIP704"})
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@frozen
class CheckRequest:
    """What ``check`` was asked beside the input: what is told, and what makes it fail.

    ``fail_on`` is the least severity that does; ``ignore`` are codes, ``baseline`` a file of old debts.
    """

    offline: bool = False
    fail_on: Severity = "error"
    ignore: frozenset[str] = frozenset()
    baseline: str | None = None
    environments: Environments = USUAL


def run(request: Request, wanted: CheckRequest) -> int:
    """Prints what is found of the files, or of the live cluster.

    Returns 0; 1 where a finding that counts is as severe as ``fail_on``; 3 where part of the input could
    not be used, whatever is found in the rest.
    """
    debts = baseline(wanted.baseline, beside=request.files)
    faults: tuple[FileError, ...] = ()
    outside: list[str] = []
    usable = usable_files(request) if request.files else None
    habits_ = habits(wanted.environments)
    snapshot = _snapshot_alone(usable) if usable is not None else None
    # Whoever reads rows is shown where to look: what helps each Service takes long to follow.
    flags = _in_force(request, usable, wanted)
    remedied = flags if _is_read_whole(request) else None
    if usable is not None and snapshot is None:
        laid = lay(request, usable, offline=wanted.offline)
        if not laid.named and not laid.configured:
            return _nothing_to_check(request, laid, usable)
        with waiting("Checking the manifests"):
            checked = check_manifests(laid, habits_, remedied)
        raw, faults, scope = laid.raw, laid.faults, scope_of(request)
        outside = _unlabelled(laid, request)
    else:
        # A recorded cluster is checked as it was.
        recorded = replace(snapshot, files=request.files) if snapshot is not None else None
        reading = read(request, _READS, announced_in_scope=True, recorded=recorded)
        with waiting("Checking the Services"):
            checked = check_cluster(reading, habits_, remedied)
        raw, outside, scope = reading.raw, _outside(reading), reading.scope
    checked = chosen(checked, request)
    silence, notes = ignored(wanted.ignore, raw, debts, request.namespace or "default")
    there = {item.object for item in checked.items}
    owed = looked_at(_lasting(debts), there, scope=scope, labels=request.labels is not None)
    paid = replace(silence, debts=owed).paid(
        (item.object, finding) for item in checked.items for finding in item.findings
    )
    told, count = without_ignored(checked, silence)
    limits = (*told.notes, *notes, *(_unusable(fault) for fault in faults if wants_document(request)))
    document = arranged(check_report(told.shown, told.prediction, told.items, limits, ignored=count), request)
    live = usable is None or snapshot is not None
    _print(request, document, told, live=live, faults=faults)
    if not wants_document(request):
        # What is not applied yet nobody can ask the cluster about.
        asked = live or "-f" in flags.ours
        _say_where_to_look(document, why_of=flags if asked else None)
    say(outside)
    for fault in faults:
        report(fault)
    if paid:
        say([f"{paid} of the baseline are there no more: write it anew to keep them from coming back."])
    if faults:
        return Exit.NO_INPUT
    return Exit.NO_PLAN if _fails(told, wanted.fail_on) else Exit.OK


def _snapshot_alone(usable: Usable) -> RawCluster | None:
    """The cluster of the files where they hold nothing else. Raises InputError where there are two."""
    if len(usable.recorded) > 1:
        files = " and ".join(one.files[0] for one in usable.recorded)
        todo = "give one snapshot at a time: two are two clusters, or two moments of one"
        raise InputError(f"{files} are snapshots", todo)
    beside = usable.raw.documents or usable.faults or usable.hooks or usable.without_service
    return usable.recorded[0] if usable.recorded and not beside else None


def _in_force(request: Request, usable: Usable | None, wanted: CheckRequest) -> InForce:
    """The flags of commands that are printed.

    Over a live cluster they are for when the manifests are applied, and so without these.
    """
    over = usable is not None and not usable.recorded and not wanted.offline
    return in_force(replace(request, files=(), recursive=False) if over else request)


def _is_read_whole(request: Request) -> bool:
    """Whether it is the document that is asked for, or columns of it."""
    return wants_document(request) or (request.output or "").startswith("custom-columns")


def _outside(reading: Reading) -> list[str]:
    """What an empty scope leaves out."""
    if hidden := left_out(reading):
        return [] if in_scope(reading) else hidden
    others = sum(1 for one in reading.snapshot.services.values() if one.type == "LoadBalancer")
    if reading.scope is None or in_scope(reading) or not others:
        return []
    return [f"No LoadBalancer Services in namespace {reading.scope}; {others} in other namespaces: -A"]


def _unlabelled(laid: Laid, request: Request) -> list[str]:
    """That -l leaves out every Service of the files."""
    services = laid.coming.prediction.snapshot.services
    if request.labels is None or not laid.named:
        return []
    if any(matches(request.labels, services[name].labels) for name in laid.named):
        return []
    return [f"-l leaves out every Service of the files ({len(laid.named)})."]


def _unusable(fault: FileError) -> Note:
    """For whoever reads the document alone; people are told on stderr."""
    values = {"object": fault.where, "where": "", "field": "", "because": fault.what}
    return Note(code="SIP903", values=values)


def _nothing_to_check(request: Request, laid: Laid, usable: Usable) -> int:
    """What is wrong with each of the files, and that nothing is left."""
    for fault in laid.faults:
        report(fault)
    if laid.elsewhere:
        there = ", ".join(sorted({name.namespace for name in laid.elsewhere}))
        what = f'no Service of the files is in namespace "{scope_of(request)}"'
        raise InputError(what, f"those that there are: {there}; -A takes them all")
    if not laid.faults:
        where = ", ".join("stdin" if path == "-" else path for path in usable.without_service)
        raise InputError(
            f"there is no Service in {where or 'the files'}", "give the manifests of Services with -f"
        )
    return Exit.NO_INPUT


def _fails(checked: Checked, least: Severity) -> bool:
    severe = _SEVERITIES[: _SEVERITIES.index(least) + 1]
    return any(
        one.severity in severe and one.code not in _OF_REMEDIES
        for item in checked.items
        if item.counts
        for one in item.findings
    )


def _print(
    request: Request,
    document: dict[str, Any],
    checked: Checked,
    *,
    live: bool,
    faults: tuple[FileError, ...],
) -> None:
    if wants_document(request):
        print_document(document, request)
        return
    print_answer(text_of(request, document, checked, live=live, faults=faults))
    print_notes(document)
    summary = document["summary"]
    words = [_count(summary[f"{name}s"], name) for name in ("error", "warning", "info")]
    told = ", ".join(word for word in words if word) or "Nothing found"
    ignored_ = f"; {summary['ignored']} ignored" if summary["ignored"] else ""
    say([f"{told}{ignored_}."])


def _say_where_to_look(document: dict[str, Any], *, why_of: InForce | None) -> None:
    """What tells how the first Service that something is wrong with can be helped."""
    severe = [
        (not any(one["decisive"] for one in item["findings"]), ServiceName(item["namespace"], item["name"]))
        for item in document["items"]
        if item["kind"] == "Service" and any(one["severity"] == "error" for one in item["findings"])
    ]
    _, first = min(severe, default=(False, None))  # who waits comes first
    if first is not None:
        command = "the same with -o json" if why_of is None else why_command(first, why_of)
        say_as_it_is([f"What helps: {command}"])


def _lasting(debts: frozenset[Debt]) -> frozenset[Debt]:
    return frozenset(debt for debt in debts if debt.code not in _OF_REMEDIES)


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}" if number else ""
