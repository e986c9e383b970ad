"""What the command line asked for, as a value. Nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from kubectl_sharedip.cluster.request import ConnectionRequest
from kubectl_sharedip.model.frozen import field, frozen

if TYPE_CHECKING:
    from kubectl_sharedip.model.pool import LabelSelector


@frozen
class Request:
    """The flags that all reading commands have.

    ``namespace`` None and ``all_namespaces`` False is the current namespace of the context, or,
    with ``files``, everything in them. ``cluster_ip_families`` are those that the cluster gives to
    Services which are not applied yet. ``labels`` choose what is told, never what is read, and None is
    no choice; ``labels_text`` is how they were given. ``sort_by`` is a JMESPath on an item.
    """

    connection: ConnectionRequest = field(default_factory=ConnectionRequest)
    files: tuple[str, ...] = ()
    recursive: bool = False
    namespace: str | None = None
    all_namespaces: bool = False
    metallb_namespace: str | None = None
    metallb_version: str | None = None
    lb_class: str | None = None
    cluster_ip_families: tuple[str, ...] = ("ipv4",)
    output: str | None = None
    query: str | None = None
    labels: LabelSelector | None = None
    labels_text: str = ""
    sort_by: str | None = None
    show_labels: bool = False
    no_headers: bool = False
    color: Literal["auto", "always", "never"] = "auto"
