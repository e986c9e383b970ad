"""Ends any Python process that is about to talk to an address outside of loopback.

On PYTHONPATH it is imported at the start of the program under test, so that an example address in a
file of a test can never be dialled by mistake. To connect a UDP socket sends nothing, and only asks for
the route: the program does so with every address, always with the port that discards.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from typing import Any

TRESPASSED = 97
_DISCARD = 9


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        return
    link, address = arguments[0], arguments[1]
    if link.family not in (socket.AF_INET, socket.AF_INET6) or not address:
        return
    only_asks = event == "socket.connect" and link.type == socket.SOCK_DGRAM and address[1] == _DISCARD
    if not ipaddress.ip_address(address[0]).is_loopback and not only_asks:
        print(f"a test tried to reach {address[0]}", file=sys.stderr, flush=True)
        os._exit(TRESPASSED)


sys.addaudithook(_guard)
