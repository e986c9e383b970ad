"""What a Service may have for a while, after some edits of a way and before the others.

A way foretells the end. On the way there MetalLB may give a Service an address that it does not keep,
or take one that it gets back; whoever does not know that takes it for somebody else's doing, and stops
half-way. It refuses to weigh that: it is no reason for another way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kubectl_sharedip.metallb.edits import ServiceEdit
from kubectl_sharedip.metallb.looks import MOST_ENDS, identity
from kubectl_sharedip.metallb.settle import held_by, settle, unrested
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.edited import EDITABLE, edited
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Effect, Way
from kubectl_sharedip.model.service import Service

_Lists = dict[ServiceName, dict[tuple[Address, ...], None]]


def with_between(way: Way, views: Sequence[State]) -> Way:
    """The way with what each Service may have between its edits; ``views`` are those of each MetalLB."""
    if len(way.edits) < 2:
        return way
    effects = [effect for state in views for effect in _of_one(state, way.edits)]
    return replace(way, between=tuple(sorted(effects, key=lambda effect: effect.service)))


def _of_one(state: State, edits: Sequence[Edit]) -> Iterator[Effect]:
    theirs = [edit for edit in edits if edit.service in state.services]
    if len(theirs) < 2:
        return
    waiting = unrested(state) | {edit.service for edit in theirs}
    found: _Lists = {}
    ends: list[State] = [state]
    latest: dict[ServiceName, Service] = {}
    for edit in theirs[:-1]:
        service = latest.get(edit.service, state.services[edit.service])
        # The port of the health check decides nothing: it comes and goes with the policy.
        known = [
            o for o in edit.operations if o.path[:2] == ("metadata", "annotations") or o.path in EDITABLE
        ]
        latest[edit.service] = edited(service, known)
        after = [settle(end, [ServiceEdit(service=latest[edit.service])], waiting) for end in ends]
        distinct = {identity(one): one for settled in after for one in settled.ends}
        ends = list(distinct.values())[:MOST_ENDS]
        for end in ends:
            for name in end.ledger.changed():
                found.setdefault(name, {})[held_by(end, name)] = None
    for name, lists in found.items():
        yield Effect(service=name, before=held_by(state, name), after=tuple(lists))
