"""One HTTP request over the pool: headers out, bytes in, nothing understood.

It exists to keep time limits and credentials in one place. Refuses to read the bytes, to repeat a
request, and to let a header into an error.
"""

from __future__ import annotations

import platform
import threading
import time
from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult, urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, ReadTimeoutError

from kubectl_sharedip import __version__
from kubectl_sharedip.cluster.credentials import quiet
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.failures import not_reached
from kubectl_sharedip.cluster.plugin_answer import Issued
from kubectl_sharedip.cluster.target import Target
from kubectl_sharedip.cluster.transport import (
    Limits,
    connection_pool,
    is_loopback,
    present_certificate,
    tls_context,
)

Query = Mapping[str, str | int]

_USER_AGENT = f"kubectl-sharedip/{__version__} ({platform.system().lower()}/{platform.machine()})"
_BLOCK_BYTES = 1 << 16
_UNAUTHORIZED = 401
_CREDENTIALS_KEPT_S = 10.0  # the library renews a token five minutes before its end


class Wire:
    """The way to one API server. ``server`` is its URL, ``where`` what errors call it."""

    def __init__(self, target: Target, limits: Limits) -> None:
        parts = _checked(target.configuration.host, f'context "{target.context}"')
        self.server = parts.geturl().rstrip("/")
        self.where = f'context "{target.context}"' if target.context else self.server
        self._host = parts.netloc
        self._limits = limits
        self._configuration = target.configuration
        self._impersonation = target.impersonation
        self._authenticating = threading.Lock()
        self._credentials: Mapping[str, str] | None = None
        self._asked_at = 0.0
        # As with kubectl nothing secret goes over the network in clear text; on this machine it may.
        self._private = parts.scheme == "https" or is_loopback(parts.hostname or "")
        self._tls = tls_context(target.configuration) if parts.scheme == "https" else None
        self._pool = connection_pool(
            self.server,
            context=self._tls,
            server_name=target.configuration.tls_server_name,
            proxy_url=target.proxy_url,
        )
        self._plugin = target.plugin
        self._presented: Issued | None = None
        if self._plugin is not None:
            self._present(self._plugin.credentials())

    def send(
        self,
        method: str,
        path: str,
        query: Query | None,
        *,
        headers: Mapping[str, str],
        data: bytes | None = None,
        timeout: urllib3.Timeout | None = None,
    ) -> urllib3.BaseHTTPResponse:
        """The answer with its body still to be read. ``timeout`` takes the place of the usual limits.

        Where the server does not take what a credential plugin gave, the plugin is asked for something
        newer, once. Raises ClusterError where no answer came, with urllib3's exception as its cause.
        """
        url = f"{self.server}{path}" + (f"?{urlencode(query)}" if query else "")
        for last in (self._plugin is None, True):
            issued = self._current()
            sent = self._headers(headers, issued)
            try:
                response = self._pool.request(
                    method,
                    url,
                    body=data,
                    headers=sent,
                    timeout=timeout or self._limits.on_socket(),
                    redirect=False,
                    preload_content=False,
                )
            except (HTTPError, OSError) as error:
                raise self._not_reached(error) from error
            if last or response.status != _UNAUTHORIZED or issued is None or self._plugin is None:
                break
            response.close()
            self._present(self._plugin.renew(issued))
        return response

    def whole(self, response: urllib3.BaseHTTPResponse, started: float) -> bytes:
        """The body, unpacked. ``started`` is the time.monotonic() of the request. Raises ClusterError."""
        end = None if self._limits.overall_s is None else started + self._limits.overall_s
        try:
            body = b"".join(_blocks(response, end))
        except (HTTPError, OSError) as error:
            response.close()
            raise self._not_reached(error) from error
        response.release_conn()
        return body

    def lines(self, response: urllib3.BaseHTTPResponse, end: float | None) -> Iterator[bytes]:
        """The lines of a body that comes bit by bit.

        It ends with the body, or quietly at ``end`` (time.monotonic(), None for never). Raises
        ClusterError where the connection breaks; half a line is then dropped.
        """
        rest = b""
        try:
            for block in _blocks(response, end):
                *whole, rest = (rest + block).split(b"\n")
                yield from (line for line in whole if line.strip())
        except (HTTPError, OSError) as error:
            if end is None or not isinstance(error, (ReadTimeoutError, TimeoutError)):
                raise self._not_reached(error) from error

    def connect_timeout_s(self) -> float | None:
        """Seconds allowed for a connection to come about."""
        return self._limits.connect_s

    def host(self) -> str:
        """Host and port, as kubectl names a server."""
        return self._host

    def close(self) -> None:
        """Give the sockets back; the next request opens new ones."""
        self._pool.clear()

    def _current(self) -> Issued | None:
        """What the plugin has for now; where it has a new certificate, connections begin anew."""
        if self._plugin is None:
            return None
        issued = self._plugin.credentials()
        self._present(issued)
        return issued

    def _present(self, issued: Issued) -> None:
        with self._authenticating:
            before, self._presented = self._presented, issued
            if self._tls is None or issued.certificate is None or issued.key is None:
                return
            if before is not None and before.certificate == issued.certificate:
                return
            present_certificate(self._tls, issued.certificate, issued.key)
            self._pool.clear()

    def _headers(self, extra: Mapping[str, str], issued: Issued | None) -> urllib3.HTTPHeaderDict:
        headers = urllib3.HTTPHeaderDict({"Accept": "application/json", "User-Agent": _USER_AGENT, **extra})
        if issued is not None and issued.token:
            headers["Authorization"] = f"Bearer {self._header_value(issued.token)}"
        elif self._private:
            headers.extend(self._authorization())
        for name, value in self._impersonation:
            headers.add(name, self._header_value(value))
        return headers

    def _authorization(self) -> Mapping[str, str]:
        # Asking the library may renew a token, and does so for each request where it lives for five
        # minutes only: one thread at a time, not at every request, and nothing on stderr.
        with self._authenticating:
            if self._credentials is None or time.monotonic() - self._asked_at > _CREDENTIALS_KEPT_S:
                with quiet():
                    settings = list(self._configuration.auth_settings().values())
                self._credentials = {
                    setting["key"]: self._header_value(setting["value"])
                    for setting in settings
                    if setting.get("in") == "header" and setting.get("value")
                }
                self._asked_at = time.monotonic()
            return self._credentials

    def _header_value(self, value: str) -> str:
        value = value.strip()  # a token file ends in a newline
        if not value.isprintable():  # http.client would refuse it too, and quote it
            raise ClusterError(
                kind="kubeconfig",
                what="a token or user name holds a line break or control character",
                where=self.where,
                todo="write it again",
            )
        return value.encode().decode("latin-1")  # http.client sends latin-1, the server reads UTF-8

    def _not_reached(self, error: Exception) -> ClusterError:
        return not_reached(error, server=self._host, where=self.where, waited_s=self._limits.silence_s)


def _blocks(response: urllib3.BaseHTTPResponse, end: float | None) -> Iterator[bytes]:
    """A body as it arrives. Raises TimeoutError or urllib3's at ``end``, also if it only trickles."""
    while True:
        if end is not None:
            left_s = end - time.monotonic()
            if left_s <= 0:
                raise TimeoutError
            sock = getattr(response.connection, "sock", None)
            if sock is not None:
                sock.settimeout(left_s)  # the limit of a request is set once, and this one shrinks
        block = response.read1(_BLOCK_BYTES, decode_content=True)
        if not block:
            return
        yield block


def _checked(url: str, where: str) -> SplitResult:
    """The URL of a server in its parts, without a user and password that may stand in it."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise ClusterError(
            kind="kubeconfig",
            what="the address of the server cannot be read",
            where=where,
            todo="write it as https://HOST:PORT",
        )
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="")
