"""A file that is written whole or not at all, for nobody else to read.

What an answer is made from may be nobody else's business, and half a snapshot would be taken for a
whole one. Refuses to know what is in it.
"""

from __future__ import annotations

import gzip
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from kubectl_sharedip.files.errors import FileError

_PRIVATE = 0o600


def write_file(path: str, text: str, *, packed: bool) -> None:
    """Has the file hold this text in UTF-8, with gzip where ``packed``; the same text gives the same bytes.

    It is written beside its place and then put there, so that whoever reads it finds the old file or
    the new one. Raises FileError where that cannot be done; the file then is what it was.
    """
    data = text.encode("utf-8")
    place = Path(path)
    try:
        if place.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        _replace(place, gzip.compress(data, mtime=0) if packed else data)
    except OSError as error:
        raise FileError(
            what=f"cannot be written: {error.strerror or error}",
            where=path,
            todo="Name a file in a folder that is there and that you may write to.",
        ) from error


def _replace(place: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}-", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, _PRIVATE)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        Path(name).replace(place)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
