"""The forms of an AddressList beside the document itself: tables, drawings and pages."""

from __future__ import annotations

from typing import Any

import click

from kubectl_sharedip.cli.item_forms import Labels, item_form
from kubectl_sharedip.cli.output import STRUCTURED, draws_boxes, style_of, width
from kubectl_sharedip.cli.request import Request

_Document = dict[str, Any]
_WATCHED = (None, "table", "wide", *STRUCTURED)


def refuse_unwatched(request: Request) -> None:
    """Raises click.UsageError for a form that has no rows that could change."""
    if request.output not in _WATCHED:
        form = str(request.output).partition("=")[0]
        raise click.UsageError(f"-w does not go with -o {form}: give -o wide, json or yaml.")


def text_of(request: Request, document: _Document, labels: Labels) -> str:
    """The document in the form that was asked for; the usual table where none was.

    Raises click.UsageError for columns that cannot be used.
    """
    text = item_form(request, document)
    if text is not None:
        return text
    if request.output == "tree":
        from kubectl_sharedip.render.address_tree import address_tree

        return address_tree(document, width=width(), style=style_of(request), boxes=draws_boxes())
    if request.output == "mermaid":
        from kubectl_sharedip.render.mermaid import address_chart

        return address_chart(document)
    if request.output == "markdown":
        from kubectl_sharedip.render.address_page import address_page

        return address_page(document)
    from kubectl_sharedip.render import addresses

    headers_shown = not request.no_headers
    if request.output == "csv":
        return addresses.address_csv(document, headers_shown=headers_shown)
    wide = request.output == "wide"
    return addresses.address_table(
        document,
        wide=wide,
        width=None if wide else width(),
        style=style_of(request),
        headers_shown=headers_shown,
        labels=labels,
    )
