"""The one way in which this program changes a cluster: a merge patch of one object.

It exists to have every write carry the resourceVersion that was read, so that nobody's change is
overwritten. Refuses to patch without one, to try again, and to decide what to write.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.cluster.connection import Connection, Json
from kubectl_sharedip.cluster.lists import slimmed
from kubectl_sharedip.cluster.resources import SERVICES

FIELD_MANAGER = "kubectl-sharedip"

_MERGE_PATCH = "application/merge-patch+json"


def merge_patch(
    connection: Connection,
    path: str,
    body: Mapping[str, Any],
    *,
    dry_run: bool,
    field_manager: str = FIELD_MANAGER,
) -> Json:
    """The object as it is after the patch, or with ``dry_run`` as it would be.

    ``path`` is the object's in the API, ``body`` the merge patch with the resourceVersion that was
    read in its metadata. Raises ClusterError, kind ``conflict`` where the object has changed since;
    ValueError for a body without resourceVersion.
    """
    if not (body.get("metadata") or {}).get("resourceVersion"):
        raise ValueError("a patch needs the resourceVersion of what was read")
    query = {"fieldManager": field_manager, **({"dryRun": "All"} if dry_run else {})}
    return slimmed(connection.request("PATCH", path, query, body, _MERGE_PATCH))


def patch_service(
    connection: Connection, namespace: str, name: str, body: Mapping[str, Any], *, dry_run: bool
) -> Json:
    """The Service as it is after the patch, or with ``dry_run`` as it would be; see merge_patch."""
    return merge_patch(connection, SERVICES.path(namespace, name), body, dry_run=dry_run)
