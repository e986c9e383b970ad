"""From kubeconfig and flags to one API server and the credentials for it.

kubectl's flags override single fields of the chosen cluster and user; the library knows contexts
only. So the choice is made here, as kubectl makes it, and one finished context is handed to the
library, which does what is hard: tokens, certificates, exec plugins, OIDC. It refuses to ask the
server anything.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kubectl_sharedip.cluster.credentials import authenticated, in_cluster
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.kubeconfig import Entry, Kubeconfig, read_kubeconfig
from kubectl_sharedip.cluster.request import ConnectionRequest

_CREDENTIALS = ("token", "tokenFile", "exec", "auth-provider", "username", "password")
_DEFAULT_NAMESPACE = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One API server and who asks it. ``configuration`` is the library's, with its credentials.

    ``impersonation`` are header names and values; ``proxy_url`` is the kubeconfig's, not the
    environment's. Names are None where no kubeconfig gives them.
    """

    context: str | None
    cluster: str | None
    user: str | None
    namespace: str
    configuration: Any = field(repr=False)
    impersonation: tuple[tuple[str, str], ...] = ()
    proxy_url: str | None = field(default=None, repr=False)


def find_target(request: ConnectionRequest, scratch: Callable[[], str]) -> Target:
    """The server that kubectl would ask with these flags.

    ``scratch`` makes a folder for certificates that stand in the kubeconfig itself; what is put
    there is wanted until the TLS context is made. Raises ClusterError (kubeconfig).
    """
    kubeconfig = read_kubeconfig(request.kubeconfig, os.environ)
    named = request.context or request.cluster or request.user or request.server or request.kubeconfig
    if kubeconfig.empty and not named:
        return _in_cluster(request, kubeconfig)
    context = _context(request, kubeconfig)
    cluster_name = request.cluster or context.body.get("cluster")
    user_name = request.user or context.body.get("user")
    cluster = _cluster(request, kubeconfig, cluster_name)
    user = _user(request, kubeconfig, user_name)
    return Target(
        context=context.name or None,
        cluster=cluster.name or None,
        user=user.name or None,
        namespace=request.namespace or context.body.get("namespace") or _DEFAULT_NAMESPACE,
        configuration=authenticated(cluster, user, scratch),
        impersonation=_impersonation(request, user.body),
        proxy_url=cluster.body.get("proxy-url") or None,
    )


def _context(request: ConnectionRequest, kubeconfig: Kubeconfig) -> Entry:
    name = request.context or kubeconfig.current_context
    if name:
        return kubeconfig.find("contexts", name)
    if request.cluster or request.server:
        return Entry(name="", body={})
    raise ClusterError(
        kind="kubeconfig",
        what="current-context is not set",
        where=kubeconfig.searched,
        todo=f"give --context NAME; {kubeconfig.choice('contexts')}",
    )


def _cluster(request: ConnectionRequest, kubeconfig: Kubeconfig, name: str | None) -> Entry:
    entry = kubeconfig.find("clusters", name) if name else Entry(name="", body={})
    body = _filled(entry.body)
    if request.insecure_skip_tls_verify or request.certificate_authority:
        # As in kubectl, either flag stands for the whole question of trust.
        for key in ("certificate-authority", "certificate-authority-data", "insecure-skip-tls-verify"):
            body.pop(key, None)
        if request.certificate_authority:
            body["certificate-authority"] = str(Path(request.certificate_authority).absolute())
        body["insecure-skip-tls-verify"] = request.insecure_skip_tls_verify
    if request.server or request.tls_server_name:
        # The kubeconfig's name belongs to the kubeconfig's server, so --server alone takes it away.
        body.pop("tls-server-name", None)
        if request.tls_server_name:
            body["tls-server-name"] = request.tls_server_name
    server = request.server or body.get("server")
    if not server:
        raise ClusterError(
            kind="kubeconfig",
            what=f'cluster "{name or ""}" has no server',
            where=kubeconfig.searched,
            todo="give --server, or another --context",
        )
    body["server"] = _with_scheme(str(server), body)
    return Entry(name=entry.name, body=body, path=entry.path)


def _filled(body: dict[str, Any]) -> dict[str, Any]:
    """A copy without empty values: to the library an empty ``-data`` hides the path beside it."""
    return {key: value for key, value in body.items() if value not in (None, "")}


def _with_scheme(server: str, cluster: dict[str, Any]) -> str:
    if "://" in server:
        return server.rstrip("/")
    trusts = ("certificate-authority", "certificate-authority-data", "insecure-skip-tls-verify")
    scheme = "https" if any(cluster.get(key) for key in trusts) else "http"
    return f"{scheme}://{server.rstrip('/')}"


def _user(request: ConnectionRequest, kubeconfig: Kubeconfig, name: str | None) -> Entry:
    entry = kubeconfig.find("users", name) if name else Entry(name="", body={})
    body = _filled(entry.body)
    if request.token:
        for key in _CREDENTIALS:
            body.pop(key, None)
        body["token"] = request.token
    own_certificate = {"client-certificate": request.client_certificate, "client-key": request.client_key}
    for key, value in own_certificate.items():
        if value:
            body.pop(f"{key}-data", None)
            body[key] = str(Path(value).absolute())
    # A shallow copy, so that a renewed OIDC token still lands in the file's own auth-provider.
    return Entry(name=entry.name, body=body, path=entry.path, save=entry.save)


def _impersonation(request: ConnectionRequest, user: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    name = request.as_user or user.get("as")
    groups = request.as_groups or tuple(user.get("as-groups") or ())
    uid = request.as_uid or user.get("as-uid")
    if not name:
        if groups or uid:
            raise ClusterError(
                kind="kubeconfig",
                what="requesting uid, groups or user-extra without impersonating a user",
                where="--as-group, --as-uid",
                todo="give --as as well",
            )
        return ()
    headers = [("Impersonate-User", str(name))]
    headers += [("Impersonate-Group", str(group)) for group in groups]
    headers += [("Impersonate-Uid", str(uid))] if uid else []
    return tuple(headers)


def _in_cluster(request: ConnectionRequest, kubeconfig: Kubeconfig) -> Target:
    configuration, namespace = in_cluster(request, kubeconfig.searched)
    return Target(
        context=None,
        cluster=None,
        user=None,
        namespace=request.namespace or namespace or _DEFAULT_NAMESPACE,
        configuration=configuration,
        impersonation=_impersonation(request, {}),
    )
