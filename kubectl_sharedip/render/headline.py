"""The first sentence of an answer: what became of the Service, and, where one thing did it, what.

It refuses to choose the words of a finding; it only makes them the end of a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.text import cell_width, visible, wrap

_Document = Mapping[str, Any]

#: Words with which findings begin and that are written small within a sentence; any other is a name.
_SMALL = frozenset(("A", "An", "Every", "Its", "It", "No", "On", "Several", "The", "Two", "Under"))


def headline(item: _Document, width: int | None, style: Style) -> Iterator[str]:
    """The answer in one sentence. Only its verb and its code are painted, after the lines are broken."""
    name = service_name(item)
    causes = told_first(item)
    holds = has_address(item)
    if not holds and len(causes) == 1:
        yield from _with_reason(name, f"{waits(item)}:", causes[0], width, style)
        return
    if holds:
        verb, rest = "will get" if item["state"] == "Predicted" else "has", f" {_holding(item)}"
    else:
        verb, rest = waits(item), f", for {len(causes)} reasons" if causes else ""
    paint = style.ok if holds else style.error
    first, *more = wrap(f"{name} {verb}{rest}.", width, 2)
    yield first.replace(f" {verb}", f" {paint(verb)}", 1)
    yield from more


def headline_of_many(
    items: Sequence[_Document], width: int | None, style: Style, *, shown: int
) -> Iterator[str]:
    """The sentence for Services that one and the same keeps back, and who they are.

    More than ``shown`` names are cut to those, with the number of the rest and where they are.
    """
    causes = told_first(items[0])
    verb = "will be Pending" if items[0]["state"] == "Predicted" else "are Pending"
    count = f"{len(items)} Services"
    if len(causes) == 1:
        yield from _with_reason(count, f"{verb}, each for this:", causes[0], width, style)
    else:
        yield f"{count} {style.error(verb)}, each for {len(causes)} reasons."
    names = [service_name(item) for item in items]
    rest = f", and {len(names) - shown} more (-o json has them all)" if len(names) > shown else ""
    yield from wrap(f"  They are {', '.join(names[:shown])}{rest}.", width, 4)


def has_address(item: _Document) -> bool:
    """Whether MetalLB gave it an address, or would."""
    return bool(item["addresses"]) and item["state"] != "NotHandled"


def told_first(item: _Document) -> list[_Document]:
    """What a person has to clear; where nothing is such a cause, that at which MetalLB stops."""
    findings = item["findings"]
    causes = [finding for finding in findings if finding["cause"]]
    return causes or [finding for finding in findings if finding["decisive"]]


def waits(item: _Document) -> str:
    """The state of one without an address, as a verb."""
    if item["state"] == "NotHandled":
        return "is not handled by MetalLB"
    if item["state"] == "Predicted":
        return "may get an address or none" if _is_unforetold(item) else "will be Pending"
    return "is Pending"


def _is_unforetold(item: _Document) -> bool:
    """Whether nothing keeps it back that is known, and the pools are not."""
    unread = any("ipaddresspools" in one["because"] for one in item["skipped"])
    return unread and not told_first(item)


def service_name(item: _Document) -> str:
    """``namespace/name``."""
    return visible(f"{item['namespace']}/{item['name']}")


def _with_reason(who: str, verb: str, finding: _Document, width: int | None, style: Style) -> Iterator[str]:
    """A sentence that ends with the finding, its code in the right corner as far as there is one."""
    text = visible(finding["message"])
    word, _, rest = text.partition(" ")
    text = f"{word.lower()} {rest}" if word in _SMALL else text
    code = finding["code"]
    lines = wrap(f"{who} {verb} {text}{uncertain(finding)}", width, 2)
    painted = verb.rstrip(":")
    lines[-1] = _cornered(lines[-1], code, width)
    for place, line in enumerate(lines):
        shown = line.replace(f" {painted}", f" {style.error(painted)}", 1) if not place else line
        if place == len(lines) - 1:
            shown = shown.removesuffix(code) + severity_paint(finding, style, code)
        yield from shown.split("\n")


def _cornered(line: str, code: str, width: int | None) -> str:
    """The code after the last line: at its right end, or, where it does not fit, on the next."""
    if width is None:
        return f"{line}  {code}"
    room = width - cell_width(line) - len(code)
    if room >= 2:
        return line + " " * room + code
    return f"{line}\n{' ' * max(width - len(code), 2)}{code}"


def severity_paint(finding: _Document, style: Style, text: str) -> str:
    """The text in the colour of the finding's severity."""
    paint = {"error": style.error, "warning": style.warning}.get(finding["severity"], style.dim)
    return paint(text)


def uncertain(finding: _Document) -> str:
    """What is said of a finding that depends on chance, or on what was not read."""
    return "" if finding["certain"] else " (not certain)"


def _holding(item: _Document) -> str:
    key = f', key "{visible(item["key"])}"' if item["key"] else ""
    pool = f" (pool {visible(item['pool'])}{key})" if item["pool"] else ""
    sharers = ", ".join(service_name(one) for one in item["sharers"])
    beside = f"shared with {sharers}" if sharers else "shared with nobody"
    return f"{visible(', '.join(item['addresses']))}{pool}, {beside}"
