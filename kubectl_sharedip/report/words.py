"""The words for findings, notes and rules: templates and values joined, last of all."""

from __future__ import annotations

from collections.abc import Mapping

from kubectl_sharedip.diagnose.catalogue import CATALOGUE
from kubectl_sharedip.model.finding import Finding, Value
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.snapshot import Note


def message(finding: Finding) -> str:
    """The finding as one sentence or two."""
    return _fill(CATALOGUE[finding.code].text, finding.values)


def brief(finding: Finding) -> str:
    """The finding as a row of a table has room for."""
    entry = CATALOGUE[finding.code]
    return _fill(entry.brief or entry.text, finding.values)


def note_message(note: Note) -> str:
    """The note as one sentence."""
    values = dict(note.values)
    if note.code == "SIP903":
        values["where"] = f" ({values['where']})" if values.get("where") else ""
        values["field"] = f"{values['field']}: " if values.get("field") else ""
    return _fill(CATALOGUE[note.code].text, values)


def fact_text(fact: Fact) -> str:
    """A fact as ``object  field = value``."""
    if fact.value is None:
        return f"{fact.object}: {fact.field} is not set"
    return f'{fact.object}: {fact.field} = "{fact.value}"'


def _fill(template: str, values: Mapping[str, Value]) -> str:
    texts = {name: value if isinstance(value, str) else ", ".join(value) for name, value in values.items()}
    return template.format_map(texts)


RULE_TEXT = {
    "wants-address": "it asks for this address only, so no other is tried",
    "address-is-held": "the address is held",
    "holder-has-key": "the holder must offer a sharing key, and it offers none",
    "requester-has-key": "whoever joins must have a sharing key, and it has none",
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
    "assigned-requested": "the requested address is free for it, or can be joined",
    "assigned-requested-pool": "the requested pool has an address that is free or can be joined",
    "assigned-kept-for-it": "a pool that is kept for it has an address that is free or can be joined",
    "assigned-general": "a pool for everybody has an address that is free or can be joined",
    "nothing-wakes-metallb": "it would be assigned, and nothing has made MetalLB look at it since",
    "pools-accepted": "MetalLB accepts all pools together or none",
    "controller-runs": "without its controller MetalLB assigns nothing",
    "has-cluster-ip": "the Service must have a clusterIP",
    "families-and-policy-agree": "the clusterIPs must fit the ipFamilyPolicy",
}
