"""``check``: would this work? Of manifests before they are applied, or of a live cluster as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kubectl_sharedip.cli.check_forms import text_of
from kubectl_sharedip.cli.checking import Checked, check_cluster, check_manifests, chosen, without_ignored
from kubectl_sharedip.cli.failures import Exit, InputError, report
from kubectl_sharedip.cli.ignoring import baseline, ignored
from kubectl_sharedip.cli.laying import Laid, lay, usable_files
from kubectl_sharedip.cli.naming import in_scope
from kubectl_sharedip.cli.output import (
    arranged,
    print_answer,
    print_notes,
    say,
    structured,
    wants_document,
)
from kubectl_sharedip.cli.reading import EVENTS, Reading, read
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cli.waiting import waiting
from kubectl_sharedip.diagnose.environments import USUAL, Environments
from kubectl_sharedip.diagnose.habits import habits
from kubectl_sharedip.model.finding import Severity
from kubectl_sharedip.model.snapshot import Note
from kubectl_sharedip.report.check import check_report

if TYPE_CHECKING:
    from kubectl_sharedip.files.errors import FileError
    from kubectl_sharedip.files.leniently import Usable

_READS = (EVENTS, "namespaces", "configurationstates", "servicelb-daemonsets")
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
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
    debts = baseline(wanted.baseline)
    faults: tuple[FileError, ...] = ()
    outside: list[str] = []
    usable = usable_files(request) if request.files else None
    if usable is not None and not usable.snapshots:
        laid = lay(request, usable, offline=wanted.offline)
        if not laid.named and not laid.configured:
            return _nothing_to_check(laid)
        with waiting("Checking the manifests"):
            checked = check_manifests(laid, habits(wanted.environments))
        raw, faults = laid.raw, laid.faults
    else:
        if usable is not None:
            _refuse_more_than(usable)
        reading = read(request, _READS, announced_in_scope=True)
        with waiting("Checking the Services"):
            checked = check_cluster(reading, habits(wanted.environments))
        raw, outside = reading.raw, _outside(reading)
    checked = chosen(checked, request)
    silence, notes = ignored(wanted.ignore, raw, debts, request.namespace or "default")
    paid = silence.paid((item.object, finding) for item in checked.items for finding in item.findings)
    told, count = without_ignored(checked, silence)
    limits = (*told.notes, *notes, *(_unusable(fault) for fault in faults if wants_document(request)))
    document = arranged(check_report(told.shown, told.prediction, told.items, limits, ignored=count), request)
    _print(request, document, told, live=usable is None or bool(usable.snapshots))
    say(outside)
    for fault in faults:
        report(fault)
    if paid:
        say([f"{paid} of the baseline are there no more: write it anew to keep them from coming back."])
    if faults:
        return Exit.NO_INPUT
    return Exit.NO_PLAN if _fails(told, wanted.fail_on) else Exit.OK


def _refuse_more_than(usable: Usable) -> None:
    """A recorded cluster is checked as it was. Raises InputError where there is more in the files."""
    if "-" in usable.snapshots:
        raise InputError("a snapshot on stdin", "check reads it twice: give it as a file")
    if usable.raw.documents or usable.faults or len(usable.snapshots) > 1:
        file = usable.snapshots[0]
        raise InputError(f"{file} is a snapshot, and not alone", "check manifests and a snapshot one by one")


def _outside(reading: Reading) -> list[str]:
    """What an empty scope leaves out."""
    if reading.scope is None or in_scope(reading) or not reading.snapshot.services:
        return []
    others = len(reading.snapshot.services)
    return [f"No LoadBalancer Services in namespace {reading.scope}; {others} in other namespaces: -A"]


def _unusable(fault: FileError) -> Note:
    """For whoever reads the document alone; people are told on stderr."""
    values = {"object": fault.where, "where": "", "field": "", "because": fault.what}
    return Note(code="SIP903", values=values)


def _nothing_to_check(laid: Laid) -> int:
    """What is wrong with each of the files, and that nothing is left."""
    for fault in laid.faults:
        report(fault)
    if not laid.faults:
        raise InputError("there is no Service in the files", "give the manifests of Services with -f")
    return Exit.NO_INPUT


def _fails(checked: Checked, least: Severity) -> bool:
    severe = _SEVERITIES[: _SEVERITIES.index(least) + 1]
    return any(one.severity in severe for item in checked.items if item.counts for one in item.findings)


def _print(request: Request, document: dict[str, Any], checked: Checked, *, live: bool) -> None:
    if wants_document(request):
        print_answer(structured(document, request))
        return
    print_answer(text_of(request, document, checked, live=live))
    print_notes(document)
    summary = document["summary"]
    words = [_count(summary[f"{name}s"], name) for name in ("error", "warning", "info")]
    told = ", ".join(word for word in words if word) or "Nothing found"
    ignored_ = f"; {summary['ignored']} ignored" if summary["ignored"] else ""
    say([f"{told}{ignored_}."])


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}" if number else ""
