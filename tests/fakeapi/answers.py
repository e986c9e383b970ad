"""What the fake API server answers to a request that is let through: status and object.

It refuses to know sockets; watches, which never end by themselves, are in watching.py.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from .forms import in_form
from .requests import Meant, Recorded
from .selection import UnknownField, check, matches
from .store import Conflict, Json, Store, key, merged

Answer = tuple[int, Json]

_REASONS = {400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 409: "Conflict"}
_REASONS |= {410: "Expired", 415: "UnsupportedMediaType", 405: "MethodNotAllowed", 422: "Invalid"}


def failure(status: int, message: str, reason: str | None = None) -> Answer:
    """A Status object as the API server words it."""
    return status, {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason or _REASONS.get(status, "InternalError"),
        "code": status,
    }


def forbidden(meant: Meant, verb: str, user: str) -> Answer:
    """The refusal of a verb, with the words of RBAC."""
    served = meant.served
    named = f' "{meant.name}"' if meant.name else ""
    scope = f'in the namespace "{meant.namespace}"' if meant.namespace else "at the cluster scope"
    return failure(
        403,
        f'{served.plural}{named} is forbidden: User "{user}" cannot {verb} resource "{served.plural}"'
        f' in API group "{served.group}" {scope}',
    )


def answer(store: Store, meant: Meant, request: Recorded, *, knows_service_type: bool) -> Answer:
    """Status and body for anything but a watch; writes are made in ``store``."""
    if request.method == "POST":
        return _create(store, meant, request)
    if meant.name is not None:
        return _one(store, meant, meant.name, request)
    try:
        check(meant.served.plural, request.query, knows_service_type=knows_service_type)
    except UnknownField as field:
        return failure(400, f'field label not supported: "{field}"')
    return in_form(_list(store, meant, request.query), request)


def _one(store: Store, meant: Meant, name: str, request: Recorded) -> Answer:
    place = key(meant.served.plural, meant.namespace, name)
    try:
        if request.method == "PATCH":
            return _patch(store, meant, name, request)
        if request.method == "DELETE":
            store.delete(place)
            return 200, {"kind": "Status", "apiVersion": "v1", "status": "Success"}
        return 200, store.get(place)
    except KeyError:
        group = f".{meant.served.group}" if meant.served.group else ""
        return failure(404, f'{meant.served.plural}{group} "{name}" not found')


def _list(store: Store, meant: Meant, query: Mapping[str, str]) -> Answer:
    with store.changed:
        start, version = 0, store.version
        if "continue" in query:
            start, version = json.loads(base64.urlsafe_b64decode(query["continue"]))
            if version < store.oldest:
                return failure(410, "The provided continue parameter is too old to display a consistent list")
        found = [body for body in store.all(meant.served.plural, meant.namespace) if matches(body, query)]
    limit = int(query.get("limit") or 0) or len(found)
    metadata: Json = {"resourceVersion": str(version)}
    if start + limit < len(found):
        token = json.dumps([start + limit, version]).encode()
        metadata["continue"] = base64.urlsafe_b64encode(token).decode()
        metadata["remainingItemCount"] = len(found) - start - limit
    items = [
        {name: value for name, value in body.items() if name not in ("kind", "apiVersion")}
        for body in found[start : start + limit]
    ]
    served = meant.served
    header = {"kind": f"{served.kind}List", "apiVersion": served.group_version, "metadata": metadata}
    return 200, {**header, "items": items}


def _create(store: Store, meant: Meant, request: Recorded) -> Answer:
    served = meant.served
    body: Json = json.loads(request.body)
    body = merged({"apiVersion": served.group_version, "kind": served.kind, "metadata": {}}, body)
    if served.namespaced:
        body["metadata"].setdefault("namespace", meant.namespace or "default")
    name = body["metadata"].get("name") or f"{body['metadata'].get('generateName', '')}{store.version}"
    body["metadata"]["name"] = name
    place = key(served.plural, body["metadata"].get("namespace"), name)
    with store.changed:
        try:
            store.get(place)
        except KeyError:
            return 201, body if request.query.get("dryRun") == "All" else store.put(body)
    return failure(409, f'{served.plural} "{name}" already exists', "AlreadyExists")


def _patch(store: Store, meant: Meant, name: str, request: Recorded) -> Answer:
    content_type = request.headers.get("content-type", ("",))[0]
    if content_type != "application/merge-patch+json":
        return failure(415, f"the fake API server knows no patch of the type {content_type!r}")
    try:
        return 200, store.patch(
            key(meant.served.plural, meant.namespace, name),
            json.loads(request.body),
            status=meant.subresource == "status",
            dry_run=request.query.get("dryRun") == "All",
        )
    except Conflict:
        return failure(
            409,
            f'Operation cannot be fulfilled on {meant.served.plural} "{name}": the object has been'
            " modified; please apply your changes to the latest version and try again",
        )
