"""The file with the state before, written and synced before the first edit and after each.

It may hold what Services keep in annotations, so nobody else may read it. It refuses to start a run
that it could not record: no journal, no edit.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from kubectl_sharedip.apply.fields import Body, value_at
from kubectl_sharedip.apply.journal_file import (
    default_journal_folder,
    make_folder,
    read_journal,
    unwritable,
    write_whole,
)
from kubectl_sharedip.apply.journal_record import JournalError, JournalRecord, Progress, State
from kubectl_sharedip.apply.journal_text import to_text
from kubectl_sharedip.model.journal import JournalCluster
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Way

__all__ = [
    "Journal",
    "JournalCluster",
    "JournalError",
    "JournalRecord",
    "Progress",
    "default_journal_folder",
    "read_journal",
]


class Journal:
    """The journal of one run. ``path`` is the file, ``entry`` what it holds now."""

    def __init__(self, path: Path, entry: JournalRecord) -> None:
        """Names the file; nothing is written. ``open_new`` begins one, and this goes on with one."""
        self.path = path
        self.entry = entry

    @classmethod
    def open_new(
        cls,
        folder: Path,
        *,
        cluster: JournalCluster,
        way: Way,
        before: Mapping[ServiceName, Body],
        summary: str,
        plan_id: str | None = None,
        named: tuple[ServiceName, ...] = (),
        undoes: str | None = None,
        at: datetime | None = None,
    ) -> Journal:
        """A new journal, on disk when this returns.

        Arguments: its folder, made with mode 0700 where there is none; the cluster; the way about
        to be carried out; the raw Services as last read, every edited one at least; a line for
        ``undo --list``; the id of the plan, by default the name of the file; the Services that it
        is about; the id of the plan that it takes back; the time, by default now.
        Raises JournalError where it cannot be written, KeyError where ``before`` lacks an edited
        Service.
        """
        now = (at or datetime.now(timezone.utc)).astimezone(timezone.utc)
        # A plan that came to nothing may be tried again: its id is then in two journals.
        name = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        entry = JournalRecord(
            id=plan_id or name,
            # Two runs may begin in one second, and which is the last one matters.
            at=now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            cluster=cluster,
            summary=summary,
            edits=way.edits,
            before={edit.service: _without_managed_fields(before[edit.service]) for edit in way.edits},
            effects=way.effects,
            progress=tuple(
                Progress(edit=index, state="planned", resource_version=None)
                for index in range(len(way.edits))
            ),
            named=named,
            versions={
                name: version
                for name, body in before.items()
                if (version := value_at(body, ("metadata", "resourceVersion")))
            },
            undoes=undoes,
        )
        journal = cls(folder / f"{name}.json", entry)
        try:
            make_folder(folder)
            write_whole(journal.path, to_text(entry))
        except OSError as error:
            raise unwritable(
                folder, error, "nothing was changed; give another folder with --journal-dir."
            ) from error
        return journal

    @property
    def id(self) -> str:
        """The id of its plan, for ``undo``."""
        return self.entry.id

    def record(self, edit: int, state: State, resource_version: str | None = None) -> None:
        """Notes how far an edit came; on disk when this returns.

        Arguments: the index of the edit, 0 or more; its state; the resourceVersion of its Service
        after it. Raises JournalError where it cannot be written; the file then has what it had.
        """
        step = Progress(edit=edit, state=state, resource_version=resource_version)
        progress = tuple(step if old.edit == edit else old for old in self.entry.progress)
        self._keep(replace(self.entry, progress=progress))

    def record_verified(self) -> None:
        """Notes that MetalLB did what was foretold. Raises JournalError."""
        self._keep(replace(self.entry, verified=True))

    def record_undone(self, by: str | None) -> None:
        """Notes which plan took it back, None that it is in force again. Raises JournalError."""
        self._keep(replace(self.entry, undone=by))

    def _keep(self, entry: JournalRecord) -> None:
        if entry == self.entry:
            return
        try:
            make_folder(self.path.parent)  # it may have gone meanwhile, and all that was in it is here
            write_whole(self.path, to_text(entry))
        except OSError as error:
            raise unwritable(self.path, error, "nothing more is sent; make room or rights for it.") from error
        self.entry = entry


def _without_managed_fields(body: Body) -> Body:
    metadata = {name: value for name, value in body["metadata"].items() if name != "managedFields"}
    return {**body, "metadata": metadata}
