"""An Event on a Service: evidence with an age, never a conclusion."""

from __future__ import annotations

from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName


@frozen
class Event:
    """One Event. ``last_seen`` is RFC 3339, or None where the event carries no time.

    ``service_uid`` tells the Service from an earlier one of that name; empty where it is not told.
    """

    service: ServiceName
    reason: str
    type: str  # Normal or Warning
    message: str
    last_seen: str | None
    component: str
    name: str = ""
    service_uid: str = ""
