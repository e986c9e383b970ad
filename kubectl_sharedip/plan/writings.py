"""What is to be written into a Service for each finding that names it: values, nothing tried yet.

One function a family. Refuses to write over a setting that somebody else's words are in, except where
the finding is about that very setting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType

from kubectl_sharedip.metallb.annotations import (
    ALLOCATED_FROM,
    NEW_PREFIX,
    OLD_PREFIX,
    REQUESTED_ADDRESSES,
    REQUESTED_POOL,
    SHARING_KEY,
    in_force,
    prefixes,
)
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.sharing import sharing_key
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.frozen import field, frozen
from kubectl_sharedip.model.service import Service

_SET = (SHARING_KEY, REQUESTED_ADDRESSES, REQUESTED_POOL)
_MOST_POOLS = 3  # that are named as a choice: more than these nobody reads
_ALIKE = 0.75  # two names of pools that are less alike than this are those of two pools
_NONE: Mapping[str, str | None] = MappingProxyType({})


@frozen
class Writing:
    """What is changed: annotations (None takes one away), or the policy.

    ``wanted`` are the addresses that it is for, where it is for certain ones. ``one_of_several``
    says that the next one is a choice beside it, and not what to try where this one does not do.
    """

    annotations: Mapping[str, str | None] = field(default_factory=lambda: _NONE)
    policy: str | None = None
    wanted: tuple[Address, ...] = ()
    one_of_several: bool = False


Write = Callable[[State, Service, Finding, Sequence[Finding]], Iterator[Writing]]


def _renamed(state: State, service: Service, finding: Finding, alike: Sequence[Finding]) -> Iterator[Writing]:
    """SIP109: under the name that was meant; where that alone does not do, all that are misnamed.

    One whose prefix this version does not read yet stays beside it: later versions read it.
    """
    lots = [[finding], [finding, *alike]] if finding.cause and alike else [[finding]]
    for lot in lots:
        names = {_text(one, "annotation"): _text(one, "nearest") for one in lot}
        if all(meant and _is_free(state, service, meant) for meant in names.values()):
            written = {meant: service.annotations.get(wrong) for wrong, meant in names.items()}
            slips = [_text(one, "annotation") for one in lot if _text(one, "advice") == "name"]
            yield Writing(annotations={**written, **dict.fromkeys(slips, None)})


def _moved_to_annotations(
    state: State, service: Service, finding: Finding, alike: Sequence[Finding]
) -> Iterator[Writing]:
    """SIP110: as an annotation. The label stays, since somebody's selector may look at it."""
    lots = [[finding], [finding, *alike]] if finding.cause and alike else [[finding]]
    for lot in lots:
        meant = {_text(one, "annotation"): _text(one, "value") for one in lot}
        if all(_is_free(state, service, key) for key in meant):
            yield Writing(annotations=meant)


def _new_prefix(
    state: State, service: Service, finding: Finding, alike: Sequence[Finding]
) -> Iterator[Writing]:
    """SIP111: under the new prefix alone, where it is certain that this MetalLB reads it.

    An old one that says something else than the new one is SIP112's.
    """
    if not state.installation.exact:
        return
    written: dict[str, str | None] = {}
    for name in _SET:
        old, new = service.annotations.get(OLD_PREFIX + name), service.annotations.get(NEW_PREFIX + name)
        if old is not None and new in (None, old):
            written[OLD_PREFIX + name] = None
            if new is None:
                written[NEW_PREFIX + name] = old
    if OLD_PREFIX + ALLOCATED_FROM in service.annotations:
        written[OLD_PREFIX + ALLOCATED_FROM] = None
    if written:
        yield Writing(annotations=written)


def _unshadowed(
    state: State, service: Service, finding: Finding, alike: Sequence[Finding]
) -> Iterator[Writing]:
    """SIP112: what hides the one that would help is taken away; else what is hidden and does nothing.

    An empty one that hides another may be meant to, and nothing moves as long as both stay.
    """
    if finding.cause:
        yield Writing(annotations={_text(finding, "winner"): None})
    elif _text(finding, "value") and state.installation.exact:
        yield Writing(annotations={_text(finding, "loser"): None})


def _their_key(
    state: State, service: Service, finding: Finding, alike: Sequence[Finding]
) -> Iterator[Writing]:
    """SIP115: the key that is nearly its own, where that is what keeps it from an address."""
    setting = in_force(service, SHARING_KEY, state.version)
    if finding.cause and setting is not None:
        yield Writing(annotations={setting.key: _text(finding, "other_key")})


def _same_key(
    state: State, service: Service, finding: Finding, alike: Sequence[Finding]
) -> Iterator[Writing]:
    """SIP213: the key of the only one who sits there too."""
    holder = state.services.get(finding.holders[0]) if len(finding.holders) == 1 else None
    key = sharing_key(holder, state.version) if holder is not None else ""
    if key and key != sharing_key(service, state.version):
        yield Writing(annotations={_key_for(state, service, SHARING_KEY): key})


def _pool_nearby(
    state: State, service: Service, finding: Finding, alike: Sequence[Finding]
) -> Iterator[Writing]:
    """SIP113: the pool that is written almost like the one that is not there."""
    setting = in_force(service, REQUESTED_POOL, state.version)
    names = {name.lower(): name for name in sorted(state.pools.by_name, reverse=True)}
    near = get_close_matches(_text(finding, "pool").strip().lower(), names, n=1, cutoff=_ALIKE)
    if setting is not None and near:
        yield Writing(annotations={setting.key: names[near[0]]})


def _by_pool(state: State, service: Service, finding: Finding, alike: Sequence[Finding]) -> Iterator[Writing]:
    """SIP303: a request for a pool that gives addresses to whoever asks for one."""
    names = finding.values["pools"]
    key = _key_for(state, service, REQUESTED_POOL)
    for name in list(names)[:_MOST_POOLS] if isinstance(names, tuple) else ():
        if _is_free(state, service, key):
            yield Writing(annotations={key: name}, one_of_several=True)


def _back(state: State, service: Service, finding: Finding, alike: Sequence[Finding]) -> Iterator[Writing]:
    """SIP510: a request for the address that it had, while nobody has it."""
    old = finding.values["old"]
    addresses = tuple(a for text in old if (a := parse_address(text))) if isinstance(old, tuple) else ()
    asks = requested(service, state.version)
    if finding.values["old_now"] == "free" and isinstance(asks, Request) and not asks.addresses:
        key = _key_for(state, service, REQUESTED_ADDRESSES)
        yield Writing(annotations={key: ",".join(map(str, addresses))}, wanted=addresses)


def _cluster(state: State, service: Service, finding: Finding, alike: Sequence[Finding]) -> Iterator[Writing]:
    """SIP603: policy Cluster, under which a node needs no pod of its own."""
    yield Writing(policy="Cluster")


def _text(finding: Finding, name: str) -> str:
    value = finding.values[name]
    return value if isinstance(value, str) else ", ".join(value)


def _key_for(state: State, service: Service, name: str) -> str:
    """Where the setting stands, else under the prefix that the Service uses, else the newest that is read.

    Where the version is an assumption, the old prefix is the one that every version reads.
    """
    setting = in_force(service, name, state.version)
    if setting is not None:
        return setting.key
    used = [
        prefix for prefix in prefixes(state.version) for one in _SET if prefix + one in service.annotations
    ]
    newest = prefixes(state.version)[0] if state.installation.exact else OLD_PREFIX
    return next(iter(used), newest) + name


def _is_free(state: State, service: Service, key: str) -> bool:
    name = key.rpartition("/")[2]
    return in_force(service, name, state.version) is None


WRITINGS: Mapping[str, Write] = {
    "SIP109": _renamed,
    "SIP110": _moved_to_annotations,
    "SIP111": _new_prefix,
    "SIP112": _unshadowed,
    "SIP113": _pool_nearby,
    "SIP115": _their_key,
    "SIP213": _same_key,
    "SIP303": _by_pool,
    "SIP510": _back,
    "SIP603": _cluster,
}
