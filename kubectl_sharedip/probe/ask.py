"""What is asked over a connection that stands: a TLS handshake, and the first line of HTTP.

Whose certificate it is, and which status HTTP answers with, is no matter here: that something speaks is.
"""

from __future__ import annotations

import re
import socket
import time

from kubectl_sharedip.model.probing import Target

_STATUS = re.compile(rb"HTTP/[0-9.]+ +([0-9]{3})")
_LONGEST_LINE = 4096
_USUAL = {"http": 80, "https": 443}


class NotSpoken(Exception):
    """The other side ended the connection, or says something else. ``how`` is one of Attempt's."""

    def __init__(self, how: str, said: str = "") -> None:
        super().__init__(how)
        self.how = how
        self.said = said


def greet_tls(connection: socket.socket, server_name: str, deadline: float) -> socket.socket:
    """The connection with TLS on it, its certificate unchecked. ``server_name`` empty: none is sent.

    ``deadline`` is a time of ``time.monotonic``. Raises NotSpoken, TimeoutError, OSError.
    """
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection.settimeout(_left(deadline))
    try:
        return context.wrap_socket(connection, server_hostname=server_name or None)
    except ssl.SSLEOFError as error:
        raise NotSpoken("ended") from error
    except ssl.SSLError as error:
        reason = str(error.reason or "").replace("_", " ").lower()
        raise NotSpoken("alert" if "alert" in reason else "not-tls", reason) from error


def ask_http(connection: socket.socket, target: Target, deadline: float) -> str:
    """The status of the answer to GET /, as it stands in its first line.

    ``deadline`` is a time of ``time.monotonic``. Raises NotSpoken, TimeoutError, OSError.
    """
    connection.settimeout(_left(deadline))
    connection.sendall(
        f"GET / HTTP/1.1\r\nHost: {_host(target)}\r\nUser-Agent: kubectl-sharedip\r\n"
        "Accept: */*\r\nConnection: close\r\n\r\n".encode("ascii", "replace")
    )
    line = b""
    while b"\n" not in line and len(line) < _LONGEST_LINE:
        connection.settimeout(_left(deadline))
        more = connection.recv(_LONGEST_LINE)
        if not more:
            break
        line += more
    status = _STATUS.match(line)
    if status is None:
        raise NotSpoken("not-http" if line else "ended")
    return status[1].decode()


def _host(target: Target) -> str:
    address = str(target.address)
    host = target.server_name or (f"[{address}]" if target.address.family == 6 else address)
    number = target.port.number
    return host if _USUAL.get(target.means) == number else f"{host}:{number}"


def _left(deadline: float) -> float:
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    return left_s
