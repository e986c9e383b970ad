"""What is tried, and how: by the flags, the protocol, the number and the name of a port."""

from __future__ import annotations

import pytest

from kubectl_sharedip.intake.installations import Given
from kubectl_sharedip.intake.snapshot import build_snapshot
from kubectl_sharedip.inventory.addresses import take
from kubectl_sharedip.metallb.installed import states
from kubectl_sharedip.model.probing import Means, Target
from kubectl_sharedip.model.raw import Origin, RawCluster, RawDocument
from kubectl_sharedip.probe.targets import UDP_PROBE, Asked, targets_of

NOTHING, ALL = Asked(), Asked(tls="usual", http="usual")


def targets(
    *ports: object, asked: Asked = NOTHING, addresses: int = 1, annotation: tuple[str, str] = ("a", "")
) -> list[Target]:
    """The targets of one Service: a port is a number, or the entry of a manifest."""
    entries = [port if isinstance(port, dict) else {"port": port} for port in ports]
    ingress = [{"ip": ip} for ip in ("127.0.0.5", "::1")[:addresses]]
    body = {
        "kind": "Service",
        "metadata": {"namespace": "shop", "name": "web", "uid": "1", "annotations": dict([annotation])},
        "spec": {"type": "LoadBalancer", "clusterIPs": ["10.96.0.1"], "ports": entries},
        "status": {"loadBalancer": {"ingress": ingress}},
    }
    raw = RawCluster(
        documents=(RawDocument(body=body, origin=Origin()),), read=frozenset(), not_read=(), taken_at=None
    )
    given = Given(namespace=None, version=None, lb_class=None, newest_known="0.16.1")
    snapshot = build_snapshot(raw, given)
    inventory = take(snapshot.services.values(), states(snapshot))
    return list(targets_of(inventory.groups, asked))


def means(*ports: object, asked: Asked = NOTHING) -> list[Means]:
    return [target.means for target in targets(*ports, asked=asked)]


def test_every_port_on_every_address_in_order() -> None:
    found = targets(443, 80, {"port": 53, "protocol": "UDP"}, addresses=2)

    assert [f"{t.address} {t.port}" for t in found] == [
        *("127.0.0.5 443/TCP", "127.0.0.5 80/TCP", "127.0.0.5 53/UDP"),
        *("::1 443/TCP", "::1 80/TCP", "::1 53/UDP"),
    ]


def test_without_a_flag_tcp_is_connected_to_and_only_dns_is_asked() -> None:
    udp = [{"port": port, "protocol": "UDP"} for port in (53, 123, 443)]

    assert means(80, 443, {"port": 443, "name": "https"}) == ["tcp", "tcp", "tcp"]
    assert means(*udp, {"port": 3868, "protocol": "SCTP"}) == ["dns", "none", "none", "none"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked(tls="usual"), ["tcp", "tls", "tls", "tcp", "tls", "tcp"]),
        (Asked(http="usual"), ["http", "https", "tcp", "http", "https", "tcp"]),
        (ALL, ["http", "https", "tls", "http", "https", "tcp"]),
        (Asked(tls=frozenset({9999})), ["tcp", "tcp", "tcp", "tcp", "tcp", "tls"]),
        (Asked(http=frozenset({9999})), ["tcp", "tcp", "tcp", "tcp", "tcp", "http"]),
        (Asked(tls=frozenset({9999}), http=frozenset({9999})), ["tcp"] * 5 + ["https"]),
        (Asked(http=frozenset({443})), ["tcp", "https", "tcp", "tcp", "tcp", "tcp"]),
    ],
)
def test_tls_and_http_where_asked(asked: Asked, expected: list[Means]) -> None:
    named = [{"port": 1234, "name": "http-admin"}, {"port": 1235, "name": "https"}]

    assert means(80, 443, 993, *named, 9999, asked=asked) == expected


def test_udp_is_no_matter_of_tls_and_http() -> None:
    assert means({"port": 443, "protocol": "UDP", "name": "https"}, asked=ALL) == ["none"]


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("shop.example.com", "shop.example.com"),
        (" shop.example.com. , other.example.com", "shop.example.com"),
        ("*.example.com", ""),
        ("a\r\nX-Evil: 1", ""),
        ("-bad.example.com", ""),
        ("x" * 64, ""),
        (".".join(["a" * 60] * 5), ""),
        ("", ""),
    ],
)
def test_the_name_that_is_sent_is_one_that_can_be(written: str, sent: str) -> None:
    (target,) = targets(443, annotation=("external-dns.alpha.kubernetes.io/hostname", written))

    assert target.server_name == sent


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("123:e3", [(b"\xe3", ""), (b"", "udp")]),
        (" 5060:4f50 , 123:E3 ", [(b"\xe3", ""), (b"OP", "")]),
        ("123:e", [(b"", "unreadable"), (b"", "unreadable")]),
        ("123:xyz,5060:00", [(b"", "unreadable"), (b"\0", "")]),
        ("123", [(b"", "unreadable"), (b"", "unreadable")]),
        ("", [(b"", "unreadable"), (b"", "unreadable")]),
        ("123:" + "00" * 513, [(b"", "unreadable"), (b"", "unreadable")]),
    ],
)
def test_a_service_may_say_what_to_send(written: str, expected: list[tuple[bytes, str]]) -> None:
    ports = [{"port": port, "protocol": "UDP"} for port in (123, 5060)]
    found = targets(*ports, annotation=(UDP_PROBE, written))

    assert [(target.payload, target.why_not) for target in found] == expected
    assert {target.means for target in found if target.payload} <= {"datagram"}
    assert {target.means for target in found if target.why_not} <= {"none"}


def test_such_a_datagram_is_for_udp_alone_and_comes_before_dns() -> None:
    (udp, tcp) = targets({"port": 53, "protocol": "UDP"}, 53, annotation=(UDP_PROBE, "53:00"))

    assert (udp.means, tcp.means, tcp.payload) == ("datagram", "tcp", b"")
