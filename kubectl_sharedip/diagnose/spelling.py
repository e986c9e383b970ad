"""SIP109 to SIP112, SIP115 to SIP117: how the Service says what it asks for."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_sharedip.diagnose.census import annotations_of, census_of, labels_of
from kubectl_sharedip.diagnose.misnamed import annotations_as_labels, unknown_annotations
from kubectl_sharedip.diagnose.near_keys import near_keys, none_near
from kubectl_sharedip.diagnose.otherwise import annotated, gains
from kubectl_sharedip.diagnose.view import Check, View, found
from kubectl_sharedip.metallb.annotations import (
    ALLOCATED_FROM,
    NEW_PREFIX,
    OLD_PREFIX,
    annotation_field,
)
from kubectl_sharedip.metallb.facts import key_fact, service_fact
from kubectl_sharedip.metallb.meant import READ, is_read, unknown
from kubectl_sharedip.metallb.requests import Request
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import parse_address
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.snapshot import Snapshot


def _deprecated(view: View) -> Iterator[Finding]:
    """SIP111: annotations under the old prefix, of which newer versions warn."""
    if not view.state.version.warns_of_old_annotations:
        return
    service = view.service
    used = [OLD_PREFIX + name for name in READ if OLD_PREFIX + name in service.annotations]
    left = [key for key in (OLD_PREFIX + ALLOCATED_FROM,) if key in service.annotations]
    if used or left:
        yield found(
            "SIP111",
            {
                "annotations": tuple(sorted(used or left)),
                "what": "used" if used else "left",
                "beside": "left" if used and left else "none",
                "left": OLD_PREFIX + ALLOCATED_FROM,
            },
            facts=tuple(
                service_fact(service, annotation_field(key), service.annotations[key])
                for key in sorted([*used, *left])
            ),
        )


def _shadowed(view: View) -> Iterator[Finding]:
    """SIP112: both prefixes are set, and the one that loses says something else."""
    if not view.state.version.reads_metallb_io:
        return
    service = view.service
    for name in READ:
        winner, loser = NEW_PREFIX + name, OLD_PREFIX + name
        value, hidden = service.annotations.get(winner), service.annotations.get(loser)
        if value is None or hidden is None or value == hidden:
            continue
        yield found(
            "SIP112",
            {
                "winner": winner,
                "value": value,
                "loser": loser,
                "hidden": hidden,
                "effect": "differs" if value else name,
            },
            facts=tuple(
                service_fact(service, annotation_field(key), text)
                for key, text in ((winner, value), (loser, hidden))
            ),
            cause=view.pending and gains(view, annotated(service, {winner: None})),
        )


def _like_an_address(view: View) -> Iterator[Finding]:
    """SIP116: the key is written like an address, and MetalLB takes it for a name."""
    if _is_like_an_address(view.key):
        yield found("SIP116", {"key": view.key}, facts=(key_fact(view.service, view.state.version),))


def _is_like_an_address(key: str) -> bool:
    if "." not in key and ":" not in key:
        return False
    address, _, length = key.strip().partition("/")
    return parse_address(address) is not None and (not length or length.isdecimal())


def _written_otherwise(view: View) -> Iterator[Finding]:
    """SIP117: a requested address is not written as MetalLB and the status show it."""
    request = view.request
    if not isinstance(request, Request) or request.text is None:
        return
    written = [item.strip() for item in request.text.split(",")]
    pairs = zip(written, map(str, request.addresses), strict=True)
    differing = [(item, shown) for item, shown in pairs if item != shown]
    if differing:
        yield found(
            "SIP117",
            {
                "written": tuple(item for item, _ in differing),
                "addresses": tuple(shown for _, shown in differing),
            },
            facts=(request.fact,) if request.fact else (),
        )


def _all_known(snapshot: Snapshot, state: State) -> bool:
    return not any(unknown(key, state.version) for key in annotations_of(state))


def _no_label_read(snapshot: Snapshot, state: State) -> bool:
    return not any(map(is_read, labels_of(state)))


def no_old_prefix(snapshot: Snapshot, state: State) -> bool:
    """Whether no Service has an annotation under the old prefix."""
    return not any(key.startswith(OLD_PREFIX) for key in annotations_of(state))


def _none_like_an_address(snapshot: Snapshot, state: State) -> bool:
    return not any(map(_is_like_an_address, census_of(state).by_key))


CHECKS: tuple[Check, ...] = (
    Check(codes=("SIP109",), look=unknown_annotations, nowhere=_all_known),
    Check(codes=("SIP110",), look=annotations_as_labels, nowhere=_no_label_read),
    Check(codes=("SIP111",), look=_deprecated, nowhere=no_old_prefix),
    Check(codes=("SIP112",), look=_shadowed, nowhere=no_old_prefix),
    Check(codes=("SIP115",), look=near_keys, nowhere=none_near),
    Check(codes=("SIP116",), look=_like_an_address, nowhere=_none_like_an_address),
    Check(codes=("SIP117",), look=_written_otherwise),
)
