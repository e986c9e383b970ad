"""The program's own planning on what was recorded: no cluster, no command line, the same plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import get_args

from kubectl_sharedip.apply.journal_record import JournalRecord, Progress
from kubectl_sharedip.apply.journal_record import State as SentState
from kubectl_sharedip.apply.undoing import plan_undo
from kubectl_sharedip.cli.carry_out import service_bodies
from kubectl_sharedip.cli.planning import Planned, planned
from kubectl_sharedip.cli.reading import Reading, reading_of
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.model.given import GivenPlan, way_of
from kubectl_sharedip.model.journal import JournalCluster
from kubectl_sharedip.model.plan import Plan, Way
from kubectl_sharedip.model.raw import NotRead, NotReadReason, Origin, RawCluster, RawDocument
from kubectl_sharedip.report.plan import PlanFor, plan_document
from tests.worlds.course import service_name
from tests.worlds.world import Json

from .asks import goals_for, leave_of
from .world import Ask, Read, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """A plan as a document tells it: ``edits`` and ``effects``; both empty where there is none."""

    edits: list[Json]
    effects: list[Json]


def kept(raw: RawCluster) -> Read:
    """A reading of a cluster, as a row has it: without the place that it came from."""
    return Read(
        read=sorted(raw.read),
        not_read=[[gap.resource, gap.namespace, gap.reason] for gap in raw.not_read],
        taken_at=raw.taken_at,
        kubernetes=raw.kubernetes,
        objects=[dict(document.body) for document in raw.documents],
    )


def read_again(read: Read) -> Reading:
    """What the program makes of these documents."""
    raw = RawCluster(
        documents=tuple(RawDocument(body=body, origin=Origin()) for body in read["objects"]),
        read=frozenset(read["read"]),
        not_read=tuple(map(_gap, read["not_read"])),
        taken_at=read["taken_at"],
        kubernetes=read["kubernetes"],
    )
    return reading_of(Request(), raw, scope=None, default="default", connection=None)


def plan_for(reading: Reading, ask: Ask) -> Planned:
    """The plan of ``fix``."""
    return planned(reading, goals_for(reading, ask), leave_of(ask))


def foretold(reading: Reading, way: Way | None) -> Foretold:
    """What the document of this plan says."""
    if way is None:
        return Foretold(edits=[], effects=[])
    context = PlanFor(uid=None, diagnoses={}, same_key={}, notes=(), result=None)
    plan = Plan(goal=way.goal, chosen=way, ways=(), blocked=(), relied_on=())
    document = plan_document(reading.snapshot, None, [plan], context, reading.flags)
    return Foretold(edits=document["edits"], effects=document["effects"])


def undo_plan(reading: Reading, way: Way, row: Row) -> tuple[Reading, GivenPlan]:
    """What ``undo`` reads after the ``fix``, and its plan.

    Arguments: what was read before the ``fix``; its way; the row.
    """
    before = service_bodies(reading)
    after = read_again(
        {**row["before"], "objects": list(_changed(row["before"]["objects"], row["undo"]["services"]))}
    )
    record = JournalRecord(
        id="fix",
        at="2026-01-01T00:00:00Z",
        cluster=JournalCluster(context=None, server=None, uid=None),
        summary="",
        edits=way.edits,
        before={edit.service: before[edit.service] for edit in way.edits},
        effects=way.effects,
        progress=tuple(
            Progress(edit=place, state=_sent(state), resource_version=None)
            for place, state in enumerate(row["sent"])
        ),
        named=tuple(map(service_name, row["ask"]["names"])),
        versions={},
    )
    now = service_bodies(after)
    return after, plan_undo(record, after.views, {name: now[name] for name in record.before})


def undo_way(plan: GivenPlan) -> Way:
    """The plan of an ``undo`` as it is carried out."""
    return way_of(plan.edits, plan.effects, plan.losses)


def later(reading: Reading) -> Reading:
    """The same cluster read when nobody would take anything in it for being under way."""
    source = replace(reading.snapshot.source, taken_at=None)
    return replace(reading, snapshot=replace(reading.snapshot, source=source))


def _changed(objects: Iterable[Json], services: Iterable[Json]) -> Iterable[Json]:
    newer = {_place(body): body for body in services}
    return (newer.get(_place(body), body) for body in objects)


def _place(body: Json) -> tuple[str, str, str]:
    metadata = body["metadata"]
    return body["kind"], metadata.get("namespace", ""), metadata["name"]


def _gap(parts: list[str | None]) -> NotRead:
    resource, namespace, because = parts
    reasons: tuple[NotReadReason, ...] = get_args(NotReadReason)
    reason = next(one for one in reasons if one == because)
    return NotRead(resource=resource or "", namespace=namespace, reason=reason)


def _sent(text: str) -> SentState:
    states: tuple[SentState, ...] = get_args(SentState)
    return next(one for one in states if one == text)
