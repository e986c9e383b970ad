"""Which causes are played on which version, and which of their remedies each time.

All remedies on all versions take half an hour. So each time are played: on the newest version one of
each form for each code that it mends; on an older one those of each file that is about this version,
since a rule or a wording is another there. ``SHAREDIP_ALL_REMEDIES=1`` plays all, and looks that
nothing is offered where nothing helps.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.real.causes import Cause, all_causes
from tests.realcluster import parts

ALL = "SHAREDIP_ALL_REMEDIES"
CAUSES = {cause.name: cause for cause in all_causes()}

Named = tuple[str, str]  # version and cause
_NEWEST = parts.METALLB_VERSIONS[0]
_Remedies = Callable[[Cause, str], Sequence[str]]
_Forms = Mapping[str, set[tuple[str, str]]]

# Before 0.15.0 a key that somebody gets wakes nobody who waits for it.
_SLEEPS_ON, _KEY_FOR_A_HOLDER = ("0.14.9", "0.13.12"), "SIP202"


def of_causes() -> list[Named]:
    """Every cause on each version that its file names, one version after the other."""
    return [(v, name) for v in parts.METALLB_VERSIONS for name, cause in CAUSES.items() if v in cause.on]


def of_fixes() -> list[Named]:
    """Those whose ``fix`` is done and taken back."""
    return list(_chosen(lambda cause, version: cause.fixes[version]))


def of_commands() -> list[Named]:
    """Those whose remedies by hand are typed."""
    chosen = _chosen(lambda cause, version: cause.by_hand[version])
    return [(version, name) for version, name in chosen if CAUSES[name].by_hand[version]]


def _chosen(remedies: _Remedies) -> Iterator[Named]:
    everything = os.environ.get(ALL) == "1"
    for version in parts.METALLB_VERSIONS:
        forms = {
            name: {
                (code, _form(text)) for code in _codes(cause, version) for text in remedies(cause, version)
            }
            for name, cause in CAUSES.items()
        }
        if everything:
            chosen = _all(forms, version)
        elif version == _NEWEST:
            chosen = _covering(forms)
        else:
            chosen = {name for name in _about(version) if forms[name]}
        yield from ((version, name) for name in CAUSES if name in chosen)


def _all(forms: _Forms, version: str) -> set[str]:
    """Every cause, but those of which it is not told how they come to rest where nothing is offered."""
    restless = {name for name, cause in CAUSES.items() if cause.expected_on(version).flaps}
    told = {name for name, cause in CAUSES.items() if version in cause.on or forms[name]}
    return told | (set(CAUSES) - restless)


def _about(version: str) -> set[str]:
    """The files that name an older version, since something is otherwise there."""
    named = {name for name, cause in CAUSES.items() if version in cause.on}
    return named | ({_KEY_FOR_A_HOLDER} if version in _SLEEPS_ON else set())


def _covering(forms: _Forms) -> set[str]:
    """Few causes which together have all forms."""
    chosen: set[str] = set()
    while left := set().union(*forms.values()) - set().union(*(forms[name] for name in chosen)):
        chosen.add(max(forms, key=lambda name: len(forms[name] & left)))  # of equals the first
    return chosen


def _codes(cause: Cause, version: str) -> set[str]:
    """What the remedies mend."""
    expected = cause.expected_on(version)
    decisive = [expected.decisive] if expected.decisive else []
    return {*(expected.causes or ()), *decisive, *([] if decisive else expected.findings)}


def _form(remedy: str) -> str:
    """What is asked for, without the names and addresses: flags and leave, or the verb of kubectl."""
    first, *words = remedy.split()
    if first in ("annotate", "label", "patch"):
        return first
    flags = [word for word in words if word.startswith("--")]
    leave = words[words.index("--allow") + 1] if "--allow" in words else ""
    return " ".join([*flags, leave])
