"""What a person may write into a Service to clear a finding, and what the cluster comes to by it.

Beside the ways of ``fix``, which has a goal and may edit others: here one Service is edited, in what
the finding names. Refuses to propose what takes a live address from anybody else, or what it cannot
foretell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import MappingProxyType

from kubectl_sharedip.metallb.edits import ServiceEdit
from kubectl_sharedip.metallb.room import conflict_on
from kubectl_sharedip.metallb.settle import Settled, held_by, settle
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.model.finding import Diagnosis, Finding
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Effect
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.possible import blocking_code
from kubectl_sharedip.plan.writings import WRITINGS, Writing

Waiting = Callable[[], frozenset[ServiceName]]

# What is wrong beside these is wrong with the cluster: the edit is right all the same, and has its
# effect once that is mended.
_PASSES = ("SIP403", None)

# A live address may go where somebody asks for another one, and in no other case.
_MAY_MOVE = ("SIP109", "SIP110", "SIP510")


@frozen
class Rewrite:
    """An edit of one Service by hand. ``effects`` are all changes of address, its own among them."""

    before: Service
    after: Service
    effects: tuple[Effect, ...]

    @property
    def own(self) -> Effect | None:
        """What becomes of its own addresses, None where they stay."""
        return next((e for e in self.effects if e.service == self.before.name), None)


Rewrites = tuple[tuple[Finding, Rewrite], ...]
"""The rewrites of one diagnosis, each with the finding that it is for."""


def rewrites_of(
    state: State, service: Service, diagnosis: Diagnosis, waiting: Waiting, *, unseen: bool
) -> Rewrites:
    """What may be written for the findings, foretold; nothing for a finding that no edit clears.

    Arguments: the view of the MetalLB that handles the Service; the Service; what is found of it;
    ``waiting`` gives what ``unrested`` gives for the state, and is asked only where it is needed;
    ``unseen``: whether there are Services that could not be read.
    """
    blocked = blocking_code(state, service, diagnosis) not in _PASSES
    if blocked or service.uid is None:
        return ()
    return tuple(
        (finding, rewrite)
        for finding in diagnosis.findings
        for rewrite in _rewrites(state, service, diagnosis.findings, finding, waiting, unseen=unseen)
    )


def _rewrites(
    state: State,
    service: Service,
    findings: Sequence[Finding],
    finding: Finding,
    waiting: Waiting,
    *,
    unseen: bool,
) -> Iterator[Rewrite]:
    write = WRITINGS.get(finding.code)
    # Of what is only untidy a Service that waits is not cleared.
    if write is None or not (finding.cause or status_addresses(service) or finding.code == "SIP510"):
        return
    alike = [one for one in findings if one.code == finding.code and one.cause and one != finding]
    for writing in write(state, service, finding, alike):
        after = _written(service, writing)
        settled = settle(state, [ServiceEdit(service=after)], waiting())
        rewrite = Rewrite(before=service, after=after, effects=tuple(_effects(state, settled)))
        if _is_fit(state, finding, writing, settled, rewrite, unseen=unseen):
            yield rewrite
            if not writing.one_of_several:
                return


def _written(service: Service, writing: Writing) -> Service:
    annotations = {**service.annotations, **writing.annotations}
    return replace(
        service,
        annotations=MappingProxyType({k: v for k, v in annotations.items() if v is not None}),
        external_traffic_policy=writing.policy or service.external_traffic_policy,
    )


def _effects(state: State, settled: Settled) -> Iterator[Effect]:
    for name in sorted({name for end in settled.ends for name in end.ledger.changed()}):
        before, after = held_by(state, name), settled.addresses(name)
        if after != (before,):
            yield Effect(service=name, before=before, after=after)


def _is_fit(
    state: State, finding: Finding, writing: Writing, settled: Settled, rewrite: Rewrite, *, unseen: bool
) -> bool:
    """Whether it does what it is for, and nobody else loses a live address by it."""
    if not settled.complete or settled.restless:
        return False
    if any(_loses(effect) for effect in rewrite.effects if effect != rewrite.own):
        return False
    name, own = rewrite.before.name, rewrite.own
    if writing.wanted:
        reached = settled.addresses(name) == (writing.wanted,)
    elif finding.code == "SIP213":
        ends = [(end, end.services[name]) for end in settled.ends]
        reached = not any(conflict_on(end, a, one) for end, one in ends for a in status_addresses(one))
    else:
        reached = () not in settled.addresses(name)
    moves = own is not None and bool(own.before)
    return reached and (not moves or (finding.code in _MAY_MOVE and not unseen and _is_meant(finding)))


def _is_meant(finding: Finding) -> bool:
    """Whether the address was asked for, or is the one to go back to: what only looks odd moves nobody."""
    return finding.cause or finding.code == "SIP510"


def _loses(effect: Effect) -> bool:
    return any(not set(effect.before) <= set(after) for after in effect.after)
