"""Texts of strangers: what acts on a terminal, a spreadsheet, Markdown, Mermaid, a shell or a scraper."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

Json = Any

HOSTILE = (
    *("\x1b[31m", "\x1b]0;title\x07", "\x9b31m", "\x00", "\x7f", "\r", "\n", "\t", "\r\n::error::x"),
    *("\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\u2029", "\U000e0041", "\u00a0", "\u3000"),
    *("=1+1", "+1", "-1", "@x", "|", "||", "`", "```", "\\", "\\n", "*", "_x_", "**b**", "~~s~~", "#", "~"),
    *("[a](http://x)", "![i](http://x)", "<b>", "<script>alert(1)</script>", "<!-- ", "-->", "&lt;", "&amp;"),
    *('"', "'", '"]', "--> x", "%%{init", "end", "subgraph", "click a href", ";", "{", "}", "{{", "%"),
    *(
        "%0A::error",
        "::add-mask::",
        '"} 1\nx{a="',
        "; rm -rf",
        "$(id)",
        "`id`",
        "${HOME}",
        "http://x.example",
    ),
)


def with_hostile_texts(bodies: list[Json], chance: Random) -> list[Json]:
    """Copies in which some names, labels, annotations, events and whatever else is text have such a part."""
    after: list[Json] = copy.deepcopy(bodies)
    for _ in range(chance.choice((3, 8, 20))):
        places = list(_texts(chance.choice(after)))
        if places:
            holder, key = chance.choice(places)
            text = holder[key]
            at = chance.choice((0, 0, len(text), chance.randrange(len(text) + 1)))
            holder[key] = text[:at] + chance.choice(HOSTILE) + text[at:]
    return after


def _texts(node: Json) -> Iterator[tuple[Json, Any]]:
    """Every text but what says which kind of object it is, as what holds it and its key there."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        if isinstance(node[key], str) and key not in ("apiVersion", "kind"):
            yield node, key
        yield from _texts(node[key])
