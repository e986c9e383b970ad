"""The Plan document of ``fix``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from kubectl_sharedip.diagnose.catalogue import CATALOGUE
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Diagnosis, Finding
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Effect, Goal, Operation, Plan, Way
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


Nodes = Sequence[str] | None
Announced = Callable[[Effect], tuple[Nodes, Nodes]]
"""The nodes that announce a Service before and after an effect."""


def _unknown(effect: Effect) -> tuple[Nodes, Nodes]:
    return None, None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFor:
    """What a Plan document is made of, beside the plan itself."""

    uid: str | None  # of namespace kube-system
    diagnoses: Mapping[ServiceName, Diagnosis]
    same_key: Mapping[ServiceName, Sequence[ServiceName]]
    notes: tuple[Note, ...]
    result: Document | None
    closed: Mapping[ServiceName, Sequence[Finding]] = field(default_factory=dict)
    by_hand: Mapping[ServiceName, Sequence[tuple[str, str]]] = field(default_factory=dict)
    beside: tuple[Finding, ...] = ()
    together: Together | None = None
    announced: Announced = _unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Several plans as one: what comes of all their edits, and what that rests on."""

    way: Way | None
    relied_on: tuple[Fact, ...]


def plan_document(
    snapshot: Snapshot, state: State | None, plans: Sequence[Plan], context: PlanFor, flags: InForce
) -> Document:
    """The document of plans that are carried out together, one item a named Service."""
    notes = [*context.notes]
    chosen = [plan.chosen for plan in plans if plan.chosen is not None]
    facts = [fact for plan in plans for fact in plan.relied_on]
    if context.together is not None:
        chosen = [context.together.way] if context.together.way is not None else []
        facts = list(context.together.relied_on)
    unknown = [e for way in chosen for e in way.effects if None in _announced_by(e, context).values()]
    if unknown:
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
        "effects": [effect_form(effect, context) for way in chosen for effect in way.effects],
        "reliedOn": [_fact(fact) for fact in facts],
        "losses": [loss_text(loss) for way in chosen for loss in way.losses],
        "warnings": [*_beside(context), *_elsewhere(plans, state, context, flags)],
        "alternatives": [_alternative(way, context, flags) for plan in plans for way in plan.ways],
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
    return {
        **named(plan.goal.service),
        "goal": goal_text(plan.goal),
        "feasible": plan.chosen is not None,
        "blocked": _blocked(plan, context),
    }


def goal_text(goal: Goal) -> str:
    """What the Service is to get."""
    if goal.share_with is not None:
        return f"share the address of {goal.share_with}"
    if goal.addresses:
        return f"address {', '.join(map(str, goal.addresses))}"
    if goal.separate:
        return "an address of its own"
    return "keep its address, by a request for it" if goal.pin else "an address"


def _blocked(plan: Plan, context: PlanFor) -> list[Document]:
    """Every rule that closes a way, the one that MetalLB stops at first; then what a person could do."""
    if plan.chosen is not None:
        return []
    service = plan.goal.service
    diagnosis = context.diagnoses.get(service)
    first = headline(diagnosis) if diagnosis else None
    causes = [finding for finding in diagnosis.findings if finding.cause] if diagnosis else []
    found = context.closed.get(service) or [
        *([first] if first else []),
        *(f for f in causes if f is not first),
    ]
    smallest = min((way.needs for way in plan.ways), key=len, default=())
    texts: list[tuple[str | None, str]] = [(finding.code, message(finding)) for finding in found]
    code = plan.blocked[0].code if plan.blocked else None
    if code is not None and not any(code == one for one, _ in texts):
        texts.insert(0, (code, _no_edit_helps(code, texts)))
    elif not texts:
        texts = [(None, _without_a_finding(plan))]
    blocked: list[Document] = [{"code": one, "message": text, "needs": []} for one, text in texts]
    blocked.sort(key=lambda one: one["code"] != code)
    blocked[0]["needs"] = list(smallest)
    for summary, command in context.by_hand.get(service, ()):
        blocked.append({"code": None, "message": f"{summary}: {command}", "needs": []})
    return blocked


def _no_edit_helps(code: str, texts: Sequence[tuple[str | None, str]]) -> str:
    entry = CATALOGUE[code]
    return texts[0][1] if texts else f"no edit of the Service helps ({entry.name})"


def _without_a_finding(plan: Plan) -> str:
    if plan.goal.pin:
        return "it has no address that could be written down"
    return "no edit that is allowed reaches the goal"


def _beside(context: PlanFor) -> list[str]:
    """Whose the edited Services are, and what else there is to know before it is done."""
    return list(dict.fromkeys(_about_whom(finding) for finding in context.beside))


def _about_whom(finding: Finding) -> str:
    """The message with the Service that it is about, where that is not in it."""
    text, about = message(finding), finding.facts[0].object if finding.facts else None
    known = about is None or f"{about.namespace}/{about.name}" in text
    return text if known else f"{about}: {text}"


def _elsewhere(plans: Sequence[Plan], state: State | None, context: PlanFor, flags: InForce) -> Iterator[str]:
    """Where nothing has to be done: who has the same key and another address, and what would unite them."""
    for plan in plans:
        for other in context.same_key.get(plan.goal.service, ()):
            unite = fix_command(Goal(service=other, share_with=plan.goal.service), (), flags)
            yield f"{other} has the same key and another address. To unite them: {unite}"


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


def effect_form(effect: Effect, context: PlanFor | None = None) -> Document:
    """What becomes of one Service, as documents tell it."""
    return {
        **named(effect.service),
        "before": [str(address) for address in effect.before],
        "after": [[str(address) for address in one] for one in effect.after],
        "certain": effect.certain,
        "announcedBy": _announced_by(effect, context),
    }


def _announced_by(effect: Effect, context: PlanFor | None) -> Document:
    """The nodes; None where that is not known, which the document says in a note."""
    known = context.announced(effect) if context is not None else (None, None)
    return {
        side: nodes if nodes is None else list(nodes)
        for side, nodes in zip(("before", "after"), known, strict=True)
    }


def _fact(fact: Fact) -> Document:
    kind, namespace, name = fact.object
    return {"kind": kind, "namespace": namespace, "name": name, "path": fact.field, "value": fact.value}


def _alternative(way: Way, context: PlanFor, flags: InForce) -> Document:
    return {
        "summary": way_summary(way),
        "edits": [_edit(edit) for edit in way.edits],
        "effects": [effect_form(effect, context) for effect in way.effects],
        "losses": [loss_text(loss) for loss in way.losses],
        "needs": list(way.needs),
        "command": fix_command(way.goal, way.needs, flags),
    }
