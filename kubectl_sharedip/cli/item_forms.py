"""The forms that every document with items has: names, and columns that the reader chooses.

Refuses to know more of a document than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kubectl_sharedip.cli.formats import COLUMNS
from kubectl_sharedip.cli.output import columns_of
from kubectl_sharedip.cli.reading import Reading
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.model.names import ServiceName

#: Labels as a cell shows them, by namespace and name; None where nobody asked for them.
Labels = Mapping[tuple[str, str], str] | None


def item_form(request: Request, document: dict[str, Any]) -> str | None:
    """The document as ``-o name`` or ``-o custom-columns=...``; None where another form is wanted.

    Raises click.UsageError for columns that cannot be used.
    """
    form, _, columns = (request.output or "").partition("=")
    if form == COLUMNS:
        return columns_of(document, columns, headers_shown=not request.no_headers)
    if form == "name":
        from kubectl_sharedip.render.names import names

        return names(document)
    return None


def listed_form(request: Request, document: dict[str, Any]) -> str | None:
    """The same for what is no object of a cluster: its names are its ids."""
    if request.output == "name":
        return "".join(f"{item['id']}\n" for item in document["items"])
    return item_form(request, document)


def service_labels(request: Request, reading: Reading) -> Labels:
    """The labels of all Services, for --show-labels."""
    services = reading.snapshot.services.items()
    return labels_of(request, ((name, service.labels) for name, service in services))


def labels_of(
    request: Request, objects: Iterable[tuple[ServiceName | tuple[str, str], Mapping[str, str]]]
) -> Labels:
    """The labels of these objects as kubectl shows them, where --show-labels asks for them."""
    if not request.show_labels:
        return None
    found = {}
    for name, labels in objects:
        place = (name.namespace, name.name) if isinstance(name, ServiceName) else name
        found[place] = ",".join(f"{key}={value}" for key, value in sorted(labels.items())) or "<none>"
    return found
