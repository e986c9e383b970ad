"""A relay on loopback between a program and a real API server, which passes bytes and can stop doing so.

TLS goes through it unread, so a program sees what a load balancer or a network that fails shows it: a
connection that ends in the middle of an answer, one that is reset, and nobody there at all.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from tests.realcluster.cluster import RealCluster

_BLOCK_BYTES = 1 << 14
_LOOK_S = 0.05
_RESET = struct.pack("ii", 1, 0)  # linger for no time: what is not sent yet is thrown away


class Relay:
    """Passes everything on from the beginning of the block to its end."""

    def __init__(self, cluster: RealCluster) -> None:
        self._cluster = cluster
        self._target = cluster.server
        self._lock = threading.Lock()
        self._open: set[_Passage] = set()
        self._closed = threading.Event()  # to whoever comes
        self._over = threading.Event()
        self.asked_bytes = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(_LOOK_S)
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Relay:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self.cut()
        self._thread.join()
        self._listening.close()

    @property
    def server(self) -> str:
        """Where it listens, as the URL of an API server."""
        return f"https://127.0.0.1:{self._listening.getsockname()[1]}"

    def kubeconfig(self, path: Path) -> Path:
        """The cluster's kubeconfig, with this relay in the place of its server."""
        document: dict[str, Any] = json.loads(self._cluster.kubeconfig.read_text())
        document["clusters"][0]["cluster"]["server"] = self.server
        path.touch(mode=0o600)
        path.write_text(json.dumps(document))
        return path

    def cut(self, *, within_bytes: int = 0, reset: bool = False) -> int:
        """Ends every connection there is, each after so many more bytes of the server.

        With ``reset`` as a machine that knows nothing of it does, and otherwise as one that closes.
        Returns how many there are.
        """
        with self._lock:
            passages = list(self._open)
        for one in passages:
            one.end_within(within_bytes, reset=reset)
        return len(passages)

    def shut(self) -> None:
        """Ends them all, and turns away whoever comes, until ``open`` is called."""
        self._closed.set()
        self.cut()

    def open(self, server: str | None = None) -> None:
        """Passes on again, to another server if one is named."""
        self._target = server or self._target
        self._closed.clear()

    def wait_still(self, still_s: float, longest_s: float) -> int:
        """Waits until nothing has been asked for so many seconds; returns the bytes asked so far."""
        end = time.monotonic() + longest_s
        seen, since = self.asked_bytes, time.monotonic()
        while time.monotonic() - since < still_s:
            if time.monotonic() > end:
                raise TimeoutError(f"still asked after {longest_s:g} s")
            time.sleep(_LOOK_S)
            if self.asked_bytes != seen:
                seen, since = self.asked_bytes, time.monotonic()
        return seen

    def count(self, size: int) -> None:
        """Adds to what has been asked for."""
        with self._lock:
            self.asked_bytes += size

    def gone(self, passage: _Passage) -> None:
        """Forgets a connection that has ended."""
        with self._lock:
            self._open.discard(passage)

    def _accept(self) -> None:
        while not self._over.is_set():
            with suppress(OSError):  # nobody has come, or the server is not there
                near, _ = self._listening.accept()
                if self._closed.is_set():
                    near.close()
                    continue
                address = urlsplit(self._target)
                try:
                    far = socket.create_connection((address.hostname or "", address.port or 0))
                except OSError:
                    near.close()
                    continue
                passage = _Passage(self, near, far)
                with self._lock:
                    self._open.add(passage)
                passage.start()


class _Passage:
    """One connection of the program, and the one to the server that belongs to it."""

    def __init__(self, relay: Relay, near: socket.socket, far: socket.socket) -> None:
        self._relay = relay
        self._near = near
        self._far = far
        self._lock = threading.Lock()
        self._left: int | None = None  # bytes that may still come from the server
        self._reset = False
        self._ended = threading.Event()

    def start(self) -> None:
        """Passes on in both directions, until either ends."""
        for work in (self._ask, self._answer):
            threading.Thread(target=work, daemon=True).start()

    def end_within(self, size: int, *, reset: bool) -> None:
        """Ends it after so many more bytes of the server."""
        with self._lock:
            self._left, self._reset = size, reset
        if not size:
            self._end()

    def _ask(self) -> None:
        with suppress(OSError):
            while not self._ended.is_set():
                # Whoever waits in recv keeps the connection open, although another thread closes it.
                if not select.select([self._near], [], [], _LOOK_S)[0]:
                    continue
                block = self._near.recv(_BLOCK_BYTES)
                if not block:
                    break
                self._relay.count(len(block))
                self._far.sendall(block)
        self._end()
        with suppress(OSError):
            if self._reset:
                self._near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._near.close()

    def _answer(self) -> None:
        with suppress(OSError):
            while block := self._far.recv(_BLOCK_BYTES):
                with self._lock:
                    if self._left is not None:
                        block = block[: self._left]
                        self._left -= len(block)
                    last = self._left == 0
                self._near.sendall(block)
                if last:
                    break
        self._end()
        self._far.close()

    def _end(self) -> None:
        self._ended.set()
        self._relay.gone(self)
        with suppress(OSError):
            if not self._reset:
                self._near.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            self._far.shutdown(socket.SHUT_RDWR)
