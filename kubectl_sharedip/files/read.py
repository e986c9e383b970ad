"""Files to raw documents: what ``-f`` means, whatever the files look like.

It exists so that snapshots, ``kubectl get -o yaml`` output, Lists and manifests all become the
same thing before anybody looks at them. It refuses to judge an object beyond its having an
apiVersion and a kind, and to take a kind that does not occur for one of which there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, TextIO

from kubectl_sharedip.files.errors import FileError, not_an_object, shown
from kubectl_sharedip.files.json_text import json_documents, looks_like_json
from kubectl_sharedip.files.recorded import read_snapshot
from kubectl_sharedip.files.resources import WANTED, resource_of
from kubectl_sharedip.files.snapshot import is_snapshot
from kubectl_sharedip.files.sources import texts
from kubectl_sharedip.files.yaml_text import yaml_documents
from kubectl_sharedip.model.raw import NotRead, Origin, RawCluster, RawDocument

#: Characters. What is no JSON may be YAML in flow style, which people write by hand; a dump of many
#: megabytes is not, and it would be minutes before the YAML parser said so.
HAND_WRITTEN = 1_000_000


def read_files(paths: Sequence[str], *, recursive: bool, stdin: TextIO | BinaryIO) -> RawCluster:
    """All objects in the files, in the order in which they stand.

    ``paths`` are files, folders, patterns or ``-`` for ``stdin``; of a folder its ``*.yaml``,
    ``*.yml`` and ``*.json``, with ``recursive`` those of the folders in it too. ``read`` of the
    result are the resources that occur. A snapshot among them says itself what was read. Raises
    FileError for whatever cannot be used, for a second snapshot, and where there is no document at all.
    """
    documents: list[RawDocument] = []
    read: set[str] = set()
    recorded: RawCluster | None = None
    empty = True
    for file, text in texts(paths, recursive=recursive, stdin=stdin):
        for line, body in parsed(file, text):
            empty = False
            if isinstance(body, Mapping) and is_snapshot(body):
                if recorded is not None:
                    raise _second_snapshot(file, line, recorded)
                recorded = read_snapshot(body, file=file, line=line)
                documents.extend(recorded.documents)
                continue
            for document, resource in objects(body, file=file, line=line, item=None, text=text):
                if document is not None:
                    documents.append(document)
                if resource is not None:
                    read.add(resource)
    if empty:
        raise FileError(
            what="there is no document in it",
            where=", ".join(shown(path) for path in paths) or "-f",
            todo="Give a file with Kubernetes objects, such as the output of kubectl get -o yaml.",
        )
    if recorded is not None:
        return _with_files(recorded, documents, read, paths)
    return cluster_of(documents, read, paths)


def cluster_of(documents: Sequence[RawDocument], read: set[str], paths: Sequence[str]) -> RawCluster:
    """What the files gave as one reading; what does not occur in them is not read."""
    return RawCluster(
        documents=tuple(documents),
        read=frozenset(read),
        not_read=tuple(
            NotRead(resource=resource, reason="not-in-files") for resource in WANTED if resource not in read
        ),
        taken_at=None,
        files=tuple(paths),
    )


def _second_snapshot(file: str, line: int, first: RawCluster) -> FileError:
    return FileError(
        what=f"it is a second snapshot, after {', '.join(map(shown, first.files))}",
        where=shown(file, line),
        todo="Give one snapshot at a time: two are two clusters, or two moments of one.",
    )


def _with_files(
    recorded: RawCluster, documents: Sequence[RawDocument], read: set[str], paths: Sequence[str]
) -> RawCluster:
    """The snapshot with what stands in the other files beside it."""
    return replace(
        recorded,
        documents=tuple(documents),
        read=recorded.read | read,
        not_read=tuple(
            gap for gap in recorded.not_read if gap.reason != "not-in-files" or gap.resource not in read
        ),
        files=tuple(paths),
    )


def parsed(file: str, text: str) -> list[tuple[int, Any]]:
    """Each document of the text with its first line (1 or more), read as what it looks like.

    ``file`` is the file as given. Raises FileError where no reader accepts it.
    """
    if not looks_like_json(text):
        return yaml_documents(text, file=file)
    try:
        return json_documents(text, file=file)
    except FileError as json_error:
        if len(text) > HAND_WRITTEN:
            raise
        try:
            return yaml_documents(text, file=file)
        except FileError:
            # The quote says what the writer meant it to be.
            if file.endswith(".json") or text.lstrip()[1:].lstrip().startswith('"'):
                raise json_error from None
            raise


def objects(
    body: Any, *, file: str, line: int, item: int | None, text: str
) -> Iterator[tuple[RawDocument | None, str | None]]:
    """The object, or those of a List; each with its resource, which an empty List has as well.

    Raises FileError for what is no object.
    """

    def refused(because: str) -> FileError:
        return not_an_object(file=file, line=line, item=item, because=because, text=text)

    if not isinstance(body, Mapping):
        raise refused(f"it is {_described(body)}")
    api_version, kind = body.get("apiVersion"), body.get("kind")
    for field, value in (("apiVersion", api_version), ("kind", kind)):
        if not isinstance(value, str) or not value:
            raise refused(f"it has no {field}")
    assert isinstance(api_version, str) and isinstance(kind, str)
    items = body.get("items", ...)
    if not kind.endswith("List") or not (items is None or isinstance(items, list)):
        origin = Origin(file=file, line=line, item=item)
        yield RawDocument(body=body, origin=origin), resource_of(api_version, kind)
        return
    member = kind.removesuffix("List")
    if member:
        yield None, resource_of(api_version, member)
    for position, element in enumerate(items or ()):
        body = element
        if member and isinstance(element, Mapping):
            # The API server leaves both out within a list of one kind.
            body = {"apiVersion": api_version, "kind": member, **element}
        # In a List within a List the outer place is kept: it is the one that the eye can find.
        place = position if item is None else item
        yield from objects(body, file=file, line=line, item=place, text=text)


def _described(body: object) -> str:
    if isinstance(body, list):
        return "a list"
    if isinstance(body, str):
        return "a text"
    return "empty" if body is None else f"the value {body!r}"
