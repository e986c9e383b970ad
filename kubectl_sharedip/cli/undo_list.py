"""``undo --list``: what was done, from the journals alone; no cluster is asked."""

from __future__ import annotations

from kubectl_sharedip.apply.journals import Journals
from kubectl_sharedip.cli.failures import Exit
from kubectl_sharedip.cli.item_forms import listed_form
from kubectl_sharedip.cli.output import (
    arranged,
    print_answer,
    print_document,
    print_notes,
    say,
    style_of,
    wants_document,
    width,
)
from kubectl_sharedip.cli.request import Request


def list_runs(request: Request, journals: Journals) -> int:
    """Prints every run, the newest first, and names the journals that cannot be read. Returns 0."""
    from kubectl_sharedip.render.journals import journals_table
    from kubectl_sharedip.report.journals import journal_list

    damaged = [(one.where, one.what) for one in journals.damaged]
    document = arranged(journal_list([found.entry for found in journals.found], damaged), request)
    if wants_document(request):
        print_document(document, request)
        return Exit.OK
    shown = listed_form(request, document)
    if shown is None:
        shown = journals_table(
            document,
            width=None if request.output == "wide" else width(),
            style=style_of(request),
            headers_shown=not request.no_headers,
        )
    print_answer(shown if document["items"] else "")
    if not document["items"]:
        say([f"There are no plans in {journals.folder}."])
    print_notes(document)
    return Exit.OK
