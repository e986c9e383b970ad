"""The Version document: which program this is. Which API server and MetalLB it speaks to is its source.

Refuses to have items: there is one of each.
"""

from __future__ import annotations

from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.snapshot import Snapshot
from kubectl_sharedip.report.envelope import Document, asked_nobody, envelope


@frozen
class Client:
    """This side. ``commit`` is that of a release, None in a checkout; ``library`` is kubernetes'."""

    version: str
    commit: str | None
    python: str
    library: str


def version_document(client: Client, snapshot: Snapshot | None) -> Document:
    """The document; ``snapshot`` is None where the other side was not asked, or not to be had."""
    head = asked_nobody("Version") if snapshot is None else envelope("Version", snapshot, ())
    told = {
        "version": client.version,
        "commit": client.commit,
        "python": client.python,
        "library": client.library,
    }
    return {**head, "client": told}
