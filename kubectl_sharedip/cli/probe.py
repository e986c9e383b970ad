"""``probe``: each port of each Service on each address tried on its own, and whose fault it is."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_sharedip.cli.failures import Exit, InputError, report
from kubectl_sharedip.cli.item_forms import Labels, item_form, service_labels
from kubectl_sharedip.cli.naming import in_scope, left_out, pending, resolve
from kubectl_sharedip.cli.output import (
    arranged,
    print_answer,
    print_document,
    print_notes,
    say,
    style_of,
    wants_document,
    width,
)
from kubectl_sharedip.cli.probe_request import ProbeRequest
from kubectl_sharedip.cli.reading import Reading, read
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cli.waiting import waiting
from kubectl_sharedip.inventory.addresses import AddressGroup, take
from kubectl_sharedip.inventory.addresses import in_scope as touches
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.probing import Attempt, Judged, Target, Whence
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.probe.beside import beside
from kubectl_sharedip.probe.sweep import longest_s, sweep
from kubectl_sharedip.probe.targets import targets_of
from kubectl_sharedip.probe.verdict import judge
from kubectl_sharedip.probe.whence import whence
from kubectl_sharedip.report.commands import why_command
from kubectl_sharedip.report.envelope import Document
from kubectl_sharedip.report.probe import probe_report

_READS = ("events",)
_MOST_NAMED = 3


@frozen
class Sight:
    """What is to be tried: whole addresses, since neighbours are compared.

    ``asked`` are the Services that were asked for, which decide the exit status; ``errors`` are for
    names that cannot be probed; ``remarks`` say what is left out.
    """

    reading: Reading
    groups: tuple[AddressGroup, ...]
    targets: tuple[Target, ...]
    asked: frozenset[ServiceName]
    errors: tuple[InputError, ...]
    remarks: tuple[str, ...]


@frozen
class Told:
    """One answer: its document, whether anything that was asked for fails, and where it was tried."""

    document: Document
    labels: Labels
    failing: bool
    whence: Whence


def run(request: Request, wanted: ProbeRequest) -> int:
    """Tries what is in scope and prints what came of it; with ``targets``, writes files and tries nothing.

    Returns 0; 1 where a Service that was asked for fails; 3 where a name cannot be probed (the others
    still are). Watching ends by being interrupted only.
    """
    if wanted.watch:
        from kubectl_sharedip.cli.probe_watching import watch

        watch(request, wanted)
    sight = look(request, wanted)
    if wanted.targets is not None:
        from kubectl_sharedip.cli.probe_targets import write

        return write(wanted.targets, sight, wanted.timeout_s)
    told = answer(request, sight, wanted)
    show(request, wanted, sight, told)
    return Exit.NO_INPUT if sight.errors else Exit.NO_PLAN if told.failing else Exit.OK


def look(request: Request, wanted: ProbeRequest) -> Sight:
    """What there is to try. Raises FileError, ClusterError where the input cannot be had."""
    return sight_of(read(request, _READS, wanted.names, announced_in_scope=not wanted.names), wanted)


def sight_of(reading: Reading, wanted: ProbeRequest) -> Sight:
    """What there is to try of a reading."""
    services, errors = resolve(reading, wanted.names)
    fit = []
    for service in services:
        lacking = _lacking(reading, service)
        if lacking is None:
            fit.append(service)
        else:
            errors.append(lacking)
    if not wanted.names:
        fit = [s for s in in_scope(reading) if s.type == "LoadBalancer"]
    asked = frozenset(service.name for service in fit)
    inventory = take(reading.snapshot.services.values(), reading.views)
    groups = tuple(group for group in inventory.groups if touches(group, asked))
    return Sight(
        reading=reading,
        groups=groups,
        targets=targets_of(groups, wanted.asked),
        asked=asked,
        errors=tuple(errors),
        remarks=_remarks(reading, groups, fit),
    )


def answer(request: Request, sight: Sight, wanted: ProbeRequest) -> Told:
    """Tries it all, and judges."""
    reading = sight.reading
    services = {service.name: service for group in sight.groups for service in group.services}
    here = whence(reading.snapshot.announcing.nodes, [group.address for group in sight.groups])
    attempts = _swept(sight, wanted)
    known = beside(reading.snapshot, reading.views, services.values())
    judged = judge(attempts, known, here)
    return Told(
        document=arranged(probe_report(reading.snapshot, here, judged, reading.notes), request),
        labels=service_labels(request, reading),
        failing=_failing(judged, sight.asked),
        whence=here,
    )


def _swept(sight: Sight, wanted: ProbeRequest) -> tuple[Attempt, ...]:
    if wanted.watch:  # it goes on for ever, and each change is a line of its own
        return sweep(sight.targets, parallel=wanted.parallel, timeout_s=wanted.timeout_s)
    most_s = longest_s(sight.targets, parallel=wanted.parallel, timeout_s=wanted.timeout_s)
    ports, addresses = _counted(len(sight.targets), "port"), _counted(len(sight.groups), "address", "es")
    with waiting(f"Trying {ports} on {addresses}, {most_s:.0f} s at most"):
        return sweep(sight.targets, parallel=wanted.parallel, timeout_s=wanted.timeout_s)


def _counted(number: int, name: str, plural: str = "s") -> str:
    return f"{number} {name}{'' if number == 1 else plural}"


def show(request: Request, wanted: ProbeRequest, sight: Sight, told: Told) -> None:
    """The answer to stdout, all else to stderr."""
    document = told.document
    if document["items"] or not wanted.names:
        if wants_document(request):
            print_document(document, request, one_line=wanted.watch)
        else:
            _print(request, told)
            _say(sight, told)
            print_notes(document)
    for error in sight.errors:
        report(error)


def _print(request: Request, told: Told) -> None:
    document = told.document
    text = item_form(request, document)
    if text is not None:
        print_answer(text)
    elif request.output == "prometheus":
        from kubectl_sharedip.render.probe_metrics import probe_metrics

        print_answer(probe_metrics(document))
    elif request.output == "csv":
        from kubectl_sharedip.render.probe_csv import probe_csv

        print_answer(probe_csv(document, headers_shown=not request.no_headers))
    else:
        from kubectl_sharedip.render.probe import probe_table, reasons

        wide, style = request.output == "wide", style_of(request)
        text = probe_table(
            document,
            wide=wide,
            width=None if wide else width(),
            style=style,
            headers_shown=not request.no_headers,
            labels=told.labels,
        )
        why = "" if wide or request.no_headers else reasons(document, width=width(), style=style)
        print_answer(f"{text}\n{why}" if why else text)


def _say(sight: Sight, told: Told) -> None:
    if not told.document["items"]:
        say(_nothing(sight.reading))
    say(sight.remarks)
    here = told.whence
    if here.short_circuited:
        where = f"node {here.node} of the cluster" if here.node else "a pod"
        say(
            [
                f"Tried from {here.host}, {where}: there kube-proxy takes what is meant for an external"
                " address before it leaves, so no network or announcement verdict can be had."
            ]
        )


def _lacking(reading: Reading, service: Service) -> InputError | None:
    """Why a Service that is named cannot be probed."""
    if service.type != "LoadBalancer":
        todo = "only Services of type LoadBalancer have an external address to probe"
        return InputError(f"{service.name} is of type {service.type}", todo)
    if service in pending([service]):
        todo = f"see why: {why_command(service.name, reading.flags)}"
        return InputError(f"{service.name} is Pending: it has no address to probe", todo)
    return None


def _remarks(reading: Reading, groups: Sequence[AddressGroup], fit: Sequence[Service]) -> tuple[str, ...]:
    """What of the scope is not tried, and what of it is not read but foretold."""
    found = []
    waiting = [str(service.name) for service in pending(fit)]
    if waiting:
        more = f" and {len(waiting) - _MOST_NAMED} more" if len(waiting) > _MOST_NAMED else ""
        found.append(f"Pending, so without an address to try: {', '.join(waiting[:_MOST_NAMED])}{more}")
    new = sum(service.name in reading.prediction.new for group in groups for service in group.services)
    if new:
        found.append(f"{new} tried at addresses that are foretold: the files show none in their status")
    return tuple(found)


def _failing(judged: Sequence[Judged], asked: frozenset[ServiceName]) -> bool:
    return any(one.failing for one in judged if one.attempt.target.service in asked)


def _nothing(reading: Reading) -> list[str]:
    """What an empty answer leaves out."""
    services = [s for s in reading.snapshot.services.values() if s.type == "LoadBalancer"]
    with_address = len(services) - len(pending(services))
    if reading.scope is None:
        return left_out(reading) or ["Nothing to probe: no LoadBalancer Service has an address."]
    elsewhere = f" {with_address} in other namespaces: -A" if with_address else ""
    return [
        f"Nothing to probe: no Service in namespace {reading.scope} has an address.{elsewhere}",
        *left_out(reading),
    ]
