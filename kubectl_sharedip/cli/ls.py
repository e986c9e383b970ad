"""``ls``: which Services sit on which external IP, under which key; which are Pending, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kubectl_sharedip.cli.naming import in_scope, pending
from kubectl_sharedip.cli.output import (
    print_answer,
    print_notes,
    say,
    structured,
    style_of,
    wants_document,
    width,
)
from kubectl_sharedip.cli.reading import Reading, read
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.diagnose.run import diagnose
from kubectl_sharedip.inventory import addresses
from kubectl_sharedip.report.addresses import address_list


def run(request: Request, shared: bool, only_pending: bool) -> int:
    """Prints the addresses of the scope. Returns the exit status, 0."""
    reading = read(request, ())
    inventory = _select(reading, shared=shared, only_pending=only_pending)
    unsettled = (*inventory.pending, *inventory.not_handled)
    diagnoses = {s.name: diagnose(reading.snapshot, reading.views, s) for s in unsettled}
    document = address_list(reading.snapshot, reading.views, inventory, diagnoses, reading.notes)
    if wants_document(request):
        print_answer(structured(document, request))
        return 0
    from kubectl_sharedip.render.addresses import address_table

    text = address_table(
        document,
        wide=request.output == "wide",
        width=None if request.output == "wide" else width(),
        style=style_of(request),
        headers_shown=not request.no_headers,
    )
    print_answer(text)
    print_notes(document)
    if not text:
        say(_outside(reading))
    return 0


def _select(reading: Reading, *, shared: bool, only_pending: bool) -> addresses.Inventory:
    """The part of the inventory that touches the scope; an address is shown whole."""
    inventory = addresses.take(reading.snapshot.services.values(), reading.views)
    names = {service.name for service in in_scope(reading)}
    groups = [group for group in inventory.groups if addresses.in_scope(group, names)]
    if shared:
        groups = [group for group in groups if group.shared]
    waiting = tuple(s for s in inventory.pending if s.name in names)
    others = tuple(s for s in inventory.not_handled if s.name in names)
    return replace(
        inventory,
        groups=() if only_pending else tuple(groups),
        pending=() if shared and not only_pending else waiting,
        not_handled=() if shared or only_pending else others,
    )


def _outside(reading: Reading) -> Sequence[str]:
    """What an empty scope leaves out."""
    if reading.scope is None:
        return ["No LoadBalancer Services found."]
    services = [s for s in reading.snapshot.services.values() if s.type == "LoadBalancer"]
    waiting = len(pending(services))
    lines = [f"No LoadBalancer Services found in namespace {reading.scope}."]
    if services:
        lines.append(f"{len(services)} in other namespaces, {waiting} of them Pending: -A")
    return lines
