"""From what was given with -f to texts: folders walked, bytes read and decoded.

It exists so that every way in (file, folder, pattern, stdin, gzip) meets the same limits and gives
the same errors. It refuses to look into the text, to follow links to folders (they may lead
back), and to read without end.
"""

from __future__ import annotations

import codecs
import glob
import gzip
import io
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, TextIO

from kubectl_sharedip.files.errors import FileError, shown

#: Bytes of one file, unpacked. 50,000 Services as JSON need about 150 MB.
MAX_BYTES = 200_000_000

_SUFFIXES = (".json", ".yaml", ".yml")


def texts(paths: Sequence[str], *, recursive: bool, stdin: TextIO | BinaryIO) -> Iterator[tuple[str, str]]:
    """Each file with its text, in the order in which ``kubectl apply -f`` would take them.

    ``recursive`` also walks the folders within a folder. Raises FileError for what is not there,
    cannot be read, is no text, or has more than MAX_BYTES.
    """
    refuse_stdin_twice(paths)
    for path in paths:
        for file in files_of(path, recursive):
            yield file, text_of(file, stdin)


def refuse_stdin_twice(paths: Sequence[str]) -> None:
    """Raises FileError where stdin is to be read more than once."""
    if paths.count("-") > 1:
        raise FileError(what="is given twice", where="stdin", todo="Give -f - once.")


def text_of(file: str, stdin: TextIO | BinaryIO) -> str:
    """The text of one file, or of stdin. Raises FileError as ``texts`` does."""
    return _decode(file, _read_stdin(stdin) if file == "-" else _read(file))


def files_of(path: str, recursive: bool) -> list[str]:
    """The files that a path of -f stands for, in their order. Raises FileError as ``texts`` does."""
    if path == "-":
        return [path]
    if path.startswith(("http://", "https://")):
        raise FileError(
            what="is a URL, and only files are read",
            where=path,
            todo="Fetch it first, and give the result with -f FILE or -f -.",
        )
    if Path(path).is_dir():
        return _folder(path, recursive)
    if not os.path.lexists(path):
        # A quoted pattern reaches us unexpanded; kubectl expands it as well. Path.glob is of no
        # use here: it takes no absolute pattern.
        matches = sorted(glob.glob(path), key=os.fsencode)  # noqa: PTH207
        if matches:
            return [file for match in matches for file in files_of(match, recursive)]
        raise FileError(what="no such file or folder", where=path, todo="Check the path given with -f.")
    return [path]


def _folder(path: str, recursive: bool) -> list[str]:
    found = [str(file) for file in _walk(Path(path), recursive)]
    if not found:
        deeper = not recursive and next(_walk(Path(path), True), None) is not None
        raise FileError(
            what="the folder has no file ending in .yaml, .yml or .json",
            where=path,
            todo="Give -R to read the folders in it too." if deeper else "Give a folder with manifests.",
        )
    return found


def _walk(folder: Path, recursive: bool) -> Iterator[Path]:
    # By bytes and depth first, as Go's filepath.Walk: the order decides who gets an address first.
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        raise _refused(str(folder), error) from error
    for entry in entries:
        if entry.is_dir():
            if recursive and not entry.is_symlink():
                yield from _walk(entry, recursive)
        elif entry.name.endswith(_SUFFIXES):
            yield entry


def _read(file: str) -> bytes:
    try:
        with Path(file).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(file, error) from error


def _read_stdin(stdin: TextIO | BinaryIO) -> bytes:
    # The bytes below a text stream, where there are any: its own decoding follows the locale,
    # and a file means the same whatever the locale is.
    stream = getattr(stdin, "buffer", stdin)
    try:
        data: bytes | str = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused("-", error) from error
    return data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data


def _decode(file: str, data: bytes) -> str:
    if data.startswith(b"\x1f\x8b"):
        data = _unpack(file, data)
    if len(data) > MAX_BYTES:
        raise FileError(
            what=f"has more than {MAX_BYTES // 1_000_000} MB",
            where=shown(file),
            todo="Leave out what is not needed (Services, pools, namespaces and events are), or split it.",
        )
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # PowerShell's >
            text = data.decode("utf-16")
        else:
            text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_text(file, f"{error.reason} at byte {error.start}") from error
    if "\0" in text:
        raise _not_text(file, f"NUL at character {text.index(chr(0))}")
    return text


def _unpack(file: str, data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise FileError(
            what=f"cannot be unpacked: {error}", where=shown(file), todo="Write the file again."
        ) from error


def _refused(file: str, error: OSError) -> FileError:
    return FileError(
        what=f"cannot be read: {error.strerror or error}",
        where=shown(file),
        todo="Check the file and your rights to it.",
    )


def _not_text(file: str, problem: str) -> FileError:
    return FileError(
        what=f"is not text in UTF-8 ({problem})",
        where=shown(file),
        todo="Give YAML or JSON, as it is or packed with gzip.",
    )
