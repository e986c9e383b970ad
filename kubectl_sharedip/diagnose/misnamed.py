"""SIP109 and SIP110: a setting that MetalLB passes over without a word, for its name or its place.

A wrong name is nothing to MetalLB, which gives no event for it. Whether it matters is found out by
asking the model again, with the setting where it was meant to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from kubectl_sharedip.diagnose.otherwise import annotated, gains
from kubectl_sharedip.diagnose.view import View, found
from kubectl_sharedip.metallb.annotations import (
    ALLOCATED_FROM,
    NEW_PREFIX,
    OLD_PREFIX,
    REQUESTED_ADDRESSES,
    REQUESTED_POOL,
    SHARING_KEY,
    annotation_field,
    in_force,
    prefixes,
)
from kubectl_sharedip.metallb.facts import service_fact
from kubectl_sharedip.model.address import parse_address
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.proof import Fact

# What MetalLB reads of a Service. All of them are older than the oldest version that is modelled;
# only the prefix in front of them has changed.
READ = (REQUESTED_POOL, SHARING_KEY, REQUESTED_ADDRESSES)
SINCE = {OLD_PREFIX: "0.9.0", NEW_PREFIX: "0.14.9"}

_ALIKE = 0.36  # below, two names have nothing to do with each other (pool-name and address-pool have 0.38)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slip:
    """A setting that is passed over; ``meant`` is the annotation that it was meant to be, if any."""

    key: str
    value: str
    meant: str | None
    fact: Fact


def unknown_annotations(view: View) -> Iterator[Finding]:
    """SIP109: an annotation under MetalLB's prefixes that this version does not know."""
    slips = [
        _slip(view, key, value)
        for key, value in sorted(view.service.annotations.items())
        if _parts(key) is not None and not _known(view, key)
    ]
    # Whoever writes an annotation under both prefixes, for old and new versions, has it in force.
    slips = [slip for slip in slips if not _said_already(view, slip)]
    causes = _causes(view, slips)
    for slip in slips:
        prefix, name = _parts(slip.key) or ("", "")
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
    for key, value in sorted(view.service.labels.items()):
        prefix, name = _parts(key) or ("", "")
        if name in READ and not _selects(view, key):
            meant = (prefix if prefix in prefixes(view.state.version) else OLD_PREFIX) + name
            fact = service_fact(view.service, f'metadata.labels["{key}"]', value)
            slips.append(_Slip(key=key, value=value, meant=meant, fact=fact))
    slips = [slip for slip in slips if not _said_already(view, slip)]
    causes = _causes(view, slips)
    for slip in slips:
        yield found(
            "SIP110",
            {"label": slip.key, "value": slip.value, "annotation": slip.meant or ""},
            facts=(slip.fact,),
            cause=slip in causes,
        )


def _parts(key: str) -> tuple[str, str] | None:
    """Prefix and name of a MetalLB annotation, None for any other."""
    for prefix in (NEW_PREFIX, OLD_PREFIX):
        if key.startswith(prefix):
            return prefix, key.removeprefix(prefix)
    return None


def _known(view: View, key: str) -> bool:
    prefix, name = _parts(key) or ("", "")
    # MetalLB writes this one itself and never reads it: left behind by another version, it is harmless.
    return name == ALLOCATED_FROM or (name in READ and prefix in prefixes(view.state.version))


def _slip(view: View, key: str, value: str) -> _Slip:
    prefix, name = _parts(key) or ("", "")
    nearest = _nearest(name, value)
    read = prefix if prefix in prefixes(view.state.version) else OLD_PREFIX
    return _Slip(
        key=key,
        value=value,
        meant=read + nearest if nearest else None,
        fact=service_fact(view.service, annotation_field(key), value),
    )


def _nearest(name: str, value: str) -> str | None:
    alike = _alike(name)
    if alike == name:
        return name
    is_address = all(parse_address(item.strip()) is not None for item in value.split(","))
    return REQUESTED_ADDRESSES if is_address and alike in (None, REQUESTED_POOL) else alike


@lru_cache(maxsize=1000)  # the same few slips stand on many Services
def _alike(name: str) -> str | None:
    if name in READ:
        return name
    ratio, known = max((SequenceMatcher(None, name.lower(), known.lower()).ratio(), known) for known in READ)
    return known if ratio >= _ALIKE else None


def _said_already(view: View, slip: _Slip) -> bool:
    _, name = _parts(slip.meant or "") or ("", "")
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

    Where none does alone all of them may together: a requested address and the key to join it.
    """
    usable = [slip for slip in slips if slip.meant is not None and _is_free(view, slip.meant)]
    alone = [slip for slip in usable if _helps(view, [slip])]
    if alone or len(usable) < 2:
        return alone
    return usable if _helps(view, usable) else []


def _is_free(view: View, meant: str) -> bool:
    _, name = _parts(meant) or ("", "")
    return in_force(view.service, name, view.state.version) is None


def _helps(view: View, slips: Sequence[_Slip]) -> bool:
    written = {slip.meant: slip.value for slip in slips if slip.meant is not None}
    return gains(view, annotated(view.service, written))
