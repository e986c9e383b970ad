"""A DiagnosisList as text: the answer first, its proof, MetalLB's own words, what to type next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from kubectl_sharedip.render.happened import ABOUT_EVENTS, all_events, last_words
from kubectl_sharedip.render.headline import (
    has_address,
    headline,
    headline_of_many,
    service_name,
    severity_paint,
    told_first,
    uncertain,
)
from kubectl_sharedip.render.proof import proof_lines
from kubectl_sharedip.render.remedies import remedy_lines
from kubectl_sharedip.render.skipped import skipped_lines
from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.text import visible, wrap

_Document = Mapping[str, Any]

_MOST_NAMES = 60  # of Services with one cause: what nobody reads to the end, JSON has


def diagnosis_text(document: _Document, *, width: int | None, style: Style, events: bool = False) -> str:
    """The answers, a paragraph each; Services that one thing keeps back share a paragraph.

    ``width`` is in cells, None for no limit; commands are never broken, so that they can be
    copied. With ``events`` the last events of each Service are told instead of MetalLB's last one.
    """
    taken_at = document["source"]["takenAt"]
    blocks = [
        "\n".join(_paragraph(group, taken_at, width, style, events=events))
        for group in grouped(document["items"])
    ]
    return "\n\n".join(blocks) + ("\n" if blocks else "")


def grouped(items: Sequence[_Document]) -> list[list[_Document]]:
    """The items, those without an address together that have one cause; in the order of the first."""
    groups: dict[object, list[_Document]] = {}
    for place, item in enumerate(items):
        alone = item["cause"] is None or item["state"] == "NotHandled" or bool(item["addresses"])
        groups.setdefault(place if alone else (item["cause"], item["state"]), []).append(item)
    return list(groups.values())


def _paragraph(
    group: Sequence[_Document], taken_at: str | None, width: int | None, style: Style, *, events: bool
) -> Iterator[str]:
    first = group[0]
    causes = told_first(first)
    if len(group) > 1:
        yield from headline_of_many(group, width, style, shown=_MOST_NAMES)
    else:
        yield from headline(first, width, style)
    if len(causes) > 1 or has_address(first):
        for finding in causes:
            yield from finding_lines(finding, width, style)
    for finding in first["findings"]:
        if finding["decisive"] and finding not in causes:
            yield from finding_lines(finding, width, style)
    objects = chain.from_iterable(finding["objects"] for finding in causes)
    yield from proof_lines(first["proof"], list(objects), width)
    if not events:
        yield from last_words(first, taken_at, width)
    yield from _further(group, width, style)
    yield from remedy_lines(group, width)
    yield from skipped_lines(_once(one for item in group for one in item["skipped"]), width)
    if events:
        for item in group:
            yield ""
            if len(group) > 1:
                yield f"  {service_name(item)}"
            yield from all_events(item["events"], taken_at, width)


def finding_lines(finding: _Document, width: int | None, style: Style, margin: int = 2) -> Iterator[str]:
    """One finding under its code."""
    code = finding["code"]
    stops = " (here MetalLB stops)" if finding["decisive"] else ""
    text = f"{' ' * margin}{code}  {visible(finding['message'])}{uncertain(finding)}{stops}"
    first, *rest = wrap(text, width, margin + 8)
    yield first.replace(code, severity_paint(finding, style, code), 1)
    yield from rest


def _further(group: Sequence[_Document], width: int | None, style: Style) -> Iterator[str]:
    """What else is found; of several Services under the names of those of whom it is true."""
    told: dict[tuple[str, str], list[tuple[_Document, _Document]]] = {}
    for item in group:
        for finding in filter(_is_further, item["findings"]):
            alike = finding["message"].replace(f"{item['namespace']}/{item['name']}", "")
            told.setdefault((finding["code"], alike), []).append((item, finding))
    if told:
        yield ""
    for whose in told.values():
        finding = whose[0][1]
        if len(group) == 1:
            yield from finding_lines(finding, width, style)
            continue
        names = ", ".join(service_name(item) for item, _ in whose)
        who = "All of them" if len(whose) == len(group) else names
        yield from wrap(f"  {who}:", width, 4)
        yield from finding_lines(finding, width, style, 4)


def _is_further(finding: _Document) -> bool:
    return not finding["cause"] and not finding["decisive"] and finding["code"] not in ABOUT_EVENTS


def _once(forms: Iterator[_Document]) -> list[_Document]:
    return list({(form["code"], form["because"]): form for form in forms}.values())
