"""Whose fault it is: results, endpoints and announcement in, a verdict and its reason out.

Services that share an address share its way through the network and its announcement, and nothing else.
So where one fails and its neighbours answer, the fault is its own, and where all fail it is not. The
whole table is in docs/probe.md. Refuses to look at the network, and to word what it finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from types import MappingProxyType

from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.finding import Finding, Value
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.probing import Attempt, Beside, Judged, Verdict, VerdictName, Whence
from kubectl_sharedip.model.service import ServicePort
from kubectl_sharedip.probe.evidence import OnAddress

_NAMED = 3


def judge(
    attempts: Sequence[Attempt], known: Mapping[ServiceName, Beside], whence: Whence
) -> tuple[Judged, ...]:
    """A verdict on each attempt, in their order.

    Arguments: what came of every target of each address (whole addresses, or neighbours would be
    missing from the comparison); what is known of each of their Services; where it was tried.
    """
    groups: dict[Address, list[Attempt]] = {}
    for attempt in attempts:
        groups.setdefault(attempt.target.address, []).append(attempt)
    on = {
        address: OnAddress(address=address, attempts=tuple(group), known=known, whence=whence)
        for address, group in groups.items()
    }
    works: dict[tuple[ServiceName, ServicePort], list[Address]] = {}
    for attempt in attempts:
        if attempt.result == "ok":
            works.setdefault(_port_of(attempt), []).append(attempt.target.address)
    return tuple(
        Judged(
            attempt=attempt,
            verdict=_verdict(attempt, on[attempt.target.address], _elsewhere(attempt, works)),
            endpoints=known[attempt.target.service].behind(attempt.target.port),
        )
        for attempt in attempts
    )


def _port_of(attempt: Attempt) -> tuple[ServiceName, ServicePort]:
    return attempt.target.service, attempt.target.port


def _elsewhere(
    attempt: Attempt, works: Mapping[tuple[ServiceName, ServicePort], Sequence[Address]]
) -> tuple[str, ...]:
    """The other addresses on which the same port answers."""
    answering = works.get(_port_of(attempt), ())
    return tuple(str(address) for address in answering if address != attempt.target.address)


def _verdict(attempt: Attempt, on: OnAddress, works_at: tuple[str, ...]) -> Verdict:
    if attempt.result == "ok":
        return _well(attempt, on)
    if attempt.result == "not-tried":
        return _untried(attempt, on)
    if attempt.result == "unreachable" and attempt.how in ("no-route", "forbidden"):
        name: VerdictName = "unknown" if on.whence.short_circuited else "network"
        return _said(name, attempt.how, attempt, on, works_at=works_at)
    if on.unfit(attempt):
        return _said("application", "no-endpoint", attempt, on, works_at=works_at)
    return (_answered if attempt.heard else _silent)(attempt, on, works_at)


def _well(attempt: Attempt, on: OnAddress) -> Verdict:
    against = () if on.whence.short_circuited else on.nobody(attempt.target.service)
    also = ("though",) if against else ()
    return _said("ok", attempt.target.means, attempt, on, also=also, findings=against)


def _untried(attempt: Attempt, on: OnAddress) -> Verdict:
    """Nothing was asked: what is known without asking, and what the neighbours say of the address."""
    if on.unfit(attempt):
        return _said("application", "no-endpoint-untried", attempt, on)
    against = on.nobody(attempt.target.service)
    if against and not on.whence.short_circuited and not on.heard:
        return _said("announcement", "nobody-untried", attempt, on, findings=against)
    also = "address-answers" if on.heard else "address-silent" if on.tried else "no-neighbour-tried"
    return _said("unknown", "untried", attempt, on, also=(also,))


def _answered(attempt: Attempt, on: OnAddress, works_at: tuple[str, ...]) -> Verdict:
    """Refused, cut off, or connected and then silent: something has the address."""
    all_alike = on.independent and not on.well and all(other.heard for other in on.fit)
    if all_alike and not on.whence.short_circuited:
        # One application may be down. That all are at once, and all of them say so, is not likely.
        against = on.nobody(attempt.target.service)
        if against:
            return _said("announcement", "somebody-else", attempt, on, findings=against)
        return _said("network", "all-refused", attempt, on, works_at=works_at)
    reason = "refused" if attempt.result == "refused" else "silent-behind"
    reason = "cut" if attempt.result == "reset" else reason
    return _said("application", reason, attempt, on, also=_neighbours(attempt, on), works_at=works_at)


def _silent(attempt: Attempt, on: OnAddress, works_at: tuple[str, ...]) -> Verdict:
    """Nothing came back, or somebody on the way said that it cannot be reached."""
    if on.shut_out(attempt) and (on.heard or not on.tried):
        return _said("unknown", "source-ranges", attempt, on, works_at=works_at)
    return (_silent_alone if on.heard else _all_silent)(attempt, on, works_at)


def _silent_alone(attempt: Attempt, on: OnAddress, works_at: tuple[str, ...]) -> Verdict:
    """Others on the address were heard, so packets get there."""
    service, inside = attempt.target.service, on.whence.short_circuited
    if attempt.result == "unreachable":
        return _said("unknown" if inside else "network", "rejected", attempt, on, works_at=works_at)
    elsewhere = () if inside else on.elsewhere(service)
    if elsewhere:
        return _said("announcement", "elsewhere", attempt, on, findings=elsewhere, works_at=works_at)
    also = (*_neighbours(attempt, on), *(("local",) if on.known[service].policy == "Local" else ()))
    return _said("application", "silent-alone", attempt, on, also=also, works_at=works_at)


def _all_silent(attempt: Attempt, on: OnAddress, works_at: tuple[str, ...]) -> Verdict:
    """Nothing that was tried on the address was heard."""
    if on.whence.short_circuited:
        return _said("unknown", "inside", attempt, on, works_at=works_at)
    against = on.nobody(attempt.target.service)
    if against:
        return _said("announcement", "nobody", attempt, on, findings=against, works_at=works_at)
    told, findings = _announcement(on, attempt.target.service)
    nobody_there = ("host",) if attempt.how == "host" else ()
    alone = () if on.independent else ("no-comparison",)
    also = (*nobody_there, *alone, told)
    return _said("network", "silent", attempt, on, also=also, findings=findings, works_at=works_at)


def _announcement(on: OnAddress, service: ServiceName) -> tuple[str, tuple[Finding, ...]]:
    """What is known of who announces the address, where nothing is certainly against it."""
    known = on.known[service]
    if not known.handled:
        return "not-metallb", ()
    perhaps = on.perhaps_nobody(service)
    if perhaps:
        return "perhaps-nobody", perhaps
    announced = on.announced(service)
    if announced:
        return "announced", announced
    return ("announcement-unread" if known.unread else "announcement-untold"), ()


def _neighbours(attempt: Attempt, on: OnAddress) -> tuple[str, ...]:
    """Who on the address answers: another port of the Service, other Services, or none that should."""
    others = [other for other in on.well if other.target != attempt.target]
    if any(other.target.service == attempt.target.service for other in others):
        return ("own-port-answers",)
    if others:
        return ("neighbours-answer",)
    heard = [other for other in on.heard if other.target != attempt.target]
    return ("neighbours-heard",) if heard else ("reached",)


def _said(
    name: VerdictName,
    reason: str,
    attempt: Attempt,
    on: OnAddress,
    *,
    also: tuple[str, ...] = (),
    findings: tuple[Finding, ...] = (),
    works_at: tuple[str, ...] = (),
) -> Verdict:
    """A verdict with every value that its words may want."""
    target = attempt.target
    known = on.known[target.service]
    behind = known.behind(target.port)
    values: dict[str, Value] = {
        "address": str(on.address),
        "port": str(target.port),
        "how": attempt.how,
        "said": attempt.said,
        "result": attempt.result,
        "server_name": target.server_name,
        "ready": "" if behind is None else str(behind.ready),
        "total": "" if behind is None else str(behind.total),
        "ranges": known.ranges,
        "source": str(on.whence.sources.get(on.address, "")),
        "node": on.whence.node,
        "unread": known.unread,
        "works_at": works_at,
        "answering": _names(on.well, attempt),
        "heard": _names(on.heard, attempt),
        "tried": str(len(on.tried)),
        "services": str(len({one.target.service for one in on.tried})),
        "protocol": target.port.protocol,
    }
    counted = "endpoints-unread" if behind is None else "endpoints"
    with_endpoints = (counted,) if name == "application" and not on.unfit(attempt) else ()
    one_family = ("one-family",) if reason in ("refused", "all-refused") else ()
    with_works = ("works-at", *one_family) if works_at else ()
    return Verdict(
        name=name,
        reason=reason,
        values=MappingProxyType(values),
        also=(*also, *with_endpoints, *with_works),
        findings=findings,
    )


def _names(attempts: Sequence[Attempt], own: Attempt) -> tuple[str, ...]:
    """The first others among the attempts: ports of the same Service, and other Services with theirs."""
    others = (one.target for one in attempts if one.target != own.target)
    return tuple(
        str(other.port) if other.service == own.target.service else f"{other.service} {other.port}"
        for other in islice(others, _NAMED)
    )
