"""Random clusters: whatever is said of a Pending Service is one story, and clearing it is enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from kubectl_sharedip.diagnose.catalogue import CATALOGUE
from kubectl_sharedip.diagnose.environments import USUAL
from kubectl_sharedip.diagnose.habits import habits
from kubectl_sharedip.diagnose.run import diagnose
from kubectl_sharedip.metallb.decide import decide
from kubectl_sharedip.metallb.edits import PoolsEdit
from kubectl_sharedip.metallb.outcomes import Assigned, OneOf, Refused
from kubectl_sharedip.metallb.state import State, state_of
from kubectl_sharedip.model.finding import Diagnosis
from kubectl_sharedip.model.pool import NamespaceLabels, PoolResource
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Snapshot, Source
from tests.diagnose_room.clearing import CLEARED, cleared
from tests.worlds.course import Course
from tests.worlds.generate import generate
from tests.worlds.world import NAMESPACES, VERSIONS

WORLDS, CHUNKS = 80, 4
HABITS = habits(USUAL)
FIRST_SEED = 90_001  # worlds that no recording has

# What one Service cannot be at once.
NEVER_TOGETHER = (
    {"SIP301", "SIP302", "SIP303", "SIP304", "SIP305", "SIP306", "SIP307", "SIP308"},
    {"SIP501", "SIP301", "SIP302", "SIP303", "SIP304", "SIP305", "SIP306", "SIP307"},
    {"SIP508", "SIP509", "SIP504", "SIP213"},
    {"SIP405", "SIP501"},
)

Seen = tuple[Snapshot, State, Service, Diagnosis]


@cache
def _looked_at(version: str, chunk: int) -> tuple[Seen, ...]:
    return tuple(_every_diagnosis(version, chunk))


def _every_diagnosis(version: str, chunk: int) -> Iterator[Seen]:
    """Each Service after each step of some worlds, each answer once a world."""
    for seed in range(FIRST_SEED + chunk, FIRST_SEED + WORLDS, CHUNKS):
        course = Course(generate(version, seed))
        now = course.start
        pools = tuple(pool.resource for pool in now.pools.by_name.values())
        namespaces: Mapping[str, NamespaceLabels] = {
            name: NamespaceLabels(name=name, labels={}) for name in NAMESPACES
        }
        met = set()
        for number, edit in enumerate(course.edits):
            now = course.after(now, number)[1].ends[0]
            if isinstance(edit, PoolsEdit):
                pools, namespaces = edit.pools, edit.namespaces
            snapshot = _snapshot(now, pools, namespaces)
            state = state_of(snapshot, now.installation)
            for service in snapshot.services.values():
                diagnosis = diagnose(snapshot, (state,), service, beside=HABITS)
                if repr(diagnosis) not in met:
                    met.add(repr(diagnosis))
                    yield snapshot, state, service, diagnosis


def _snapshot(
    state: State, pools: tuple[PoolResource, ...], namespaces: Mapping[str, NamespaceLabels]
) -> Snapshot:
    """What the API would show of this state, all of it read."""
    return Snapshot(
        services=dict(state.services),
        pools=pools,
        namespaces=namespaces,
        events=(),
        installations=(state.installation,),
        read=frozenset(row for entry in CATALOGUE.values() for row in entry.reads),
        not_read=(),
        source=Source(context=None, server=None, files=(), taken_at=None, kubernetes=None),
        notes=(),
    )


each_chunk = pytest.mark.parametrize(
    ("version", "chunk"), [(version, chunk) for version in VERSIONS for chunk in range(CHUNKS)]
)


@each_chunk
def test_one_decisive_finding_and_it_is_the_one_of_the_proof(version: str, chunk: int) -> None:
    refused = 0
    for _, state, service, diagnosis in _looked_at(version, chunk):
        decisive = [finding for finding in diagnosis.findings if finding.decisive]
        if service.type != "LoadBalancer" or service.ingress:
            assert not decisive
            continue
        assert len(decisive) == 1, diagnosis
        assert any(finding.cause for finding in diagnosis.findings)
        outcome = decide(state, service)
        if isinstance(outcome, Refused):
            refused += 1
            assert decisive[0].proof is not None
            assert decisive[0].severity == "error"
        else:
            assert decisive[0].code == "SIP501"
    assert refused > 10


@each_chunk
def test_clearing_every_cause_gets_it_assigned(version: str, chunk: int) -> None:
    cleared_ones = 0
    for snapshot, _, service, diagnosis in _looked_at(version, chunk):
        causes = [one for one in diagnosis.findings if one.cause and one.severity == "error"]
        codes = [finding.code for finding in causes]
        if service.ingress or not set(codes) <= CLEARED.keys() or not causes:
            continue  # what no edit of these objects clears, or nothing to clear
        after = cleared(snapshot, service.name, causes)
        state = state_of(after, snapshot.installations[0])
        outcome = decide(state, after.services[service.name])
        assert isinstance(outcome, Assigned | OneOf), (codes, service, outcome)
        cleared_ones += 1
    assert cleared_ones > 10


@each_chunk
def test_an_answer_does_not_depend_on_how_many_are_asked_about(version: str, chunk: int) -> None:
    for snapshot, state, service, diagnosis in _looked_at(version, chunk):
        assert diagnose(snapshot, (state,), service, beside=HABITS, many=True) == diagnosis


@each_chunk
def test_nothing_that_is_said_contradicts_the_rest(version: str, chunk: int) -> None:
    for _, _, service, diagnosis in _looked_at(version, chunk):
        codes = {finding.code for finding in diagnosis.findings}
        for together in NEVER_TOGETHER:
            assert len(codes & together) < 2, (service, codes)
        assert len([f for f in diagnosis.findings if f.decisive]) <= 1
