"""A Service with an address: does it hold it by the rules, and who with its key sits elsewhere?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from kubectl_sharedip.diagnose.census import census_of
from kubectl_sharedip.diagnose.in_flight import last_change
from kubectl_sharedip.diagnose.refusals import refusal_finding
from kubectl_sharedip.diagnose.view import View, found
from kubectl_sharedip.metallb.facts import address_fact, key_fact
from kubectl_sharedip.metallb.outcomes import Assigned, OneOf, Outcome, Refused
from kubectl_sharedip.metallb.requests import Request, Unreadable, requested
from kubectl_sharedip.metallb.restless import recurring
from kubectl_sharedip.metallb.room import conflict_on
from kubectl_sharedip.metallb.sharing import SharingRule, failing_rules, sharing_key, terms_of
from kubectl_sharedip.metallb.state import status_addresses
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.service import Service

_MOST_ELSEWHERE = 5  # a key may be on hundreds of addresses, and each of its Services would name them all

RULE_TEXT = {
    SharingRule.HOLDER_HAS_KEY: "a key is missing",
    SharingRule.REQUESTER_HAS_KEY: "a key is missing",
    SharingRule.KEYS_EQUAL: "keys differ",
    SharingRule.POLICIES_EQUAL: "policies differ",
    SharingRule.LOCAL_SELECTORS_EQUAL: "selectors differ under Local",
    SharingRule.PORTS_FREE: "ports clash",
}


def assigned_findings(view: View) -> tuple[Finding, ...]:
    """The findings of a Service that has an address; none of them is decisive."""
    if view.rests:  # nothing is wrong with its address, nor with what it asks for
        return tuple(_same_key_elsewhere(view))
    return (*_complaint(view), *_against_the_rules(view), *would_move(view), *_same_key_elsewhere(view))


def _complaint(view: View) -> Iterator[Finding]:
    """What MetalLB complains of at each look while the present address stays."""
    outcome = view.outcome
    if isinstance(outcome, Assigned) and isinstance(outcome.complaint, Unreadable):
        yield refusal_finding(view.service, outcome.complaint)


def _against_the_rules(view: View) -> Iterator[Finding]:
    for address in view.held:
        conflict = conflict_on(view.state, address, view.service)
        if conflict is not None:
            rules = dict.fromkeys(RULE_TEXT[one.rule] for one in conflict.conflicts)
            yield found(
                "SIP213",
                {
                    "address": str(address),
                    "holders": tuple(str(name) for name in conflict.holders),
                    "rules": tuple(rules),
                },
                facts=tuple(dict.fromkeys(fact for one in conflict.conflicts for fact in one.facts)),
                holders=conflict.holders,
                cause=True,
            )


def would_move(view: View) -> Iterator[Finding]:
    """SIP508 or SIP509: by the rules it would have other addresses than it shows."""
    held = view.held
    expected = _expected(view.outcome)
    if expected is None or held in expected:
        return
    if view.state.in_doubt or any(conflict_on(view.state, address, view.service) for address in held):
        return  # said by SIP213 already
    if recurring(view.state, view.service.name):
        return  # said by SIP504
    shown = ", ".join(map(str, held))
    becomes = " or ".join(", ".join(map(str, one)) or "no address" for one in sorted(expected))
    yield found(_moved_code(view), {"shown": shown, "expected": becomes}, facts=(address_fact(view.service),))


def _moved_code(view: View) -> str:
    """SIP508 for a live cluster at rest: MetalLB has looked, so either it or the model is wrong."""
    live = view.snapshot.source.taken_at is not None
    return "SIP508" if live and last_change(view.snapshot, view.state) is None else "SIP509"


def _expected(outcome: Outcome) -> tuple[tuple[Address, ...], ...] | None:
    if isinstance(outcome, Assigned):
        return (outcome.addresses,)
    if isinstance(outcome, OneOf):
        return tuple(choice.addresses for choice in outcome.choices)
    return ((),) if isinstance(outcome, Refused) else None


def _same_key_elsewhere(view: View) -> Iterator[Finding]:
    """SIP207: other Services have its key and sit on another address, the first few of them."""
    own, key = view.service, view.key
    if not key or not status_addresses(own):
        return
    elsewhere = tuple(islice(_elsewhere(view, key), _MOST_ELSEWHERE + 1))
    for place, other in enumerate(elsewhere[:_MOST_ELSEWHERE], 1):
        addresses = status_addresses(other)
        more = place == _MOST_ELSEWHERE < len(elsewhere)
        yield found(
            "SIP207",
            {
                "others": (f"{other.name} ({', '.join(map(str, addresses))})",),
                "more": "more" if more else "none",
                "why": _why_apart(view, other),
            },
            facts=(
                key_fact(own, view.state.version),
                key_fact(other, view.state.version),
                address_fact(other),
            ),
            holders=(other.name,),
            severity="warning" if _same_request(view, other) else None,
        )


def _elsewhere(view: View, key: str) -> Iterator[Service]:
    """The others with the key and none of its addresses: those that ask for the same one first."""
    own, census, request = view.service, census_of(view.state), view.request
    held = set(status_addresses(own))
    asked = request.addresses if isinstance(request, Request) else ()
    places = census.places.get(key, {})
    if len(places) == 1 and view.held in places and not any(census.away.get(one) for one in asked):
        return  # as most: all with the key are where it is
    first = {
        other.name: other
        for address in asked
        for other in census.away.get(address, ())
        if sharing_key(other, view.state.version) == key
    }
    away = {name: one for name, one in first.items() if held.isdisjoint(status_addresses(one))}
    yield from away.values()
    for addresses, services in places.items():
        if held.isdisjoint(addresses):
            yield from (other for other in services if other.name not in away)


def _why_apart(view: View, other: Service) -> str:
    version = view.state.version
    rules = failing_rules(terms_of(view.service, version), terms_of(other, version))
    if rules:
        shown = []
        for rule, ports in rules:
            clash = f" ({', '.join(map(str, ports))})" if ports else ""
            shown.append(RULE_TEXT[rule] + clash)
        return ", ".join(shown)
    pools = {a.pool for s in (view.service, other) if (a := view.state.ledger.allocation(s.name))}
    if len(pools) > 1:
        return "they are in different pools"
    return "nothing keeps them apart; each got an address that was free when it came"


def _same_request(view: View, other: Service) -> bool:
    requests = [requested(service, view.state.version) for service in (view.service, other)]
    lists = [set(r.addresses) if isinstance(r, Request) else set() for r in requests]
    return bool(lists[0] & lists[1])
