"""A DiagnosisList as text: the answer first, its proof, MetalLB's own words, what to type next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.text import visible, wrap

_Document = Mapping[str, Any]


def diagnosis_text(document: _Document, *, width: int | None, style: Style) -> str:
    """The answers, a paragraph each; Services with one common cause stand under the first of them.

    ``width`` is in cells, None for no limit. Commands are never broken, so that they can be copied.
    """
    blocks: list[str] = []
    told: dict[str, int] = {}
    also: dict[int, list[str]] = {}
    for item in document["items"]:
        cause = item["cause"]
        if cause in told and item["state"] in ("Pending", "Predicted") and not item["addresses"]:
            also.setdefault(told[cause], []).append(_name(item))
            continue
        if cause is not None:
            told[cause] = len(blocks)
        taken_at = document["source"]["takenAt"]
        blocks.append("\n".join(_item(item, taken_at, width, style)))
    for index, names in also.items():
        blocks[index] += "\n\n" + "\n".join(wrap(f"  The same keeps back: {', '.join(names)}", width, 4))
    return "\n\n".join(blocks) + ("\n" if blocks else "")


def _item(item: _Document, taken_at: str | None, width: int | None, style: Style) -> Iterator[str]:
    yield from _headline(item, width, style)
    for finding in item["findings"]:
        if finding["cause"] or finding["decisive"]:
            yield from _finding(finding, width, style)
    if item["state"] != "NotHandled" and not item["addresses"]:
        yield from _proof(item["proof"], width)
    yield from _events(item["events"], taken_at, width)
    for finding in item["findings"]:
        if not finding["cause"] and not finding["decisive"]:
            yield from _finding(finding, width, style)
    yield from _remedies(item["findings"], width)
    yield from _skipped(item["skipped"], width)


def _headline(item: _Document, width: int | None, style: Style) -> Iterator[str]:
    """The answer in one sentence. Only its verb is painted, after the lines are broken."""
    name = _name(item)
    new = item["state"] == "Predicted"
    if item["state"] == "NotHandled":
        verb, rest, paint = "is not handled", "by MetalLB", style.error
    elif not item["addresses"]:
        verb, rest, paint = "will be Pending" if new else "is Pending", "", style.error
    else:
        verb, rest, paint = "will get" if new else "has", _holding(item), style.ok
    first, *more = wrap(f"{name} {verb}{' ' + rest if rest else ''}.", width, 2)
    yield first.replace(f" {verb}", f" {paint(verb)}", 1)
    yield from more


def _holding(item: _Document) -> str:
    key = f', key "{visible(item["key"])}"' if item["key"] else ""
    pool = f" (pool {item['pool']}{key})" if item["pool"] else ""
    sharers = ", ".join(_name(one) for one in item["sharers"]) or "nobody"
    return f"{', '.join(item['addresses'])}{pool}, shared with {sharers}"


def _finding(finding: _Document, width: int | None, style: Style) -> Iterator[str]:
    paint = {"error": style.error, "warning": style.warning}.get(finding["severity"], style.dim)
    certain = "" if finding["certain"] else " (not certain)"
    first, *rest = wrap(f"  {finding['code']}  {visible(finding['message'])}{certain}", width, 10)
    yield first.replace(finding["code"], paint(finding["code"]), 1)
    yield from rest


def _proof(proof: _Document | None, width: int | None) -> Iterator[str]:
    if proof is None:
        return
    nodes = list(_flat(proof))
    numbers = {node["id"]: place for place, node in enumerate(nodes, start=1)}
    yield ""
    yield "  Because"
    for node in nodes:
        number = numbers[node["id"]]
        premises = [str(numbers[premise["id"]]) for premise in node["from"]]
        reason = f"  ({', '.join(premises)})" if premises else ""
        yield from wrap(f"  {number:>3}  {visible(node['text'])}{reason}", width, 7)


def _flat(proof: _Document) -> Iterator[_Document]:
    """The nodes of the tree, premises before what follows from them, each once."""
    for premise in proof["from"]:
        if "text" in premise:
            yield from _flat(premise)
    yield proof


def _events(events: Sequence[_Document], taken_at: str | None, width: int | None) -> Iterator[str]:
    telling = [event for event in events if event["agrees"] is not None]
    if not telling:
        return
    event = telling[-1]
    seen = _age(event["lastSeen"], taken_at)
    doubt = "" if event["agrees"] else " (it describes an earlier state of the cluster)"
    yield ""
    yield from wrap(
        f'  MetalLB said {seen}{doubt}: {event["reason"]}: "{visible(event["message"])}"', width, 4
    )


def _age(last_seen: str | None, taken_at: str | None) -> str:
    if last_seen is None:
        return "once"
    if taken_at is None:
        return f"at {last_seen}"
    try:
        seconds = int((_time(taken_at) - _time(last_seen)).total_seconds())
    except ValueError:
        return f"at {last_seen}"
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length}{unit} ago"
    return f"{max(seconds, 0)}s ago"


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _remedies(findings: Sequence[_Document], width: int | None) -> Iterator[str]:
    remedies = [remedy for finding in findings for remedy in finding["remedies"]]
    if not remedies:
        return
    yield ""
    yield "  What helps"
    for remedy in remedies:
        leaves = f" (leaves {', '.join(remedy['leaves'])})" if remedy["leaves"] else ""
        yield from wrap(f"    {visible(remedy['summary'])}{leaves}", width, 6)
        yield f"      {visible(remedy['command'])}"


def _skipped(skipped: Sequence[_Document], width: int | None) -> Iterator[str]:
    if not skipped:
        return
    reasons: dict[str, list[str]] = {}
    for one in skipped:
        reasons.setdefault(one["because"], []).append(one["code"])
    yield ""
    for because, codes in reasons.items():
        yield from wrap(f"  Not checked ({because}): {', '.join(codes)}", width, 4)


def _name(item: _Document) -> str:
    return visible(f"{item['namespace']}/{item['name']}")
