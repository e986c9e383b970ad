"""``version``: which program this is, and which API server and MetalLB it speaks to.

Whoever reports a fault copies it, so each line stands for itself, and how MetalLB's version was
found out is part of it: every answer rests on that. Reads no Service: who may see none gets it too.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib import metadata, resources

from kubectl_sharedip import __version__
from kubectl_sharedip.cli.failures import Exit
from kubectl_sharedip.cli.output import print_answer, print_notes
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.model.snapshot import Snapshot, VersionSource

_READS = ("ipaddresspools", "metallb-deployments", "version")
_HOW: Mapping[VersionSource, str] = {
    "image": "read off the image of its controller",
    "label": "read off a label of its controller",
    "crd": "as far as its CRDs tell",
    "flag": "as --metallb-version says",
    "assumed": "assumed: nothing that was read tells",
}


def run(request: Request, *, client: bool) -> int:
    """Prints the versions, with ``client`` those of this side alone, in one line.

    Returns 0. Raises FileError or ClusterError where the other side cannot be had, after this side's line.
    """
    commit = f", commit {_commit()}" if _commit() else ""
    python, library = platform.python_version(), metadata.version("kubernetes")
    print_answer(f"kubectl-sharedip {__version__}{commit} (Python {python}, kubernetes {library})")
    if not client:
        _print_other_side(request)
    return Exit.OK


def _commit() -> str:
    """The commit that a release was made from, shortened; empty in a checkout."""
    file = resources.files("kubectl_sharedip") / "commit.txt"
    return file.read_text(encoding="ascii").strip()[:12] if file.is_file() else ""


def _print_other_side(request: Request) -> None:
    from kubectl_sharedip.report.envelope import envelope

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
        return read(request, ()).snapshot
    from kubectl_sharedip.cluster.connection import connect
    from kubectl_sharedip.cluster.read import read_cluster

    connection = connect(request.connection)
    raw = read_cluster(connection, _READS, metallb_namespace=request.metallb_namespace)
    return reading_of(request, raw, scope=None, default=connection.namespace, connection=connection).snapshot
