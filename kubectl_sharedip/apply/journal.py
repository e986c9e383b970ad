"""The file with the state before, written and synced before the first edit and after each.

Whatever kills this program, the file is whole: each state is written beside it and renamed over
it. It may hold what Services keep in annotations, so nobody else may read it. It refuses to start
a run that it could not record: no journal, no edit.
"""

from __future__ import annotations

import errno
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from kubectl_sharedip.apply.fields import Body
from kubectl_sharedip.apply.journal_record import (
    JournalCluster,
    JournalError,
    JournalRecord,
    Progress,
    State,
)
from kubectl_sharedip.apply.journal_text import from_text, to_text
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

_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700


def default_journal_folder(environ: Mapping[str, str]) -> Path:
    """Where journals are kept without --journal-dir. Raises JournalError without a home."""
    state = environ.get("XDG_STATE_HOME", "")
    if not Path(state).is_absolute():  # the XDG specification: a relative one is ignored
        try:
            state = str(Path.home() / ".local" / "state")
        except RuntimeError as error:
            raise JournalError(
                what="there is no home folder for it",
                where="the journal",
                todo="give a folder with --journal-dir.",
            ) from error
    return Path(state) / "kubectl-sharedip" / "journal"


def read_journal(path: Path) -> JournalRecord:
    """The journal in that file. Raises JournalError where it cannot be read or is damaged."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise JournalError(
            what=_reason(error),
            where=str(path),
            todo="name the file of a run, and have the right to read it.",
        ) from error
    return from_text(text, str(path))


class Journal:
    """The journal of one run. ``path`` is the file, ``entry`` what it holds now."""

    def __init__(self, path: Path, entry: JournalRecord) -> None:
        """Names the file; nothing is written. Use ``open_new``."""
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
        at: datetime | None = None,
    ) -> Journal:
        """A new journal, on disk when this returns.

        Arguments: its folder, made with mode 0700 where there is none; the cluster; the way about
        to be carried out; the raw Services as last read, every edited one at least; a line for
        ``undo --list``; the time, by default now.
        Raises JournalError where it cannot be written, KeyError where ``before`` lacks an edited
        Service.
        """
        now = (at or datetime.now(timezone.utc)).astimezone(timezone.utc)
        identity = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        entry = JournalRecord(
            id=identity,
            at=f"{now:%Y-%m-%dT%H:%M:%SZ}",
            cluster=cluster,
            summary=summary,
            edits=way.edits,
            before={edit.service: _without_managed_fields(before[edit.service]) for edit in way.edits},
            effects=way.effects,
            progress=tuple(
                Progress(edit=index, state="planned", resource_version=None)
                for index in range(len(way.edits))
            ),
        )
        journal = cls(folder / f"{identity}.json", entry)
        try:
            _make_folder(folder)
            journal._write(entry)
        except OSError as error:
            raise _unwritable(
                folder, error, "nothing was changed; give another folder with --journal-dir."
            ) from error
        return journal

    @property
    def id(self) -> str:
        """Its name for ``undo``: the file's name without ``.json``."""
        return self.entry.id

    def record(self, edit: int, state: State, resource_version: str | None = None) -> None:
        """Notes how far an edit came; on disk when this returns.

        Arguments: the index of the edit, 0 or more; its state; the resourceVersion of its Service
        after it. Raises JournalError where it cannot be written; the file then has what it had.
        """
        step = Progress(edit=edit, state=state, resource_version=resource_version)
        if self.entry.progress[edit] == step:
            return
        progress = tuple(step if old.edit == edit else old for old in self.entry.progress)
        entry = replace(self.entry, progress=progress)
        try:
            self._write(entry)
        except OSError as error:
            raise _unwritable(
                self.path, error, "nothing more is sent; make room or rights for it."
            ) from error
        self.entry = entry

    def _write(self, entry: JournalRecord) -> None:
        folder = self.path.parent
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=f".{entry.id}-", suffix=".tmp")
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                os.fchmod(descriptor, _PRIVATE_FILE)
                file.write(to_text(entry))
                file.flush()
                os.fsync(descriptor)
            Path(name).replace(self.path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
        _sync_folder(folder)


def _without_managed_fields(body: Body) -> Body:
    metadata = {name: value for name, value in body["metadata"].items() if name != "managedFields"}
    return {**body, "metadata": metadata}


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    if folder.parent != folder:
        _make_folder(folder.parent)
    folder.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems have no such thing
            raise
    finally:
        os.close(descriptor)


def _unwritable(path: Path, error: OSError, todo: str) -> JournalError:
    return JournalError(what=f"cannot write the journal: {_reason(error)}", where=str(path), todo=todo)


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else "not a text in UTF-8"
