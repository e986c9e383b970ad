"""The edits whose outcome can be foretold: what a person, or time, does to a cluster."""

from __future__ import annotations

from collections.abc import Mapping

from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.pool import NamespaceLabels, PoolResource
from kubectl_sharedip.model.service import Ingress, Service


@frozen
class ServiceEdit:
    """A Service is created, or is edited so that it becomes this one.

    Its status is not part of the edit: it stays what MetalLB has made of it by then.
    """

    service: Service


@frozen
class StatusEdit:
    """Somebody else writes this into the status of a Service."""

    name: ServiceName
    ingress: tuple[Ingress, ...]


@frozen
class ServiceDeletion:
    """A Service is deleted, and gone."""

    name: ServiceName


@frozen
class PoolsEdit:
    """From now on these are all pools and all Namespaces, seen by MetalLB in one load.

    One edit that reaches MetalLB in two loads (a pool deleted, then another created) is two of
    these, and what an address goes through in between is then part of the answer.
    """

    pools: tuple[PoolResource, ...]
    namespaces: Mapping[str, NamespaceLabels]


@frozen
class Restart:
    """MetalLB's controller starts anew: it knows only what the API shows."""


Edit = ServiceEdit | StatusEdit | ServiceDeletion | PoolsEdit | Restart
