"""What a command would ask a cluster for, and the files do not have.

It exists because files say nothing of a kind that does not occur in them, and whoever reads the answer has to
know what it was made without. Refuses to name a kind that the command does not look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from kubectl_sharedip.cluster.resources import RESOURCES, SERVICE_TYPE
from kubectl_sharedip.model.raw import NotRead, NotReadReason, RawCluster

_NOT_THERE: NotReadReason = "not-in-files"
# No object, and what --cluster-ip-families says of manifests.
_NEVER_MISSED = frozenset({"version", "servicecidrs"})


def told_apart(raw: RawCluster, resources: Iterable[str]) -> RawCluster:
    """The same, with NotRead for what of these resources does not occur in the files, and for nothing else
    that does not. ``resources`` are keys of RESOURCES."""
    others = [gap for gap in raw.not_read if gap.reason != _NOT_THERE]
    return replace(raw, not_read=with_lacking(raw.read, others, resources))


def with_lacking(
    read: frozenset[str], gaps: Iterable[NotRead], resources: Iterable[str]
) -> tuple[NotRead, ...]:
    """These gaps, and one for each of the resources that is neither read nor among them, sorted."""
    known = {gap.resource for gap in gaps} | read | _NEVER_MISSED
    wanted = {RESOURCES[name].plural if name in RESOURCES else name for name in resources}
    more = (NotRead(resource=resource, reason=_NOT_THERE) for resource in wanted - known)
    return tuple(sorted({*gaps, *more}, key=lambda gap: (gap.resource, gap.namespace or "", gap.reason)))


def may_be_announced(raw: RawCluster, asked: Callable[[tuple[str, str]], bool]) -> bool:
    """Whether a Service that is asked for has an address, or may be given one: it is not applied yet."""
    for document in raw.documents:
        body = document.body
        metadata, spec, status = (_mapping(body.get(part)) for part in ("metadata", "spec", "status"))
        if body.get("kind") != "Service" or spec.get("type") != SERVICE_TYPE:
            continue
        shown = _mapping(status.get("loadBalancer")).get("ingress") or metadata.get("uid") is None
        key = (str(metadata.get("namespace") or "default"), str(metadata.get("name") or ""))
        if shown and asked(key):
            return True
    return False


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
