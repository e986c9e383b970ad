"""What is tried on some addresses, and in which way.

A TCP port is connected to; TLS and HTTP only where somebody asked for it. A UDP port answers only to
who speaks its language, so it is left alone unless it is DNS, or its Service says what to send.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from kubectl_sharedip.inventory.addresses import AddressGroup
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.probing import Means, Target
from kubectl_sharedip.model.service import Service, ServicePort

#: Which ports: those that usually speak it (by number or name), or these.
Ports = Literal["usual"] | frozenset[int]

#: On a Service: ``PORT:HEX[,PORT:HEX]``, a datagram for each UDP port that answers to one.
UDP_PROBE = "sharedip/udp-probe"
_HOSTNAME = "external-dns.alpha.kubernetes.io/hostname"

_DNS = 53
_TLS_NUMBERS = frozenset(
    (443, 465, 636, 853, 989, 990, 992, 993, 994, 995, 5061, 5671, 6443, 8443, 8883, 9443)
)
_HTTP_NUMBERS = frozenset((80, 443, 3000, 8000, 8008, 8080, 8081, 8088, 8443, 8888, 9090, 9443))
_TLS_NAMES = frozenset(("https", "tls", "ssl", "imaps", "pop3s", "smtps", "ldaps", "mqtts"))
_HTTP_NAMES = frozenset(("http", "https", "web"))

_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_LONGEST_NAME = 253
_PROBE = re.compile(r"\s*([0-9]{1,5}):((?:[0-9a-fA-F]{2}){1,512})\s*")


@frozen
class Asked:
    """What beyond a connection is asked of TCP ports; None is nothing."""

    tls: Ports | None = None
    http: Ports | None = None


def targets_of(groups: Iterable[AddressGroup], asked: Asked) -> tuple[Target, ...]:
    """Each port of each Service on each address, in the order of the groups and of the ports."""
    return tuple(
        _target(group, service, port, asked)
        for group in groups
        for service in group.services
        for port in service.ports
    )


def _target(group: AddressGroup, service: Service, port: ServicePort, asked: Asked) -> Target:
    payload = _payload(service, port) if port.protocol == "UDP" else b""
    means = _means(port, asked, payload)
    return Target(
        address=group.address,
        service=service.name,
        port=port,
        means=means,
        server_name=_server_name(service),
        payload=payload,
        why_not=_why_not(service, port) if means == "none" else "",
    )


def _means(port: ServicePort, asked: Asked, payload: bytes) -> Means:
    if port.protocol == "UDP":
        return "datagram" if payload else "dns" if port.number == _DNS else "none"
    if port.protocol != "TCP":
        return "none"
    speaks_tls = port.number in _TLS_NUMBERS or _named(port, _TLS_NAMES)
    speaks_http = port.number in _HTTP_NUMBERS or _named(port, _HTTP_NAMES)
    tls = _is_asked(asked.tls, port, speaks_tls)
    if _is_asked(asked.http, port, speaks_http):
        return "https" if tls or speaks_tls else "http"
    return "tls" if tls else "tcp"


def _is_asked(ports: Ports | None, port: ServicePort, usual: bool) -> bool:
    if ports is None:
        return False
    return usual if ports == "usual" else port.number in ports


def _named(port: ServicePort, names: frozenset[str]) -> bool:
    return port.name.partition("-")[0] in names


def _server_name(service: Service) -> str:
    """The first name that external-dns is to give to the Service, where it can be sent."""
    name = service.annotations.get(_HOSTNAME, "").partition(",")[0].strip().rstrip(".")
    return name if len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) else ""


def _payload(service: Service, port: ServicePort) -> bytes:
    """The datagram that the Service's annotation has for this port; empty where it has none."""
    return next((bytes.fromhex(p[2]) for p in _parts(service) if p and int(p[1]) == port.number), b"")


def _why_not(service: Service, port: ServicePort) -> str:
    unreadable = port.protocol == "UDP" and not all(_parts(service))
    return "unreadable" if unreadable else port.protocol.lower()


def _parts(service: Service) -> list[re.Match[str] | None]:
    """Each port with its datagram, None for a part that cannot be read."""
    written = service.annotations.get(UDP_PROBE)
    return [] if written is None else [_PROBE.fullmatch(part) for part in written.split(",")]
