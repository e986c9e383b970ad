"""SIP115: two sharing keys that were probably meant to be one.

MetalLB compares keys byte by byte and says nothing of a near miss. Which of the two is the slip
cannot be seen, so whoever has either is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations

from kubectl_sharedip.diagnose.census import Census, census_of, folded
from kubectl_sharedip.diagnose.otherwise import annotated, gains
from kubectl_sharedip.diagnose.view import View, found
from kubectl_sharedip.metallb.annotations import SHARING_KEY, in_force
from kubectl_sharedip.metallb.facts import key_fact
from kubectl_sharedip.metallb.requests import Request
from kubectl_sharedip.metallb.sharing import sharing_key
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.same import once
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Snapshot

_MOST_NAMED = 3
_LONGEST = 128  # characters; nobody mistypes one letter of a text that long by hand
_FEWEST_IN_COMMON = 2  # characters: "a" and "b" differ by one, and are nothing like each other


def near_keys(view: View) -> Iterator[Finding]:
    """One finding for each key that nearly is the Service's own, with the Services that have it."""
    if view.key not in _with_another_near(view.state):
        return
    setting = in_force(view.service, SHARING_KEY, view.state.version)
    assert setting is not None  # it has a key
    census = census_of(view.state)
    for key, others in sorted(_near(view, census, setting.value).items()):
        joined = annotated(view.service, {setting.key: key})
        named = others[:_MOST_NAMED]
        yield found(
            "SIP115",
            {
                "key": setting.value,
                "other_key": key,
                "others": tuple(str(other.name) for other in named),
                "more": _more(len(others) - len(named)),
                "count": str(len(others) - len(named)),
            },
            facts=tuple(key_fact(one, view.state.version) for one in (view.service, *named)),
            holders=tuple(other.name for other in named),
            cause=view.pending and gains(view, joined),
        )


def none_near(snapshot: Snapshot, state: State) -> bool:
    """Whether no key of the State has another one near it."""
    return not _with_another_near(state)


def _more(count: int) -> str:
    return "more" if count else "none"


def _near(view: View, census: Census, key: str) -> dict[str, tuple[Service, ...]]:
    near = {other: census.by_key[other] for other in census.alike.get(folded(key), ()) if other != key}
    request, apart = view.request, _one_apart_on(view.state)
    for address in request.addresses if isinstance(request, Request) else ():
        near.update({other: census.by_key[other] for other in apart.get(address, {}).get(key, ())})
    return near


@once
def _with_another_near(state: State) -> frozenset[str]:
    """The keys of the State that have another one near them, whoever asks for what."""
    alike = (key for keys in census_of(state).alike.values() if len(keys) > 1 for key in keys)
    return frozenset([*alike, *(key for pairs in _one_apart_on(state).values() for key in pairs)])


@once
def _one_apart_on(state: State) -> Mapping[Address, Mapping[str, tuple[str, ...]]]:
    """For each requested address the keys of those who ask for it, with those that are one apart."""
    found = {}
    for address, services in census_of(state).asking.items():
        keys = {key for service in services if (key := sharing_key(service, state.version))}
        pairs = _pairs(sorted(key for key in keys if len(key) <= _LONGEST))
        if pairs:
            found[address] = pairs
    return found


def _pairs(keys: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Each key that has one, with the keys one character from it.

    Two such keys become the same when at most one character is left out of each, so that only
    those have to be compared.
    """
    shortened: dict[str, list[str]] = {}
    for key in keys if len(keys) > 1 else ():
        for text in {key, *(key[:place] + key[place + 1 :] for place in range(len(key)))}:
            shortened.setdefault(text, []).append(key)
    near: dict[str, set[str]] = {}
    for alike in shortened.values():
        for left, right in permutations(alike, 2):
            if _one_apart(left, right):
                near.setdefault(left, set()).add(right)
    return {key: tuple(sorted(others)) for key, others in near.items()}


def _one_apart(left: str, right: str) -> bool:
    """Whether one character, and no digit, was changed, left out or added.

    Digits count things (web1, web2), so keys that differ in one are meant to.
    """
    short, long = sorted((left, right), key=len)
    if left == right or len(long) - len(short) > 1 or len(long) - 1 < _FEWEST_IN_COMMON:
        return False
    start = next((place for place, one in enumerate(short) if one != long[place]), len(short))
    changed = len(short) == len(long)
    if short[start + changed :] != long[start + 1 :]:
        return False
    differing = long[start] + (short[start] if changed else "")
    return not any(character.isdigit() for character in differing)
