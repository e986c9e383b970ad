"""What a socket is told so that a far end that is gone without a word is noticed.

A watch may be silent for hours, and so is one whose server lost power or whom a firewall has forgotten.
kubectl sends HTTP/2 pings after 30 s of silence, and gives up 15 s later; here TCP asks, in the same time.
Refuses to judge how long an answer may take: those limits are in transport.
"""

from __future__ import annotations

import socket

_IDLE_S, _EVERY_S, _TIMES = 30, 5, 3


def _options() -> list[tuple[int, int, int]]:
    tcp = socket.IPPROTO_TCP
    # macOS has another name for the first.
    named = {
        "TCP_KEEPIDLE": _IDLE_S,
        "TCP_KEEPALIVE": _IDLE_S,
        "TCP_KEEPINTVL": _EVERY_S,
        "TCP_KEEPCNT": _TIMES,
    }
    return [
        (tcp, socket.TCP_NODELAY, 1),  # as urllib3 has it without further word
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        *((tcp, getattr(socket, name), value) for name, value in named.items() if hasattr(socket, name)),
    ]


#: As urllib3 takes them; each is ``(level, option, value)``.
SOCKET_OPTIONS = _options()
