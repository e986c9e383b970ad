"""One target tried, against real listeners on loopback: every result, and what it is made of."""

from __future__ import annotations

import errno
import socket
import struct
import threading
from pathlib import Path

import pytest

from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.probing import Attempt, Means, Target
from kubectl_sharedip.model.service import ServicePort
from kubectl_sharedip.probe import dial as dial_module
from kubectl_sharedip.probe.dial import dial, source_of
from tests.probe_room import listeners
from tests.probe_room.listeners import HOST, answering_udp, closed, dns_answer, listening, vanishing

SHORT_S = 0.3  # for what never answers
LONG_S = 15.0  # for what answers at once


def target(port: int, means: Means = "tcp", host: str = HOST, name: str = "", payload: bytes = b"") -> Target:
    address = parse_address(host)
    assert address is not None
    protocol = "UDP" if means in ("dns", "datagram") else "TCP"
    return Target(
        address=address,
        service=ServiceName("shop", "web"),
        port=ServicePort(port, protocol),
        means=means,
        server_name=name,
        payload=payload,
    )


def shown(attempt: Attempt) -> tuple[str, bool, str, str]:
    return attempt.result, attempt.connected, attempt.how, attempt.said


# A connection


def test_a_port_that_accepts_is_ok_and_timed() -> None:
    with listening() as port:
        attempt = dial(target(port), LONG_S)

    assert shown(attempt) == ("ok", True, "", "")
    assert attempt.latency_s is not None
    assert 0 <= attempt.latency_s < LONG_S
    assert attempt.heard


def test_a_closed_port_refuses() -> None:
    with closed() as port:
        attempt = dial(target(port), LONG_S)

    assert shown(attempt) == ("refused", False, "", "")
    assert attempt.latency_s is not None
    assert attempt.heard


def test_packets_that_vanish_time_out() -> None:
    with vanishing() as port:
        attempt = dial(target(port), SHORT_S)

    assert shown(attempt) == ("timeout", False, "", "")
    assert attempt.latency_s is None
    assert not attempt.heard


def test_each_address_of_loopback_is_one_of_its_own() -> None:
    with listening(host="127.0.0.2") as port:
        there = dial(target(port, host="127.0.0.2"), LONG_S)
        elsewhere = dial(target(port, host="127.0.0.3"), LONG_S)

    assert (there.result, elsewhere.result) == ("ok", "refused")


@pytest.mark.skipif(not socket.has_ipv6 or source_of(Address(6, 1)) is None, reason="no ::1 here")
def test_ipv6_is_tried_as_ipv6() -> None:
    with listening(listeners.saying(b"HTTP/1.1 204 No Content\r\n\r\n"), host="::1") as port:
        plain = dial(target(port, host="::1"), LONG_S)
        asked = dial(target(port, "http", host="::1"), LONG_S)
    with closed("::1") as port:
        refused = dial(target(port, host="::1"), LONG_S)

    assert [plain.result, asked.result, refused.result] == ["ok", "ok", "refused"]


@pytest.mark.parametrize(
    ("code", "routed", "result", "how"),
    [
        (errno.ENETUNREACH, False, "unreachable", "no-route"),
        (errno.ENETUNREACH, True, "unreachable", "host"),  # a router said so
        (errno.EHOSTUNREACH, True, "unreachable", "host"),
        (errno.EHOSTUNREACH, False, "unreachable", "no-route"),  # a route that says unreachable
        (errno.EAFNOSUPPORT, False, "unreachable", "no-route"),
        (errno.EADDRNOTAVAIL, False, "unreachable", "no-route"),
        (errno.EADDRNOTAVAIL, True, "not-tried", "files"),  # no port of our own is left
        (errno.EACCES, True, "unreachable", "forbidden"),
        (errno.EPERM, True, "unreachable", "forbidden"),
        (errno.ETIMEDOUT, True, "timeout", ""),
        (errno.ECONNREFUSED, True, "refused", ""),
        (errno.ECONNRESET, True, "reset", "cut"),
        (errno.ECONNABORTED, True, "reset", "cut"),
        (errno.EMFILE, True, "not-tried", "files"),
        (errno.ENFILE, True, "not-tried", "files"),
    ],
)
def test_what_the_system_says_is_one_of_our_results(
    monkeypatch: pytest.MonkeyPatch, code: int, routed: bool, result: str, how: str
) -> None:
    def fail(link: socket.socket, address: object) -> None:
        raise OSError(code, "said by the system")

    monkeypatch.setattr(socket.socket, "connect", fail)
    monkeypatch.setattr(dial_module, "source_of", lambda address: address if routed else None)

    attempt = dial(target(1), SHORT_S)

    assert (attempt.result, attempt.how, attempt.connected) == (result, how, False)


# TLS


def test_a_certificate_of_nobody_will_do(pem: Path) -> None:
    with listening(listeners.speaking_tls(pem, listeners.silent)) as port:
        attempt = dial(target(port, "tls"), LONG_S)

    assert shown(attempt) == ("ok", True, "", "TLSv1.3")


@pytest.mark.parametrize("name", ["", "shop.example.com"])
def test_the_server_name_is_sent_where_there_is_one(pem: Path, name: str) -> None:
    seen: list[str | None] = []
    with listening(listeners.speaking_tls(pem, listeners.silent, seen)) as port:
        attempt = dial(target(port, "tls", name=name), LONG_S)

    assert attempt.result == "ok"
    assert seen == [name or None]


@pytest.mark.parametrize(
    ("handle", "how"),
    [
        (listeners.saying(b"220 mail ESMTP\r\n" * 4), "not-tls"),
        (listeners.ending, "ended"),
        (listeners.cutting, "cut"),
        (listeners.saying(bytes.fromhex("15030300020228")), "alert"),  # handshake failure
    ],
)
def test_a_handshake_that_fails_is_a_reset(handle: listeners.Handler, how: str) -> None:
    with listening(handle) as port:
        attempt = dial(target(port, "tls"), LONG_S)

    assert (attempt.result, attempt.how, attempt.connected) == ("reset", how, True)
    assert attempt.latency_s is not None
    assert attempt.heard


def test_a_handshake_that_nobody_answers_times_out_though_connected() -> None:
    with listening(listeners.silent) as port:
        attempt = dial(target(port, "tls"), SHORT_S)

    assert shown(attempt) == ("timeout", True, "", "")
    assert attempt.heard


# HTTP


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", "200"),
        (b"HTTP/1.0 404 Not Found\r\n\r\n", "404"),
        (b"HTTP/1.1 503 \r\n", "503"),
        (b"HTTP/1.1 400", "400"),  # and then it ends
    ],
)
def test_any_status_line_is_ok(answer: bytes, said: str) -> None:
    with listening(listeners.saying(answer)) as port:
        attempt = dial(target(port, "http"), LONG_S)

    assert shown(attempt) == ("ok", True, "", said)


def test_what_is_asked_is_a_whole_request_for_the_right_host() -> None:
    heard: list[bytes] = []

    def handle(connection: socket.socket) -> None:
        heard.append(connection.recv(4096))
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    with listening(handle) as port:
        dial(target(port, "http"), LONG_S)
        dial(target(port, "http", name="shop.example.com"), LONG_S)

    first, second = (text.decode().split("\r\n") for text in heard)
    assert first[0] == "GET / HTTP/1.1"
    assert first[-2:] == ["", ""]
    assert f"Host: {HOST}:{port}" in first
    assert f"Host: shop.example.com:{port}" in second


@pytest.mark.parametrize(
    ("handle", "how"),
    [
        (listeners.saying(b"SSH-2.0-OpenSSH_9.2\r\n"), "not-http"),
        (listeners.saying(b"x" * 5000), "not-http"),  # a line without an end
        (listeners.ending, "ended"),
        (listeners.cutting, "cut"),
    ],
)
def test_what_is_no_http_is_a_reset(handle: listeners.Handler, how: str) -> None:
    with listening(handle) as port:
        attempt = dial(target(port, "http"), LONG_S)

    assert (attempt.result, attempt.how, attempt.connected) == ("reset", how, True)


def test_who_answers_byte_by_byte_does_not_hold_us_for_ever() -> None:
    ended = threading.Event()

    def trickle(connection: socket.socket) -> None:
        connection.recv(4096)
        while not ended.wait(0.05):
            connection.sendall(b"x")

    with listening(trickle) as port:
        attempt = dial(target(port, "http"), SHORT_S)
        ended.set()

    assert shown(attempt) == ("timeout", True, "", "")


def test_http_over_tls(pem: Path) -> None:
    answer = listeners.saying(b"HTTP/1.1 302 Found\r\n\r\n")
    with listening(listeners.speaking_tls(pem, answer)) as port:
        over_tls = dial(target(port, "https"), LONG_S)
        plain = dial(target(port, "http"), LONG_S)

    assert shown(over_tls) == ("ok", True, "", "302")
    assert plain.result == "reset"


# UDP


@pytest.mark.parametrize("rcode", [0, 2, 3, 5])
def test_any_answer_to_a_dns_question_is_ok(rcode: int) -> None:
    with answering_udp(lambda question, count: [dns_answer(question, rcode)]) as port:
        attempt = dial(target(port, "dns"), LONG_S)

    assert shown(attempt) == ("ok", False, "", "")
    assert attempt.latency_s is not None
    assert attempt.heard


def test_the_dns_question_is_one_that_others_can_read() -> None:
    heard: list[bytes] = []

    def answer(question: bytes, count: int) -> list[bytes]:
        heard.append(question)
        return [dns_answer(question)]

    with answering_udp(answer) as port:
        dial(target(port, "dns"), LONG_S)

    (question,) = heard
    _, flags, questions, answers, authorities, more = struct.unpack("!6H", question[:12])
    assert (flags, questions, answers, authorities, more) == (0x0100, 1, 0, 0, 0)
    assert question[12:] == b"\0" + struct.pack("!2H", 2, 1)  # the root, NS, IN


def test_answers_of_others_are_passed_over() -> None:
    def answer(question: bytes, count: int) -> list[bytes]:
        other = bytes([question[0] ^ 1]) + question[1:]
        return [b"", b"short", question, dns_answer(other), dns_answer(question)]

    with answering_udp(answer) as port:
        attempt = dial(target(port, "dns"), LONG_S)
    with answering_udp(lambda question, count: answer(question, count)[:-1]) as port:
        none = dial(target(port, "dns"), SHORT_S)

    assert (attempt.result, none.result) == ("ok", "timeout")


def test_a_datagram_that_is_lost_is_sent_again() -> None:
    with answering_udp(lambda question, count: [dns_answer(question)] if count == 2 else []) as port:
        attempt = dial(target(port, "dns"), 3.0)

    assert attempt.result == "ok"


def test_a_udp_port_without_a_listener_refuses() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind((HOST, 0))
        holder.connect((HOST, 9))  # it keeps the port to itself, and takes nothing from anybody else
        attempt = dial(target(holder.getsockname()[1], "dns"), LONG_S)

    assert shown(attempt) == ("refused", False, "", "")


def test_silence_over_udp_is_a_timeout() -> None:
    with answering_udp(lambda question, count: []) as port:
        attempt = dial(target(port, "dns"), SHORT_S)

    assert shown(attempt) == ("timeout", False, "", "")


def test_a_given_datagram_is_sent_as_it_is_and_any_answer_counts() -> None:
    heard: list[bytes] = []

    def answer(question: bytes, count: int) -> list[bytes]:
        heard.append(question)
        return [b"pong"]

    with answering_udp(answer) as port:
        attempt = dial(target(port, "datagram", payload=b"ping"), LONG_S)

    assert attempt.result == "ok"
    assert heard == [b"ping"]


@pytest.mark.parametrize(("protocol", "why"), [("UDP", "udp"), ("SCTP", "sctp"), ("UDP", "unreadable")])
def test_what_nothing_fits_is_not_tried(protocol: str, why: str) -> None:
    one = Target(
        address=Address(4, 0x7F000001),
        service=ServiceName("shop", "web"),
        port=ServicePort(5060, protocol),
        means="none",
        why_not=why,
    )

    attempt = dial(one, LONG_S)

    assert shown(attempt) == ("not-tried", False, why, "")
    assert attempt.latency_s is None
    assert not attempt.heard


# The way there


def test_the_own_address_towards_loopback_is_loopback() -> None:
    assert str(source_of(Address(4, 0x7F000001))) == HOST
    assert str(source_of(Address(4, 0x7F000009))) == "127.0.0.1"


def test_where_no_route_leads_there_is_no_own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(link: socket.socket, address: object) -> None:
        raise OSError(errno.ENETUNREACH, "no route")

    monkeypatch.setattr(socket.socket, "connect", fail)

    assert source_of(Address(6, 1 << 120)) is None
