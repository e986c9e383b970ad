"""The Snapshot document: the head that all documents have, and what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kubectl_sharedip.model.raw import RawCluster
from kubectl_sharedip.model.snapshot import Snapshot
from kubectl_sharedip.report.envelope import Document, envelope


def snapshot_document(
    snapshot: Snapshot, raw: RawCluster, items: Sequence[Mapping[str, object]], *, redacted: bool
) -> Document:
    """The document of a reading. ``items`` are its objects as they are kept."""
    head = envelope("Snapshot", snapshot, ())
    return {
        "apiVersion": head["apiVersion"],
        "kind": head["kind"],
        "source": head["source"],
        "clusterUID": raw.uid,
        "redacted": redacted,
        "read": sorted(raw.read),
        "items": list(items),
        "elections": {address: list(raw.elections[address]) for address in sorted(raw.elections)},
        "applied": _applied(raw),
        "notes": head["notes"],
    }


def _applied(raw: RawCluster) -> list[dict[str, object]] | None:
    if raw.applied is None:
        return None
    return [
        {"namespace": namespace, "name": name, "fields": sorted(map(list, fields))}
        for (namespace, name), fields in sorted(raw.applied.items())
    ]
