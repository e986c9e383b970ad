"""From any kubeconfig and all flags to one API server and the credentials for it.

kubectl's flags override single fields of the chosen cluster and user; the library knows contexts
only. So the choice is made here, as kubectl makes it, and one finished context is handed to the
library, which does what is hard: tokens, certificates, OIDC. It refuses to ask the server anything.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from kubectl_sharedip.cluster.credentials import authenticated, authorization, in_cluster, may_be_in_cluster
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.full_pool import FullPool
from kubectl_sharedip.cluster.impersonation import impersonation
from kubectl_sharedip.cluster.kubeconfig import Entry, Kubeconfig, read_kubeconfig
from kubectl_sharedip.cluster.plugin import plugin_of
from kubectl_sharedip.cluster.request import ConnectionRequest
from kubectl_sharedip.cluster.target import PluggedIn, Target
from kubectl_sharedip.cluster.transport import check_proxy

_CREDENTIALS = ("token", "exec", "auth-provider", "username", "password")
_DEFAULT_NAMESPACE = "default"
_USUAL_SERVER = "KUBERNETES_MASTER"  # where neither flags nor a kubeconfig name one


def find_target(request: ConnectionRequest, scratch: Callable[[], str]) -> Target:
    """The server that kubectl would ask with these flags.

    ``scratch`` makes a folder for certificates that stand in the kubeconfig itself; what is put
    there is wanted until the TLS context is made. Raises ClusterError (kubeconfig).
    """
    kubeconfig = read_kubeconfig(request.kubeconfig, os.environ)
    named = request.context or request.cluster or request.user or request.server or request.kubeconfig
    chosen = kubeconfig.current_context and not kubeconfig.empty
    in_pod = may_be_in_cluster(os.environ)
    if not named and not chosen and (in_pod or (kubeconfig.empty and not os.environ.get(_USUAL_SERVER))):
        return _in_cluster(request, kubeconfig)
    context = _context(request, kubeconfig)
    cluster = _cluster(request, kubeconfig, context)
    user = _user(request, kubeconfig, context)
    headers = impersonation(request, user)
    plugin = plugin_of(user, cluster)
    without = replace(user, body={key: value for key, value in user.body.items() if key != "exec"})
    configuration = authenticated(cluster, without, scratch)
    proxy_url = cluster.body.get("proxy-url") or None

    def open_pool(url: str) -> FullPool:
        return FullPool(configuration, url, proxy_url)

    return Target(
        context=context.name or None,
        cluster=cluster.name or None,
        user=user.name or None,
        namespace=request.namespace or context.body.get("namespace") or _DEFAULT_NAMESPACE,
        server=configuration.host,
        authorization=partial(authorization, configuration),
        open_pool=open_pool,
        impersonation=headers,
        plugin=None if plugin is None else PluggedIn(plugin=plugin, open_pool=open_pool),
        compressed=not (request.disable_compression or cluster.body.get("disable-compression")),
    )


def _context(request: ConnectionRequest, kubeconfig: Kubeconfig) -> Entry:
    if request.context:
        return kubeconfig.find("contexts", request.context)
    if kubeconfig.current_context:
        return kubeconfig.current()
    if request.cluster or request.server or os.environ.get(_USUAL_SERVER):
        return Entry(name="", body={})
    raise ClusterError(
        kind="kubeconfig",
        what="current-context is not set",
        where=kubeconfig.searched,
        todo=f"give --context NAME; {kubeconfig.choice('contexts')}",
    )


def _cluster(request: ConnectionRequest, kubeconfig: Kubeconfig, context: Entry) -> Entry:
    name = request.cluster or context.body.get("cluster")
    # Of a context's own cluster and user nothing needs to be there that flags give.
    spared = request.server and not request.cluster
    entry = kubeconfig.find_or_empty("clusters", name, spared=bool(spared))
    body = _filled(entry.body)
    if request.insecure_skip_tls_verify and request.certificate_authority:
        raise _both_trusted_and_not()
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
    server = request.server or body.get("server") or os.environ.get(_USUAL_SERVER)
    if not server:
        raise ClusterError(
            kind="kubeconfig",
            what=f'cluster "{name or ""}" has no server',
            where=kubeconfig.searched,
            todo="give --server, or another --context",
        )
    body["server"] = _with_scheme(str(server), body)
    if "proxy-url" in body:
        check_proxy(str(body["proxy-url"]), entry.name)
    trusts = body.get("certificate-authority") or body.get("certificate-authority-data")
    if body.get("insecure-skip-tls-verify") and trusts and body["server"].startswith("https"):
        raise _both_trusted_and_not()
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


def _both_trusted_and_not() -> ClusterError:
    return ClusterError(
        kind="kubeconfig",
        what="specifying a root certificates file with the insecure flag is not allowed",
        where="certificate-authority, insecure-skip-tls-verify",
        todo="leave one of them out",
    )


def _user(request: ConnectionRequest, kubeconfig: Kubeconfig, context: Entry) -> Entry:
    name = request.user or context.body.get("user")
    spared = not request.user and (request.token or request.client_certificate)
    entry = kubeconfig.find_or_empty("users", name, spared=bool(spared))
    body = _filled(entry.body)
    if request.token:
        for key in _CREDENTIALS:
            body.pop(key, None)
        body["token"] = request.token
    if "token" in body and "tokenFile" in body:
        # As with kubectl: what can be read in the file counts, even before --token.
        place = Path(entry.path or ".").absolute().parent / str(body["tokenFile"])
        body.pop("token" if os.access(place, os.R_OK) else "tokenFile")
    own_certificate = {"client-certificate": request.client_certificate, "client-key": request.client_key}
    for key, value in own_certificate.items():
        if value:
            body.pop(f"{key}-data", None)
            body[key] = str(Path(value).absolute())
    _check_certificate(entry.name, body)
    # A shallow copy, so that a renewed OIDC token still lands in the file's own auth-provider.
    return Entry(name=entry.name, body=body, path=entry.path, save=entry.save)


def _check_certificate(name: str, body: dict[str, Any]) -> None:
    has = {key: key in body or f"{key}-data" in body for key in ("client-certificate", "client-key")}
    if has["client-certificate"] and not has["client-key"]:
        raise ClusterError(
            kind="kubeconfig",
            what=f"client-key-data or client-key must be specified for {name}"
            " to use the clientCert authentication method.",
            where=f'user "{name}"',
            todo="give --client-key, or mend the entry",
        )


def _in_cluster(request: ConnectionRequest, kubeconfig: Kubeconfig) -> Target:
    configuration, namespace = in_cluster(request, kubeconfig.searched)
    return Target(
        context=None,
        cluster=None,
        user=None,
        namespace=request.namespace or namespace or _DEFAULT_NAMESPACE,
        server=configuration.host,
        authorization=partial(authorization, configuration),
        open_pool=lambda url: FullPool(configuration, url, None),
        impersonation=impersonation(request, Entry(name="", body={})),
        compressed=not request.disable_compression,
    )
