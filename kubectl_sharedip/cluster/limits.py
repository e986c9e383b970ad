"""How far a request may go: how long it may take, how long until the next one, and which hosts are this
machine, whether through a proxy. Enforces nothing.
"""

from __future__ import annotations

import ipaddress
import os

from kubectl_sharedip.model.frozen import frozen

_CONNECT_TIMEOUT_S = 5.0
_SILENCE_S = 30.0
_MOST_JITTER = 0.25  # of a pause
_THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")


@frozen
class Limits:
    """Time limits of one request in seconds; None is no limit.

    ``connect_s`` and ``silence_s`` (between two reads) are the socket's, ``overall_s`` is for all of it.
    """

    connect_s: float | None
    silence_s: float | None
    overall_s: float | None


def time_limits(request_timeout_s: float | None) -> Limits:
    """The limits that --request-timeout stands for: without it 5 s to connect and 30 s of silence.

    ``request_timeout_s`` is in seconds, 0 for no limit at all.
    """
    if request_timeout_s is None:
        return Limits(connect_s=_CONNECT_TIMEOUT_S, silence_s=_SILENCE_S, overall_s=None)
    limit_s = request_timeout_s or None
    return Limits(connect_s=limit_s, silence_s=limit_s, overall_s=limit_s)


def unevenly(pause_s: float) -> float:
    """The pause in seconds, and by chance up to a quarter more.

    What was told the same, or broke together, does not all come back at one moment.
    """
    from random import random  # few servers are busy, and few watches break

    return pause_s * (1 + random() * _MOST_JITTER)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: no packet for it leaves."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def has_proxy() -> bool:
    """Whether the environment names a proxy, which may be meant for any server."""
    return any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"))


def is_this_machine(server: str) -> bool:
    """Whether a URL names this machine."""
    host, colon, port = server.partition("://")[2].partition("/")[0].rpartition(":")
    return (host if colon else port) in _THIS_MACHINE
