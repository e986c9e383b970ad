"""``fix --plan FILE``: a plan that was saved and reviewed, laid against the cluster as it is now.

What the file foretells is not believed: its edits are simulated again, and a plan that would now do
anything else, or that rests on what is no longer so, is refused.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from kubectl_sharedip.cli.carry_out import cluster_uid
from kubectl_sharedip.cli.failures import InputError
from kubectl_sharedip.cli.planning import Planned
from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.files.read import read_files
from kubectl_sharedip.intake.plans import is_plan, read_edits, read_facts
from kubectl_sharedip.metallb.installed import state_for
from kubectl_sharedip.metallb.settle import unrested
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Goal, Plan, Way
from kubectl_sharedip.model.raw import RawDocument
from kubectl_sharedip.model.snapshot import Note
from kubectl_sharedip.plan.impact import weigh
from kubectl_sharedip.plan.joint import all_of, edited_services
from kubectl_sharedip.plan.make import nothing_for
from kubectl_sharedip.plan.simulate import played
from kubectl_sharedip.report.envelope import envelope
from kubectl_sharedip.report.plan_edits import effect_form

_PLAN_ANEW = "plan anew: kubectl sharedip fix ... -o json"


def saved(reading: Reading, file: str) -> Planned:
    """The plan of the file as it may be carried out, with its document for the cluster as it is.

    Raises FileError where the file cannot be read, InputError where it holds no plan; a plan that is
    stale comes back without a way, and its document says what changed.
    """
    document = _document(file)
    body = document.body
    notes: list[Note] = []
    edits = tuple(read_edits(document, notes))
    facts = tuple(read_facts(document, notes))
    if notes or len(edits) != len(body.get("edits") or ()):
        where = notes[0].values if notes else {"field": "edits", "because": "an edit cannot be read"}
        raise InputError(f"{file}: {where['field']}: {where['because']}", _PLAN_ANEW)
    named = tuple(_named(body, file))
    stale = list(_stale(reading, body, edits))
    way = None
    if not stale:
        way = _way(reading, named, edits)
        foretold = [effect_form(effect) for effect in way.effects] if way is not None else []
        if _moves(foretold) != _moves(body.get("effects") or ()):
            stale.append("what comes of these edits is no longer what was foretold")
    plans = tuple(
        Plan(
            goal=Goal(service=name),
            chosen=None if stale else _way_of(way, name),
            ways=(),
            blocked=(),
            relied_on=facts,
        )
        for name in named
    )
    return Planned(
        plans=plans,
        diagnoses={},
        way=None if stale else way,
        relied_on=facts,
        document=_shown(reading, body, stale),
    )


def _document(file: str) -> RawDocument:
    documents = read_files([file], recursive=False, stdin=sys.stdin.buffer).documents
    found = [document for document in documents if is_plan(document.body)]
    if len(found) != 1 or len(documents) != 1:
        raise InputError(f"{file}: it holds no saved plan", "save one with kubectl sharedip fix ... -o json")
    return found[0]


def _named(body: Mapping[str, Any], file: str) -> Iterator[ServiceName]:
    for item in body.get("items") or ():
        try:
            yield ServiceName(str(item["namespace"]), str(item["name"]))
        except (KeyError, TypeError) as error:
            raise InputError(f"{file}: items: an item names no Service", _PLAN_ANEW) from error


def _stale(reading: Reading, body: Mapping[str, Any], edits: tuple[Edit, ...]) -> Iterator[str]:
    """What is not as it was when the plan was made; its facts are compared just before the first edit."""
    cluster = body.get("cluster")
    uid = cluster.get("uid") if isinstance(cluster, Mapping) else None
    here = cluster_uid(reading)
    if uid is not None and here is not None and uid != here:
        yield "the plan was made for another cluster"
        return
    items = [item for item in body.get("items") or () if isinstance(item, Mapping)]
    if not edits and not all(item.get("feasible") is True for item in items):
        yield "no plan was found when it was saved"
    seen: set[ServiceName] = set()
    for edit in edits:
        service = reading.snapshot.services.get(edit.service)
        if service is None:
            yield f"Service {edit.service} is gone"
        elif edit.service not in seen and service.resource_version != edit.resource_version:
            was, now = edit.resource_version or "not set", service.resource_version or "not set"
            yield f"Service {edit.service} was changed since: metadata.resourceVersion is {now}, it was {was}"
        elif state_for(reading.views, service) is None:
            yield f"no MetalLB handles Service {edit.service}"
        seen.add(edit.service)


def _way(reading: Reading, named: tuple[ServiceName, ...], edits: tuple[Edit, ...]) -> Way | None:
    """The edits followed to their ends in the cluster as it is now."""
    ways = []
    for state in reading.views:
        theirs = tuple(edit for edit in edits if edit.service in state.services)
        if theirs:
            ways.append(_of_one(state, named, theirs))
    return all_of(ways)


def _of_one(state: State, named: tuple[ServiceName, ...], edits: tuple[Edit, ...]) -> Way:
    trial = played(state, edited_services(state, edits), unrested(state))
    goals = [Goal(service=name) for name in named if name in state.services]
    return weigh(state, trial, goals or [Goal(service=edits[0].service)], unseen=False)


def _way_of(way: Way | None, name: ServiceName) -> Way | None:
    return way if way is not None else nothing_for(Goal(service=name))


def _moves(effects: Any) -> list[str]:
    """What becomes of whose addresses, in a form that can be compared; who stays is told for its nodes."""
    fields = ("namespace", "name", "before", "after")
    moves = (effect for effect in effects if effect.get("after") != [effect.get("before")])
    return sorted(str([effect.get(field) for field in fields]) for effect in moves)


def _shown(reading: Reading, body: Mapping[str, Any], stale: list[str]) -> dict[str, Any]:
    """The document as it was saved, with where it is now held against."""
    shown = {**body, "source": envelope("Plan", reading.snapshot, reading.notes)["source"], "result": None}
    if stale:
        blocked: list[dict[str, Any]] = [{"code": None, "message": text, "needs": []} for text in stale]
        shown["items"] = [{**item, "feasible": False, "blocked": blocked} for item in body["items"]]
        shown.update({"edits": [], "effects": [], "losses": [], "alternatives": []})
    return shown
