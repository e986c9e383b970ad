"""An IPAddressPool as it stands in the API. Reading its ranges is one of MetalLB's rules."""

from __future__ import annotations

from collections.abc import Mapping

from kubectl_sharedip.model.frozen import field, frozen
from kubectl_sharedip.model.raw import Origin


@frozen
class SelectorTerm:
    """One matchExpression; ``matchLabels`` are written as ``In`` with one value."""

    key: str
    operator: str  # In, NotIn, Exists, DoesNotExist
    values: tuple[str, ...]


LabelSelector = tuple[SelectorTerm, ...]
"""All terms must hold; no term matches everything."""


@frozen
class ServiceAllocation:
    """Whom a pool is kept for. ``priority`` 0 stands for none given."""

    priority: int
    namespaces: tuple[str, ...]
    namespace_selectors: tuple[LabelSelector, ...]
    service_selectors: tuple[LabelSelector, ...]


@frozen
class PoolResource:
    """One IPAddressPool. ``changed_at`` (RFC 3339) is the last write of its spec that it tells of.

    Its ``labels`` are what advertisements select it by.
    """

    namespace: str
    name: str
    resource_version: str | None
    origin: Origin
    changed_at: str | None
    addresses: tuple[str, ...]
    auto_assign: bool
    avoid_buggy_ips: bool
    allocation: ServiceAllocation | None
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)


@frozen
class NamespaceLabels:
    """A Namespace and what selectors of pools look at."""

    name: str
    labels: Mapping[str, str]
