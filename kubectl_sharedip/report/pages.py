"""The page of a code: all that can be said of a finding without a cluster.

Made of the catalogue alone, so that the program and its documentation say the same.
"""

from __future__ import annotations

import re

from kubectl_sharedip.diagnose.catalogue import CATALOGUE, Entry
from kubectl_sharedip.model.frozen import frozen

_PLACE = re.compile(r"\{(\w+)\}")

SEVERITIES = {
    "error": "error: it does not work, or will not",
    "warning": "warning: it works and is fragile, or works by luck",
    "info": "info: worth knowing, nothing to do",
}

FAMILIES = {
    "1": "What the Service asks for",
    "2": "Who may share",
    "3": "Pools, and the room in them",
    "4": "Who handles the Service at all",
    "5": "Time and versions",
    "6": "It has an address: can anyone reach it",
    "7": "Someone else has a hand in it",
    "8": "Habits",
    "9": "Notes about an answer",
}


@frozen
class Page:
    """What a page says. ``sections`` are headings with their text, in order; none is empty."""

    code: str
    name: str
    severity: str
    family: str
    sections: tuple[tuple[str, str], ...]


class UnknownCode(Exception):
    """Nobody knows this code. ``nearest`` are codes that are written alike, or none."""

    def __init__(self, asked: str, nearest: tuple[str, ...]) -> None:
        super().__init__(asked)
        self.nearest = nearest


def page_of(asked: str) -> Page:
    """The page of a code, asked for as ``SIP205``, ``sip205``, ``205`` or by its name.

    Raises UnknownCode.
    """
    word = asked.strip().lower()
    by_word = {
        spelled: row for row in CATALOGUE.values() for spelled in (row.code.lower(), row.code[3:], row.name)
    }
    if word not in by_word:
        raise UnknownCode(asked, _nearest(word, tuple(by_word)))
    return _page(by_word[word])


def all_pages() -> tuple[Page, ...]:
    """Every page, by code."""
    return tuple(_page(row) for _, row in sorted(CATALOGUE.items()))


def _page(row: Entry) -> Page:
    said = [_shown(row.text), *(f"{name}: {words}" for name, words in _phrases(row))]
    sections = (
        ("What it says", "\n".join(said)),
        ("When it arises", row.arises),
        ("How to clear it", row.clear),
        ("What it has to read", ", ".join(row.reads) if row.code[3] != "9" else ""),
        ("Where the rule is", row.source and f"{row.source} (MetalLB)" if "/" in row.source else row.source),
    )
    return Page(
        code=row.code,
        name=row.name,
        severity=SEVERITIES[row.severity],
        family=FAMILIES[row.code[3]],
        sections=tuple((title, text) for title, text in sections if text),
    )


def _shown(text: str) -> str:
    """The text with its values named as a reader would: ``<holder key>``."""
    return _PLACE.sub(lambda found: f"<{found[1].replace('_', ' ')}>", text)


def _phrases(row: Entry) -> list[tuple[str, str]]:
    """The words that stand for a value that is one of a few."""
    return [
        (f"<{place.replace('_', ' ')}>", "; or: ".join(_shown(words) for words in said.values()))
        for place, said in row.phrases.items()
    ]


def _nearest(word: str, spelled: tuple[str, ...]) -> tuple[str, ...]:
    from difflib import get_close_matches

    return tuple(
        near.upper() if near.startswith("sip") else near for near in get_close_matches(word, spelled, n=3)
    )
