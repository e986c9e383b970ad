"""Which pods behind a Service can serve, and where they are.

Source: ``internal/k8s/epslices/endpoint_slices.go`` (EndpointCanServe).
"""

from __future__ import annotations

from collections.abc import Iterable

from kubectl_sharedip.model.announcement import Endpoint, EndpointSlice


def can_serve(endpoint: Endpoint) -> bool:
    """Whether traffic may go to it: it is ready, or nothing says that it is not, or it still serves.

    Source: internal/k8s/epslices/endpoint_slices.go EndpointCanServe.
    """
    return endpoint.ready is not False or endpoint.serving is True


def serving(slices: Iterable[EndpointSlice]) -> tuple[Endpoint, ...]:
    """The endpoints that can serve, in the order of the slices."""
    return tuple(one for slice_ in slices for one in slice_.endpoints if can_serve(one))


def serving_nodes(slices: Iterable[EndpointSlice]) -> frozenset[str]:
    """The nodes that have an endpoint which can serve."""
    return frozenset(one.node for one in serving(slices) if one.node)
