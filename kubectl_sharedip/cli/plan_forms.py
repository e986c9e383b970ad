"""The forms of a Plan that tell of its Services alone: a wide table, names, columns.

None of them is the whole plan: who is asked for consent sees that too, on stderr.
"""

from __future__ import annotations

from typing import Any

from kubectl_sharedip.cli.item_forms import item_form, service_labels
from kubectl_sharedip.cli.output import style_of
from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.cli.request import Request


def plan_form(request: Request, reading: Reading, document: dict[str, Any]) -> str | None:
    """The document in such a form; None where another one is wanted.

    Raises click.UsageError for columns that cannot be used.
    """
    if request.output == "wide":
        from kubectl_sharedip.render.items_table import plan_table

        return plan_table(
            document,
            style=style_of(request),
            headers_shown=not request.no_headers,
            labels=service_labels(request, reading),
        )
    return item_form(request, document)
