"""The frozen picture of a cluster that every answer is made from.

It says what was read, and what was not: a Service that is not in it may still exist where
``not_read`` names services. It does not know whether it came from files or from a cluster.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from kubectl_sharedip.model.announcement import Announcing
from kubectl_sharedip.model.event import Event
from kubectl_sharedip.model.frozen import field, frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.others import ConfigurationState, NodeProxy
from kubectl_sharedip.model.pool import NamespaceLabels, PoolResource
from kubectl_sharedip.model.raw import NotRead
from kubectl_sharedip.model.service import Service

if TYPE_CHECKING:
    from kubectl_sharedip.model.plan import Edit

_DEPLOYMENTS = "deployments"
VersionSource = Literal["image", "label", "crd", "flag", "assumed"]


@frozen
class Installation:
    """One MetalLB. ``lb_class`` is the value of its --lb-class flag, None where it has none.

    ``version`` is ``X.Y.Z``; ``exact`` says that it was read off the running thing, otherwise it
    is the version whose rules are used for want of a better one. ``controller_ready`` is None
    where nothing tells; ``deployment`` is the name of what was found.
    """

    namespace: str
    lb_class: str | None
    version: str
    exact: bool
    how: VersionSource
    controller_ready: bool | None
    deployment: str | None = None


@frozen
class Source:
    """Where the snapshot was taken; only carried along to be shown."""

    context: str | None
    server: str | None
    files: tuple[str, ...]
    taken_at: str | None
    kubernetes: str | None


@frozen
class Note:
    """A limit of an answer: a SIP9xx code and the values of its text."""

    code: str
    values: Mapping[str, str]


@frozen
class Snapshot:
    """A cluster at one moment. ``services`` keep the order in which they stood.

    ``edits`` are those of plans that were read with it, and that are not carried out yet.
    ``announcing`` is what decides who answers for an address. ``looked_in`` is the namespace in which
    MetalLB's objects were looked for where they could not be in all; None where that is not known.
    """

    services: Mapping[ServiceName, Service]
    pools: tuple[PoolResource, ...]
    namespaces: Mapping[str, NamespaceLabels]
    events: tuple[Event, ...]
    installations: tuple[Installation, ...]
    read: frozenset[str]
    not_read: tuple[NotRead, ...]
    source: Source
    notes: tuple[Note, ...]
    edits: tuple[Edit, ...] = ()
    announcing: Announcing = field(default_factory=Announcing)
    configuration_states: tuple[ConfigurationState, ...] = ()
    node_proxies: tuple[NodeProxy, ...] = ()
    looked_in: str | None = None

    def was_read(self, resource: str) -> bool:
        """Whether all objects of this resource that matter are known, were there any.

        Where they were read in ``looked_in`` and could not be elsewhere, every MetalLB has to be there: then
        these are all that it looks at (metallb 0.13 to 0.16, ``internal/k8s/k8s.go``, New: the cache holds
        its own namespace). Of Deployments they are enough where they show one.
        """
        if resource not in self.read:
            return False
        if not any(gap.resource == resource for gap in self.not_read):
            return True
        if any(one.namespace != self.looked_in for one in self.installations):
            return False
        return any(resource != _DEPLOYMENTS or one.deployment for one in self.installations)
