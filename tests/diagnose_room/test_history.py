"""What real controllers said, step by step: an address is called lost only where it was held before."""

from __future__ import annotations

import json
import lzma
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.diagnose_room, however pytest was started

from kubectl_sharedip.diagnose.moved import CHECKS
from kubectl_sharedip.diagnose.view import view_of
from kubectl_sharedip.metallb.decide import decide
from kubectl_sharedip.metallb.settle import held_by
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.event import Event
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.snapshot import Snapshot, Source
from tests.worlds.course import Course, service_name
from tests.worlds.world import VERSIONS

RECORDINGS = Path(__file__).parents[1] / "recordings"
WORLDS = 80
# Within a step a recording keeps no order. What takes an address away comes before what gives one.
_IN_A_STEP = ("ClearAssignment", "AllocationFailed", "IPAllocated")

Json = dict[str, Any]
Texts = dict[tuple[str, str], int]


def _plays(version: str) -> Iterator[Json]:
    with lzma.open(RECORDINGS / f"{version}.jsonl.xz", "rt") as lines:
        for line in islice(lines, WORLDS):
            yield json.loads(line)


def _steps(row: Json) -> Iterator[tuple[Json, State]]:
    """What was seen after each step, with the state that shows it, as far as the model has one."""
    course = Course(row["world"])
    now = course.start
    for number, seen in enumerate(row["plays"][0]):
        ends = (end for end in course.after(now, number)[1].ends if _shows(end, seen))
        found = next(ends, None)
        if found is None:
            return
        now = found
        yield seen, now


def _shows(end: State, seen: Json) -> bool:
    held = {name: [str(a) for a in held_by(end, service_name(name))] for name in seen["services"]}
    return held == {name: shown for name, (shown, _) in seen["services"].items()}


def _place(event: list[Any]) -> int:
    return _IN_A_STEP.index(event[0])


def _with_events(state: State, said: dict[ServiceName, Texts]) -> Snapshot:
    """The state as the API shows it, each step a minute after the one before."""
    events = tuple(
        Event(
            service=name,
            reason=reason,
            type="Normal",
            message=text,
            last_seen=f"2026-01-05T10:{step:02}:00Z",
            component="metallb-controller",
        )
        for name in sorted(said)
        for (reason, text), step in said[name].items()
    )
    return Snapshot(
        services=dict(state.services),
        pools=(),
        namespaces={},
        events=events,
        installations=(state.installation,),
        read=frozenset(),
        not_read=(),
        source=Source(context=None, server=None, files=(), taken_at=None, kubernetes=None),
        notes=(),
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_an_address_that_is_called_lost_was_held(version: str) -> None:
    told = 0
    for row in _plays(version):
        said: dict[ServiceName, Texts] = defaultdict(dict)
        past: dict[ServiceName, set[str]] = defaultdict(set)
        for step, (seen, state) in enumerate(_steps(row)):
            for name, events in seen["events"].items():
                texts = said[service_name(name)]
                for reason, text, _ in sorted((e for e in events if e[0] in _IN_A_STEP), key=_place):
                    texts.pop((reason, text), None)
                    texts[reason, text] = step
            for gone in set(said) - set(state.services):
                del said[gone]
                past.pop(gone, None)
            snapshot = _with_events(state, said)
            for name, service in state.services.items():
                view = view_of(snapshot, state, service, decide(state, service))
                held = {str(address) for address in held_by(state, name)}
                for finding in (f for check in CHECKS if check.concerns(view) for f in check.look(view)):
                    told += 1
                    old = set(finding.values["old"])
                    assert old <= past[name] - held, (row["world"]["seed"], step, name)
                past[name] |= held
    assert told > 10
