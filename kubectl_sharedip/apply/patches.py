"""An edit as the body of one merge patch, and whether an object bears it.

Only the fields of the edit are in the body, and the resourceVersion that makes the API server
refuse it where anybody wrote meanwhile. It refuses to decide which resourceVersion that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kubectl_sharedip.apply.fields import Body, Path, field_of, value_at
from kubectl_sharedip.metallb.annotations import NEW_PREFIX, OLD_PREFIX, SHARING_KEY
from kubectl_sharedip.model.names import ServiceName, service_ref
from kubectl_sharedip.model.plan import Edit
from kubectl_sharedip.model.results import Stale

POLICY = ("spec", "externalTrafficPolicy")
HEALTH_PORT = ("spec", "healthCheckNodePort")  # given and taken by the API server with the policy
KEYS = tuple(("metadata", "annotations", prefix + SHARING_KEY) for prefix in (NEW_PREFIX, OLD_PREFIX))


def merge_body(fields: Mapping[Path, str | int | None], resource_version: str | None) -> dict[str, Any]:
    """The merge patch (RFC 7386): a value sets its field, None removes it.

    ``resource_version`` is the precondition, None for a patch that a person runs later.
    """
    body: dict[str, Any] = {}
    if resource_version is not None:
        body["metadata"] = {"resourceVersion": resource_version}
    for path, value in fields.items():
        place = body
        for step in path[:-1]:
            place = place.setdefault(step, {})
        place[path[-1]] = value
    return body


def values(edit: Edit) -> dict[Path, str | int | None]:
    """The fields of the edit with the values that it gives them; a port is a number in the API."""
    return {
        operation.path: int(operation.value)
        if operation.path == HEALTH_PORT and operation.value
        else operation.value
        for operation in edit.operations
    }


def bears(body: Body, edit: Edit) -> bool:
    """Whether every field of the edit has its value in the object."""
    return all(value_at(body, operation.path) == operation.value for operation in edit.operations)


def paths(edit: Edit) -> frozenset[Path]:
    """The fields that the edit touches."""
    return frozenset(operation.path for operation in edit.operations)


def reverted(edits: Iterable[Edit], objects: dict[ServiceName, Body | None]) -> Iterator[Stale]:
    """The fields of these edits that no longer have the value last given to them.

    Arguments: the edits in the order in which they were made; the objects as last seen.
    """
    given: dict[tuple[ServiceName, Path], str | None] = {
        (edit.service, operation.path): operation.value for edit in edits for operation in edit.operations
    }
    for (name, path), value in sorted(given.items(), key=lambda item: item[0]):
        seen = objects.get(name)
        if seen is not None and value_at(seen, path) != value:
            yield Stale(object=service_ref(name), field=field_of(path), was=value, now=value_at(seen, path))
