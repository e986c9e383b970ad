"""The items of a snapshot, and a snapshot read back: a whole cluster in one file.

It exists so that every command answers from the file what it answered from the cluster: what was read
stands in it, and what was not with the reason. Refuses a form that it does not know, and to look into
the objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubectl_sharedip.files.errors import FileError, shown
from kubectl_sharedip.files.kept import KEPT, PROXY_NAME, SLICE_SERVICE, kept
from kubectl_sharedip.files.resources import resource_of
from kubectl_sharedip.model.raw import NOT_READ_REASONS, NotRead, Origin, RawCluster, RawDocument

KIND = "Snapshot"
API_VERSION = "sharedip/v1"
_API_GROUP = "sharedip/"
_VERSION = "version"
_SPEAKERS = (
    {"app": "metallb", "component": "speaker"},
    {"app.kubernetes.io/name": "metallb", "app.kubernetes.io/component": "speaker"},
)

#: What a snapshot can hold.
RESOURCES = frozenset(
    {
        _VERSION,
        "services",
        "ipaddresspools",
        "namespaces",
        "events",
        "nodes",
        "endpointslices",
        "l2advertisements",
        "bgpadvertisements",
        "bgppeers",
        "servicel2statuses",
        "servicebgpstatuses",
        "configurationstates",
        "deployments",
        "pods",
        "daemonsets",
        "servicecidrs",
    }
)


def is_snapshot(body: Mapping[str, Any]) -> bool:
    """Whether a document is a snapshot of this program, of whatever version."""
    return body.get("kind") == KIND and str(body.get("apiVersion")).startswith(_API_GROUP)


def items_of(raw: RawCluster) -> list[dict[str, Any]]:
    """The objects that answers are made from, each with the fields that they look at.

    They stand kind by kind, those of a kind as they came: of Services that are not applied yet the
    order decides who is served first.
    """
    order = {kind: place for place, kind in enumerate(KEPT)}
    wanted = [document.body for document in raw.documents if _resource(document.body) in RESOURCES]
    slices = {_place(body) for body in wanted if body["kind"] == "Service" and _may_have_address(body)}
    found = [kept(body) for body in wanted if _matters(body, slices)]
    return sorted(found, key=lambda body: order[body["kind"]])


def _resource(body: Mapping[str, Any]) -> str | None:
    return (
        resource_of(str(body.get("apiVersion")), str(body.get("kind"))) if body.get("kind") in KEPT else None
    )


def _matters(body: Mapping[str, Any], slices: set[tuple[str, str]]) -> bool:
    labels = _mapping(_mapping(body, "metadata"), "labels")
    if body["kind"] == "Pod":
        return any(all(labels.get(k) == v for k, v in wanted.items()) for wanted in _SPEAKERS)
    if body["kind"] == "DaemonSet":
        return bool(labels.get(PROXY_NAME))
    if body["kind"] == "EndpointSlice":
        return (_place(body)[0], str(labels.get(SLICE_SERVICE))) in slices
    return True


def _may_have_address(body: Mapping[str, Any]) -> bool:
    shown_ = _mapping(_mapping(body, "status"), "loadBalancer").get("ingress")
    return _mapping(body, "spec").get("type") == "LoadBalancer" or bool(shown_)


def _place(body: Mapping[str, Any]) -> tuple[str, str]:
    metadata = _mapping(body, "metadata")
    return str(metadata.get("namespace") or "default"), str(metadata.get("name") or "")


def _mapping(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = parent.get(name)
    return value if isinstance(value, Mapping) else {}


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
