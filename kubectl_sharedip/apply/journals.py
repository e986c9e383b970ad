"""All journals of a folder: which run is meant, and which was the last one of a cluster.

It refuses to guess: an id that two runs have is named with both, and a journal that cannot be read
is never passed over in silence where it may be the last one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from difflib import get_close_matches
from pathlib import Path

from kubectl_sharedip.apply.journal import Journal
from kubectl_sharedip.apply.journal_file import read_journal, reason
from kubectl_sharedip.apply.journal_record import JournalError, JournalRecord
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.journal import RunEntry

_LIST_THEM = "see what there is: kubectl sharedip undo --list"


@frozen
class Found:
    """One journal that was read."""

    path: Path
    record: JournalRecord

    @property
    def entry(self) -> RunEntry:
        """What is told of it in a list."""
        record = self.record
        return RunEntry(
            id=record.id,
            at=record.at,
            cluster=record.cluster,
            state=record.state,
            summary=record.summary,
            made=record.made,
            edits=len(record.edits),
            undoes=record.undoes,
        )


@frozen
class Journals:
    """The journals of a folder, the newest first, and those that cannot be read."""

    folder: Path
    found: tuple[Found, ...]
    damaged: tuple[JournalError, ...]

    def of_cluster(self, uid: str) -> tuple[Found, ...]:
        """Those of the cluster whose kube-system has this uid."""
        return tuple(each for each in self.found if each.record.cluster.uid == uid)

    def unread_since(self, found: Found) -> JournalError | None:
        """A damaged journal that was written after this run began, and so may be of a later one."""
        began_s = _began(found).timestamp()
        return next((each for each in self.damaged if _written_s(each) >= began_s), None)


def read_journals(folder: Path) -> Journals:
    """Every journal of the folder; none where there is no such folder.

    Raises JournalError where it cannot be listed.
    """
    found: list[Found] = []
    damaged: list[JournalError] = []
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".json" and path.name[0] != ".")
    except FileNotFoundError:
        paths = []
    except OSError as error:
        todo = "give the folder of the journals with --journal-dir."
        raise JournalError(what=reason(error), where=str(folder), todo=todo) from error
    for path in paths:
        try:
            found.append(Found(path=path, record=read_journal(path)))
        except JournalError as error:
            damaged.append(error)
    found.sort(key=lambda each: (_began(each), each.path.name), reverse=True)
    return Journals(folder=folder, found=tuple(found), damaged=tuple(damaged))


def pick(journals: Journals, text: str) -> Found:
    """The run of this id, or of the one id that begins so, or of the file of this name.

    Raises JournalError where there is none, where there are several, and where it cannot be read.
    """
    for damaged in journals.damaged:
        if Path(damaged.where).stem == text:
            raise damaged
    exact = [each for each in journals.found if text in (each.record.id, each.path.stem)]
    matches = exact or [each for each in journals.found if text and each.record.id.startswith(text)]
    # A plan that came to nothing and was tried again has two journals: the one that did something counts.
    touched = [each for each in matches if each.record.touched] or matches[:1]
    if len(touched) == 1:
        return touched[0]
    if touched:
        names = ", ".join(each.path.stem for each in touched)
        raise JournalError(
            what=f'"{text}" may be one of several plans',
            where=str(journals.folder),
            todo=f"name one: {names}",
        )
    near = get_close_matches(text, [each.record.id for each in journals.found], n=3)
    todo = f"the nearest: {', '.join(dict.fromkeys(near))}" if near else _LIST_THEM
    unread = f" ({len(journals.damaged)} journals could not be read)" if journals.damaged else ""
    raise JournalError(what=f'there is no plan "{text}"{unread}', where=str(journals.folder), todo=todo)


def last_to_undo(candidates: Iterable[Found]) -> Found | None:
    """The last ``fix`` that changed something and was not taken back."""
    runs = (each for each in candidates if each.record.touched and each.record.undoes is None)
    return next((each for each in runs if each.record.state != "undone"), None)


def last_to_finish(candidates: Iterable[Found]) -> Found | None:
    """The last run that was not taken back; it may be finished already."""
    return next((each for each in candidates if each.record.state != "undone"), None)


def mark_undone(journals: Journals, found: Found, by: str) -> None:
    """Notes that ``by`` took this run back; what the run itself had taken back is in force again.

    Raises JournalError where that cannot be written.
    """
    Journal(found.path, read_journal(found.path)).record_undone(by)
    if found.record.undoes is not None:
        first = pick(journals, found.record.undoes)
        Journal(first.path, read_journal(first.path)).record_undone(None)


def _began(found: Found) -> datetime:
    began = datetime.fromisoformat(found.record.at.replace("Z", "+00:00"))
    return began if began.tzinfo else began.replace(tzinfo=timezone.utc)


def _written_s(damaged: JournalError) -> float:
    try:
        return Path(damaged.where).stat().st_mtime
    except OSError:
        return 0.0
