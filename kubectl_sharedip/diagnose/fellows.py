"""SIP208 to SIP212: who else has its key, or may come to have its address."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_sharedip.diagnose.census import census_of
from kubectl_sharedip.diagnose.rivals import rivals
from kubectl_sharedip.diagnose.unseen_holder import is_partly_seen, unseen_holder
from kubectl_sharedip.diagnose.view import Check, View, found
from kubectl_sharedip.metallb.facts import key_fact
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.snapshot import Snapshot

_MOST_NAMED = 6


def _across_namespaces(view: View) -> Iterator[Finding]:
    """SIP208: the key is used in several namespaces, and whoever knows it can join."""
    key = view.key
    spread = census_of(view.state).spread.get(key, ())
    if len(spread) < 2:
        return
    # The same for all with the key, who are told of in one row.
    named = spread[:_MOST_NAMED]
    others = [one for one in named if one.name.namespace != view.service.name.namespace]
    yield found(
        "SIP208",
        {
            "key": key,
            "namespaces": tuple(one.name.namespace for one in named),
            "more": "more" if len(spread) > len(named) else "none",
            "count": str(len(spread) - len(named)),
        },
        facts=tuple(key_fact(one, view.state.version) for one in (view.service, *others)),
    )


def _alone_with_its_key(view: View) -> Iterator[Finding]:
    """SIP210: nobody else has the key."""
    key = view.key
    if len(census_of(view.state).by_key.get(key, ())) == 1:
        yield found("SIP210", {"key": key}, facts=(key_fact(view.service, view.state.version),))


def _none_spread(snapshot: Snapshot, state: State) -> bool:
    return all(len(services) < 2 for services in census_of(state).spread.values())


def _none_alone(snapshot: Snapshot, state: State) -> bool:
    return all(len(services) > 1 for services in census_of(state).by_key.values())


CHECKS: tuple[Check, ...] = (
    Check(codes=("SIP208",), look=_across_namespaces, nowhere=_none_spread),
    Check(codes=("SIP210",), look=_alone_with_its_key, nowhere=_none_alone),
    Check(codes=("SIP211",), look=rivals),
    Check(codes=("SIP212",), look=unseen_holder, of="pending", arises=is_partly_seen),
)
