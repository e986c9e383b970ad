"""What ``undo`` was asked to do, and what its steps need to know of the run that is meant."""

from __future__ import annotations

from kubectl_sharedip.apply.journals import Found, Journals
from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cli.undo_run import Present
from kubectl_sharedip.model.frozen import frozen


@frozen
class UndoRequest:
    """What ``undo`` was asked to do. ``plan`` None is the last plan of the cluster."""

    plan: str | None
    listing: bool
    resume: bool
    yes: bool
    dry_run: str | None  # client, server
    timeout_s: float | None
    journal_dir: str | None


@frozen
class Asked:
    """What all steps need: the request, the reading, the run that is meant, and its Services now."""

    request: Request
    wanted: UndoRequest
    reading: Reading
    journals: Journals
    found: Found
    present: Present
    uid: str | None
