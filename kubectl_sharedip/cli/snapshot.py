"""``snapshot``: everything that the other commands read, as one file to replay with ``-f``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from kubectl_sharedip.cli.beneath import applied_in
from kubectl_sharedip.cli.failures import Exit, InputError
from kubectl_sharedip.cli.item_forms import item_form
from kubectl_sharedip.cli.lacking import told_apart
from kubectl_sharedip.cli.manifests import is_service
from kubectl_sharedip.cli.output import print_answer, print_notes, say, structured, wants_document
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cli.waiting import waiting
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.resources import RESOURCES
from kubectl_sharedip.files.snapshot import RESOURCES as HELD
from kubectl_sharedip.files.snapshot import applied_kept, items_of
from kubectl_sharedip.intake.installations import Given
from kubectl_sharedip.intake.owned import Applied
from kubectl_sharedip.intake.plans import is_plan
from kubectl_sharedip.intake.snapshot import build_snapshot
from kubectl_sharedip.metallb.versions import NEWEST_KNOWN
from kubectl_sharedip.model.raw import RawCluster
from kubectl_sharedip.report.snapshot import snapshot_document

if TYPE_CHECKING:
    from kubectl_sharedip.cluster.connection import Connection

_SUFFIXES = (".json", ".json.gz")
_UNUSED = ("metallb-daemonsets", "crds")  # no answer looks at them
_READ = tuple(name for name in RESOURCES if name not in _UNUSED)


def run(request: Request, *, redact: bool, to: str | None) -> int:
    """Takes the snapshot, to stdout or to a file. Returns 0.

    Raises click.UsageError for flags that contradict each other; FileError and ClusterError where the
    input cannot be had or the file not be written.
    """
    _refuse(request, to)
    raw = _whole(request)
    if redact:
        from kubectl_sharedip.files.redact import redacted

        raw = redacted(raw, metallb_namespace=request.metallb_namespace or "metallb-system")
    items = items_of(raw)
    raw = replace(raw, read=raw.read & HELD)
    # Renamed, no namespace and no class is called any more what the flags call it.
    given = Given(
        namespace=None if redact else request.metallb_namespace,
        version=request.metallb_version,
        lb_class=None if redact else request.lb_class,
        newest_known=NEWEST_KNOWN,
    )
    document = snapshot_document(build_snapshot(raw, given), raw, items, redacted=redact)
    if to is None:
        text = None if wants_document(request) else item_form(request, document)
        print_answer(structured(document, request) if text is None else text)
    else:
        from kubectl_sharedip.files.whole import write_file
        from kubectl_sharedip.render.structured import to_json

        write_file(to, to_json(document), packed=to.endswith(".gz"))
        say([f"{to}: {_told(items)}"])
    print_notes(document)
    return Exit.OK


def _refuse(request: Request, to: str | None) -> None:
    for flag, given in (("-l", request.labels is not None), ("--sort-by", request.sort_by is not None)):
        if given:
            raise click.UsageError(f"a snapshot is whole: give {flag} to the command that reads it with -f.")
    if to is None:
        return
    if not to.endswith(_SUFFIXES):
        raise click.UsageError(f"--to {to}: name it .json or .json.gz.")
    if request.output not in (None, "json") or request.query is not None:
        raise click.UsageError("--to writes a whole snapshot as JSON: leave out -o and --query.")


def _whole(request: Request) -> RawCluster:
    """All of it, whichever command would ask for it."""
    if request.files:
        from kubectl_sharedip.files.read import read_files

        raw = read_files(request.files, recursive=request.recursive, stdin=sys.stdin.buffer)
        if any(is_plan(document.body) for document in raw.documents):
            raise InputError(
                "there is a plan among the files", "a snapshot holds what is: leave out what is planned"
            )
        return raw if raw.recorded else replace(told_apart(raw, _READ), applied=_applied(raw))
    from kubectl_sharedip.cluster.connection import connect
    from kubectl_sharedip.cluster.read import VERSION, read_cluster

    connection = connect(request.connection)
    with waiting(f"Reading {connection.server}"):
        raw = read_cluster(
            connection,
            [*_READ, VERSION],
            metallb_namespace=request.metallb_namespace,
            whole_services=True,
        )
        return replace(_applied_and_slimmed(raw), uid=_uid(connection))


def _applied_and_slimmed(raw: RawCluster) -> RawCluster:
    """The same, with the Services as every other command reads them."""
    from kubectl_sharedip.cluster.lists import slimmed

    applied = _applied(raw)
    documents = (
        replace(one, body=slimmed(dict(one.body))) if is_service(one) else one for one in raw.documents
    )
    return replace(raw, documents=tuple(documents), applied=applied)


def _applied(raw: RawCluster) -> Applied:
    """What an earlier apply has set of them."""
    return applied_kept(applied_in([one for one in raw.documents if is_service(one)]))


def _uid(connection: Connection) -> str | None:
    from kubectl_sharedip.cluster.read import cluster_uid

    with suppress(ClusterError):
        return cluster_uid(connection)
    return None


def _told(items: Sequence[Mapping[str, Any]]) -> str:
    counts = Counter(str(item["kind"]) for item in items)
    shown = [
        f"{counts[kind]} {kind}{'s' if counts[kind] != 1 else ''}" for kind in ("Service", "IPAddressPool")
    ]
    rest = sum(counts.values()) - counts["Service"] - counts["IPAddressPool"]
    return f"{', '.join(shown)} and {rest} other objects"
