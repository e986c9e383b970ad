"""The plan that takes a run back, or finishes it, as a document and on the screen."""

from __future__ import annotations

from typing import Any

from kubectl_sharedip.apply.wayback import as_commands
from kubectl_sharedip.cli.announced_plan import announced_with
from kubectl_sharedip.cli.carry_out import target_text
from kubectl_sharedip.cli.output import NO_COLOUR, print_answer, print_notes, say_as_it_is, style_of, width
from kubectl_sharedip.cli.plan_forms import plan_form
from kubectl_sharedip.cli.undo_asked import Asked
from kubectl_sharedip.model.given import GivenPlan
from kubectl_sharedip.report.plan import PlanFor
from kubectl_sharedip.report.undo import Given, given_document, given_notes


def given_of(asked: Asked, plan: GivenPlan) -> Given:
    record = asked.found.record
    return Given(
        run=asked.found.entry,
        plan=plan,
        services=record.named or tuple(sorted(record.before)),
        finishes=asked.wanted.resume,
    )


def document_of(asked: Asked, plan: GivenPlan, result: dict[str, Any] | None) -> dict[str, Any]:
    context = PlanFor(
        uid=asked.uid,
        diagnoses={},
        same_key={},
        notes=(*asked.reading.notes, *given_notes(plan)),
        result=result,
        announced=lambda way: announced_with(asked.reading, way),
    )
    reading = asked.reading
    return given_document(
        reading.snapshot, asked.present.state, given_of(asked, plan), context, reading.flags
    )


def show(asked: Asked, plan: GivenPlan, document: dict[str, Any]) -> None:
    """The plan as text, or its edits as kubectl lines, to stdout. Raises Unread."""
    from kubectl_sharedip.render.plan import plan_text

    target = target_text(asked.reading)
    if asked.request.output == "commands" and plan.edits:
        lines = as_commands(plan.edits, flags=asked.reading.flags.kubectl)
        print_answer("".join(f"{line}\n" for line in lines))
    elif (text := plan_form(asked.request, asked.reading, document)) is not None:
        print_answer(text)
        say_as_it_is(plan_text(document, target=target, width=width(), style=NO_COLOUR).splitlines())
    else:
        text = plan_text(document, target=target, width=width(), style=style_of(asked.request))
        print_answer(text)
    print_notes(document)
