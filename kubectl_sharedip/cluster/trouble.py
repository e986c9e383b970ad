"""What the ways to an API server have in common: a request goes out, an answer comes, or trouble.

There are two ways: ``plain_pool`` with the standard library alone, and ``full_pool`` with all that urllib3
knows. It exists so that nobody else has to know which one is gone. Refuses to put trouble into words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

#: How far a request got: to a proxy, the name server, the host (that did not take it, or not in time), TLS,
#: the server that is silent; or the connection was lost.
At = Literal["proxy", "lookup", "dial", "dial-timeout", "tls", "silence", "lost"]

Headers = Sequence[tuple[str, str]]


class Trouble(Exception):
    """A request that got no whole answer; ``cause`` is what the system, or a library, said."""

    def __init__(self, at: At, cause: BaseException | None) -> None:
        super().__init__(at, cause)
        self.at: At = at
        self.cause = cause


class Answer(Protocol):
    """An answer whose body is still to be read."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    def header(self, name: str) -> str:
        """The value of a header, empty where there is none."""

    def allow(self, silence_s: float) -> None:
        """Wait so many seconds for the next bytes, and no longer."""

    def block(self) -> bytes:
        """The next bytes of the body, unpacked; empty at its end. Raises Trouble."""

    def release(self) -> None:
        """The body was read to its end: the connection may be used again."""

    def close(self) -> None:
        """What is left of the body is not wanted."""


class Pool(Protocol):
    """Connections to one server. Several threads may use one at the same time.

    Those that are not in use are kept for the next GET. The server may have closed one meanwhile, and where a
    request on it is lost nobody can tell whether it came there: so whatever may change something gets a
    connection of its own, and once one was lost, none of those that were kept is used any more.
    """

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Headers,
        data: bytes | None,
        connect_s: float | None,
        silence_s: float | None,
    ) -> Answer:
        """The answer to a request, which is made once. Raises Trouble."""

    def clear(self) -> None:
        """Give the sockets back."""


class PresentingPool(Pool, Protocol):
    """Connections that show who asks by a certificate, which may be another one later."""

    def present(self, certificate: str, key: str) -> None:
        """Have new connections present this certificate (PEM, as the key). Raises ClusterError."""
