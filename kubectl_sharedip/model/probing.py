"""What is tried from here, what came of it, and what is concluded, as values.

The words are made in ``report``: a verdict carries the name of its reason and the values of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.finding import Finding, Value
from kubectl_sharedip.model.frozen import field, frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import ServicePort

#: How a port is tried; ``none`` where nothing fits.
Means = Literal["tcp", "tls", "http", "https", "dns", "datagram", "none"]
Result = Literal["ok", "refused", "timeout", "unreachable", "reset", "not-tried"]
VerdictName = Literal["ok", "application", "network", "announcement", "unknown"]
#: Where it runs. In a pod and on a node kube-proxy takes what is meant for a Service before it leaves.
Place = Literal["outside", "pod", "node"]

RESULTS: tuple[Result, ...] = ("ok", "refused", "timeout", "unreachable", "reset", "not-tried")
VERDICTS: tuple[VerdictName, ...] = ("ok", "application", "network", "announcement", "unknown")


@frozen
class Target:
    """One port of one Service on one of its addresses.

    ``server_name`` is the name that is sent where one is wanted (TLS, HTTP), empty for none.
    ``payload`` is what a UDP port is asked with, where a person has said so. ``why_not`` is, for the
    means ``none``, one of the kinds of an attempt that was not made.
    """

    address: Address
    service: ServiceName
    port: ServicePort
    means: Means
    server_name: str = ""
    payload: bytes = b""
    why_not: str = ""


@frozen
class Attempt:
    """What came of trying one target.

    ``latency_s`` is the time until the answer came, None where none came. ``connected``: the port had
    accepted a connection. ``how`` is the finer kind of the result, empty where the result says it all:
    ``no-route``, ``host``, ``forbidden`` (unreachable), ``cut``, ``ended``, ``alert``, ``not-tls``,
    ``not-http`` (reset), ``udp``, ``sctp``, ``unreadable``, ``files`` (not tried). ``said`` is a text of
    the peer.
    """

    target: Target
    result: Result
    latency_s: float | None = None
    connected: bool = False
    how: str = ""
    said: str = ""

    @property
    def heard(self) -> bool:
        """Whether anything that has this address answered at all."""
        return self.connected or self.result in ("ok", "refused", "reset")


@frozen
class Endpoints:
    """How many pods are behind a port of a Service, and how many of them are ready."""

    ready: int
    total: int


@frozen
class Beside:
    """What is known of one Service beside the attempts.

    ``endpoints`` is by port, None where they are not known. ``backend`` tells apart who would have to
    fail: Services with one backend fail together. ``ranges`` are where its clients may come from,
    empty for everywhere. ``findings`` are those of SIP6xx and SIP209; ``unread`` the resources for
    want of which some of them could not be looked for. ``handled``: a MetalLB handles the Service.
    """

    service: ServiceName
    endpoints: Mapping[ServicePort, Endpoints] | None
    backend: str
    policy: str
    ranges: tuple[str, ...]
    findings: tuple[Finding, ...]
    unread: tuple[str, ...]
    handled: bool

    def behind(self, port: ServicePort) -> Endpoints | None:
        """The endpoints of one port, None where they are not known."""
        return None if self.endpoints is None else self.endpoints.get(port)


@frozen
class Whence:
    """Where it runs: the name of the host, and the node of the cluster that it is, if it is one.

    ``sources`` are the addresses from which packets to each address would leave this machine.
    """

    host: str
    place: Place
    node: str = ""
    sources: Mapping[Address, Address] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def short_circuited(self) -> bool:
        """Whether an attempt never reaches the network: nothing can be concluded of it then."""
        return self.place != "outside"


@frozen
class Verdict:
    """Whose fault it is, and why.

    ``reason`` names the words, ``values`` are in them; ``also`` names what is worth adding.
    ``findings`` are those that the verdict rests on.
    """

    name: VerdictName
    reason: str
    values: Mapping[str, Value]
    also: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@frozen
class Judged:
    """An attempt with its verdict, and the endpoints behind the port."""

    attempt: Attempt
    verdict: Verdict
    endpoints: Endpoints | None

    @property
    def failing(self) -> bool:
        """Whether it does not work, or cannot, or should have been tried: what decides the exit status."""
        tried = self.attempt.result not in ("ok", "not-tried") or self.attempt.how == "files"
        return tried or self.verdict.name not in ("ok", "unknown")
