"""A journal as JSON, and back.

The file is read in an emergency, by another version of this program or by a person with an
editor: so it holds whole Services and plain names, and says its version. Reading refuses what it
does not understand in full, since a way back made from half a journal would be a guess.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, get_args

from kubectl_sharedip.apply.journal_record import (
    JournalError,
    JournalRecord,
    Progress,
    State,
)
from kubectl_sharedip.apply.patches import HEALTH_PORT
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.edited import EDITABLE
from kubectl_sharedip.model.journal import JournalCluster
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Effect, Operation

VERSION = 1


def to_text(record: JournalRecord) -> str:
    """The record as JSON, ASCII only, with a line end."""
    document = {
        "version": VERSION,
        "id": record.id,
        "at": record.at,
        "cluster": {
            "context": record.cluster.context,
            "server": record.cluster.server,
            "uid": record.cluster.uid,
        },
        "summary": record.summary,
        "named": [_name_out(name) for name in record.named],
        "undoes": record.undoes,
        "undone": record.undone,
        "verified": record.verified,
        "versions": [
            {"service": _name_out(name), "resourceVersion": version}
            for name, version in sorted(record.versions.items())
        ],
        "edits": [_edit_out(edit) for edit in record.edits],
        "before": [
            {"service": _name_out(name), "object": record.before[name]} for name in sorted(record.before)
        ],
        "effects": [
            {
                "service": _name_out(effect.service),
                "before": [str(address) for address in effect.before],
                "after": [[str(address) for address in each] for each in effect.after],
            }
            for effect in record.effects
        ],
        "progress": [
            {"edit": each.edit, "state": each.state, "resourceVersion": each.resource_version}
            for each in record.progress
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def from_text(text: str, where: str) -> JournalRecord:
    """The record that the text holds; ``where`` is its path, for the error.

    Raises JournalError where it is damaged or of a later version.
    """
    try:
        document = json.loads(text)
        version = document["version"]
        if not isinstance(version, int) or version < 1:
            raise ValueError(f"version {version!r}")
        if version > VERSION:
            raise JournalError(
                what=f"journal version {version}, and this program reads up to {VERSION}",
                where=where,
                todo="use the version of kubectl-sharedip that wrote it, or a later one.",
            )
        return _record_in(document)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise JournalError(
            what=f"not a whole journal ({' '.join(f'{type(error).__name__} {error}'.split())[:200]})",
            where=where,
            todo='the Services as they were, if they are there, stand under "before".',
        ) from error


def _record_in(document: Any) -> JournalRecord:
    edits = tuple(_edit_in(each) for each in document["edits"])
    progress = tuple(
        Progress(
            edit=each["edit"],
            state=_state(each["state"]),
            resource_version=_optional(each["resourceVersion"]),
        )
        for each in document["progress"]
    )
    if [each.edit for each in progress] != list(range(len(edits))):
        raise ValueError("edits and progress do not belong together")
    before = {_name_in(each["service"]): _mapping(each["object"]) for each in document["before"]}
    if not {edit.service for edit in edits} <= before.keys():
        raise ValueError("an edited Service is not under before")
    cluster = document["cluster"]
    return JournalRecord(
        id=_text(document["id"]),
        at=_time(document["at"]),
        cluster=JournalCluster(
            context=_optional(cluster["context"]),
            server=_optional(cluster["server"]),
            uid=_optional(cluster["uid"]),
        ),
        summary=_text(document["summary"]),
        edits=edits,
        before=MappingProxyType(before),
        effects=tuple(
            Effect(
                service=_name_in(each["service"]),
                before=tuple(map(_address, each["before"])),
                after=tuple(tuple(map(_address, after)) for after in each["after"]),
            )
            for each in document["effects"]
        ),
        progress=progress,
        # Journals of before there was an undo have none of these.
        named=tuple(map(_name_in, document.get("named", ()))),
        versions=MappingProxyType(
            {
                _name_in(each["service"]): _text(each["resourceVersion"])
                for each in document.get("versions", ())
            }
        ),
        undoes=_optional(document.get("undoes")),
        undone=_optional(document.get("undone")),
        verified=document.get("verified", False) is True,
    )


def _edit_out(edit: Edit) -> dict[str, Any]:
    return {
        "service": _name_out(edit.service),
        "resourceVersion": edit.resource_version,
        "owner": edit.owner,
        "wakesOnly": edit.wakes_only,
        "operations": [
            {"op": each.op, "path": _pointer(each.path), "value": each.value, "was": each.was}
            for each in edit.operations
        ],
    }


def _edit_in(document: Any) -> Edit:
    return Edit(
        service=_name_in(document["service"]),
        resource_version=_optional(document["resourceVersion"]),
        owner=_optional(document["owner"]),
        wakes_only=bool(document["wakesOnly"]),
        operations=tuple(
            Operation(path=_edited(each["path"]), value=_optional(each["value"]), was=_optional(each["was"]))
            for each in document["operations"]
        ),
    )


def _pointer(path: tuple[str, ...]) -> str:
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def _steps(pointer: Any) -> tuple[str, ...]:
    empty, *steps = _text(pointer).split("/")
    if empty or not steps:
        raise ValueError(f"{pointer!r} is not a JSON Pointer")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in steps)


def _edited(pointer: Any) -> tuple[str, ...]:
    """The steps of a field that a plan may edit: what names another one was not written by this program."""
    steps = _steps(pointer)
    annotation = steps[:2] == ("metadata", "annotations") and len(steps) == 3
    if not annotation and steps not in (*EDITABLE, HEALTH_PORT):
        raise ValueError(f"no plan edits {pointer!r}")
    return steps


def _name_out(name: ServiceName) -> dict[str, str]:
    return {"namespace": name.namespace, "name": name.name}


def _name_in(document: Any) -> ServiceName:
    return ServiceName(_text(document["namespace"]), _text(document["name"]))


def _address(text: Any) -> Address:
    address = parse_address(_text(text))
    if address is None:
        raise ValueError(f"{text!r} is not an address")
    return address


def _state(text: Any) -> State:
    if text not in get_args(State):
        raise ValueError(f"state {text!r}")
    state: State = text
    return state


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a string")
    return value


def _time(value: Any) -> str:
    datetime.fromisoformat(_text(value).replace("Z", "+00:00"))
    return str(value)


def _optional(value: Any) -> str | None:
    return None if value is None else _text(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not an object")
    return value
