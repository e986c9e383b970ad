"""The ProbeReport document of ``probe``: each port with what came of it, and whose fault it is."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_sharedip.model.probing import Judged, Whence
from kubectl_sharedip.model.snapshot import Note, Snapshot
from kubectl_sharedip.report.envelope import Document, envelope, named
from kubectl_sharedip.report.verdicts import because

_MILLISECONDS = 1000


def probe_report(
    snapshot: Snapshot, whence: Whence, judged: Sequence[Judged], notes: Sequence[Note]
) -> Document:
    """The document of these verdicts, in their order."""
    document = envelope("ProbeReport", snapshot, notes)
    document["items"] = [_item(one) for one in judged]
    document["from"] = {"host": whence.host, "inCluster": whence.short_circuited}
    return document


def _item(judged: Judged) -> Document:
    attempt, target = judged.attempt, judged.attempt.target
    taken = attempt.latency_s
    endpoints = judged.endpoints
    return {
        "address": str(target.address),
        **named(target.service),
        "port": str(target.port),
        "result": attempt.result,
        "latency_ms": None if taken is None else round(taken * _MILLISECONDS, 1),
        "endpoints": None if endpoints is None else {"ready": endpoints.ready, "total": endpoints.total},
        "verdict": judged.verdict.name,
        "because": because(judged.verdict),
    }
