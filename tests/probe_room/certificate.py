"""A certificate of nobody's, made here: a key on P-256 and the DER around it.

It exists so that TLS can be tried with Python alone. Its signature is nonsense: whoever checks it must
refuse it, and the program under test does not check.
"""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
Point = tuple[int, int] | None


def written(folder: Path) -> Path:
    """A PEM file with a fresh key and its certificate."""
    secret = secrets.randbelow(_N - 1) + 1
    point = _times(secret, _G)
    assert point is not None
    public = b"\x04" + b"".join(number.to_bytes(32, "big") for number in point)
    curve, key_kind = _oid("2a8648ce3d030107"), _oid("2a8648ce3d0201")
    signed_with = _sequence(_oid("2a8648ce3d040302"))
    name = _sequence(_tlv(0x31, _sequence(_oid("550403"), _tlv(0x0C, b"nobody"))))
    body = _sequence(
        _tlv(0xA0, _number(2)),
        _number(1),
        signed_with,
        name,
        _sequence(_tlv(0x17, b"200101000000Z"), _tlv(0x17, b"491231235959Z")),
        name,
        _sequence(_sequence(key_kind, curve), _bits(public)),
    )
    certificate = _sequence(body, signed_with, _bits(_sequence(_number(1), _number(1))))
    key = _sequence(
        _number(1), _tlv(0x04, secret.to_bytes(32, "big")), _tlv(0xA0, curve), _tlv(0xA1, _bits(public))
    )
    path = folder / "nobody.pem"
    path.write_text(_pem("EC PRIVATE KEY", key) + _pem("CERTIFICATE", certificate))
    return path


def _times(factor: int, point: Point) -> Point:
    total: Point = None
    while factor:
        if factor & 1:
            total = _add(total, point)
        point, factor = _add(point, point), factor >> 1
    return total


def _add(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and (one[1] + other[1]) % _P == 0:
        return None
    if one == other:
        slope = (3 * one[0] ** 2 - 3) * pow(2 * one[1], -1, _P) % _P
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, _P) % _P
    x = (slope**2 - one[0] - other[0]) % _P
    return x, (slope * (one[0] - x) - one[1]) % _P


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _sequence(*parts: bytes) -> bytes:
    return _tlv(0x30, b"".join(parts))


def _number(value: int) -> bytes:
    return _tlv(0x02, value.to_bytes(1, "big"))


def _bits(content: bytes) -> bytes:
    return _tlv(0x03, b"\0" + content)


def _oid(digits: str) -> bytes:
    return _tlv(0x06, bytes.fromhex(digits))


def _pem(kind: str, der: bytes) -> str:
    text = base64.encodebytes(der).decode()
    return f"-----BEGIN {kind}-----\n{text}-----END {kind}-----\n"
