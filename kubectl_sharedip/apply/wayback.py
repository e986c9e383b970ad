"""Edits as kubectl lines, forth and back: for a runbook, and for a colleague at another desk.

The lines need nothing of this program. They carry no resourceVersion, since MetalLB writes the
Service meanwhile. It refuses to run them, and to put back what no edit touched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from kubectl_sharedip.apply.fields import Body, Path, addresses, value_at
from kubectl_sharedip.apply.patches import HEALTH_PORT, KEYS, POLICY, merge_body, values
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit
from kubectl_sharedip.model.shell import shell_line


def way_back(
    edits: Sequence[Edit], before: Mapping[ServiceName, Body], *, flags: Sequence[str] = ()
) -> tuple[str, ...]:
    """The lines that put each edited field back, the newest edit first.

    Arguments: the edits that were made, in that order; the Services before, those of the edits at
    least; kubectl's flags in force, a word each (``("--context", "lab")``), never with a token. Who
    waited and came to a Service whose key or policy was edited goes without its key meanwhile: see
    guests.py.
    """
    guests = dict(_guests(edits, before))
    return (
        *(_line(name, dict.fromkeys(keys), flags) for name, keys in guests.items()),
        *(_line(edit.service, _undone(edit, before.get(edit.service)), flags) for edit in reversed(edits)),
        *(_line(name, keys, flags) for name, keys in guests.items()),
    )


def as_commands(edits: Sequence[Edit], *, flags: Sequence[str] = ()) -> tuple[str, ...]:
    """The lines that make these edits, in order; ``flags`` as in ``way_back``."""
    return tuple(_line(edit.service, values(edit), flags) for edit in edits)


_Fields = Mapping[Path, "str | int | None"]


def _guests(
    edits: Sequence[Edit], before: Mapping[ServiceName, Body]
) -> Iterator[tuple[ServiceName, Mapping[Path, str | int | None]]]:
    """Who waited with the key of somebody who was let in by an edit, and where the key is written."""
    after: dict[ServiceName, dict[Path, str | None]] = {}
    for edit in edits:
        fields = after.setdefault(edit.service, _keys(before.get(edit.service, {})))
        fields |= {each.path: each.value for each in edit.operations if each.path in KEYS}
    opened = {e.service for e in edits for each in e.operations if each.path in (*KEYS, POLICY)}
    hosts = [name for name in opened if addresses(before.get(name, {}))]
    theirs = {value for name in hosts for value in after[name].values() if value}
    for name, body in sorted(before.items()):
        keys = _keys(body)
        untouched = keys == after.get(name, keys)
        if untouched and not addresses(body) and not theirs.isdisjoint(keys.values()):
            yield name, {path: value for path, value in keys.items() if value is not None}


def _keys(body: Body) -> dict[Path, str | None]:
    return {path: value_at(body, path) for path in KEYS}


def _undone(edit: Edit, before: Body | None) -> _Fields:
    fields: dict[Path, str | int | None] = {each.path: each.was for each in edit.operations}
    if before is not None and fields.get(POLICY) == "Local":
        # Leaving Local gave the health check's port away: without it another one would come.
        port = value_at(before, HEALTH_PORT)
        if port and port.isdigit() and int(port):
            fields[HEALTH_PORT] = int(port)
    return fields


def _line(name: ServiceName, fields: _Fields, flags: Sequence[str]) -> str:
    service = ("-n", name.namespace, f"svc/{name.name}")
    if all(_fits_annotate(path, value) for path, value in fields.items()):
        pairs = [f"{path[2]}-" if value is None else f"{path[2]}={value}" for path, value in fields.items()]
        return shell_line(["kubectl", *flags, "annotate", *service, *pairs, "--overwrite"])
    # One patch, so that MetalLB never sees one half of an edit.
    body = merge_body(fields, None)
    return shell_line(["kubectl", *flags, "patch", *service, "--type=merge", "-p", json.dumps(body)])


def _fits_annotate(path: tuple[str, ...], value: str | int | None) -> bool:
    # JSON writes what does not print as an escape: a line stays one line, and can be read.
    return path[:2] == ("metadata", "annotations") and (value is None or str(value).isprintable())
