"""Attempts as they may come out, and what may be known of their Services, without a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import get_args

from kubectl_sharedip.diagnose.view import found
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.finding import Finding, Severity
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.probing import (
    RESULTS,
    Attempt,
    Beside,
    Endpoints,
    Judged,
    Place,
    Result,
    Target,
    Whence,
)
from kubectl_sharedip.model.service import ServicePort
from kubectl_sharedip.probe.verdict import judge

HERE, THERE, SIXTH = "127.0.0.5", "127.0.0.6", "::1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Svc:
    """What a test says of one Service."""

    ready: int | None = None
    total: int = 2
    backend: str = ""
    policy: str = "Cluster"
    ranges: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    unread: tuple[str, ...] = ()
    handled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Outcomes by ``address service port``, and the rest."""

    outcomes: Mapping[str, str]
    services: Mapping[str, Svc] = field(default_factory=dict)
    place: Place = "outside"
    source: str | None = "127.0.0.1"

    def judged(self) -> dict[str, Judged]:
        """The verdicts, by the key of their outcome."""
        attempts = {key: attempt(key, text) for key, text in self.outcomes.items()}
        names = {one.target.service for one in attempts.values()}
        ports = {one.target.port for one in attempts.values()}
        known = {name: beside(name, self.services.get(name.name, Svc()), ports) for name in names}
        source = parse_address(self.source) if self.source else None
        addresses = {one.target.address for one in attempts.values()}
        here = Whence(
            host="lab",
            place=self.place,
            node="n1" if self.place == "node" else "",
            sources=MappingProxyType(dict.fromkeys(addresses, source) if source else {}),
        )
        return dict(zip(attempts, judge(tuple(attempts.values()), known, here), strict=True))


def attempt(key: str, outcome: str) -> Attempt:
    """``"127.0.0.5 web 80"`` and ``"refused"``, ``"reset cut"``, ``"timeout connected"``, ..."""
    address_text, service, port_text = key.split(" ")
    number, _, protocol = port_text.partition("/")
    address = parse_address(address_text)
    assert address is not None
    result, _, how = outcome.partition(" ")
    assert result in RESULTS
    known: Result = next(one for one in get_args(Result) if one == result)
    connected = how == "connected" or result == "reset" or (result == "ok" and protocol != "UDP")
    return Attempt(
        target=target(address, service, ServicePort(int(number), protocol or "TCP"), known),
        result=known,
        latency_s=0.002 if result in ("ok", "refused", "reset") else None,
        connected=connected,
        how="" if how == "connected" else how,
    )


def target(address: Address, service: str, port: ServicePort, result: Result) -> Target:
    tcp = "tcp" if result != "not-tried" else "none"
    means = "dns" if port.protocol == "UDP" and result != "not-tried" else tcp
    return Target(
        address=address,
        service=ServiceName("shop", service),
        port=port,
        means="dns" if means == "dns" else "tcp" if means == "tcp" else "none",
    )


def beside(name: ServiceName, service: Svc, ports: set[ServicePort]) -> Beside:
    endpoints = None
    if service.ready is not None:
        endpoints = {port: Endpoints(ready=service.ready, total=service.total) for port in ports}
    return Beside(
        service=name,
        endpoints=endpoints,
        backend=service.backend or str(name),
        policy=service.policy,
        ranges=service.ranges,
        findings=service.findings,
        unread=service.unread,
        handled=service.handled,
    )


def finding(code: str, *, certain: bool = True, severity: Severity | None = None) -> Finding:
    """A finding of the announcement with a value for every place in its words."""
    import string

    from kubectl_sharedip.diagnose.catalogue import CATALOGUE

    row = CATALOGUE[code]
    texts = [row.text, *(text for words in row.phrases.values() for text in words.values())]
    names = {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}
    values: dict[str, str | tuple[str, ...]] = {name: f"<{name}>" for name in names}
    if code == "SIP605":
        values["how"] = "layer2-alone"
    if code == "SIP607":
        values["effect"] = "refused"
    return found(code, values, certain=certain, severity=severity)
