"""Where things stand in a YAML text, by the marks of its parser.

It refuses (NoPlace) wherever the marks do not say all: anchors with aliases, merge keys, keys that are
written twice, and lines that hold more than one thing.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from kubectl_sharedip.files import yaml_scalars

_TO_LINE_END = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?=[\r\n]|\Z)")
_BREAK = re.compile(r"\r\n|\n|\r")
_ALIAS = re.compile(r"[ \t\r\n]*:[ \t\r\n]*(\*[^\s,\[\]{}]+)")

Pair = tuple[Any, Any]


class NoPlace(Exception):
    """The field cannot be written there; ``because`` has the reason, without a full stop."""

    def __init__(self, because: str) -> None:
        super().__init__(because)
        self.because = because


class Marks:
    """The marks of one document, with the text that they are marks of."""

    def __init__(self, text: str, root: Any) -> None:
        """``root`` is the document as ``yaml_nodes`` composes it; marks are offsets in ``text``."""
        self.text = text
        self._references = _references(root)
        first = _BREAK.search(text)
        self.line_break = first[0] if first else "\n"

    def mapping(self, node: Any) -> Any:
        """The node, where it is a mapping that stands there once. Raises NoPlace."""
        if node.id != "mapping":
            raise NoPlace("what holds the field is no mapping")
        if self._references[id(node)] > 1:
            raise NoPlace("what holds the field is an anchor with aliases")
        if any(key.tag == yaml_scalars.MERGE for key, _ in node.value):
            raise NoPlace("there is a merge key (<<) beside the field")
        return node

    def pair(self, mapping: Any, key: str) -> Pair | None:
        """The key with its value, None where it is not there. Raises NoPlace."""
        found = [pair for pair in mapping.value if pair[0].value == key]
        if len(found) > 1:
            raise NoPlace(f"{key} is written twice")
        if found and self._references[id(found[0][1])] > 1:
            raise NoPlace(f"{key} is an anchor with aliases, or one of these")
        return found[0] if found else None

    def is_bare(self, node: Any) -> bool:
        """Whether the node has no anchor and no tag."""
        return self.text[node.start_mark.index : node.end_mark.index][:1] not in ("&", "!")

    def colon(self, pair: Pair) -> int:
        """The place after the colon of a pair."""
        return self.text.index(":", pair[0].end_mark.index) + 1

    def end(self, pair: Pair) -> int:
        """Where the text of a pair ends: the mark of a block is after the comments that follow it."""
        key, node = pair
        if node.start_mark.index >= key.end_mark.index:
            return self.end_of(node)
        alias = _ALIAS.match(self.text, key.end_mark.index)
        if alias is None:
            raise NoPlace("an alias stands where the field would be written")
        return alias.end(1)

    def end_of(self, node: Any) -> int:
        """Where the text of a node ends, which is no alias."""
        start, end = int(node.start_mark.index), int(node.end_mark.index)
        if node.id == "scalar":
            text = self.text[start:end]
            keeps = node.style not in ("|", ">") or text.split(None, 1)[0].endswith("+")
            return end if keeps else start + len(text.rstrip())
        if node.flow_style:
            return end
        last = node.value[-1]
        if node.id == "mapping":
            return self.end(last)
        if last.start_mark.index < start:
            raise NoPlace("an alias stands where the field would be written")
        return self.end_of(last)

    def blanks_before(self, index: int) -> str | None:
        """The blanks before this place on its line; None where anything else is before it."""
        before = re.split(r"[\r\n]", self.text[:index])[-1]
        return before if not before.strip(" ") else None

    def margin(self, pair: Pair) -> str:
        """The blanks before a pair of a block. Raises NoPlace where anything else is before it."""
        margin = self.blanks_before(pair[0].start_mark.index)
        if margin is None:
            raise NoPlace("something else stands on the line of the field")
        return margin

    def line_end(self, index: int) -> int:
        """The end of the line, its break not counted. Raises NoPlace where more than a comment follows."""
        rest = _TO_LINE_END.match(self.text, index)
        if rest is None:
            raise NoPlace("something else stands on the line of the field")
        return rest.end()

    def next_line(self, line_end: int) -> int:
        """The beginning of the next line; the same place where the text ends there."""
        found = _BREAK.match(self.text, line_end)
        return found.end() if found is not None else line_end


def _references(root: Any) -> Counter[int]:
    """How often each node stands in the document, by its id: an alias is the node itself once more."""
    found: Counter[int] = Counter()
    stack = [root]
    while stack:
        node = stack.pop()
        found[id(node)] += 1
        if found[id(node)] > 1 or isinstance(node.value, str):
            continue
        in_pairs = node.id == "mapping"
        stack.extend([child for pair in node.value for child in pair] if in_pairs else node.value)
    return found
