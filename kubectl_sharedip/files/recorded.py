"""A snapshot read back: a whole cluster in one file.

What was read stands in it, and what was not with the reason. Refuses a form that it does not know, and to
look into the objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubectl_sharedip.files.errors import FileError, shown
from kubectl_sharedip.files.snapshot import API_VERSION, Applied
from kubectl_sharedip.model.raw import NOT_READ_REASONS, NotRead, Origin, RawCluster, RawDocument


def read_snapshot(body: Mapping[str, Any], *, file: str, line: int) -> RawCluster:
    """The cluster of a snapshot; its objects came from a cluster, not from the file.

    ``file`` and ``line`` (1 or more) are where it stands. Raises FileError for a later form, and for
    what is none at all.
    """
    reading = _Reading(file, line)
    version = body.get("apiVersion")
    if version != API_VERSION:
        raise FileError(
            what=f"it is a snapshot in the form {version}, which this version does not know",
            where=shown(file, line),
            todo=f"Read it with a later kubectl-sharedip, such as took it; this one knows {API_VERSION}.",
        )
    source = reading.mapping(body, "source")
    documents = []
    for place, item in enumerate(reading.items(body, "items")):
        if not isinstance(item, Mapping) or not all(
            isinstance(item.get(k), str) for k in ("apiVersion", "kind")
        ):
            raise reading.damaged(f"items[{place}] is no object with apiVersion and kind")
        documents.append(RawDocument(body=item, origin=Origin()))
    return RawCluster(
        documents=tuple(documents),
        read=frozenset(reading.texts(body, "read")),
        not_read=tuple(reading.gaps(source)),
        taken_at=reading.text(source, "takenAt"),
        context=reading.text(source, "context"),
        server=reading.text(source, "server"),
        files=(file,),
        kubernetes=reading.text(source, "kubernetes"),
        recorded=True,
        uid=reading.text(body, "clusterUID"),
        elections=reading.elections(body),
        applied=reading.applied(body),
    )


class _Reading:
    """One snapshot that is being read, and what is said where it is damaged."""

    def __init__(self, file: str, line: int) -> None:
        self._where = shown(file, line)

    def damaged(self, because: str) -> FileError:
        return FileError(
            what=f"not a snapshot: {because}",
            where=self._where,
            todo="Take it again; what was edited by hand has to keep the form of docs/snapshot.md.",
        )

    def mapping(self, parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        value = parent.get(name)
        if not isinstance(value, Mapping):
            raise self.damaged(f"{name} is not an object")
        return value

    def items(self, parent: Mapping[str, Any], name: str) -> list[Any]:
        value = parent.get(name)
        if not isinstance(value, list):
            raise self.damaged(f"{name} is not a list")
        return value

    def texts(self, parent: Mapping[str, Any], name: str) -> list[str]:
        values = self.items(parent, name)
        if not all(isinstance(value, str) for value in values):
            raise self.damaged(f"{name} holds something else than names")
        return values

    def text(self, parent: Mapping[str, Any], name: str) -> str | None:
        value = parent.get(name)
        if value is not None and not isinstance(value, str):
            raise self.damaged(f"{name} is not a text")
        return value

    def gaps(self, source: Mapping[str, Any]) -> Iterator[NotRead]:
        for place, gap in enumerate(self.items(source, "notRead")):
            if not isinstance(gap, Mapping) or gap.get("reason") not in NOT_READ_REASONS:
                raise self.damaged(f"source.notRead[{place}] gives no reason that is known")
            resource = self.text(gap, "resource")
            if not resource:
                raise self.damaged(f"source.notRead[{place}] names no resource")
            yield NotRead(resource=resource, namespace=self.text(gap, "namespace"), reason=gap["reason"])

    def elections(self, body: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
        told = body.get("elections")
        if told is None:
            return {}
        return {address: tuple(self.texts(told, address)) for address in self.mapping(body, "elections")}

    def applied(self, body: Mapping[str, Any]) -> Applied | None:
        """None where the snapshot is older than this field."""
        if body.get("applied") is None:
            return None
        return dict(self._applied(item, at) for at, item in enumerate(self.items(body, "applied")))

    def _applied(self, item: Any, at: int) -> tuple[tuple[str, str], frozenset[tuple[str, ...]]]:
        if not isinstance(item, Mapping):
            raise self.damaged(f"applied[{at}] is not an object")
        namespace, name = self.text(item, "namespace"), self.text(item, "name")
        fields = self.items(item, "fields")
        if not all(isinstance(path, list) and all(isinstance(one, str) for one in path) for path in fields):
            raise self.damaged(f"applied[{at}].fields holds something else than paths")
        return (namespace or "", name or ""), frozenset(tuple(path) for path in fields)
