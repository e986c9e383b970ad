"""The guard: in these tests nothing is dialled that is not loopback."""

from __future__ import annotations

import ipaddress
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.probe_room, however pytest was started

from tests.probe_room import certificate


@pytest.fixture(autouse=True)
def loopback_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(link: socket.socket, address: Any) -> None:
        inside = link.family == socket.AF_UNIX or ipaddress.ip_address(address[0]).is_loopback
        # To connect a UDP socket sends nothing: with the port that discards it asks for a route.
        only_asks = link.type == socket.SOCK_DGRAM and address[1] == 9
        assert inside or only_asks, f"a test tried to reach {address[0]}"
        connect(link, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    """A key and a certificate that nobody vouches for."""
    return certificate.written(tmp_path)
