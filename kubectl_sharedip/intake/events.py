"""Event documents on Services, of core/v1 and events.k8s.io/v1."""

from __future__ import annotations

from kubectl_sharedip.intake.fields import Reader
from kubectl_sharedip.model.event import Event
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.raw import RawDocument
from kubectl_sharedip.model.snapshot import Note


def read_event(document: RawDocument, notes: list[Note]) -> Event | None:
    """The event of the document, or None where it is not about a Service."""
    reader = Reader(document, notes)
    body = document.body
    about = reader.mapping(body, "involvedObject", "involvedObject") or reader.mapping(
        body, "regarding", "regarding"
    )
    if about.get("kind") != "Service":
        return None
    source = reader.mapping(body, "source", "source")
    series = reader.mapping(body, "series", "series")
    times = [
        reader.time(series, "lastObservedTime", "series.lastObservedTime"),
        reader.time(body, "lastTimestamp", "lastTimestamp"),
        reader.time(body, "eventTime", "eventTime"),
        reader.time(body, "firstTimestamp", "firstTimestamp"),
        reader.time(reader.metadata, "creationTimestamp", "metadata.creationTimestamp"),
    ]
    return Event(
        service=ServiceName(str(about.get("namespace") or "default"), str(about.get("name") or "")),
        reason=reader.text(body, "reason", "reason"),
        type=reader.text(body, "type", "type"),
        message=reader.text(body, "message", "message") or reader.text(body, "note", "note"),
        last_seen=next((time for time in times if time), None),
        component=reader.text(source, "component", "source.component")
        or reader.text(body, "reportingComponent", "reportingComponent")
        or reader.text(body, "reportingController", "reportingController"),
        name=reader.text(reader.metadata, "name", "metadata.name"),
        service_uid=str(about.get("uid") or ""),
    )
