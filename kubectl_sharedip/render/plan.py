"""A Plan as text: what is done, what comes of it, what it costs, and the ways that need leave."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.text import visible, wrap
from kubectl_sharedip.report.plan_edits import operation_text

_Document = Mapping[str, Any]


def plan_text(document: _Document, *, target: str, width: int | None, style: Style) -> str:
    """The plan, or why there is none and every way with what it needs.

    ``target`` says on what it would be done (context, server and user, or the files). ``width`` is
    in cells, None for no limit; commands are never broken.
    """
    lines = [*wrap(visible(target), width, 2)]
    for item in document["items"]:
        lines.extend(_item(item, document, width, style))
    if document["edits"]:
        lines.extend(("", "Edits"))
        for number, edit in enumerate(document["edits"], start=1):
            lines.extend(_edit(number, edit, width))
        lines.extend(("", "What comes of it"))
        for effect in document["effects"]:
            lines.extend(wrap(f"  {_effect(effect)}", width, 4))
        lines.extend(_bystanders(document, width))
    lines.extend(_section("Given up", document["losses"], width))
    lines.extend(_section("Beware" if document["edits"] else "To know", document["warnings"], width))
    for item in document["items"]:
        if not item["feasible"]:
            lines.extend(_ways(_ways_of(item, document), len(document["items"]) > 1, width))
    return "\n".join(lines) + "\n"


def _item(item: _Document, document: _Document, width: int | None, style: Style) -> Iterator[str]:
    name = visible(f"{item['namespace']}/{item['name']}")
    if not item["feasible"]:
        yield f"{style.error('No plan')} for {name}{_short_of(_ways_of(item, document))}."
        for blocked in item["blocked"]:
            yield from _in_the_way(blocked, width)
    elif not document["edits"]:
        yield f"{style.ok('Nothing to do')} for {name}: it has what was asked for."
    else:
        yield f"{style.ok('Plan')} for {name}: {item['goal']}."


def _in_the_way(blocked: _Document, width: int | None) -> Iterator[str]:
    code = f"{blocked['code']}  " if blocked["code"] else ""
    text, command = visible(blocked["message"]), ""
    if not code and ": kubectl " in text:
        text, _, command = text.partition(": kubectl ")
    yield from wrap(f"  {code}{text}", width, 10 if code else 4)
    if command:
        yield f"    kubectl {command}"


def _ways_of(item: _Document, document: _Document) -> list[_Document]:
    """The ways of this Service: their commands name it."""
    start = ["kubectl", "sharedip", "fix", item["name"], "-n", item["namespace"]]
    return [way for way in document["alternatives"] if shlex.split(way["command"])[: len(start)] == start]


def _short_of(alternatives: Sequence[_Document]) -> str:
    """What it would take, where there are ways."""
    if not alternatives:
        return ""
    if all(way["needs"] for way in alternatives):
        return " without --allow"
    sharing = any("--share-with" in way["command"] for way in alternatives)
    return ", unless it is to share with somebody" if sharing else ", unless you choose one"


def _edit(number: int, edit: _Document, width: int | None) -> Iterator[str]:
    owner = f" (made by {edit['owner']})" if edit["owner"] else ""
    yield f"  {number}  Service {visible(edit['namespace'])}/{visible(edit['name'])}{owner}"
    for operation in edit["operations"]:
        text = operation_text(_steps(operation["path"]), operation["value"], operation["was"])
        yield from wrap(f"       {visible(text)}", width, 9)


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _effect(effect: _Document) -> str:
    before = ", ".join(effect["before"]) or "no address"
    after = " or ".join(", ".join(one) or "no address" for one in effect["after"])
    certain = "" if effect["certain"] else " (which one is chance)"
    gets = f"keeps {before}" if effect["after"] == [effect["before"]] else f"{before} -> {after}{certain}"
    return visible(f"{effect['namespace']}/{effect['name']}: {gets}{_announced(effect)}")


def _announced(effect: _Document) -> str:
    """Who announces it then, and who does now where these are others; nothing where that is not known."""
    before, after = effect["announcedBy"]["before"], effect["announcedBy"]["after"]
    if after is None:
        return ""
    now = ", ".join(before or ())
    if effect["after"] == [[]]:
        return f" (now announced by {now})" if now else ""
    differs = f" (now by {now})" if now and before != after else ""
    return f", announced by {', '.join(after) or 'nobody'}{differs}"


def _bystanders(document: _Document, width: int | None) -> Iterator[str]:
    named = {(item["namespace"], item["name"]) for item in document["items"]}
    moved = [e for e in document["effects"] if (e["namespace"], e["name"]) not in named]
    if not moved:
        yield "  Nobody else gains, loses or moves an address."


def _section(title: str, lines: Sequence[str], width: int | None) -> Iterator[str]:
    if lines:
        yield ""
        yield title
        for line in lines:
            yield from wrap(f"  {visible(line)}", width, 4)


def _ways(ways: Sequence[_Document], names_them: bool, width: int | None) -> Iterator[str]:
    if not ways:
        return
    about = f" for {shlex.split(ways[0]['command'])[3]}" if names_them else ""
    yield ""
    several = f"Each of these would do{about}; which one is yours to choose"
    yield several if len(ways) > 1 else f"This would do{about}, if you say so"
    for number, way in enumerate(ways, start=1):
        yield from wrap(f"  {number}  {visible(way['summary'])}", width, 5)
        for loss in way["losses"]:
            yield from wrap(f"     costs: {visible(loss)}", width, 7)
        yield f"     {visible(way['command'])}"
