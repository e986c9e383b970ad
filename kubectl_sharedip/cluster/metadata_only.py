"""Name, namespace and annotations of the objects of a list, out of the API server's protobuf.

It exists because of 1,000 Services the metadata is a megabyte of JSON, which takes the server and this side
50 ms each, and completion has 150 in all. Only fields that are wanted are looked at; all others are stepped
over. The numbers are those of k8s.io/apimachinery, pkg/apis/meta/v1/generated.proto, which never change.
Refuses everything that is not such a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MEDIA_TYPE = "application/vnd.kubernetes.protobuf"
_MAGIC = b"k8s\x00"
_RAW = 2  # of runtime.Unknown
_ITEMS = 2  # of PartialObjectMetadataList
_METADATA = 1  # of PartialObjectMetadata
_NAME, _NAMESPACE, _ANNOTATIONS = 1, 3, 12  # of ObjectMeta
_KEY, _VALUE = 1, 2  # of an entry of a map
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5


def metadata_of(data: bytes) -> list[dict[str, Any]]:
    """The metadata of each item: ``name``, ``namespace`` and ``annotations``, as the JSON has them.

    Raises ValueError for what is no such list.
    """
    if not data.startswith(_MAGIC):
        raise ValueError("no protobuf of Kubernetes")
    try:
        raw = next(part for number, part in _parts(data, len(_MAGIC), len(data)) if number == _RAW)
        items = [part for number, part in _parts(data, *raw) if number == _ITEMS]
        whole = [part for item in items for number, part in _parts(data, *item) if number == _METADATA]
        return [_metadata(data, part) for part in whole]
    except (IndexError, StopIteration) as error:
        raise ValueError("no list of metadata") from error


def _metadata(data: bytes, place: tuple[int, int]) -> dict[str, Any]:
    found: dict[str, Any] = {"name": "", "namespace": "", "annotations": {}}
    for number, (start, end) in _parts(data, *place):
        if number == _NAME:
            found["name"] = data[start:end].decode()
        elif number == _NAMESPACE:
            found["namespace"] = data[start:end].decode()
        elif number == _ANNOTATIONS:
            entry = {at: data[begin:stop].decode() for at, (begin, stop) in _parts(data, start, end)}
            found["annotations"][entry.get(_KEY, "")] = entry.get(_VALUE, "")
        elif number > _ANNOTATIONS:
            break  # they are written in order, and the largest comes last
    return found


def _parts(data: bytes, at: int, end: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """The fields of a message that have bytes: the number, and where they begin and end."""
    while at < end:
        tag, at = _number(data, at)
        kind = tag & 7
        if kind == _BYTES:
            size, at = _number(data, at)
            if at + size > end:
                raise ValueError("a field that is longer than its message")
            yield tag >> 3, (at, at + size)
            at += size
        elif kind == _VARINT:
            _, at = _number(data, at)
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            at += 8 if kind == _EIGHT_BYTES else 4
        else:
            raise ValueError("a field of no known kind")


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where what follows begins."""
    byte = data[at]
    if byte < 128:
        return byte, at + 1
    value, shift = byte & 127, 7
    while True:
        at += 1
        byte = data[at]
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at + 1
        shift += 7
