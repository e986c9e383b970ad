"""What stands in the pages: commands in fenced blocks of sh, links, and anchors of headings."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
RUNBOOK = ROOT / "docs" / "runbook.md"

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(\s*([^)\s]+)\s*\)|(?:src|srcset|href)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)


class Section(NamedTuple):
    """A part of a page under a heading, with its commands in their order."""

    heading: str
    text: str
    commands: list[list[str]]


def sections(page: Path) -> list[Section]:
    """The parts of a page, each with the words of its commands after ``kubectl sharedip``."""
    text = page.read_text()
    parts = re.split(r"^##? ", text, flags=re.MULTILINE)[1:]
    return [Section(part.partition("\n")[0].strip("# "), part, list(_commands(part))) for part in parts]


def _commands(text: str) -> Iterator[list[str]]:
    for language, block in _FENCED.findall(text):
        if language == "sh":
            for line in block.splitlines():
                kubectl, sharedip, *words = shlex.split(line)
                assert (kubectl, sharedip) == ("kubectl", "sharedip"), line
                yield words


def asks_no_cluster(words: list[str]) -> bool:
    """Whether a command is for the files that ship."""
    return "-f" in words


def links(page: Path) -> list[str]:
    """The targets of all links and pictures of a page, outside of code."""
    text = re.sub(r"`[^`\n]*`", "", _FENCED.sub("", page.read_text()))
    return [first or second for first, second in _LINK.findall(text)]


def anchors(page: Path) -> set[str]:
    """What ``#...`` may name in a page, as GitHub makes it of its headings."""
    text = _FENCED.sub("", page.read_text())
    return {_anchor(heading) for heading in _HEADING.findall(text)}


def _anchor(heading: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
    return kept.replace(" ", "-")
