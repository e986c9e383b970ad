"""A Service after an edit: the operations carried out on the value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from kubectl_sharedip.model.plan import Operation
from kubectl_sharedip.model.service import Service

EDITABLE = (("spec", "loadBalancerIP"), ("spec", "externalTrafficPolicy"))


def edited(service: Service, operations: Iterable[Operation]) -> Service:
    """The Service with these operations carried out; only fields that a plan may edit are known.

    The health check's port belongs to them: whoever goes back to policy Local is given the one it had.
    Raises ValueError for an operation on another field.
    """
    annotations = dict(service.annotations)
    for operation in operations:
        if operation.path[:2] == ("metadata", "annotations"):
            if operation.value is None:
                annotations.pop(operation.path[2], None)
            else:
                annotations[operation.path[2]] = operation.value
        elif operation.path == ("spec", "loadBalancerIP"):
            service = replace(service, load_balancer_ip=operation.value or "")
        elif operation.path == ("spec", "externalTrafficPolicy"):
            service = replace(service, external_traffic_policy=operation.value or "Cluster")
        elif operation.path == ("spec", "healthCheckNodePort"):
            port = int(operation.value) if operation.value else None
            service = replace(service, health_check_node_port=port)
        else:
            raise ValueError(f"no plan edits {'.'.join(operation.path)}")
    return replace(service, annotations=MappingProxyType(annotations))
