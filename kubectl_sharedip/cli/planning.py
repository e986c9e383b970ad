"""The plans for some Services, and their document. It refuses to act, to ask and to print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kubectl_sharedip.cli.announced_after import advertisements, as_it_comes_out
from kubectl_sharedip.cli.announced_plan import announced_with
from kubectl_sharedip.cli.carry_out import cluster_uid
from kubectl_sharedip.cli.naming import pending
from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.diagnose.owners import behind
from kubectl_sharedip.diagnose.run import diagnose
from kubectl_sharedip.metallb.installed import state_for
from kubectl_sharedip.metallb.settle import held_by, unrested
from kubectl_sharedip.metallb.sharing import sharing_key
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.allowance import Allowance
from kubectl_sharedip.model.finding import Diagnosis, Finding
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Goal, Plan, Way
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.asking import with_requested_addresses
from kubectl_sharedip.plan.joint import all_of, make_joint
from kubectl_sharedip.plan.make import no_plan
from kubectl_sharedip.plan.possible import blocking_code, unseen
from kubectl_sharedip.plan.rewrites import Rewrites, rewrites_of
from kubectl_sharedip.report.plan import PlanFor, Together, plan_document
from kubectl_sharedip.report.remedies import remedies_of

_MOST_NAMED = 10  # Services with the same key elsewhere: more than these nobody reads


@frozen
class Planned:
    """A plan for each Service, and the one way that does all of them; None: nothing is to be done.

    ``document`` is that of a plan that was saved, None where it is still to be made.
    """

    plans: tuple[Plan, ...]
    diagnoses: Mapping[ServiceName, Diagnosis]
    way: Way | None
    relied_on: tuple[Fact, ...]
    document: dict[str, Any] | None = None

    @property
    def ways(self) -> tuple[Way, ...]:
        """Every way that is shown: the one that does all of it, and those that are listed."""
        chosen = () if self.way is None else (self.way,)
        return (*chosen, *(way for plan in self.plans for way in plan.ways))

    @property
    def feasible(self) -> bool:
        """Whether each Service has a plan."""
        return all(plan.chosen is not None for plan in self.plans)


def planned(reading: Reading, goals: Sequence[Goal], allowed: Sequence[Allowance]) -> Planned:
    """The plans for these goals under these allowances, made together where one MetalLB serves them."""
    services = reading.snapshot.services
    diagnoses = {
        goal.service: diagnose(reading.snapshot, reading.views, services[goal.service]) for goal in goals
    }
    plans: dict[ServiceName, Plan] = {}
    ways: list[Way] = []
    facts: list[Fact] = []
    for state in (*reading.views, None):
        theirs = [g for g in goals if state_for(reading.views, services[g.service]) is state]
        able = []
        for goal in theirs:
            code = _code(state, services[goal.service], diagnoses[goal.service])
            if code is None:
                able.append(goal)
            else:
                plans[goal.service] = no_plan(goal, code)
        if state is not None and able:
            dark, announcing = unseen(reading.snapshot), advertisements(reading)
            joint = make_joint(state, able, allowed, unseen=dark, announcing=announcing)
            plans.update((plan.goal.service, plan) for plan in joint.plans)
            ways.extend([joint.way] if joint.way is not None else [])
            facts.extend(joint.relied_on)
    return Planned(
        plans=tuple(plans[goal.service] for goal in goals),
        diagnoses=diagnoses,
        way=all_of(ways),
        relied_on=tuple(dict.fromkeys(facts)),
    )


def _code(state: State | None, service: Service, diagnosis: Diagnosis) -> str | None:
    """What rules any plan out; where no MetalLB handles the Service, the first thing that is found."""
    if state is not None:
        return blocking_code(state, service, diagnosis)
    return diagnosis.findings[0].code if diagnosis.findings else "SIP401"


def document_of(reading: Reading, made: Planned, result: dict[str, Any] | None) -> dict[str, Any]:
    """The Plan document, with what came of it where it was done."""
    context = PlanFor(
        uid=cluster_uid(reading),
        diagnoses=made.diagnoses,
        same_key=dict(_same_key(reading, made)),
        notes=reading.notes,
        result=result,
        closed={plan.goal.service: tuple(_closed(reading, plan)) for plan in made.plans},
        by_hand=dict(_by_hand(reading, made)),
        beside=(*_beside(reading, made), *_silent(reading, made)),
        announced=lambda way: announced_with(reading, way),
        together=Together(way=made.way, relied_on=made.relied_on),
    )
    first = reading.snapshot.services.get(made.plans[0].goal.service) if made.plans else None
    state = state_for(reading.views, first) if first is not None else None
    return plan_document(reading.snapshot, state, made.plans, context, reading.flags)


def _closed(reading: Reading, plan: Plan) -> Iterator[Finding]:
    """The rules that close an address that was asked for: found by having the Service request it."""
    service = reading.snapshot.services[plan.goal.service]
    state = state_for(reading.views, service)
    if plan.chosen is not None or plan.blocked or not plan.goal.addresses or state is None:
        return
    asking = replace(with_requested_addresses(state, service, plan.goal.addresses, None), ingress=())
    findings = diagnose(reading.snapshot, reading.views, asking).findings
    yield from sorted((f for f in findings if f.cause or f.decisive), key=lambda f: not f.decisive)


def _by_hand(reading: Reading, made: Planned) -> Iterator[tuple[ServiceName, list[tuple[str, str]]]]:
    """What only a person can change, where there is no way at all for a Service that waits."""
    for plan in made.plans:
        service = reading.snapshot.services[plan.goal.service]
        if plan.chosen is None and not (plan.ways or plan.goal.addresses) and pending([service]):
            yield service.name, _hands(reading, service, made.diagnoses[service.name])


def _hands(reading: Reading, service: Service, diagnosis: Diagnosis) -> list[tuple[str, str]]:
    state = state_for(reading.views, service)
    rewrites: Rewrites = ()
    if state is not None:
        dark = unseen(reading.snapshot)
        rewrites = rewrites_of(state, service, diagnosis, lambda: unrested(state), unseen=dark)
    lists = remedies_of(diagnosis, None, reading.flags, state=state, waits=True, rewrites=rewrites)
    return list(dict.fromkeys((one["summary"], one["command"]) for each in lists for one in each))


def _beside(reading: Reading, made: Planned) -> Iterator[Finding]:
    """Whose the edited Services are: each edit that lasts is shown with the place to make it at.

    So is each that a way would make to what somebody puts back, where that way may not be gone.
    """
    ways = [made.way] if made.way else [w for plan in made.plans for w in plan.ways if "owned" in w.needs]
    lasting = {edit.service for way in ways for edit in way.edits if not edit.wakes_only}
    for name in sorted(lasting):
        yield from (replace(one, severity="warning") for one in behind(reading.snapshot.services[name]))


def _silent(reading: Reading, made: Planned) -> Iterator[Finding]:
    """SIP607 of each Service that will be so and is not yet: with a key layer 2 may not announce it."""
    for name in sorted({edit.service for edit in (made.way.edits if made.way else ())}):
        before = reading.snapshot.services[name]
        after = as_it_comes_out(before, made.way)
        yield from (one for one in _silences(reading, after) if one not in _silences(reading, before))


def _silences(reading: Reading, service: Service) -> list[Finding]:
    return [f for f in diagnose(reading.snapshot, reading.views, service).findings if f.code == "SIP607"]


def _same_key(reading: Reading, made: Planned) -> Iterator[tuple[ServiceName, list[ServiceName]]]:
    """Where nothing is to be done: who has the same key and none of the addresses."""
    for plan in made.plans:
        service = reading.snapshot.services[plan.goal.service]
        state = state_for(reading.views, service)
        if state is None or plan.chosen is None or plan.chosen.edits or plan.goal.separate:
            continue
        key, held = sharing_key(service, state.version), set(held_by(state, service.name))
        if not key or not held:
            continue
        others = (
            other.name
            for other in state.services.values()
            if other.name != service.name
            and other.type == "LoadBalancer"
            and sharing_key(other, state.version) == key
            and held.isdisjoint(held_by(state, other.name))
        )
        yield service.name, sorted(others)[:_MOST_NAMED]
