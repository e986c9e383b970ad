"""A named Service in a Plan document: what it is to get, and all that closes a way to it."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_sharedip.diagnose.catalogue import CATALOGUE
from kubectl_sharedip.model.finding import Diagnosis, Finding
from kubectl_sharedip.model.plan import Goal, Plan
from kubectl_sharedip.report.addresses import headline
from kubectl_sharedip.report.envelope import Document, named
from kubectl_sharedip.report.words import message


def plan_item(
    plan: Plan,
    diagnosis: Diagnosis | None,
    closed: Sequence[Finding],
    by_hand: Sequence[tuple[str, str]],
) -> Document:
    """The item of a named Service.

    ``closed`` are the findings about an address that it asks for; ``by_hand`` what only a person can
    change, each with its command.
    """
    return {
        **named(plan.goal.service),
        "goal": goal_text(plan.goal),
        "feasible": plan.chosen is not None,
        "blocked": _blocked(plan, diagnosis, closed, by_hand),
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


def _blocked(
    plan: Plan,
    diagnosis: Diagnosis | None,
    closed: Sequence[Finding],
    by_hand: Sequence[tuple[str, str]],
) -> list[Document]:
    """Every rule that closes a way, the one that MetalLB stops at first; then what a person could do."""
    if plan.chosen is not None:
        return []
    first = headline(diagnosis) if diagnosis else None
    causes = [finding for finding in diagnosis.findings if finding.cause] if diagnosis else []
    found = closed or [
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
    for summary, command in by_hand:
        blocked.append({"code": None, "message": f"{summary}: {command}", "needs": []})
    return blocked


def _no_edit_helps(code: str, texts: Sequence[tuple[str | None, str]]) -> str:
    entry = CATALOGUE[code]
    if code == "SIP901":
        return "the pools could not be read, so what an edit would bring is not known"
    return texts[0][1] if texts else f"no edit of the Service helps ({entry.name})"


def _without_a_finding(plan: Plan) -> str:
    if plan.goal.pin:
        return "it has no address that could be written down"
    return "no edit that is allowed reaches the goal"
