"""``version``: which program this is, and which API server and MetalLB it speaks to.

Whoever reports a fault copies it, so each line stands for itself, and how MetalLB's version was
found out is part of it: every answer rests on that. Reads no Service: who may see none gets it too.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import replace
from importlib import metadata, resources

from kubectl_sharedip import __version__
from kubectl_sharedip.cli.failures import Exit
from kubectl_sharedip.cli.output import (
    print_answer,
    print_document,
    print_notes,
    wants_document,
)
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.files.errors import FileError
from kubectl_sharedip.model.snapshot import Snapshot, VersionSource
from kubectl_sharedip.report.envelope import envelope
from kubectl_sharedip.report.version import Client, version_document

_SHORT = 12  # of a commit, for people
_READS = ("ipaddresspools", "metallb-deployments", "version")
_UNUSED = ("services",)  # read with every file, and nothing that is told here rests on them
_HOW: Mapping[VersionSource, str] = {
    "image": "read off the image of its controller",
    "label": "read off a label of its controller",
    "crd": "as far as its CRDs tell",
    "flag": "as --metallb-version says",
    "assumed": "assumed: nothing that was read tells",
}


def run(request: Request, *, client: bool) -> int:
    """Prints the versions, with ``client`` those of this side alone.

    Returns 0. Raises FileError or ClusterError where the other side cannot be had, after this side's part.
    """
    mine = Client(
        version=__version__,
        commit=_commit() or None,
        python=platform.python_version(),
        library=metadata.version("kubernetes"),
    )
    if wants_document(request):
        _print_document(request, mine, client=client)
        return Exit.OK
    commit = f", commit {mine.commit[:_SHORT]}" if mine.commit else ""
    print_answer(f"kubectl-sharedip {mine.version}{commit} (Python {mine.python}, kubernetes {mine.library})")
    if not client:
        _print_other_side(request)
    return Exit.OK


def _commit() -> str:
    """The commit that a release was made from; empty in a checkout."""
    file = resources.files("kubectl_sharedip") / "commit.txt"
    return file.read_text(encoding="ascii").strip() if file.is_file() else ""


def _print_document(request: Request, mine: Client, *, client: bool) -> None:
    try:
        document = version_document(mine, None if client else _snapshot(request))
    except (FileError, ClusterError):
        print_document(version_document(mine, None), request)
        raise
    print_document(document, request)


def _print_other_side(request: Request) -> None:
    document = envelope("", _snapshot(request), ())
    source = document["source"]
    said = f"as {source['server']} says" if source["server"] else f"from {', '.join(source['files'])}"
    lines = [f"API server {source['kubernetes'] or 'of unknown version'} ({said})"]
    for one in source["metallb"]:
        place = f"; namespace {one['namespace']}" if one["namespace"] else ""
        served = f"; class {one['lbClass']}" if one["lbClass"] else ""
        lines.append(f"MetalLB {one['version']} ({_HOW[one['how']]}{place}{served})")
    print_answer("\n".join(lines if source["metallb"] else [*lines, "MetalLB was not found"]))
    print_notes(document)


def _snapshot(request: Request) -> Snapshot:
    from kubectl_sharedip.cli.reading import read, reading_of

    if request.files:
        snapshot = read(request, ()).snapshot
        gaps = tuple(gap for gap in snapshot.not_read if gap.resource not in _UNUSED)
        return replace(snapshot, not_read=gaps)
    from kubectl_sharedip.cluster.connection import connect
    from kubectl_sharedip.cluster.read import read_cluster

    connection = connect(request.connection)
    raw = read_cluster(connection, _READS, metallb_namespace=request.metallb_namespace)
    return reading_of(request, raw, scope=None, default=connection.namespace, connection=connection).snapshot
