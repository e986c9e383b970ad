"""What a journal holds, as a value, and what is wrong with one, as an error.

It refuses to know files and JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.journal import JournalCluster, RunState
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


@frozen
class Progress:
    """How far one edit came. ``sent`` is also what a crash leaves: it may have been made.

    ``resource_version`` is what the Service had after it, None before it is done.
    """

    edit: int  # index, 0 or more
    state: State
    resource_version: str | None


@frozen
class JournalRecord:
    """One run: the state before, what was foretold, and how far it came. ``at`` is RFC 3339.

    ``id`` is that of the plan. ``named`` are the Services that the plan is about; ``versions`` the
    resourceVersions of all Services that it looked at, as last read before the first edit.
    ``undoes`` is the id of the plan that this one takes back, ``undone`` the id of the one that took
    this back. ``verified``: MetalLB was seen to do what was foretold.
    """

    id: str
    at: str
    cluster: JournalCluster
    summary: str
    edits: tuple[Edit, ...]
    before: Mapping[ServiceName, Mapping[str, Any]]
    effects: tuple[Effect, ...]
    progress: tuple[Progress, ...]
    named: tuple[ServiceName, ...] = ()
    versions: Mapping[ServiceName, str]
    undoes: str | None = None
    undone: str | None = None
    verified: bool = False

    @property
    def state(self) -> RunState:
        """What ``undo --list`` says of it; an edit that was not needed counts as made."""
        if self.undone is not None:
            return "undone"
        return "done" if all(each.state in ("done", "skipped") for each in self.progress) else "partly"

    @property
    def made(self) -> int:
        """How many edits were made, as far as it tells."""
        return sum(each.state == "done" for each in self.progress)

    @property
    def touched(self) -> bool:
        """Whether anything was changed, or may have been."""
        return any(each.state in ("done", "sent") for each in self.progress)
