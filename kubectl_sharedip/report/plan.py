"""The Plan document of ``fix``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Diagnosis
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Effect, Operation, Plan, Way
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.snapshot import Note, Snapshot
from kubectl_sharedip.report.addresses import headline
from kubectl_sharedip.report.commands import InForce, fix_command
from kubectl_sharedip.report.envelope import Document, envelope, named
from kubectl_sharedip.report.ways import loss_text, way_summary
from kubectl_sharedip.report.words import message

NOT_MODELLED = Note(
    code="SIP907",
    values={"what": "Who announces an address (L2Advertisement, BGPAdvertisement, endpoints)"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFor:
    """What a Plan document is made of, beside the plan itself."""

    uid: str | None  # of namespace kube-system
    diagnoses: Mapping[ServiceName, Diagnosis]
    same_key: Mapping[ServiceName, Sequence[ServiceName]]
    notes: tuple[Note, ...]
    result: Document | None


def plan_document(
    snapshot: Snapshot, state: State | None, plans: Sequence[Plan], context: PlanFor, flags: InForce
) -> Document:
    """The document of plans that are carried out together, one item a named Service."""
    notes = [*context.notes]
    chosen = [plan.chosen for plan in plans if plan.chosen is not None]
    if any(way.edits for way in chosen):
        notes.append(NOT_MODELLED)
    head = envelope("Plan", snapshot, notes)
    document: Document = {
        "apiVersion": head["apiVersion"],
        "kind": head["kind"],
        "id": None,
        "cluster": {
            "context": snapshot.source.context,
            "server": snapshot.source.server,
            "uid": context.uid,
        },
        "source": head["source"],
        "items": [_item(plan, context) for plan in plans],
        "edits": [_edit(edit) for way in chosen for edit in way.edits],
        "effects": [_effect(effect) for way in chosen for effect in way.effects],
        "reliedOn": [_fact(fact) for plan in plans for fact in plan.relied_on],
        "losses": [loss_text(loss) for way in chosen for loss in way.losses],
        "warnings": [],
        "alternatives": [_alternative(way, flags) for plan in plans for way in plan.ways],
        "result": context.result,
        "notes": head["notes"],
    }
    document["id"] = _id(document)
    return document


def _id(document: Document) -> str:
    """A name for the plan that is made of what it does, so that the same plan has the same one."""
    told = [document[name] for name in ("cluster", "items", "edits", "effects")]
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:8]


def _item(plan: Plan, context: PlanFor) -> Document:
    goal = plan.goal
    shown = f"share the address of {goal.share_with}" if goal.share_with else "an address"
    return {
        **named(goal.service),
        "goal": shown,
        "feasible": plan.chosen is not None,
        "blocked": _blocked(plan, context),
    }


def _blocked(plan: Plan, context: PlanFor) -> list[Document]:
    if plan.chosen is not None:
        return []
    diagnosis = context.diagnoses.get(plan.goal.service)
    first = headline(diagnosis) if diagnosis else None
    code = plan.blocked[0].code if plan.blocked else (first.code if first else None)
    text = message(first) if first else "no edit that is allowed reaches the goal"
    smallest = min((way.needs for way in plan.ways), key=len, default=())
    return [{"code": code, "message": text, "needs": list(smallest)}]


def _edit(edit: Edit) -> Document:
    return {
        "kind": "Service",
        **named(edit.service),
        "resourceVersion": edit.resource_version,
        "owner": edit.owner,
        "operations": [_operation(operation) for operation in edit.operations],
    }


def _operation(operation: Operation) -> Document:
    return {
        "op": operation.op,
        "path": pointer(operation.path),
        "value": operation.value,
        "was": operation.was,
    }


def pointer(path: tuple[str, ...]) -> str:
    """The path as a JSON Pointer."""
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def _effect(effect: Effect) -> Document:
    return {
        **named(effect.service),
        "before": [str(address) for address in effect.before],
        "after": [[str(address) for address in one] for one in effect.after],
        "certain": effect.certain,
        # Announcement is not modelled yet; the document says so in a note.
        "announcedBy": {"before": None, "after": None},
    }


def _fact(fact: Fact) -> Document:
    kind, namespace, name = fact.object
    return {"kind": kind, "namespace": namespace, "name": name, "path": fact.field, "value": fact.value}


def _alternative(way: Way, flags: InForce) -> Document:
    return {
        "summary": way_summary(way),
        "edits": [_edit(edit) for edit in way.edits],
        "effects": [_effect(effect) for effect in way.effects],
        "losses": [loss_text(loss) for loss in way.losses],
        "needs": list(way.needs),
        "command": fix_command(way.goal, way.needs, flags),
    }
