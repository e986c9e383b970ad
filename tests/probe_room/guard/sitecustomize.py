"""Ends any Python process that is about to talk to an address outside of loopback.

On PYTHONPATH it is imported at the start of the program under test, so that an example address in a
file of a test can never be dialled by mistake. To connect a UDP socket sends nothing, and only asks for
the route: the program does so with every address, and may.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from typing import Any

TRESPASSED = 97
_connect, _connect_ex, _sendto = socket.socket.connect, socket.socket.connect_ex, socket.socket.sendto


def _guard(link: socket.socket, address: Any) -> None:
    if link.family not in (socket.AF_INET, socket.AF_INET6):
        return
    if ipaddress.ip_address(address[0]).is_loopback or link.type == socket.SOCK_DGRAM:
        return
    print(f"a test tried to reach {address[0]}", file=sys.stderr, flush=True)
    os._exit(TRESPASSED)


def _guarded_send(link: socket.socket, *arguments: Any) -> int:
    peer = link.getpeername()[0] if link.family != socket.AF_UNIX else "127.0.0.1"
    if not ipaddress.ip_address(peer).is_loopback:
        os._exit(TRESPASSED)
    return _send(link, *arguments)


def _guarded_connect(link: socket.socket, address: Any) -> None:
    _guard(link, address)
    _connect(link, address)


def _guarded_connect_ex(link: socket.socket, address: Any) -> int:
    _guard(link, address)
    return _connect_ex(link, address)


def _never(link: socket.socket, *arguments: Any) -> int:
    print("a test sent a datagram without a connection", file=sys.stderr, flush=True)
    os._exit(TRESPASSED)


_send = socket.socket.send
socket.socket.connect = _guarded_connect  # type: ignore[method-assign]
socket.socket.connect_ex = _guarded_connect_ex  # type: ignore[method-assign]
socket.socket.send = _guarded_send  # type: ignore[method-assign]
socket.socket.sendto = _never  # type: ignore[method-assign]
