"""A journal back from its JSON.

It refuses what it does not understand in full, and what this program cannot have written: a way
back made from half a journal would be a guess.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, get_args

from kubectl_sharedip.apply.journal_record import JournalError, JournalRecord, Progress, State
from kubectl_sharedip.apply.journal_text import VERSION
from kubectl_sharedip.apply.patches import HEALTH_PORT
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.edited import EDITABLE
from kubectl_sharedip.model.journal import JournalCluster
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit, Effect, Operation


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


def _edited(pointer: Any) -> tuple[str, ...]:
    """The steps of a field that a plan may edit: what names another one was not written by this program."""
    steps = _steps(pointer)
    annotation = steps[:2] == ("metadata", "annotations") and len(steps) == 3
    if not annotation and steps not in (*EDITABLE, HEALTH_PORT):
        raise ValueError(f"no plan edits {pointer!r}")
    return steps


def _steps(pointer: Any) -> tuple[str, ...]:
    empty, *steps = _text(pointer).split("/")
    if empty or not steps:
        raise ValueError(f"{pointer!r} is not a JSON Pointer")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in steps)


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
