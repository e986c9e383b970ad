"""Files to raw documents, whatever is wrong with some of them: for whoever checks what people wrote.

It exists because a folder of manifests with one bad file still holds manifests, and all that is wrong
is wanted at once. Refuses to be used where an answer rests on the files being whole: ``read_files``
stops at the first fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, TextIO

from kubectl_sharedip.files.errors import FileError
from kubectl_sharedip.files.json_text import looks_like_json
from kubectl_sharedip.files.read import cluster_of, objects, parsed
from kubectl_sharedip.files.recorded import read_snapshot
from kubectl_sharedip.files.snapshot import is_snapshot
from kubectl_sharedip.files.sources import files_of, refuse_stdin_twice, text_of
from kubectl_sharedip.files.unusable import OURS, unusable
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.raw import RawCluster, RawDocument

_MOST_PARTS = 2000  # beyond these, to look at each alone takes too long
_BREAK = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_HOOK = "helm.sh/hook"
#: Hooks that Helm runs at an install or an upgrade; what has only others is not there in daily life.
_RUN_BY_INSTALL = frozenset({"pre-install", "post-install", "pre-upgrade", "post-upgrade", "crd-install"})


@frozen
class Usable:
    """What could be used: ``faults`` are the parts that could not.

    ``hooks`` are Services that Helm makes for a test or a removal only, left out. ``without_service``
    are the paths of -f in which there is neither a Service nor a pool nor a fault; ``recorded`` are the
    clusters of snapshots, which are no manifests (a snapshot of manifests is taken for these).
    """

    raw: RawCluster
    faults: tuple[FileError, ...]
    hooks: tuple[RawDocument, ...]
    without_service: tuple[str, ...]
    recorded: tuple[RawCluster, ...] = ()


def read_usable(paths: Sequence[str], *, recursive: bool, stdin: TextIO | BinaryIO) -> Usable:
    """All objects that can be read, in the order in which they stand; arguments as of ``read_files``.

    Raises FileError only for stdin given twice.
    """
    refuse_stdin_twice(paths)
    documents: list[RawDocument] = []
    read: set[str] = set()
    faults: list[FileError] = []
    hooks: list[RawDocument] = []
    without: list[str] = []
    snapshots: list[RawCluster] = []
    for path in paths:
        before = len(faults), len(hooks)
        ours, held = False, len(snapshots)
        for document, resource in _of_path(path, recursive, stdin, faults):
            if resource is not None:
                read.add(resource)
            if document is None:
                continue
            if is_snapshot(document.body):
                recorded = _recorded(document, faults)
                if recorded is not None and recorded.taken_at is not None:
                    snapshots.append(recorded)
                elif recorded is not None:  # manifests in another form
                    documents += recorded.documents
                    read |= recorded.read
                    ours = True
            elif _is_left_to_helm(document.body):
                hooks.append(document)
            else:
                documents.append(document)
                ours = ours or document.body.get("kind") in OURS
        if not ours and before == (len(faults), len(hooks)) and len(snapshots) == held:
            without.append(path)
    raw = cluster_of(documents, read, paths)
    return Usable(
        raw=raw,
        faults=tuple(faults),
        hooks=tuple(hooks),
        without_service=tuple(without),
        recorded=tuple(snapshots),
    )


def _recorded(document: RawDocument, faults: list[FileError]) -> RawCluster | None:
    """What the snapshot holds; None where it is damaged, which is noted."""
    origin = document.origin
    try:
        return read_snapshot(document.body, file=origin.file or "", line=origin.line or 1)
    except FileError as error:
        faults.append(error)
        return None


def _of_path(
    path: str, recursive: bool, stdin: TextIO | BinaryIO, faults: list[FileError]
) -> Iterator[tuple[RawDocument | None, str | None]]:
    try:
        files = files_of(path, recursive)
    except FileError as error:
        faults.append(error)
        return
    for file in files:
        try:
            text = text_of(file, stdin)
        except FileError as error:
            faults.append(error)
            continue
        for line, body in _documents(file, text, faults):
            try:
                found = list(objects(body, file=file, line=line, item=None, text=text))
            except FileError as error:
                faults.append(error)
                continue
            for document, resource in found:
                fault = unusable(document) if document is not None else None
                if fault is not None:
                    faults.append(fault)
                    yield None, resource
                else:
                    yield document, resource


def _documents(file: str, text: str, faults: list[FileError]) -> list[tuple[int, Any]]:
    """The documents of a file; where it cannot be read as a whole, of each part between ``---``."""
    try:
        return parsed(file, text)
    except FileError as error:
        marks = [found.start() for found in _BREAK.finditer(text)]
        if looks_like_json(text) or not 0 < len(marks) <= _MOST_PARTS:
            faults.append(error)
            return []
    found: list[tuple[int, Any]] = []
    starts = [0, *marks]
    for start, end in zip(starts, [*marks, len(text)], strict=True):
        first = text.count("\n", 0, start)
        try:
            # Blank lines before it keep the parser's lines those of the file.
            found.extend(parsed(file, "\n" * first + text[start:end]))
        except FileError as error:
            faults.append(error)
    return found


def _is_left_to_helm(body: Mapping[str, Any]) -> bool:
    """Whether it is a Service of hooks that neither an install nor an upgrade runs."""
    metadata = body.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    hook = annotations.get(_HOOK) if isinstance(annotations, Mapping) else None
    if body.get("kind") != "Service" or not isinstance(hook, str):
        return False
    return _RUN_BY_INSTALL.isdisjoint(word.strip() for word in hook.split(","))
