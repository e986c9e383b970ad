"""A SOCKS5 proxy (RFC 1928, 1929) in the way to the API server, as ``ssh -D`` makes one.

kubectl takes such a proxy-url, and urllib3 would want a package more for it. Refuses to speak SOCKS4, and
leaves the names of hosts to the proxy, as Go does.
"""

from __future__ import annotations

import ipaddress
import socket
import struct
from typing import Any
from urllib.parse import SplitResult, unquote

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, ProxyError

SCHEMES = ("socks5", "socks5h")
_USUAL_PORT = 1080
_VERSION, _BY_PASSWORD, _CONNECT = 5, 2, 1
_IPV4, _NAME, _IPV6 = 1, 3, 4
_ADDRESS_BYTES = {_IPV4: 4, _IPV6: 16}
_REFUSALS = {
    1: "general SOCKS server failure",
    2: "connection not allowed by ruleset",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "TTL expired",
    7: "command not supported",
    8: "address type not supported",
}


def socks_pool(proxy: SplitResult, **options: Any) -> urllib3.PoolManager:
    """A pool whose connections begin at the proxy. ``options`` are those of urllib3's PoolManager."""
    plain = type("_Plain", (_Through, HTTPConnection), {"proxy_parts": proxy})
    secret = type("_Secret", (_Through, HTTPSConnection), {"proxy_parts": proxy})
    manager = urllib3.PoolManager(**options)
    manager.pool_classes_by_scheme = {
        "http": type("_PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("_SecretPool", (HTTPSConnectionPool,), {"ConnectionCls": secret}),
    }
    return manager


class _Through(HTTPConnection):
    proxy_parts: SplitResult

    def _new_conn(self) -> socket.socket:
        proxy = self.proxy_parts
        try:
            made = socket.create_connection((proxy.hostname or "", proxy.port or _USUAL_PORT), self.timeout)
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "the SOCKS proxy does not answer") from error
        except OSError as error:
            raise ProxyError("cannot connect to the SOCKS proxy", error) from error
        for option in self.socket_options or ():
            made.setsockopt(*option)
        try:
            _greet(made, unquote(proxy.username or ""), unquote(proxy.password or ""))
            _ask_for(made, self.host, int(self.port or 0))
        except TimeoutError as error:
            made.close()
            raise ConnectTimeoutError(self, "the SOCKS proxy does not answer") from error
        except OSError as error:
            made.close()
            raise ProxyError("the SOCKS proxy refuses", error) from error
        return made


def _greet(made: socket.socket, user: str, password: str) -> None:
    methods = bytes([0, _BY_PASSWORD] if user else [0])
    made.sendall(bytes([_VERSION, len(methods)]) + methods)
    version, method = _exactly(made, 2)
    if version != _VERSION or method not in methods:
        raise ConnectionError(0, "it speaks no SOCKS5, or wants another way to log in")
    if method == _BY_PASSWORD:
        name, word = user.encode()[:255], password.encode()[:255]
        made.sendall(bytes([1, len(name)]) + name + bytes([len(word)]) + word)
        if _exactly(made, 2)[1]:
            raise ConnectionError(0, "username/password authentication failed")


def _ask_for(made: socket.socket, host: str, port: int) -> None:
    made.sendall(bytes([_VERSION, _CONNECT, 0]) + _address(host) + struct.pack("!H", port))
    _, reply, _, kind = _exactly(made, 4)
    if reply:
        raise ConnectionError(0, _REFUSALS.get(reply, f"SOCKS error {reply}"))
    size = _ADDRESS_BYTES.get(kind) or _exactly(made, 1)[0]
    _exactly(made, size + 2)  # where it connects from: nobody's concern here


def _address(host: str) -> bytes:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        name = host.encode("idna")
        return bytes([_NAME, len(name)]) + name
    return bytes([_IPV4 if address.version == 4 else _IPV6]) + address.packed


def _exactly(made: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        block = made.recv(size - len(data))
        if not block:
            raise ConnectionResetError(0, "EOF")
        data += block
    return data
