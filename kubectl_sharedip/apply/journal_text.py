"""A journal as JSON.

The file is read in an emergency, by another version of this program or by a person with an
editor: so it holds whole Services and plain names, and says its version. It refuses to leave out
what somebody may need who has nothing else.
"""

from __future__ import annotations

import json
from typing import Any

from kubectl_sharedip.apply.journal_record import JournalRecord
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.plan import Edit

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


def _pointer(path: tuple[str, ...]) -> str:
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def _name_out(name: ServiceName) -> dict[str, str]:
    return {"namespace": name.namespace, "name": name.name}
