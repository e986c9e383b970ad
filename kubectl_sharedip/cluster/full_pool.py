"""The way to an API server with all that urllib3 knows: proxies, and whatever the library configures.

It exists to have urllib3's errors end here. Refuses to put them into words.
"""

from __future__ import annotations

import ssl
from typing import Any

import urllib3
from urllib3 import exceptions

from kubectl_sharedip.cluster.transport import connection_pool, present_certificate, tls_context
from kubectl_sharedip.cluster.trouble import At, Headers, Trouble

_BLOCK_BYTES = 1 << 16
# The narrower kind before the wider.
_WAYS_TO_A_HOST: tuple[tuple[type[exceptions.HTTPError], At], ...] = (
    (exceptions.NameResolutionError, "lookup"),
    (exceptions.NewConnectionError, "dial"),
    (exceptions.ConnectTimeoutError, "dial-timeout"),
)


class FullPool:
    """Connections as a Configuration of the kubernetes library wants them: see Pool."""

    def __init__(self, configuration: Any, server: str, proxy_url: str | None) -> None:
        """``proxy_url`` is the kubeconfig's. Raises ClusterError for what cannot be used."""
        self._tls: ssl.SSLContext | None = None
        if server.startswith("https"):
            self._tls = tls_context(configuration)
        self._pool = connection_pool(
            server, context=self._tls, server_name=configuration.tls_server_name, proxy_url=proxy_url
        )

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Headers,
        data: bytes | None,
        connect_s: float | None,
        silence_s: float | None,
    ) -> _Answer:
        if method != "GET":
            self.clear()
        try:
            response = self._pool.request(
                method,
                url,
                body=data,
                headers=urllib3.HTTPHeaderDict(headers),
                timeout=urllib3.Timeout(connect=connect_s, read=silence_s),
                redirect=False,
                preload_content=False,
            )
        except (exceptions.HTTPError, OSError) as error:
            trouble = trouble_of(error)
            if trouble.at == "lost":
                self.clear()
            raise trouble from error
        return _Answer(response)

    def present(self, certificate: str, key: str) -> None:
        if self._tls is not None:
            present_certificate(self._tls, certificate, key)
            self._pool.clear()

    def clear(self) -> None:
        self._pool.clear()


class _Answer:
    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self.status = response.status
        self._response = response

    def header(self, name: str) -> str:
        return str(self._response.headers.get(name, ""))

    def allow(self, silence_s: float) -> None:
        sock = getattr(self._response.connection, "sock", None)
        if sock is not None:
            sock.settimeout(silence_s)

    def block(self) -> bytes:
        try:
            return self._response.read1(_BLOCK_BYTES, decode_content=True)
        except (exceptions.HTTPError, OSError) as error:
            raise trouble_of(error) from error

    def release(self) -> None:
        self._response.release_conn()

    def close(self) -> None:
        self._response.close()


def trouble_of(error: Exception) -> Trouble:
    """What an exception of urllib3, or of the system below it, comes to."""
    if isinstance(error, exceptions.ProxyError):
        return Trouble("proxy", error.original_error)
    if isinstance(error, exceptions.SSLError):
        cause = error.args[0] if error.args else None
        return Trouble("tls", cause if isinstance(cause, BaseException) else None)
    for kind, at in _WAYS_TO_A_HOST:
        if isinstance(error, kind):
            return Trouble(at, error.__cause__)
    if isinstance(error, (exceptions.TimeoutError, TimeoutError)):
        return Trouble("silence", error)
    return Trouble("lost", error)
