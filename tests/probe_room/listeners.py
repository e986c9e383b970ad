"""Things on loopback that answer, refuse, hang, cut off, or say nothing at all.

Every one listens on an address of 127.0.0.0/8 or on ::1, and ends with its ``with``.
"""

from __future__ import annotations

import errno
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

Handler = Callable[[socket.socket], None]
HOST = "127.0.0.1"
_PATIENCE_S = 20.0


@contextmanager
def listening(handle: Handler | None = None, host: str = HOST, port: int = 0) -> Iterator[int]:
    """A TCP port that takes connections and gives each to ``handle``, in a thread; else it closes them."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((host, port))
        server.listen(64)
        threading.Thread(target=_accept, args=(server, handle), daemon=True).start()
        try:
            yield server.getsockname()[1]
        finally:
            # Closing alone does not wake a thread that waits in accept.
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)


def _accept(server: socket.socket, handle: Handler | None) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        connection.settimeout(_PATIENCE_S)
        threading.Thread(target=_serve, args=(connection, handle), daemon=True).start()


def _serve(connection: socket.socket, handle: Handler | None) -> None:
    with connection, suppress(OSError):
        if handle is not None:
            handle(connection)


def saying(text: bytes) -> Handler:
    """Reads something, answers with this, and ends."""

    def handle(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(text)

    return handle


def silent(connection: socket.socket) -> None:
    """Takes what is sent, and never answers; ends when the other side does."""
    while connection.recv(4096):
        pass


def ending(connection: socket.socket) -> None:
    """Reads something and ends in good order, without a word."""
    connection.recv(4096)


def cutting(connection: socket.socket) -> None:
    """Reads something and cuts the connection off with a reset."""
    connection.recv(4096)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def speaking_tls(certificate: Path, handle: Handler, seen: list[str | None] | None = None) -> Handler:
    """TLS with this certificate around ``handle``; the server names that were sent go to ``seen``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if seen is not None:
        context.sni_callback = lambda _, name, __: seen.append(name)

    def serve(connection: socket.socket) -> None:
        with suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as inner:
            handle(inner)

    return serve


@contextmanager
def closed(host: str = HOST) -> Iterator[int]:
    """A TCP port on which nothing listens. It is bound all the while, so that nobody else takes it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as holder:
        holder.bind((host, 0))
        yield holder.getsockname()[1]


@contextmanager
def vanishing(host: str = HOST) -> Iterator[int]:
    """A TCP port whose packets vanish: its backlog is full and nobody accepts, so a SYN gets no answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server, ExitStack() as waiting:
        server.bind((host, 0))
        server.listen(0)
        for _ in range(8):
            filler = waiting.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            filler.setblocking(False)
            begun = filler.connect_ex(server.getsockname())
            assert begun in (0, errno.EINPROGRESS)
        yield server.getsockname()[1]


@contextmanager
def answering_udp(
    answer: Callable[[bytes, int], list[bytes]], host: str = HOST, port: int = 0
) -> Iterator[int]:
    """A UDP port. ``answer`` gets a datagram and how many came before, and gives what is sent back."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((host, port))
        ends = threading.Event()
        server.settimeout(0.1)

        def serve() -> None:
            count = 0
            while not ends.is_set():
                try:
                    question, sender = server.recvfrom(4096)
                except TimeoutError:
                    continue
                except OSError:
                    return
                for text in answer(question, count):
                    server.sendto(text, sender)
                count += 1

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            ends.set()
            thread.join()


def dns_answer(question: bytes, rcode: int = 0) -> bytes:
    """The shortest answer to a DNS question: its header, marked as an answer."""
    return question[:2] + bytes([question[2] | 0x80, rcode]) + question[4:]
