"""SIP109 and SIP110: a setting that MetalLB passes over without a word, for its name or its place.

A wrong name is nothing to MetalLB, which gives no event for it. Whether it matters is found out by
asking the model again, with the setting where it was meant to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubectl_sharedip.diagnose.otherwise import annotated, gains
from kubectl_sharedip.diagnose.view import View, found
from kubectl_sharedip.metallb.annotations import (
    NEW_PREFIX,
    OLD_PREFIX,
    SHARING_KEY,
    annotation_field,
    in_force,
    prefixes,
)
from kubectl_sharedip.metallb.facts import service_fact
from kubectl_sharedip.metallb.meant import READ, is_read, meant, parts, unknown
from kubectl_sharedip.metallb.outcomes import Refused
from kubectl_sharedip.metallb.refusals import NotShareable
from kubectl_sharedip.metallb.sharing import SharingRule
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.proof import Fact

SINCE = {OLD_PREFIX: "0.9.0", NEW_PREFIX: "0.14.9"}


@frozen
class _Slip:
    """A setting that is passed over; ``meant`` is the annotation that it was meant to be, if any."""

    key: str
    value: str
    meant: str | None
    fact: Fact


def unknown_annotations(view: View) -> Iterator[Finding]:
    """SIP109: an annotation under MetalLB's prefixes that this version does not know."""
    version, written = view.state.version, view.service.annotations
    slips = [_slip(view, key, written[key]) for key in sorted(written) if unknown(key, version)]
    # Whoever writes an annotation under both prefixes, for old and new versions, has it in force.
    slips = [slip for slip in slips if not _said_already(view, slip)]
    causes = _causes(view, slips)
    for slip in slips:
        prefix, name = parts(slip.key) or ("", "")
        advice = "none" if slip.meant is None else "prefix" if name in READ else "name"
        yield found(
            "SIP109",
            {
                "annotation": slip.key,
                "value": slip.value,
                "version": str(view.state.version),
                "advice": advice,
                "nearest": slip.meant or "",
                "prefix": prefix,
                "since": SINCE[prefix],
            },
            facts=(slip.fact,),
            cause=slip in causes,
            severity="error" if slip in causes else None,
        )


def annotations_as_labels(view: View) -> Iterator[Finding]:
    """SIP110: a MetalLB annotation under metadata.labels, where MetalLB does not look."""
    slips = []
    labels = view.service.labels
    for key, value in sorted(labels.items()) if any(map(is_read, labels)) else ():
        prefix, name = parts(key) or ("", "")
        if name in READ and not _selects(view, key):
            annotation = (prefix if prefix in prefixes(view.state.version) else OLD_PREFIX) + name
            fact = service_fact(view.service, f'metadata.labels["{key}"]', value)
            slips.append(_Slip(key=key, value=value, meant=annotation, fact=fact))
    slips = [slip for slip in slips if not _said_already(view, slip)]
    causes = _causes(view, slips)
    for slip in slips:
        yield found(
            "SIP110",
            {"label": slip.key, "value": slip.value, "annotation": slip.meant or ""},
            facts=(slip.fact,),
            cause=slip in causes,
        )


def _slip(view: View, key: str, value: str) -> _Slip:
    return _Slip(
        key=key,
        value=value,
        meant=meant(key, value, view.state.version),
        fact=service_fact(view.service, annotation_field(key), value),
    )


def _said_already(view: View, slip: _Slip) -> bool:
    _, name = parts(slip.meant or "") or ("", "")
    setting = in_force(view.service, name, view.state.version) if name else None
    return setting is not None and setting.value == slip.value


def _selects(view: View, label: str) -> bool:
    """Whether a pool selects Services by this label: then it is one, and meant to be."""
    allocations = (pool.resource.allocation for pool in view.state.pools.by_name.values())
    return any(
        term.key == label
        for allocation in allocations
        if allocation is not None
        for selector in allocation.service_selectors
        for term in selector
    )


def _causes(view: View, slips: Sequence[_Slip]) -> Sequence[_Slip]:
    """Those that would give the Service what it lacks, were they annotations that MetalLB reads.

    Where none does alone all of them may together: a requested address and the key to join it. A
    key that is missing only for being misplaced is one too, whatever else is in the way.
    """
    usable = [slip for slip in slips if slip.meant is not None and _is_free(view, slip.meant)]
    alone = [slip for slip in usable if _helps(view, [slip]) or _is_missing_key(view, slip)]
    if alone or len(usable) < 2:
        return alone
    return usable if _helps(view, usable) else []


def _is_missing_key(view: View, slip: _Slip) -> bool:
    refusal = view.outcome.refusal if isinstance(view.outcome, Refused) else None
    _, name = parts(slip.meant or "") or ("", "")
    return (
        view.pending
        and bool(slip.value)
        and name == SHARING_KEY
        and isinstance(refusal, NotShareable)
        and any(one.rule is SharingRule.REQUESTER_HAS_KEY for one in refusal.conflict.conflicts)
    )


def _is_free(view: View, annotation: str) -> bool:
    _, name = parts(annotation) or ("", "")
    return in_force(view.service, name, view.state.version) is None


def _helps(view: View, slips: Sequence[_Slip]) -> bool:
    written = {slip.meant: slip.value for slip in slips if slip.meant is not None}
    return gains(view, annotated(view.service, written))
