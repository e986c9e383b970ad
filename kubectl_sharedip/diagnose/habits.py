"""SIP8xx: what works today, and will not age well.

Given by ``check``, and by ``why`` only where it is asked for: none of it keeps a Service from its
address, and whoever looks for a fault wants to see faults.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice

from kubectl_sharedip.diagnose.census import census_of, folded
from kubectl_sharedip.diagnose.environments import Environments, environment_of
from kubectl_sharedip.diagnose.view import Check, View, found
from kubectl_sharedip.metallb.facts import address_fact, key_fact, service_fact
from kubectl_sharedip.metallb.pools import is_for
from kubectl_sharedip.metallb.requests import Request
from kubectl_sharedip.metallb.room import size_of
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.same import once
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Snapshot

_MOST_NAMED = 5

#: Words that say that there is a key, or that it is shared, and nothing else; folded as keys are.
_EMPTY_WORDS = frozenset(
    folded(word)
    for word in (
        *("true", "false", "yes", "no", "on", "off", "enabled", "default", "any", "all", "none"),
        *("key", "sharing-key", "share", "shared", "sharing", "allow", "allow-shared-ip", "shared-ip"),
        *("ip", "address", "lb", "loadbalancer", "load-balancer", "metallb", "svc", "service"),
        *("foo", "bar", "baz", "example", "changeme"),
    )
)

#: What tells an application, the widest first.
_APPLICATION = tuple(f"app.kubernetes.io/{one}" for one in ("part-of", "instance", "name"))

_Labels = tuple[str, ...]
_Told = tuple[Service, Fact]  # a Service, and what says which environment it is
_Joined = Callable[[State, Snapshot], Mapping[str, Mapping[str, _Told]]]


def habits(environments: Environments) -> tuple[Check, ...]:
    """The checks of the family. ``environments`` is how SIP802 tells one from another."""

    @once
    def joined(state: State, snapshot: Snapshot) -> Mapping[str, Mapping[str, _Told]]:
        return _environments_by_key(state, snapshot, environments)

    def across(view: View) -> Iterator[Finding]:
        return _across_environments(view, environments, joined)

    def never_across(snapshot: Snapshot, state: State) -> bool:
        return not any(len(every) > 1 for every in joined(state, snapshot).values())

    return (
        Check(codes=("SIP801",), look=_says_nothing, arises=_has_key, nowhere=_no_key_is_empty),
        Check(codes=("SIP802",), look=across, arises=_has_key, nowhere=never_across),
        Check(codes=("SIP803",), look=_unrelated, of="assigned", nowhere=_none_mixed),
        Check(codes=("SIP804",), look=_by_luck, of="assigned"),
    )


def _has_key(view: View) -> bool:
    return bool(view.key)


def _says_nothing(view: View) -> Iterator[Finding]:
    """SIP801: the key is a word that would fit every group."""
    if _is_empty(view.key):
        yield found("SIP801", {"key": view.key}, facts=(key_fact(view.service, view.state.version),))


def _is_empty(key: str) -> bool:
    word = folded(key)
    return len(word) < 2 or word.isdigit() or word in _EMPTY_WORDS


def _no_key_is_empty(snapshot: Snapshot, state: State) -> bool:
    return not any(map(_is_empty, census_of(state).by_key))


def _none_mixed(snapshot: Snapshot, state: State) -> bool:
    return not _applications(state)


def _environments_by_key(
    state: State, snapshot: Snapshot, environments: Environments
) -> Mapping[str, Mapping[str, _Told]]:
    """For each key its environments, each with the first Service of it."""
    by_key: dict[str, dict[str, _Told]] = {}
    for key, services in census_of(state).by_key.items():
        for service in services:
            told = environment_of(service, snapshot.namespaces, environments)
            if told is not None:
                by_key.setdefault(key, {}).setdefault(told[0], (service, told[1]))
    return by_key


def _across_environments(view: View, environments: Environments, joined: _Joined) -> Iterator[Finding]:
    """SIP802: somebody with its key is of another environment."""
    key = view.key
    every = joined(view.state, view.snapshot).get(key, {})
    own = environment_of(view.service, view.snapshot.namespaces, environments) if every else None
    if own is None:
        return
    others = {name: told for name, told in sorted(every.items()) if name != own[0]}
    if not others:
        return
    version = view.state.version
    yield found(
        "SIP802",
        {
            "key": key,
            "own": own[0],
            "others": tuple(f"{service.name} {name}" for name, (service, _) in others.items()),
        },
        facts=(
            key_fact(view.service, version),
            own[1],
            *(fact for service, told in others.values() for fact in (key_fact(service, version), told)),
        ),
        holders=tuple(sorted(service.name for service, _ in others.values())),
    )


@once
def _applications(state: State) -> Mapping[Address, Mapping[_Labels, ServiceName]]:
    """For each address with several applications on it all of them, each with the first Service of it."""
    found_: dict[Address, dict[_Labels, ServiceName]] = {}
    for service in sorted(state.services.values(), key=lambda one: one.name):
        for address in status_addresses(service):
            if len(state.ledger.holders(address)) > 1:
                found_.setdefault(address, {}).setdefault(_application(service), service.name)
    return {address: on_it for address, on_it in found_.items() if not _one_application(on_it)}


def _one_application(on_it: Collection[_Labels]) -> bool:
    """Whether the widest label already says that all of them are parts of the same."""
    return len({labels[0] for labels in on_it}) == 1 and all(labels[0] for labels in on_it)


def _application(service: Service) -> _Labels:
    return tuple(service.labels.get(key, "") for key in _APPLICATION)


def _unlike(one: _Labels, other: _Labels) -> bool:
    """Whether the first label that both have tells them apart."""
    both = ((a, b) for a, b in zip(one, other, strict=True) if a and b)
    first = next(both, None)
    return first is not None and first[0] != first[1]


def _unrelated(view: View) -> Iterator[Finding]:
    """SIP803: a sharer of its address belongs to another application."""
    applications = _applications(view.state)
    for address in view.held:
        if address not in applications:
            continue
        own, on_it = _application(view.service), applications[address]
        unlike = (name for labels, name in on_it.items() if _unlike(own, labels))
        names = tuple(islice(unlike, _MOST_NAMED))
        others = [view.state.services[name] for name in names]
        if others:
            yield found(
                "SIP803",
                {
                    "address": str(address),
                    "app": next(label for label in own if label),
                    "others": tuple(f"{one.name} of {_shown(one)}" for one in others),
                },
                facts=tuple(fact for one in (view.service, *others) for fact in _label_facts(one)),
                holders=names,
            )


def _shown(service: Service) -> str:
    return next(label for label in _application(service) if label)


def _label_facts(service: Service) -> Iterator[Fact]:
    for key, value in zip(_APPLICATION, _application(service), strict=True):
        if value:
            yield service_fact(service, f'metadata.labels["{key}"]', value)


def _by_luck(view: View) -> Iterator[Finding]:
    """SIP804: it shares an address that it does not ask for, and could have had another one."""
    request = view.request
    if not isinstance(request, Request):
        return  # what it asks for cannot be told, which is said as such
    for address in view.held:
        if address in request.addresses:
            continue
        holders = view.state.ledger.holders(address)
        if len(holders) < 2 or not _has_choice(view, request, address):
            continue
        first = sorted(holders)[: _MOST_NAMED + 1]
        others = tuple(name for name in first if name != view.service.name)[:_MOST_NAMED]
        yield found(
            "SIP804",
            {
                "address": str(address),
                "others": _few(others, len(holders) - 1),
                "sharers": _few(first, len(holders)),  # the same for all of them, who are told in one row
            },
            facts=(address_fact(view.service), key_fact(view.service, view.state.version)),
            holders=others,
        )


def _few(names: Sequence[ServiceName], of: int) -> tuple[str, ...]:
    more = of - len(names)
    return (*map(str, names), *([f"{more} more"] if more else []))


def _has_choice(view: View, request: Request, address: Address) -> bool:
    """Whether its pools have another address of that family to give out."""
    pools = view.state.pools.by_name
    named = pools.get(request.pool_name)
    usable = [pool for pool in pools.values() if pool.auto_assign and is_for(pool, view.service)]
    sizes = (
        size_of(range_, pool.avoid_buggy_ips)
        for pool in ([named] if named else usable)
        for range_ in pool.ranges
        if range_.family == address.family
    )
    return sum(sizes) > 1
