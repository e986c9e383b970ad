"""What other controllers tell of themselves, as far as it concerns addresses of Services."""

from __future__ import annotations

from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName


@frozen(order=True)
class ConfigurationState:
    """What one component of MetalLB (0.15.3 and later) thinks of its configuration.

    ``component`` is ``controller`` or ``speaker``; ``result`` is Valid, Invalid or Unknown.
    """

    namespace: str
    name: str
    component: str
    result: str
    summary: str


@frozen(order=True)
class NodeProxy:
    """A DaemonSet with which the load balancer of k3s (servicelb) serves one Service."""

    namespace: str
    name: str
    service: ServiceName
