"""The forms of a CheckReport beside the document itself: tables, sheets, and what other programs read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kubectl_sharedip.cli.checking import Checked
from kubectl_sharedip.cli.output import columns_of, style_of, width
from kubectl_sharedip.cli.request import Request

_Document = dict[str, Any]


def text_of(request: Request, document: _Document, checked: Checked, *, live: bool) -> str:
    """The document in the form that was asked for; the usual table where none was.

    ``live`` says that a cluster was checked as it is, of which the causes are wanted first. Raises
    click.UsageError for columns that cannot be used.
    """
    form, _, columns = (request.output or "table").partition("=")
    if form == "custom-columns":
        return columns_of(document, columns, headers_shown=not request.no_headers)
    if form in _FOR_PROGRAMS:
        return _FOR_PROGRAMS[form](document, checked)
    return _table(request, document, form, live)


def _table(request: Request, document: _Document, form: str, live: bool) -> str:
    from kubectl_sharedip.render import check as layout

    headers_shown = not request.no_headers
    if form == "csv":
        return layout.csv_rows(document, headers_shown=headers_shown)
    style = style_of(request)
    if form == "wide":
        return layout.check_table(document, width=None, style=style, headers_shown=headers_shown, wide=True)
    rows = layout.by_cause if live else layout.check_table
    return rows(document, width=width(), style=style, headers_shown=headers_shown)


def _sarif(document: _Document, checked: Checked) -> str:
    from kubectl_sharedip.render.structured import to_json
    from kubectl_sharedip.report.sarif import sarif_log

    return to_json(sarif_log(document, checked.places))


def _github(document: _Document, checked: Checked) -> str:
    from kubectl_sharedip.render.github import workflow_commands

    return workflow_commands(document, checked.places)


def _prometheus(document: _Document, checked: Checked) -> str:
    from kubectl_sharedip.render.openmetrics import exposition
    from kubectl_sharedip.report.metrics import check_metrics

    return exposition(check_metrics(document, checked.views))


def _names(document: _Document, checked: Checked) -> str:
    from kubectl_sharedip.render.check import names

    return names(document)


def _markdown(document: _Document, checked: Checked) -> str:
    from kubectl_sharedip.render.check import markdown

    return markdown(document)


_FOR_PROGRAMS: Mapping[str, Callable[[_Document, Checked], str]] = {
    "sarif": _sarif,
    "github": _github,
    "prometheus": _prometheus,
    "name": _names,
    "markdown": _markdown,
}
