"""A CheckReport for people: each Service with all that is found of it, or each cause with its objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kubectl_sharedip.render.headed import Headed, laid_out
from kubectl_sharedip.render.sheets import csv_text, markdown_table
from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.table import Cell, Painted
from kubectl_sharedip.render.text import visible

_NONE = "-"
_MOST_NAMED = 3
_WEIGHTS = {"error": 0, "warning": 1, "info": 2}
_SHEET = ("OBJECT", "PREDICTED", "ADDRESSES", "DISTURBS", "SEVERITY", "CODE", "FINDING")

Json = Mapping[str, Any]


def check_table(
    document: Json,
    *,
    width: int | None,
    style: Style,
    headers_shown: bool = True,
    wide: bool = False,
    labels: Mapping[tuple[str, str], str] | None = None,
) -> str:
    """The objects in their order, a row for each thing that is found of one.

    What is only worth knowing stands together in one row by code and name, ``wide`` tells it in full.
    ``width`` is in cells, None for no limit: where it is too narrow for the findings to be a column, they
    stand beneath their object. ``labels``, by namespace and name, are a column before them.
    """
    blocks: list[Headed] = []
    for item in document["items"]:
        state: Cell = _NONE
        if told_ := _state(document, item):
            paint = {"Assigned": style.ok, "Pending": style.error}.get(told_, style.warning)
            state = Painted(text=told_, paint=paint)
        place = (item["namespace"] or "", item["name"])
        last = [] if labels is None else [labels.get(place, _NONE)]
        told = [*_told(item, style, wide)]
        blocks.append(Headed(row=[_object(item), state, _lists(item), *last], told=told))
    headers = ["OBJECT", "PREDICTED", "ADDRESSES", *([] if labels is None else ["LABELS"]), "FINDING"]
    return laid_out(headers, blocks, width=width, headers_shown=headers_shown)


def by_cause(document: Json, *, width: int | None, style: Style, headers_shown: bool = True) -> str:
    """A row for each distinct finding with the objects that it is told of, the worst first.

    What is only worth knowing is one by its code. ``width`` as above. Empty where nothing is found.
    """
    groups: dict[tuple[str, str, str], list[str]] = {}
    for item in document["items"]:
        for finding in item["findings"]:
            told = finding["name"] if _is_beside(finding) else finding["message"]
            groups.setdefault((finding["severity"], finding["code"], told), []).append(_object(item))
    ordered = sorted(groups.items(), key=lambda one: (_WEIGHTS[one[0][0]], -len(one[1]), one[0][1:]))
    blocks = [
        Headed(
            row=[Painted(text=severity, paint=_paint(severity, style)), code, _some(objects)], told=[message]
        )
        for (severity, code, message), objects in ordered
    ]
    headers = ["SEVERITY", "CODE", "OBJECT", "FINDING"]
    return laid_out(headers, blocks, width=width, headers_shown=headers_shown)


def _is_beside(finding: Json) -> bool:
    """Whether it is only worth knowing, and nothing that anybody waits for."""
    return finding["severity"] == "info" and not finding["cause"]


def names(document: Json) -> str:
    """The objects of which something is found, as kubectl names them, a line each."""
    found = [item for item in document["items"] if item["findings"] or item["disturbs"]]
    return "".join(f"{visible(item['kind'].lower())}/{visible(item['name'])}\n" for item in found)


def csv_rows(document: Json, *, headers_shown: bool = True) -> str:
    """A row for each finding, and one for an object without any, for a spreadsheet."""
    return csv_text(_SHEET, list(_sheet(document)), headers_shown=headers_shown)


def markdown(document: Json) -> str:
    """The same as a table of Markdown."""
    return markdown_table(_SHEET, list(_sheet(document)))


def _sheet(document: Json) -> Iterator[list[str]]:
    for item in document["items"]:
        disturbs = ", ".join(f"{one['namespace']}/{one['name']}" for one in item["disturbs"])
        lists = "" if _lists(item) == _NONE else _lists(item)
        head = [_object(item), _state(document, item), lists, disturbs]
        for finding in item["findings"]:
            yield [*head, finding["severity"], finding["code"], finding["message"]]
        if not item["findings"]:
            yield [*head, "", "", ""]


def _told(item: Json, style: Style, wide: bool) -> Iterator[Cell]:
    places = [f"{one['namespace']}/{one['name']}" for one in item["disturbs"]]
    others = [place for place in places if place != _object(item)]
    # That it loses its own address is told as a finding, unless it asks for another one.
    if len(others) < len(places) and not any(one["code"] == "SIP510" for one in item["findings"]):
        yield Painted(text="leaves the address that it has now, as its manifest asks", paint=style.warning)
    if others:
        yield Painted(text=f"disturbs {', '.join(others)}", paint=style.warning)
    beside = [] if wide else [finding for finding in item["findings"] if _is_beside(finding)]
    for finding in item["findings"]:
        if finding not in beside:
            yield Painted(
                text=f"{finding['code']} {finding['severity']}: {finding['message']}",
                paint=_paint(finding["severity"], style),
            )
    if beside:
        told = dict.fromkeys(f"{finding['code']} {finding['name']}" for finding in beside)
        yield Painted(text=f"info: {', '.join(told)}", paint=style.dim)


def _state(document: Json, item: Json) -> str:
    """What becomes of a Service, empty for what is none; without pools nobody can tell."""
    if item["predicted"] is not None:
        return str(item["predicted"]["state"])
    gaps = {gap["resource"] for gap in document["source"]["notRead"]}
    return "unknown" if item["kind"] == "Service" and "ipaddresspools" in gaps else ""


def _paint(severity: str, style: Style) -> Callable[[str], str]:
    return {"error": style.error, "warning": style.warning}.get(severity, style.dim)


def _object(item: Json) -> str:
    place = f"{item['namespace']}/{item['name']}" if item["namespace"] else str(item["name"])
    return place if item["kind"] == "Service" else f"{item['kind']} {place}"


def _lists(item: Json) -> str:
    lists = item["predicted"]["addresses"] if item["predicted"] else ()
    return " or ".join(",".join(one) or "none" for one in lists) or _NONE


def _some(objects: list[str]) -> str:
    more = len(objects) - _MOST_NAMED
    return ", ".join(objects[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
