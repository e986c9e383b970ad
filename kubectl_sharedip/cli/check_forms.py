"""The forms of a CheckReport beside the document itself: tables, sheets, and what other programs read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kubectl_sharedip.cli.checking import Checked
from kubectl_sharedip.cli.item_forms import Labels, labels_of
from kubectl_sharedip.cli.output import columns_of, style_of, width
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.model.raw import Origin

if TYPE_CHECKING:
    from kubectl_sharedip.files.errors import FileError

_Document = dict[str, Any]
_Fault = tuple[Origin, str]

_PLACE = re.compile(r"(.*):(\d+)(?: items\[\d+\])?", re.DOTALL)


def text_of(
    request: Request,
    document: _Document,
    checked: Checked,
    *,
    live: bool,
    faults: Sequence[FileError] = (),
) -> str:
    """The document in the form that was asked for; the usual table where none was.

    ``live`` says that a cluster was checked as it is, of which the causes are wanted first. ``faults`` could
    not be used of the files. Raises click.UsageError for columns that cannot be used.
    """
    form, _, columns = (request.output or "table").partition("=")
    if form == "custom-columns":
        return columns_of(document, columns, headers_shown=not request.no_headers)
    if form in _BESIDE_LINES:
        return _BESIDE_LINES[form](document, checked, [(_origin(fault), fault.what) for fault in faults])
    if form in _FOR_PROGRAMS:
        return _FOR_PROGRAMS[form](document, checked)
    return _table(request, document, checked, form, live)


def _table(request: Request, document: _Document, checked: Checked, form: str, live: bool) -> str:
    from kubectl_sharedip.render import check as layout

    headers_shown = not request.no_headers
    if form == "csv":
        return layout.csv_rows(document, headers_shown=headers_shown)
    style, labels = style_of(request), _labels(request, checked)
    if form == "wide":
        return layout.check_table(
            document, width=None, style=style, headers_shown=headers_shown, wide=True, labels=labels
        )
    if live and labels is None:  # a cause is that of many objects, labels are those of one
        return layout.by_cause(document, width=width(), style=style, headers_shown=headers_shown)
    return layout.check_table(
        document, width=width(), style=style, headers_shown=headers_shown, labels=labels
    )


def _labels(request: Request, checked: Checked) -> Labels:
    snapshot = checked.prediction.snapshot
    pools = (((pool.namespace, pool.name), pool.labels) for pool in snapshot.pools)
    services = ((name, one.labels) for name, one in snapshot.services.items())
    of_pools, of_services = labels_of(request, pools), labels_of(request, services)
    return None if of_pools is None or of_services is None else {**of_pools, **of_services}


def _origin(fault: FileError) -> Origin:
    """Its place, as it is said to people: a file, a line and the place in a List."""
    place = _PLACE.fullmatch(fault.where)
    file, line = (place[1], int(place[2])) if place else (fault.where, None)
    return Origin(file="-" if file == "stdin" else file, line=line)


def _sarif(document: _Document, checked: Checked, faults: Sequence[_Fault]) -> str:
    from kubectl_sharedip.render.structured import to_json
    from kubectl_sharedip.report.sarif import sarif_log

    return to_json(sarif_log(document, checked.places, faults))


def _github(document: _Document, checked: Checked, faults: Sequence[_Fault]) -> str:
    from kubectl_sharedip.render.github import workflow_commands

    return workflow_commands(document, checked.places, faults)


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


_BESIDE_LINES: Mapping[str, Callable[[_Document, Checked, Sequence[_Fault]], str]] = {
    "sarif": _sarif,
    "github": _github,
}
_FOR_PROGRAMS: Mapping[str, Callable[[_Document, Checked], str]] = {
    "prometheus": _prometheus,
    "name": _names,
    "markdown": _markdown,
}
