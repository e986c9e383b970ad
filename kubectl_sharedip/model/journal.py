"""What is told of a run that a journal keeps: when, where, how far."""

from __future__ import annotations

from typing import Literal

from kubectl_sharedip.model.frozen import frozen

RunState = Literal["done", "partly", "undone"]


@frozen
class JournalCluster:
    """Which cluster was edited. ``uid`` is that of its namespace kube-system, where it was readable."""

    context: str | None
    server: str | None
    uid: str | None


@frozen
class RunEntry:
    """One run of the list. ``partly``: it was begun, and ``made`` of its ``edits`` were made.

    ``undoes`` is the id of the plan that it takes back, None for a ``fix``.
    """

    id: str
    at: str  # RFC 3339
    cluster: JournalCluster
    state: RunState
    summary: str
    made: int
    edits: int
    undoes: str | None
