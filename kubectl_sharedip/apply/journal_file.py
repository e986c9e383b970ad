"""The files of journals: where they are kept, and how each is written so that it is always whole.

Whatever kills this program, a file is whole: each state is written beside it, synced, and renamed
over it. It refuses to know what stands in one.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from kubectl_sharedip.apply.journal_reading import from_text
from kubectl_sharedip.apply.journal_record import JournalError, JournalRecord

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
        text = _own_text(path)
    except (OSError, UnicodeDecodeError) as error:
        raise JournalError(
            what=reason(error),
            where=str(path),
            todo="name the file of a run, and have the right to read it.",
        ) from error
    return from_text(text, str(path))


def _own_text(path: Path) -> str:
    """The text of the file itself: a link could name anything, and what a journal says is done again."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, encoding="utf-8") as file:
        return file.read()


def write_whole(path: Path, text: str) -> None:
    """Has the file hold this text, on disk when this returns. Raises OSError; it then holds what it had."""
    folder = path.parent
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=f".{path.stem}-", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            os.fchmod(descriptor, _PRIVATE_FILE)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    _sync_folder(folder)


def make_folder(folder: Path) -> None:
    """The folder, and those above it, for nobody else to read. Raises OSError."""
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_folder(folder.parent)
    folder.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
    _sync_folder(folder.parent)


def unwritable(path: Path, error: OSError, todo: str) -> JournalError:
    """A journal that cannot be written, with what to do about it."""
    return JournalError(what=f"cannot write the journal: {reason(error)}", where=str(path), todo=todo)


def reason(error: OSError | UnicodeDecodeError) -> str:
    """What went wrong with a file, in the words of the system."""
    if isinstance(error, OSError) and error.errno == errno.ELOOP:
        return "it is a symbolic link, which is not followed"
    return (error.strerror or str(error)) if isinstance(error, OSError) else "not a text in UTF-8"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems have no such thing
            raise
    finally:
        os.close(descriptor)
