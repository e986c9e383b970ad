"""Which objects a query selects: labels by equality, presence or a list of values, and a few fields."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .store import Json

_FIELDS = {
    "services": ("spec.type", "metadata.name", "metadata.namespace"),
    "events": ("involvedObject.kind", "involvedObject.name", "metadata.name", "metadata.namespace"),
}

_ONE_OF = re.compile(r"(\S+) in \(([^)]*)\)")


class UnknownField(Exception):
    """A field selector that this server does not support for the resource."""


def check(plural: str, query: Mapping[str, str], *, knows_service_type: bool) -> None:
    """Raises UnknownField for a field that a server of this age cannot select by."""
    for field, _ in _terms(query.get("fieldSelector", "")):
        supported = _FIELDS.get(plural, ("metadata.name", "metadata.namespace"))
        if field not in supported or (field == "spec.type" and not knows_service_type):
            raise UnknownField(field)


def matches(body: Json, query: Mapping[str, str]) -> bool:
    """Whether an object is among those that the query selects."""
    labels = (body.get("metadata") or {}).get("labels") or {}
    selector = query.get("labelSelector", "")
    listed = [(name, values.split(",")) for name, values in _ONE_OF.findall(selector)]
    wanted_labels = _terms(_ONE_OF.sub("", selector))
    wanted_fields = _terms(query.get("fieldSelector", ""))
    return (
        all(labels.get(name) in values for name, values in listed)
        and all(
            name in labels if value is None else labels.get(name) == value for name, value in wanted_labels
        )
        and all(_field(body, path) == value for path, value in wanted_fields)
    )


def _terms(selector: str) -> list[tuple[str, str | None]]:
    pairs = [term.partition("=") for term in selector.split(",") if term]
    return [(name, value.lstrip("=") if sign else None) for name, sign, value in pairs]


def _field(body: Json, path: str) -> object:
    value: object = body
    for word in path.split("."):
        value = value.get(word) if isinstance(value, dict) else None
    return value
