"""The items of a DiagnosisList, or of a Plan, a row each: what is one line in a list of many.

Refuses to tell the proof and the ways: that is what the text of an answer is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.render.headline import told_first
from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.table import Cell, Painted, table

_Document = Mapping[str, Any]
_Labels = Mapping[tuple[str, str], str] | None

_NONE = "-"
_SHOWN = ("SERVICE", "STATE", "ADDRESS", "KEY", "POOL", "SHARERS", "WHY")
_PLANNED = ("SERVICE", "PLAN", "GOAL", "NEEDS", "BEFORE", "AFTER", "WHY")


def diagnosis_table(
    document: _Document, *, style: Style, headers_shown: bool = True, labels: _Labels = None
) -> str:
    """The Services of a DiagnosisList: state, address, and the first finding of each. Empty without any."""
    rows = []
    for item in document["items"]:
        paint = {"Pending": style.error, "NotHandled": style.dim}.get(item["state"], style.ok)
        sharers = ",".join(f"{one['namespace']}/{one['name']}" for one in item["sharers"])
        first = next(iter(told_first(item)), None)
        why = f"{first['code']} {first['message']}" if first else _NONE
        state = Painted(text=item["state"], paint=paint)
        held = ",".join(item["addresses"]) or _NONE
        rows.append(
            [_name(item), state, held, item["key"] or _NONE, item["pool"] or _NONE, sharers or _NONE, why]
        )
    return _table(_SHOWN, rows, document, headers_shown, labels)


def plan_table(
    document: _Document, *, style: Style, headers_shown: bool = True, labels: _Labels = None
) -> str:
    """The Services of a Plan: whether there is one, what they would get, and what closes the way else."""
    effects = {_name(effect): effect for effect in document["effects"]}
    rows: list[list[Cell]] = []
    for item in document["items"]:
        effect = effects.get(_name(item))
        blocked = item["blocked"][0] if item["blocked"] else None
        word = "none" if not item["feasible"] else "edits" if document["edits"] else "nothing to do"
        plan = Painted(text=word, paint=style.ok if item["feasible"] else style.error)
        why = " ".join(filter(None, (blocked["code"], blocked["message"]))) if blocked else _NONE
        needs = ",".join(blocked["needs"]) if blocked else ""
        before = ",".join(effect["before"]) if effect else ""
        after = " or ".join(",".join(one) or "none" for one in effect["after"]) if effect else ""
        rows.append([_name(item), plan, item["goal"], needs or _NONE, before or _NONE, after or _NONE, why])
    return _table(_PLANNED, rows, document, headers_shown, labels)


def _table(
    headers: tuple[str, ...],
    rows: list[list[Cell]],
    document: _Document,
    headers_shown: bool,
    labels: _Labels,
) -> str:
    if not rows:
        return ""
    shown = list(headers)
    if labels is not None:
        shown.append("LABELS")
        for row, item in zip(rows, document["items"], strict=True):
            row.append(labels.get((item["namespace"], item["name"]), _NONE))
    return table(shown, rows, width=None, wrap_column=None, headers_shown=headers_shown)


def _name(one: _Document) -> str:
    return f"{one['namespace']}/{one['name']}"
