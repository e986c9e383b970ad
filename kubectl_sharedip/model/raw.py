"""What reading hands to intake: documents as they came, and what could not be had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from kubectl_sharedip.model.frozen import field, frozen

NotReadReason = Literal["forbidden", "absent", "failed", "not-in-files"]
NOT_READ_REASONS: tuple[NotReadReason, ...] = get_args(NotReadReason)


@frozen
class Origin:
    """Where a document came from.

    ``file`` is None for a document of a cluster. ``line`` is the first line of the document
    (1 or more), ``item`` its place in a List (0 or more), where known.
    """

    file: str | None = None
    line: int | None = None
    item: int | None = None

    def __str__(self) -> str:
        if self.file is None:
            return "cluster"
        place = f":{self.line}" if self.line is not None else ""
        return f"{self.file}{place}" + (f" items[{self.item}]" if self.item is not None else "")


@frozen
class RawDocument:
    """One Kubernetes object as it was read, not looked at yet."""

    body: Mapping[str, Any]
    origin: Origin


@frozen(order=True)
class NotRead:
    """A resource that is not known, which is another thing than none being there.

    ``resource`` is the plural of the API (``services``, ``ipaddresspools``), ``namespace`` is
    None where all of the cluster is meant.
    """

    resource: str
    namespace: str | None = None
    reason: NotReadReason


@frozen
class RawCluster:
    """All that one reading gave. ``read`` are the resources that were listed without failure.

    ``recorded`` says that it was read from a snapshot, whose objects have no place in a file.
    ``uid`` tells the cluster from others, where that is known. ``elections`` are for each address
    the nodes in the order in which they would answer for it, where their names do not tell that
    any more. ``applied`` are for Services, by namespace and name, the fields that an earlier apply has
    set; None where that is not known, and the documents themselves have to tell.
    """

    documents: tuple[RawDocument, ...]
    read: frozenset[str]
    not_read: tuple[NotRead, ...]
    taken_at: str | None  # RFC 3339
    context: str | None = None
    server: str | None = None
    files: tuple[str, ...] = ()
    kubernetes: str | None = None  # "v1.34.1"
    recorded: bool = False
    uid: str | None = None
    elections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    applied: Mapping[tuple[str, str], frozenset[tuple[str, ...]]] | None = None
