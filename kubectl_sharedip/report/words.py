"""The words for findings, notes and rules: templates and values joined, last of all."""

from __future__ import annotations

from collections.abc import Mapping

from kubectl_sharedip.diagnose.catalogue import CATALOGUE
from kubectl_sharedip.diagnose.catalogue.entry import Phrases
from kubectl_sharedip.model.finding import Finding, Value
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.snapshot import Note


def message(finding: Finding) -> str:
    """The finding as one sentence or two."""
    entry = CATALOGUE[finding.code]
    return _fill(entry.text, finding.values, entry.phrases)


def brief(finding: Finding) -> str:
    """The finding as a row of a table has room for."""
    entry = CATALOGUE[finding.code]
    return _fill(entry.brief or entry.text, finding.values, entry.phrases)


def note_message(note: Note) -> str:
    """The note as one sentence."""
    values = dict(note.values)
    if note.code == "SIP903":
        values["where"] = f" ({values['where']})" if values.get("where") else ""
        values["field"] = f"{values['field']}: " if values.get("field") else ""
    return _fill(CATALOGUE[note.code].text, values, {})


def fact_text(fact: Fact) -> str:
    """A fact as ``object  field = value``."""
    if fact.value is None:
        return f"{fact.object}: {fact.field} is not set"
    return f'{fact.object}: {fact.field} = "{fact.value}"'


def _fill(template: str, values: Mapping[str, Value], phrases: Phrases) -> str:
    """The template with its values; a phrase may have values of its own in it."""
    texts = {name: ", ".join(_parts(value)) for name, value in values.items()}
    for name, words in phrases.items():
        parts = _parts(values[name]) if name in values else ()
        # Only a phrase of ours has values in it: braces in what the cluster says are its own.
        texts[name] = ", ".join(words[p].format_map(texts) if p in words else p for p in parts)
    return template.format_map(texts)


def _parts(value: Value) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


RULE_TEXT = {
    "wants-address": "this address is asked for, so no other is tried",
    "address-is-held": "the address is held",
    "holder-has-key": "who holds an address must offer a sharing key, and here none is offered",
    "requester-has-key": "who joins an address must have a sharing key, and this Service has none",
    "keys-equal": "the sharing keys must be equal, byte for byte, and they are not",
    "policies-equal": (
        "sharers must have one externalTrafficPolicy (Local without a selector counts as Cluster)"
    ),
    "local-selectors-equal": "under policy Local the selectors must be equal, and they are not",
    "ports-free": "a port (protocol and number) can be held once on an address",
    "one-request": "the field and the annotation must not both ask for an address",
    "address-readable": "a requested address must be an IP address",
    "one-address-a-family": "one address can be requested, or one of each family",
    "families-equal": "requested addresses must have the families of the clusterIPs",
    "pool-owns-address": "a pool must contain the requested address",
    "one-pool-owns-both": "one pool must contain all requested addresses",
    "address-not-avoided": "a pool with avoidBuggyIPs does not give out .0 and .255",
    "address-in-requested-pool": "the requested address must lie in the requested pool",
    "pool-exists": "the requested pool must exist",
    "pool-is-for-service": "the pool's serviceAllocation must let the Service in",
    "may-share": "an address that is held can be taken only by who may share it",
    "room-in-requested-pool": "the requested pool must have an address that is free or can be joined",
    "room-in-some-pool": "some pool must have an address that is free or can be joined",
    "assigned-requested": "the requested address is free for this Service, or can be joined",
    "assigned-requested-pool": "the requested pool has an address that is free or can be joined",
    "assigned-kept-for-it": "a pool kept for this Service has an address that is free or can be joined",
    "assigned-general": "a pool for everybody has an address that is free or can be joined",
    "never-settles": "each look at it writes a status that brings the next look",
    "nothing-wakes-metallb": "the Service would get an address, and nothing has made MetalLB look since",
    "held-by-unseen": "MetalLB sees Services that could not be read here, and names what is in the way",
    "configuration-accepted": "a configuration that MetalLB does not accept is not taken into use",
    "pools-accepted": "MetalLB accepts all pools together or none",
    "controller-runs": "without its controller MetalLB assigns nothing",
    "keeps-address": "an address that the rules still allow is kept",
    "asked-for": "this address is asked for",
    "asked-for-none": "no address is asked for: MetalLB chose one, and keeps it while it may",
    "shares-by-the-rules": (
        "they may share: one key, one externalTrafficPolicy (under Local one selector), no port in common"
    ),
    "stays-at-a-look": "looked at again it keeps this: no edit that leaves all this as it is moves it",
    "has-cluster-ip": "the Service must have a clusterIP",
    "families-and-policy-agree": "the clusterIPs must fit the ipFamilyPolicy",
    "pool-is-advertised": "an L2Advertisement or a BGPAdvertisement must be for the pool, and none is",
    "node-may-announce": "a node must be selected, have a network and not be excluded by label; none is so",
    "endpoint-can-serve": "without an endpoint that can serve no node announces the address",
    "local-endpoint-can-serve": "under policy Local a node announces only with an endpoint of its own",
    "speaker-is-ready": "a node announces by MetalLB's speaker on it, and there is none that is ready",
    "peer-is-reached": "by BGP a node must have a session with a peer that the advertisement is for",
    "no-selective-sharing": (
        "after MetalLB 0.16.1 layer 2 announces no Service that has a sharing key by an advertisement that"
        " selects Services"
    ),
    "first-node-answers": (
        "of the nodes that may announce, the one whose hash with the address is the lowest answers"
    ),
    "every-node-announces": "by BGP every node that may announce does",
    "interface-is-there": "the node that answers must have one of the interfaces of the advertisement",
    "sharers-announced-alike": "each sharer is announced by the nodes that may announce it, and they differ",
    "sharers-have-same-pods": (
        "MetalLB compares the selectors under policy Local and not the pods, and the pods differ"
    ),
}
