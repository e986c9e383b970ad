"""A renamed snapshot: every finding stays, and nothing of the originals does."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.files_room, however pytest was started

from kubectl_sharedip.diagnose.pool_findings import pool_findings
from kubectl_sharedip.diagnose.run import diagnose
from kubectl_sharedip.diagnose.said import agrees
from kubectl_sharedip.files.kept import kept
from kubectl_sharedip.files.redact import redacted
from kubectl_sharedip.files.redact.addresses import Addresses
from kubectl_sharedip.files.redact.keys import Keys
from kubectl_sharedip.files.redact.names import Names
from kubectl_sharedip.intake.installations import Given
from kubectl_sharedip.intake.snapshot import build_snapshot
from kubectl_sharedip.inventory.room import rooms
from kubectl_sharedip.metallb.decide import decide
from kubectl_sharedip.metallb.installed import state_for, states
from kubectl_sharedip.metallb.outcomes import Assigned, Refused
from kubectl_sharedip.metallb.predict import predict
from kubectl_sharedip.metallb.ranges import read_entry
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.metallb.versions import NEWEST_KNOWN
from kubectl_sharedip.model.address import parse_address
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.raw import Origin, RawCluster, RawDocument
from kubectl_sharedip.model.snapshot import Snapshot
from tests.files_room.any_cluster import ADDRESSES, ENTRIES, KEYS, NAMESPACES, any_cluster

_NO_LIMITS = Given(namespace=None, version=None, lb_class=None, newest_known=NEWEST_KNOWN)


@dataclass(frozen=True)
class Seen:
    """One reading, looked at."""

    snapshot: Snapshot
    views: tuple[State, ...]


def seen(raw: RawCluster) -> Seen:
    snapshot = predict(build_snapshot(raw, _NO_LIMITS)).snapshot
    return Seen(snapshot, states(snapshot))


def structure(finding: Finding) -> tuple[object, ...]:
    """All of a finding but the names in it."""
    return (
        *(finding.code, finding.severity, finding.certain, finding.decisive, finding.cause),
        *(len(finding.holders), [(fact.object.kind, fact.value is None) for fact in finding.facts]),
    )


def told(one: Seen) -> Iterator[object]:
    """What is found of each Service and pool, in the order of their names."""
    for name in sorted(one.snapshot.services):
        service = one.snapshot.services[name]
        state = state_for(one.views, service)
        outcome = decide(state, service) if state is not None else None
        diagnosis = diagnose(one.snapshot, one.views, service, outcome)
        yield [structure(finding) for finding in diagnosis.findings]
        yield diagnosis.skipped
        yield [note.code for note in diagnosis.notes]
        yield type(outcome), len(status_addresses(service))
        event = outcome.event if isinstance(outcome, Assigned | Refused) else None
        held = status_addresses(service)
        yield [agrees(e, event, held) for e in one.snapshot.events if e.service == name]
    for room in rooms(one.snapshot, one.views):
        yield [(count.size, count.used, count.shared, count.sharers) for count in room.counts]
        yield [structure(finding) for finding in pool_findings(one.snapshot, one.views, room)]
    yield sorted(note.code for note in one.snapshot.notes)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_cluster())
def test_every_finding_stays(raw: RawCluster) -> None:
    after = redacted(raw, metallb_namespace="metallb-system")

    assert list(told(seen(after))) == list(told(seen(raw)))
