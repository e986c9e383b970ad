"""One target tried once: a connection, a handshake, a question; and what came of it.

Refuses to decide what an outcome means. Each step ends within its time, whatever the other side does.
"""

from __future__ import annotations

import errno
import socket
import time

from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.probing import Attempt, Target
from kubectl_sharedip.probe.ask import NotSpoken, ask_http, greet_tls
from kubectl_sharedip.probe.datagram import exchange

# What this machine lacks, and nothing that is told of the address.
_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EAGAIN)
_FORBIDDEN = (errno.EPERM, errno.EACCES)


def dial(target: Target, timeout_s: float) -> Attempt:
    """What comes of trying the target now.

    Arguments: the target; how long to wait for a connection, in seconds above 0, and as long again for
    what is asked over it. An outcome is never raised.
    """
    if target.means == "none":
        return Attempt(target=target, result="not-tried", how=target.why_not)
    begun = time.monotonic()
    try:
        if target.means in ("dns", "datagram"):
            exchange(target, timeout_s)
            return Attempt(target=target, result="ok", latency_s=time.monotonic() - begun)
        with _socket(target.address, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout_s)
            connection.connect((str(target.address), target.port.number))
            connected_s = time.monotonic() - begun
            if target.means == "tcp":
                return Attempt(target=target, result="ok", latency_s=connected_s, connected=True)
            return _asked(target, connection, begun, timeout_s)
    except OSError as error:
        return _failed(target, error, begun)


def source_of(address: Address) -> Address | None:
    """From which address packets to this one would leave; None where no route leads there.

    Nothing is sent: to connect a UDP socket is to look up a route.
    """
    try:
        with _socket(address, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return parse_address(str(probe.getsockname()[0]).partition("%")[0])
    except OSError:
        return None


def _socket(address: Address, kind: int) -> socket.socket:
    return socket.socket(socket.AF_INET if address.family == 4 else socket.AF_INET6, kind)


def _asked(target: Target, connection: socket.socket, begun: float, timeout_s: float) -> Attempt:
    """TLS, HTTP or both over a connection that stands."""
    deadline = time.monotonic() + timeout_s
    said = ""
    try:
        if target.means in ("tls", "https"):
            connection = greet_tls(connection, target.server_name, deadline)
            said = str(getattr(connection, "version", str)() or "")
        if target.means in ("http", "https"):
            said = ask_http(connection, target, deadline)
    except NotSpoken as other:
        after_s = time.monotonic() - begun
        return Attempt(
            target=target, result="reset", latency_s=after_s, connected=True, how=other.how, said=other.said
        )
    except TimeoutError:
        return Attempt(target=target, result="timeout", connected=True)
    except OSError:
        after_s = time.monotonic() - begun
        return Attempt(target=target, result="reset", latency_s=after_s, connected=True, how="cut")
    finally:
        connection.close()
    return Attempt(target=target, result="ok", latency_s=time.monotonic() - begun, connected=True, said=said)


def _failed(target: Target, error: OSError, begun: float) -> Attempt:
    """An outcome of the system as one of ours."""
    after_s = time.monotonic() - begun
    if isinstance(error, TimeoutError):
        return Attempt(target=target, result="timeout")
    if isinstance(error, ConnectionRefusedError):
        return Attempt(target=target, result="refused", latency_s=after_s)
    if isinstance(error, ConnectionResetError | ConnectionAbortedError | BrokenPipeError):
        return Attempt(target=target, result="reset", latency_s=after_s, how="cut")
    routed = source_of(target.address) is not None
    # With a route, what has run out are ports of our own.
    if error.errno in _NO_ROOM or (error.errno == errno.EADDRNOTAVAIL and routed):
        return Attempt(target=target, result="not-tried", how="files")
    how = "forbidden" if error.errno in _FORBIDDEN else "host" if routed else "no-route"
    return Attempt(target=target, result="unreachable", how=how)
