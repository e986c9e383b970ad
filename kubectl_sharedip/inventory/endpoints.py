"""How many pods are behind each port of a Service."""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_sharedip.model.announcement import EndpointSlice
from kubectl_sharedip.model.probing import Endpoints
from kubectl_sharedip.model.service import ServicePort


def behind(slices: Iterable[EndpointSlice], port: ServicePort) -> Endpoints:
    """The pods behind one port, and those of them that are ready; each counts once.

    A pod of a dual-stack Service stands in a slice of each family. A slice that names ports, and not
    this one, holds pods that do not serve it: they count, and are not ready for it.
    """
    total: set[tuple[str, str | None]] = set()
    ready: set[tuple[str, str | None]] = set()
    for slice_ in slices:
        serves = not slice_.ports or port.name in slice_.ports
        for endpoint in slice_.endpoints:
            pod = (endpoint.pod, endpoint.node)
            total.add(pod)
            if serves and endpoint.ready is not False:
                ready.add(pod)
    return Endpoints(ready=len(ready), total=len(total))
