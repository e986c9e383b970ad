"""A UDP port asked a question: a DNS query of 17 bytes, or what a person has given.

A datagram may be lost on a network that works, so it is sent three times. Silence proves nothing of a
port that was not asked in its own language: without a question that fits, nothing is sent at all.
"""

from __future__ import annotations

import os
import socket
import time

from kubectl_sharedip.model.probing import Target

_SENDINGS = 3
_MOST_BYTES = 65535
_ID_BYTES = 2
_ANSWERS_BIT = 0x80
_LEAST_HEADER = 12
# One question, recursion desired: the name servers of the root. Whatever is answered is an answer.
_QUESTION = bytes.fromhex("0100 0001 0000 0000 0000 00 0002 0001")


def exchange(target: Target, timeout_s: float) -> None:
    """Returns once the question is answered. Raises TimeoutError where it is not, OSError.

    ``timeout_s`` is for all sendings together.
    """
    own_id = os.urandom(_ID_BYTES)
    question = own_id + _QUESTION if target.means == "dns" else target.payload
    family = socket.AF_INET if target.address.family == 4 else socket.AF_INET6
    begun = time.monotonic()
    with socket.socket(family, socket.SOCK_DGRAM) as link:
        link.connect((str(target.address), target.port.number))
        for sending in range(1, _SENDINGS + 1):
            link.send(question)
            until = begun + timeout_s * sending / _SENDINGS
            while (left_s := until - time.monotonic()) > 0:
                link.settimeout(left_s)
                try:
                    answer = link.recv(_MOST_BYTES)
                except TimeoutError:
                    break
                if target.means == "datagram" or _answers(answer, own_id):
                    return
    raise TimeoutError


def _answers(message: bytes, own_id: bytes) -> bool:
    """Whether a DNS message is the answer to the question of that id."""
    return (
        len(message) >= _LEAST_HEADER
        and message[:_ID_BYTES] == own_id
        and bool(message[_ID_BYTES] & _ANSWERS_BIT)
    )
