"""A ProbeReport as a table, and what changed between two of them as lines.

Each row stands alone. Why something fails is too long for a column: it stands under the table, once for
all rows of an address that it is true of. Refuses to judge and to sort.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from kubectl_sharedip.render.spilling import fitted
from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.table import Cell, Painted
from kubectl_sharedip.render.text import visible, wrap

Item = Mapping[str, Any]

_NONE = "-"
_HEADERS = ("ADDRESS", "SERVICE", "PORT", "RESULT", "TIME", "READY", "VERDICT")
_QUIET = ("ok", "unknown")
_INDENT = 2


def probe_table(
    document: Mapping[str, Any],
    *,
    wide: bool,
    width: int | None,
    style: Style,
    headers_shown: bool = True,
    labels: Mapping[tuple[str, str], str] | None = None,
) -> str:
    """The attempts in their order. ``wide`` adds a column with the reason of each verdict, ``labels``, by
    namespace and name of a Service, one with those.

    ``width`` is in cells, None for no limit. Empty where there is no row.
    """
    rows = [_row(item, style, wide=wide) for item in document["items"]]
    if not rows:
        return ""
    headers = [*_HEADERS, "BECAUSE"] if wide else list(_HEADERS)
    if labels is not None:
        headers.append("LABELS")
        for row, item in zip(rows, document["items"], strict=True):
            row.append(labels.get((item["namespace"], item["name"]), _NONE))
    return fitted(headers, rows, width=width, wrap_column=1, headers_shown=headers_shown)


def reasons(document: Mapping[str, Any], *, width: int | None, style: Style) -> str:
    """Why what fails does, a paragraph for all rows of an address with one reason; empty for none."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for item in document["items"]:
        if item["result"] == "ok" or (item["result"] == "not-tried" and item["verdict"] in _QUIET):
            continue
        place = (item["address"], item["verdict"], item["because"])
        groups.setdefault(place, []).append(f"{_service(item)} {item['port']}")
    lines: list[str] = []
    for (address, verdict, because), about in groups.items():
        first = visible(f"{address} {verdict}: {', '.join(about)}")
        head, *rest = wrap(first, width, _INDENT)
        lines.append(head.replace(f" {verdict}:", f" {_paint(verdict, style)(verdict)}:", 1))
        lines.extend(rest)
        lines.extend(wrap(" " * _INDENT + visible(because), width, _INDENT))
    return "".join(f"{line}\n" for line in lines)


def changes(before: Iterable[Item], after: Iterable[Item], at: str) -> Iterator[str]:
    """A line for each attempt that ended otherwise than before, or was not there, or is no more."""
    old, new = {_key(item): item for item in before}, {_key(item): item for item in after}
    for key, item in new.items():
        was = old.get(key)
        if was is None or (was["result"], was["verdict"]) != (item["result"], item["verdict"]):
            came = f"{was['result']} -> " if was else "new, "
            because = f" ({item['verdict']}) {item['because']}" if item["result"] != "ok" else ""
            yield f"{at} {_name(item)}: {came}{item['result']}{because}"
        elif (was["endpoints"], was["because"]) != (item["endpoints"], item["because"]):
            yield f"{at} {_name(item)}: still {item['result']}, {_ready(item)} ready. {item['because']}"
    for key, item in old.items():
        if key not in new:
            yield f"{at} {_name(item)}: gone"


def _row(item: Item, style: Style, *, wide: bool) -> list[Cell]:
    result, verdict = item["result"], item["verdict"]
    latency = item["latency_ms"]
    cells: list[Cell] = [
        item["address"],
        _service(item),
        item["port"],
        Painted(text=result, paint=_result_paint(result, style)),
        _NONE if latency is None else f"{latency:.0f}ms" if latency >= 1 else "<1ms",
        _ready(item),
        Painted(text=verdict, paint=_paint(verdict, style)),
    ]
    return [*cells, item["because"]] if wide else cells


def _ready(item: Item) -> str:
    count = item["endpoints"]
    return f"{count['ready']}/{count['total']}" if count else _NONE


def _service(item: Item) -> str:
    return f"{item['namespace']}/{item['name']}"


def _name(item: Item) -> str:
    return f"{item['address']} {_service(item)} {item['port']}"


def _key(item: Item) -> tuple[str, str, str, str]:
    return item["address"], item["namespace"], item["name"], item["port"]


def _paint(verdict: str, style: Style) -> Callable[[str], str]:
    return {"ok": style.ok, "unknown": style.dim}.get(verdict, style.error)


def _result_paint(result: str, style: Style) -> Callable[[str], str]:
    return {"ok": style.ok, "not-tried": style.dim}.get(result, style.error)
