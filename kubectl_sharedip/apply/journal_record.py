"""What a journal holds, as a value, and what is wrong with one, as an error.

It refuses to know files and JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Effect

State = Literal["planned", "sent", "done", "failed", "skipped"]


class JournalError(Exception):
    """A journal that cannot be written or read. ``where`` is its path; each part is one line."""

    def __init__(self, *, what: str, where: str, todo: str) -> None:
        super().__init__(what, where, todo)
        self.what = what
        self.where = where
        self.todo = todo

    def __str__(self) -> str:
        return f"{self.where}: {self.what}\n{self.todo}"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalCluster:
    """Which cluster was edited. ``uid`` is that of its namespace kube-system, where it was readable."""

    context: str | None
    server: str | None
    uid: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one edit came. ``sent`` is also what a crash leaves: it may have been made.

    ``resource_version`` is what the Service had after it, None before it is done.
    """

    edit: int  # index, 0 or more
    state: State
    resource_version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRecord:
    """One run: the state before, what was foretold, and how far it came. ``at`` is RFC 3339."""

    id: str
    at: str
    cluster: JournalCluster
    summary: str
    edits: tuple[Edit, ...]
    before: Mapping[ServiceName, Mapping[str, Any]]
    effects: tuple[Effect, ...]
    progress: tuple[Progress, ...]
