"""One GET of HTTP/1.1 over a socket of its own, for a glance at the cluster.

It exists because importing the standard library's client costs a fifth of the time that completion has,
most of it for e-mail. Refuses to redirect, to go on with a connection, and to take half an answer for one.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from typing import NamedTuple

_BLOCK_BYTES = 1 << 16
_USUAL_PORTS = {"http": 80, "https": 443}


class Answer(NamedTuple):
    """The status, the names of whose headers are in small letters, and the body, unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def get(url: str, headers: Mapping[str, str], *, timeout_s: float, context: ssl.SSLContext | None) -> Answer:
    """The answer of a server. ``context`` is for https, ``timeout_s`` the seconds between two reads.

    Raises OSError where none comes, ValueError for one that cannot be understood or is cut off.
    """
    scheme, _, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    host, port = _host_and_port(place, _USUAL_PORTS[scheme])
    lines = [f"GET {slash}{path} HTTP/1.1", f"Host: {place}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if not all(line.isprintable() for line in lines):
        raise ValueError("a header would be two")
    with socket.create_connection((host, port), timeout_s) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire = plain if context is None else context.wrap_socket(plain, server_hostname=host)
        with wire:
            wire.sendall("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
            blocks = []
            while block := wire.recv(_BLOCK_BYTES):
                blocks.append(block)
    return _understood(b"".join(blocks))


def _host_and_port(place: str, usual: int) -> tuple[str, int]:
    """Of ``host``, ``host:port``, ``[address]`` and ``[address]:port``."""
    host, colon, port = place.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = place, str(usual)
    return host.strip("[]"), int(port)


def _understood(data: bytes) -> Answer:
    head, blank, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    version, _, status = first.partition(" ")
    if not blank or not version.startswith("HTTP/1."):
        raise ValueError("no answer of HTTP")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = _joined(body)
    elif len(body) != int(headers.get("content-length", len(body))):
        raise ValueError("an answer that was cut off")
    if headers.get("content-encoding") == "gzip":
        import zlib

        body = zlib.decompress(body, zlib.MAX_WBITS | 16)
    return Answer(int(status[:3]), headers, body)


def _joined(data: bytes) -> bytes:
    """A body that came in chunks."""
    parts: list[bytes] = []
    at = 0
    while True:
        end = data.index(b"\r\n", at)
        size = int(data[at:end].split(b";")[0], 16)
        if not size:
            return b"".join(parts)
        part = data[end + 2 : end + 2 + size]
        if len(part) != size:
            raise ValueError("an answer that was cut off")
        parts.append(part)
        at = end + 2 + size + 2
