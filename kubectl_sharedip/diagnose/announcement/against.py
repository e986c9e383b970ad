"""The words and the facts for what keeps nodes from announcing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kubectl_sharedip.diagnose.announcement.announced import Announced
from kubectl_sharedip.metallb.announcement import Against, Announcement, Candidate
from kubectl_sharedip.metallb.announcement_facts import (
    advertisement_fact,
    exclude_label_fact,
    labels_fact,
    network_fact,
    node_selectors_fact,
    service_selectors_fact,
)
from kubectl_sharedip.metallb.facts import service_fact
from kubectl_sharedip.model.announcement import BGPAdvertisement
from kubectl_sharedip.model.proof import Fact

_TEXT = {
    Against.SERVICE_NOT_SELECTED: "no advertisement selects the Service",
    Against.NODE_NOT_SELECTED: "no advertisement selects the node",
    Against.LOCAL_PREF_CLASH: "two advertisements differ in localPref",
    Against.NETWORK_UNAVAILABLE: "NetworkUnavailable",
    Against.EXCLUDED_BY_LABEL: "labelled exclude-from-external-load-balancers",
    Against.NO_ENDPOINT: "no endpoint",
    Against.NO_LOCAL_ENDPOINT: "no endpoint of its own",
    Against.NO_SPEAKER: "no ready speaker",
    Against.NO_PEER: "no BGP peer",
}
_PROTOCOL = {"layer2": "layer 2", "bgp": "BGP"}
MOST_NAMED = 5  # sharers of an address in one sentence
_NAMES_SHOWN = 5
_NODES_PROVEN = 10


def named(nodes: Sequence[str]) -> str:
    """Names of nodes, as many as a sentence bears."""
    rest = len(nodes) - _NAMES_SHOWN
    return ", ".join(nodes[:_NAMES_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def first_few(shown: Iterable[str], more: int) -> tuple[str, ...]:
    """MOST_NAMED or fewer that are told, and how many follow."""
    return (*shown, *([f"{more} more"] if more else []))


def reasons(announcements: Iterable[Announcement], kinds: frozenset[Against]) -> tuple[str, ...]:
    """What is against which nodes, those with one lot together; the protocol where there are two."""
    several = tuple(announcements)
    found: list[str] = []
    for one in several:
        groups: dict[str, list[str]] = {}
        for candidate in one.candidates:
            text = " and ".join(_TEXT[why] for why in candidate.against if why in kinds)
            if text:
                groups.setdefault(text, []).append(candidate.node.name)
        prefix = f"{_PROTOCOL[one.protocol]}: " if len(several) > 1 else ""
        found.extend(f"{prefix}{named(nodes)} ({text})" for text, nodes in groups.items())
    return tuple(found) or ("the cluster has no node",)


def facts_against(announced: Announced, kinds: frozenset[Against]) -> tuple[Fact, ...]:
    """The fields that are against the first nodes of each protocol, each once."""
    found: list[Fact] = []
    for one in announced.protocols:
        for candidate in one.candidates[:_NODES_PROVEN]:
            for why in candidate.against:
                if why in kinds and why in _FACTS:
                    found.extend(_FACTS[why](announced, one, candidate))
    return tuple(dict.fromkeys(found))


def _not_selected(announced: Announced, one: Announcement, candidate: Candidate) -> tuple[Fact, ...]:
    selectors = tuple(term for ad in one.advertisements for term in ad.node_selectors)
    return (
        *(node_selectors_fact(ad) for ad in one.advertisements),
        labels_fact(candidate.node, selectors),
    )


def _service_not_selected(announced: Announced, one: Announcement, candidate: Candidate) -> tuple[Fact, ...]:
    labels = ",".join(f"{key}={value}" for key, value in sorted(announced.service.labels.items()))
    return (
        *(service_selectors_fact(ad) for ad in one.of_pool),
        service_fact(announced.service, "metadata.labels", labels or None),
    )


def _clash(announced: Announced, one: Announcement, candidate: Candidate) -> tuple[Fact, ...]:
    return tuple(
        advertisement_fact(ad, "spec.localPref", str(ad.local_pref))
        for ad in one.advertisements
        if isinstance(ad, BGPAdvertisement)
    )


def _network(announced: Announced, one: Announcement, candidate: Candidate) -> tuple[Fact, ...]:
    return (network_fact(candidate.node),)


def _label(announced: Announced, one: Announcement, candidate: Candidate) -> tuple[Fact, ...]:
    return (exclude_label_fact(candidate.node),)


_FACTS: dict[Against, Callable[[Announced, Announcement, Candidate], tuple[Fact, ...]]] = {
    Against.SERVICE_NOT_SELECTED: _service_not_selected,
    Against.NODE_NOT_SELECTED: _not_selected,
    Against.LOCAL_PREF_CLASH: _clash,
    Against.NETWORK_UNAVAILABLE: _network,
    Against.EXCLUDED_BY_LABEL: _label,
}
