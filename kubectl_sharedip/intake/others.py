"""ConfigurationStates of MetalLB, and the DaemonSets of k3s's own load balancer."""

from __future__ import annotations

from kubectl_sharedip.intake.fields import Reader
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.others import ConfigurationState, NodeProxy
from kubectl_sharedip.model.raw import RawDocument
from kubectl_sharedip.model.snapshot import Note

_COMPONENT = "metallb.io/component-type"
_SERVICE_NAME = "svccontroller.k3s.cattle.io/svcname"
_SERVICE_NAMESPACE = "svccontroller.k3s.cattle.io/svcnamespace"


def read_configuration_state(document: RawDocument, notes: list[Note]) -> ConfigurationState:
    """The ConfigurationState of the document; the component is in its name where no label tells."""
    reader = Reader(document, notes)
    name = reader.text(reader.metadata, "name", "metadata.name")
    labels = reader.string_map(reader.metadata, "labels", "metadata.labels")
    return ConfigurationState(
        namespace=reader.text(reader.metadata, "namespace", "metadata.namespace"),
        name=name,
        component=labels.get(_COMPONENT) or name.partition("-")[0],
        result=reader.text(reader.status, "result", "status.result"),
        summary=reader.text(reader.status, "errorSummary", "status.errorSummary"),
    )


def read_node_proxy(document: RawDocument, notes: list[Note]) -> NodeProxy | None:
    """The DaemonSet of servicelb, or None for one that is something else.

    Old releases of k3s put it beside the Service and did not name the Service's namespace.
    """
    reader = Reader(document, notes)
    labels = reader.string_map(reader.metadata, "labels", "metadata.labels")
    service = labels.get(_SERVICE_NAME)
    if not service:
        return None
    namespace = reader.text(reader.metadata, "namespace", "metadata.namespace")
    return NodeProxy(
        namespace=namespace,
        name=reader.text(reader.metadata, "name", "metadata.name"),
        service=ServiceName(labels.get(_SERVICE_NAMESPACE) or namespace, service),
    )
