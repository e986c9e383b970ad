"""How bytes reach the API server: TLS and proxy, as Go programs such as kubectl have them.

The library's own pool is not used, since it differs from kubectl where it hurts: it trusts a bundle
of its own instead of the system's roots, ignores NO_PROXY, and on Python 3.13 turns down the CA that
most clusters have made for themselves. Refuses to know anything of Kubernetes.
"""

from __future__ import annotations

import importlib
import ssl
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment

import certifi
import urllib3
from urllib3.util.ssl_ import create_urllib3_context

from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.kept_alive import SOCKET_OPTIONS
from kubectl_sharedip.cluster.limits import is_loopback
from kubectl_sharedip.cluster.socks import SCHEMES, socks_pool

_CONNECTIONS = 8  # as many requests as run side by side, and a watch


def tls_context(configuration: Any) -> ssl.SSLContext:
    """The TLS settings that a Configuration of the kubernetes library asks for.

    Raises ClusterError (kubeconfig) where a certificate or key cannot be used.
    """
    context = create_urllib3_context()
    if configuration.verify_ssl:
        _trust(context, configuration.ssl_ca_cert)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)  # it was asked for
    if configuration.cert_file:
        try:
            # A password is given so that an encrypted key fails instead of prompting on the terminal.
            context.load_cert_chain(configuration.cert_file, configuration.key_file or None, password="")
        except (OSError, ssl.SSLError) as error:
            raise _unusable("client certificate or key", error) from None
    return context


def present_certificate(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """Have new connections present this certificate (PEM, as the key); open ones keep theirs.

    Raises ClusterError (kubeconfig) where the two cannot be used.
    """
    with TemporaryDirectory(prefix="kubectl-sharedip-") as folder:  # the TLS library reads nothing but files
        place = Path(folder, "pair.pem")
        place.touch(mode=0o600)
        place.write_text(f"{certificate}\n{key}\n")
        try:
            context.load_cert_chain(place, password="")
        except (OSError, ssl.SSLError) as error:
            raise _unusable("the certificate or key that the credential plugin gave", error) from None


def _trust(context: ssl.SSLContext, authority: str | None) -> None:
    context.verify_mode = ssl.CERT_REQUIRED
    context.check_hostname = True
    # Go takes every certificate of the bundle for a root, and a CA without an authority key id.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    try:
        if authority:
            context.load_verify_locations(cafile=authority)
            return
        context.load_default_certs()
        if not context.cert_store_stats()["x509_ca"]:  # python.org's build for macOS has none
            context.load_verify_locations(cafile=certifi.where())
    except (OSError, ssl.SSLError) as error:
        raise _unusable("root certificates", error) from None


def connection_pool(
    server: str, *, context: ssl.SSLContext | None, server_name: str | None, proxy_url: str | None
) -> urllib3.PoolManager:
    """A pool of connections that several threads may use; it repeats and redirects nothing.

    ``server`` is the URL of the API server, ``context`` None for plain http, ``server_name`` the
    name its certificate must bear, ``proxy_url`` the kubeconfig's proxy, None for the environment's.
    Raises ClusterError (kubeconfig) for a proxy of a kind that is not spoken here.
    """
    options: dict[str, Any] = {
        "maxsize": _CONNECTIONS,
        "retries": False,
        "socket_options": SOCKET_OPTIONS,
    }
    if context is not None:
        options["ssl_context"] = context
        if server_name:
            options["server_hostname"] = server_name
    proxy = proxy_url or _proxy_of_environment(server)
    if not proxy:
        return urllib3.PoolManager(**options)
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    headers = None
    if parts.username:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers = urllib3.make_headers(proxy_basic_auth=login)
    if parts.scheme in SCHEMES:
        return socks_pool(parts, **options)
    address = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    try:
        # An https:// proxy has to be trusted as the server is, which is how Go has it.
        return urllib3.ProxyManager(address, proxy_headers=headers, proxy_ssl_context=context, **options)
    except urllib3.exceptions.HTTPError:
        raise ClusterError(
            kind="kubeconfig",
            what=f"a proxy of the kind {parts.scheme}:// cannot be used",
            where=address,
            todo="use an http://, https:// or socks5:// proxy",
        ) from None


def check_proxy(url: str, cluster: str) -> None:
    """Raise ClusterError (kubeconfig) for a proxy-url of ``cluster`` that kubectl would not take either."""
    parts = urlsplit(url)
    if parts.scheme and parts.hostname:
        return
    raise ClusterError(  # it is not quoted, as there may be a password in it
        kind="kubeconfig",
        what=f'invalid proxy-url for cluster "{cluster}": could not parse it',
        where="the kubeconfig",
        todo="write it as http://HOST:PORT",
    )


def _proxy_of_environment(server: str) -> str | None:
    parts = urlsplit(server)
    proxy = getproxies_environment().get(parts.scheme)
    if not proxy or is_loopback(parts.hostname or ""):  # Go never sends loopback to a proxy either
        return None
    # It knows networks in NO_PROXY, which the standard library does not. Imported here: it is slow.
    bypassed = importlib.import_module("requests.utils").should_bypass_proxies(server, no_proxy=None)
    return None if bypassed else proxy


def _unusable(thing: str, error: OSError) -> ClusterError:
    reason = getattr(error, "reason", None)
    if error.filename:
        why = f"open {error.filename}: {error.strerror}"
    else:
        why = f"not usable as PEM ({reason})" if reason else (error.strerror or "not usable as PEM")
    return ClusterError(
        kind="kubeconfig",
        what=f"unable to load {thing}: {why}",
        where="the kubeconfig",
        todo="check the certificate entries of its cluster and user",
    )
