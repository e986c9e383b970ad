"""The Plan document of ``fix``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.finding import Diagnosis, Finding
from kubectl_sharedip.model.frozen import field, frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Effect, Goal, Plan, Way
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.snapshot import Note, Snapshot
from kubectl_sharedip.report.commands import InForce, fix_command
from kubectl_sharedip.report.envelope import Document, envelope
from kubectl_sharedip.report.plan_edits import Announced, announced_form, edit_form, effect_form, unknown
from kubectl_sharedip.report.plan_items import plan_item
from kubectl_sharedip.report.ways import loss_text, way_summary
from kubectl_sharedip.report.words import message

NOT_MODELLED = Note(
    code="SIP907",
    values={"what": "Who announces an address (L2Advertisement, BGPAdvertisement, endpoints)"},
)


@frozen
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
    announced: Callable[[Way | None], AnnouncedWay] = field(default=lambda _: AnnouncedWay())


@frozen
class AnnouncedWay:
    """Who announces whom by a way; ``stay`` keep their address and are announced by others than before."""

    nodes: Announced = unknown
    stay: tuple[Effect, ...] = ()

    def effects(self, effects: Iterable[Effect]) -> list[Effect]:
        """These and those of who stays, by Service."""
        return sorted([*effects, *self.stay], key=lambda effect: effect.service)


@frozen
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
    announced = context.announced(chosen[0] if len(chosen) == 1 else None)
    effects = announced.effects(effect for way in chosen for effect in way.effects)
    if any(None in announced_form(effect, announced.nodes).values() for effect in effects):
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
        "edits": [edit_form(edit) for way in chosen for edit in way.edits],
        "effects": [effect_form(effect, announced.nodes) for effect in effects],
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
    name = plan.goal.service
    closed, by_hand = context.closed.get(name, ()), context.by_hand.get(name, ())
    return plan_item(plan, context.diagnoses.get(name), closed, by_hand)


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


def _fact(fact: Fact) -> Document:
    kind, namespace, name = fact.object
    return {"kind": kind, "namespace": namespace, "name": name, "path": fact.field, "value": fact.value}


def _alternative(way: Way, context: PlanFor, flags: InForce) -> Document:
    announced = context.announced(way)
    return {
        "summary": way_summary(way),
        "edits": [edit_form(edit) for edit in way.edits],
        "effects": [effect_form(effect, announced.nodes) for effect in announced.effects(way.effects)],
        "losses": [loss_text(loss) for loss in way.losses],
        "needs": list(way.needs),
        "command": fix_command(way.goal, way.needs, flags),
    }
