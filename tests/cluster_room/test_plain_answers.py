"""What a glance reads off the wire: answers of HTTP/1.1 in each of their forms, and lists of metadata."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kubectl_sharedip.cluster.metadata_only import metadata_of
from kubectl_sharedip.cluster.plain_http import get

_ENOUGH_S = 10.0


@contextmanager
def answering(answer: bytes, seen: list[bytes] | None = None) -> Iterator[str]:
    """A server that says this to one request, whatever it is, and hangs up; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(_ENOUGH_S)

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                asked = connection.recv(1 << 16)
                if seen is not None:
                    seen.append(asked)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(_ENOUGH_S)


def got(answer: bytes) -> tuple[int, bytes]:
    with answering(answer) as url:
        found = get(f"{url}/path", {}, timeout_s=_ENOUGH_S, context=None)
    return found.status, found.body


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello"),
        (b"HTTP/1.0 403 Forbidden\r\n\r\nno", 403, b"no"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n",
            200,
            b"hello",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello", mtime=0),
            200,
            b"hello",
        ),
    ],
)
def test_the_forms_of_an_answer(answer: bytes, status: int, body: bytes) -> None:
    assert got(answer) == (status, body)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    ],
)
def test_half_an_answer_is_none(answer: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        got(answer)


def test_what_is_asked_and_that_nothing_can_be_smuggled_in() -> None:
    seen: list[bytes] = []
    with answering(b"HTTP/1.1 200 OK\r\n\r\n", seen) as url:
        with pytest.raises(ValueError, match="two"):
            get(f"{url}/a", {"Authorization": "x\r\nHost: y"}, timeout_s=_ENOUGH_S, context=None)
        get(f"{url}/b?c=d", {"Accept": "e"}, timeout_s=_ENOUGH_S, context=None)
    place = url.partition("://")[2]
    asked = f"GET /b?c=d HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\nAccept: e\r\n\r\n"
    assert seen == [asked.encode()]


def field(number: int, data: bytes | int) -> bytes:
    """A field of protobuf, written as its specification has it."""
    if isinstance(data, int):
        return _varint(number << 3) + _varint(data)
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    small = bytes([value & 127 | (128 if value > 127 else 0)])
    return small + (_varint(value >> 7) if value > 127 else b"")


def _listed(*metadata: bytes) -> bytes:
    header = field(1, field(2, b"1234"))  # ListMeta
    whole = header + b"".join(field(2, field(1, one)) for one in metadata)
    kind = field(1, b"meta.k8s.io/v1") + field(2, b"PartialObjectMetadataList")
    return b"k8s\x00" + field(1, kind) + field(2, whole) + field(3, b"") + field(4, b"")


def test_metadata_out_of_a_list() -> None:
    def annotation(key: str, value: str) -> bytes:
        return field(12, field(1, key.encode()) + field(2, value.encode()))

    first = field(1, b"web") + field(3, b"shop") + field(5, b"uid") + field(7, 300)
    first += annotation("a/b", "x" * 200) + annotation("c", "ü") + field(17, field(1, b"kubectl"))
    second = field(1, b"api") + field(3, b"bank") + b"\x39" + b"\x00" * 8 + b"\x3d" + b"\x00" * 4

    assert metadata_of(_listed(first, second)) == [
        {"name": "web", "namespace": "shop", "annotations": {"a/b": "x" * 200, "c": "ü"}},
        {"name": "api", "namespace": "bank", "annotations": {}},
    ]
    assert metadata_of(_listed()) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"k8s\x00",
        b"k8s\x00" + field(1, b""),
        _listed(field(1, b"web"))[:-9],
        b"k8s\x00\x12\x7f\x0a",
    ],
)
def test_what_is_no_list_of_metadata(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        metadata_of(data)
