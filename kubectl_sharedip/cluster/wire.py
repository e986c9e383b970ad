"""One HTTP request over the pool: headers out, bytes in, nothing understood.

It exists to keep time limits and credentials in one place. Refuses to read the bytes, to repeat a
request, and to let a header into an error.
"""

from __future__ import annotations

import platform
import threading
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlencode, urlsplit

from kubectl_sharedip import __version__
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.failures import not_reached
from kubectl_sharedip.cluster.limits import Limits, is_loopback
from kubectl_sharedip.cluster.target import Target
from kubectl_sharedip.cluster.trouble import Answer, PresentingPool, Trouble

if TYPE_CHECKING:
    from kubectl_sharedip.cluster.plugin import CredentialPlugin
    from kubectl_sharedip.cluster.plugin_answer import Issued

Query = Mapping[str, str | int]

_USER_AGENT = f"kubectl-sharedip/{__version__} ({platform.system().lower()}/{platform.machine()})"
_UNAUTHORIZED = 401
_CREDENTIALS_KEPT_S = 10.0  # the library renews a token five minutes before its end


class Wire:
    """The way to one API server. ``server`` is its URL, ``where`` what errors call it."""

    def __init__(self, target: Target, limits: Limits) -> None:
        parts = _checked(target.server, f'context "{target.context}"')
        self.server = parts.geturl().rstrip("/")
        self.where = f'context "{target.context}"' if target.context else self.server
        self._host = parts.netloc
        self._limits = limits
        self._authorized = target.authorization
        self._impersonation = target.impersonation
        self._authenticating = threading.Lock()
        self._credentials: Mapping[str, str] | None = None
        self._asked_at = 0.0
        # As with kubectl nothing secret goes over the network in clear text; on this machine it may.
        self._private = parts.scheme == "https" or is_loopback(parts.hostname or "")
        self._plugin: CredentialPlugin | None = None
        self._presenting: PresentingPool | None = None
        self._presented: Issued | None = None
        if target.plugin is None:
            self._pool = target.open_pool(self.server)
            return
        self._plugin = target.plugin.plugin
        self._pool = self._presenting = target.plugin.open_pool(self.server)
        self._present(self._plugin.credentials())

    def send(
        self,
        method: str,
        path: str,
        query: Query | None,
        *,
        headers: Mapping[str, str],
        data: bytes | None = None,
        silence_s: float | None = 0.0,
    ) -> Answer:
        """The answer with its body still to be read.

        ``silence_s`` takes the place of the usual limit where it is not 0; None is no limit.

        Where the server does not take what a credential plugin gave, the plugin is asked for something
        newer, once. Raises ClusterError where no answer came, with the Trouble as its cause.
        """
        url = f"{self.server}{path}" + (f"?{urlencode(query)}" if query else "")
        for last in (self._plugin is None, True):
            issued = self._current()
            sent = self._headers(headers, issued)
            try:
                response = self._pool.ask(
                    method,
                    url,
                    headers=sent,
                    data=data,
                    connect_s=self._limits.connect_s,
                    silence_s=self._limits.silence_s if silence_s == 0 else silence_s,
                )
            except Trouble as trouble:
                raise self._not_reached(trouble) from trouble
            if last or response.status != _UNAUTHORIZED or issued is None or self._plugin is None:
                break
            response.close()
            self._present(self._plugin.renew(issued))
        return response

    def whole(self, response: Answer, started: float) -> bytes:
        """The body, unpacked. ``started`` is the time.monotonic() of the request. Raises ClusterError."""
        end = None if self._limits.overall_s is None else started + self._limits.overall_s
        try:
            body = b"".join(_blocks(response, end))
        except Trouble as trouble:
            response.close()
            raise self._not_reached(trouble) from trouble
        response.release()
        return body

    def lines(self, response: Answer, end: float | None) -> Iterator[bytes]:
        """The lines of a body that comes bit by bit.

        It ends with the body, or quietly at ``end`` (time.monotonic(), None for never). Raises
        ClusterError where the connection breaks; half a line is then dropped.
        """
        rest = b""
        try:
            for block in _blocks(response, end):
                *whole, rest = (rest + block).split(b"\n")
                yield from (line for line in whole if line.strip())
        except Trouble as trouble:
            if end is None or trouble.at != "silence":
                raise self._not_reached(trouble) from trouble

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
            if issued.certificate is None or issued.key is None or self._presenting is None:
                return
            if before is None or before.certificate != issued.certificate:
                self._presenting.present(issued.certificate, issued.key)

    def _headers(self, extra: Mapping[str, str], issued: Issued | None) -> list[tuple[str, str]]:
        headers = {"Accept": "application/json", "User-Agent": _USER_AGENT, **extra}
        if issued is not None and issued.token:
            headers["Authorization"] = f"Bearer {self._header_value(issued.token)}"
        elif self._private:
            headers.update(self._authorization())
        named = ((name, self._header_value(value)) for name, value in self._impersonation)
        return [*headers.items(), *named]  # a name may come more than once

    def _authorization(self) -> Mapping[str, str]:
        # Asking the library may renew a token, and does so for each request where it lives for five
        # minutes only: one thread at a time, not at every request, and nothing on stderr.
        with self._authenticating:
            if self._credentials is None or time.monotonic() - self._asked_at > _CREDENTIALS_KEPT_S:
                told = self._authorized()
                self._credentials = {name: self._header_value(value) for name, value in told.items()}
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

    def _not_reached(self, trouble: Trouble) -> ClusterError:
        return not_reached(trouble, server=self._host, where=self.where, waited_s=self._limits.silence_s)


def _blocks(response: Answer, end: float | None) -> Iterator[bytes]:
    """A body as it arrives. Raises Trouble, also at ``end`` if it only trickles."""
    while True:
        if end is not None:
            left_s = end - time.monotonic()
            if left_s <= 0:
                raise Trouble("silence", None)
            response.allow(left_s)  # the limit of a request is set once, and this one shrinks
        block = response.block()
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
