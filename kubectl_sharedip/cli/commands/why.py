"""``why``: why a Service is Pending, or sits where it sits, proven from fields that can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from kubectl_sharedip.cli.completed import completed
from kubectl_sharedip.cli.failures import Exit, report
from kubectl_sharedip.cli.formats import output_option
from kubectl_sharedip.cli.options import reading_options, request_of
from kubectl_sharedip.cli.own_options import Spoken
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.model.frozen import frozen

if TYPE_CHECKING:
    from kubectl_sharedip.cli.answering import Told

_WATCHED = ("services", "ipaddresspools", "events")


@frozen
class WhyRequest:
    """What ``why`` was asked: for these names (none: every Pending one), with which extras."""

    names: Sequence[str] = ()
    events: bool = False
    habits: bool = False
    watch: bool = False


@click.command(cls=Spoken)
@reading_options
@click.argument("services", nargs=-1, metavar="[SVC]...", shell_complete=completed("services"))
@click.option("--events", is_flag=True, help="Show the last events of each Service, whoever sent them.")
@click.option("--habits", is_flag=True, help="Tell what works and is bad style, too (SIP8xx).")
@click.option("-w", "--watch", is_flag=True, help="Answer anew whenever the answer changes.")
@output_option("why")
@click.pass_context
def why(context: click.Context, /, services: tuple[str, ...], output: str | None, **given: bool) -> int:
    """Say why a Service is Pending, or sits where it sits, with the proof.

    SVC is name, svc/name or namespace/name; without one, every Pending Service in scope.

    \b
    Examples:
      kubectl sharedip why dns-udp -n shop
      kubectl sharedip why -A
      kubectl sharedip why web --events -o tree
      kubectl sharedip why -A -w
    """
    return run(request_of(context, output), WhyRequest(names=services, **given))


def run(request: Request, wanted: WhyRequest) -> int:
    """Prints the reason for each named Service, or for every Pending one in scope.

    Returns 0, or 3 where a name is not known (the others are still answered). Watching ends by
    being interrupted only.
    """
    from kubectl_sharedip.cli.answering import told_of

    def told() -> Told:
        return told_of(request, wanted.names, habits_too=wanted.habits, all_events=wanted.events)

    if wanted.watch:
        from kubectl_sharedip.cli.watching import Round, watch

        def answer() -> Round:
            one = told()
            return Round(document=one.document, show=lambda: _show(request, wanted, one))

        watch(request, _WATCHED, answer)
    found = told()
    _show(request, wanted, found)
    return Exit.NO_INPUT if found.unknown else Exit.OK


def _show(request: Request, wanted: WhyRequest, told: Told) -> None:
    if told.document["items"] or not wanted.names:
        _print(request, wanted, told)
    for error in told.unknown:
        report(error)


def _print(request: Request, wanted: WhyRequest, told: Told) -> None:
    from kubectl_sharedip.cli import output

    document = told.document
    if output.wants_document(request):
        output.print_document(document, request, one_line=wanted.watch)
        return
    text = _text(request, wanted, told)
    output.print_answer(text + "\n" if wanted.watch and text else text)
    output.print_notes(document)
    if not wanted.names and not document["items"]:
        output.say(told.empty)


def _text(request: Request, wanted: WhyRequest, told: Told) -> str:
    from kubectl_sharedip.cli.item_forms import item_form
    from kubectl_sharedip.cli.output import draws_boxes, style_of, width

    document, style = told.document, style_of(request)
    text = item_form(request, document)
    if text is not None:
        return text
    if request.output == "wide":
        from kubectl_sharedip.render.items_table import diagnosis_table

        return diagnosis_table(
            document, style=style, headers_shown=not request.no_headers, labels=told.labels
        )
    if request.output == "tree":
        from kubectl_sharedip.render.tree import diagnosis_tree

        return diagnosis_tree(document, width=width(), style=style, boxes=draws_boxes())
    from kubectl_sharedip.render.diagnosis import diagnosis_text

    return diagnosis_text(document, width=width(), style=style, events=wanted.events)
