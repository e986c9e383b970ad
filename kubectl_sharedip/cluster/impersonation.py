"""In whose name a request is made: --as and its kin, and their like in the kubeconfig.

The kubernetes library knows neither. It exists to make headers of them as kubectl does; who may do so is
the API server's to say.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.kubeconfig import Entry
from kubectl_sharedip.cluster.request import ConnectionRequest

_OF_A_HEADER_NAME = "!#$&'*+^`|"  # beside letters, digits and _.-~, which quote() keeps; % is the escape


def impersonation(request: ConnectionRequest, user: Entry) -> tuple[tuple[str, str], ...]:
    """The headers, each name as often as it has values; a flag takes the place of its like in ``user``.

    Raises ClusterError (kubeconfig) where there are groups, a uid or more, and nobody whose they are.
    """
    name = request.as_user or user.body.get("as")
    groups = request.as_groups or tuple(user.body.get("as-groups") or ())
    uid = request.as_uid or user.body.get("as-uid")
    extra = _extra(user.body.get("as-user-extra"))
    if not name:
        if groups or uid or extra:
            raise ClusterError(
                kind="kubeconfig",
                what=f"requesting uid, groups or user-extra for {user.name} without impersonating a user",
                where="--as-group, --as-uid, or as-groups, as-uid, as-user-extra of the kubeconfig",
                todo="give --as as well",
            )
        return ()
    headers = [("Impersonate-User", str(name))]
    headers += [("Impersonate-Group", str(group)) for group in groups]
    headers += [("Impersonate-Uid", str(uid))] if uid else []
    return (*headers, *extra)


def _extra(told: Any) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"Impersonate-Extra-{quote(str(key), safe=_OF_A_HEADER_NAME)}", str(value))
        for key, values in (told.items() if isinstance(told, dict) else ())
        for value in (values if isinstance(values, list) else ())
    )
