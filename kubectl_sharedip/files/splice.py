"""One field of one object in a YAML text, replaced at the parser's own marks; all else stays as it is.

It exists so that a diff of a manifest has the lines of the edit and no other. Raw text goes in, and what
to put where comes out. It refuses (NoPlace) where the field has an anchor or a tag, or nothing would be
left of what holds it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kubectl_sharedip.files import written, yaml_scalars
from kubectl_sharedip.files.edited_text import Splice
from kubectl_sharedip.files.marks import Marks, NoPlace, Pair

_HEADER = re.compile(r"[|>][-+0-9]*(?P<comment>[ \t]+#[^\r\n]*)?")

_BLANKS_AT_LINE_END = re.compile(r"[ \t]*(?=[\r\n]|\Z)")
_QUOTED: Mapping[str | None, Callable[[str], str]] = {"'": written.single_quoted, '"': written.double_quoted}


def splices(
    text: str,
    nodes: Sequence[Any],
    place: tuple[int, int | None],
    path: tuple[str, ...],
    value: str | None,
    *,
    in_json: bool,
) -> tuple[Splice, ...]:
    """What to put where so that the field of the object has the value; None takes the field away.

    ``nodes`` are the documents of ``text`` as ``yaml_nodes`` gives them; ``place`` is the number of the
    document (0 or more) and that of the object in a List, None where it is no List. ``path`` are the steps
    to the field: it is made where it is missing, and so is the mapping that holds it. Raises NoPlace.
    """
    root = nodes[place[0]]
    top = root if place[1] is None else _items(root)[place[1]]
    return _Writer(Marks(text, root), in_json=in_json).splices(top, path, value)


def _items(root: Any) -> list[Any]:
    for key, value in root.value:
        if key.value == "items":
            return list(value.value)
    raise NoPlace("its List cannot be found")


class _Writer:
    """How fields of one document are written."""

    def __init__(self, marks: Marks, *, in_json: bool) -> None:
        self._marks = marks
        self._in_json = in_json

    def splices(self, top: Any, path: tuple[str, ...], value: str | None) -> tuple[Splice, ...]:
        marks, above = self._marks, None
        parent = marks.mapping(top)
        for step in path[:-1]:
            pair = marks.pair(parent, step)
            if pair is None or _is_empty(pair[1]):
                made = () if value is None else self._made(parent, pair, (step, path[-1], value), above)
                return tuple(made)
            above, parent = (parent, pair), marks.mapping(pair[1])
        pair = marks.pair(parent, path[-1])
        if value is None:
            return () if pair is None else self._removed(parent, pair, above)
        if pair is None:
            return (self._after_last(parent, self._line(path[-1], value)),)
        return (self._replaced(pair[1], value),)

    def _text(self, value: str) -> str:
        return written.in_json(value) if self._in_json else written.bare_or_quoted(value)

    def _line(self, key: str, value: str) -> str:
        return f"{self._text(key)}: {self._text(value)}"

    # Another value

    def _replaced(self, node: Any, value: str) -> Splice:
        start, end = node.start_mark.index, node.end_mark.index
        if node.id != "scalar" or not self._marks.is_bare(node):
            raise NoPlace("the field has an anchor or a tag, or is no text")
        if node.style in ("|", ">"):
            header = _HEADER.match(self._marks.text, start)
            comment = (header["comment"] or "") if header else ""
            return Splice(start=start, end=self._marks.end_of(node), text=self._text(value) + comment)
        if self._in_json or start == end:
            return self._instead(node, self._text(value))
        quote: dict[str | None, Callable[[str], str]] = {
            "'": written.single_quoted,
            '"': written.double_quoted,
        }
        return Splice(start=start, end=end, text=quote.get(node.style, self._text)(value))

    def _instead(self, node: Any, text: str) -> Splice:
        """In the place of a node, which may be nothing at all after a colon."""
        start, end = node.start_mark.index, node.end_mark.index
        if start < end:
            return Splice(start=start, end=end, text=text)
        glue = " " if self._marks.text[start - 1] == ":" else ""
        blanks = _BLANKS_AT_LINE_END.match(self._marks.text, start)
        return Splice(start=start, end=blanks.end() if blanks else end, text=glue + text)

    # One field more

    def _after_last(self, mapping: Any, text: str) -> Splice:
        last = mapping.value[-1]
        end = self._marks.end(last)
        if not mapping.flow_style:
            return self._lines_after(end, [self._marks.margin(last) + text])
        margin = self._marks.blanks_before(last[0].start_mark.index)
        own_line = margin is not None and last[0].start_mark.index > len(margin)
        between = f",{self._marks.line_break}{margin}" if own_line else ", "
        return Splice(start=end, end=end, text=between + text)

    def _lines_after(self, index: int, lines: Sequence[str]) -> Splice:
        end, line_break = self._marks.line_end(index), self._marks.line_break
        after = self._marks.next_line(end)
        if after == end:  # the last line has no break, and the new last one gets none
            return Splice(start=end, end=end, text="".join(line_break + line for line in lines))
        return Splice(start=after, end=after, text="".join(line + line_break for line in lines))

    def _made(
        self, parent: Any, pair: Pair | None, field: tuple[str, str, str], above: tuple[Any, Pair] | None
    ) -> list[Splice]:
        """The field with the mapping that holds it, which is missing, empty or null."""
        name, key, value = field
        if pair is not None and not self._marks.is_bare(pair[1]):
            raise NoPlace(f"{name} has an anchor or a tag")
        if parent.flow_style:
            inside = "{" + self._line(key, value) + "}"
            if pair is not None:
                return [self._instead(pair[1], inside)]
            return [self._after_last(parent, f"{self._text(name)}: {inside}")]
        margin = self._marks.margin(pair or parent.value[-1])
        # Indented by as much as what holds it is.
        outer = above[1][0].start_mark.column if above is not None else 0
        step = " " * max(parent.value[0][0].start_mark.column - outer, 1)
        line = f"{margin}{step}{self._line(key, value)}"
        if pair is None:
            return [self._lines_after(self._marks.end(parent.value[-1]), [f"{margin}{name}:", line])]
        start, end = self._marks.colon(pair), pair[1].end_mark.index
        emptied = [Splice(start=start, end=end, text="")] if start < end else []
        return [*emptied, self._lines_after(end, [line])]

    # One field less

    def _removed(self, parent: Any, pair: Pair, above: tuple[Any, Pair] | None) -> tuple[Splice, ...]:
        if parent.flow_style:
            return (self._out_of_braces(parent, pair),)
        own = self._line_of(pair, self._marks.end(pair))
        if len(parent.value) > 1:
            return (own,)
        # A block of nothing is no mapping any more, so the line above it goes too.
        if (
            above is None
            or above[0].flow_style
            or len(above[0].value) == 1
            or not self._marks.is_bare(parent)
        ):
            raise NoPlace("nothing would be left of what holds the field")
        return (self._line_of(above[1], self._marks.colon(above[1])), own)

    def _line_of(self, pair: Pair, end: int) -> Splice:
        start = pair[0].start_mark.index - len(self._marks.margin(pair))
        return Splice(start=start, end=self._marks.next_line(self._marks.line_end(end)), text="")

    def _out_of_braces(self, mapping: Any, pair: Pair) -> Splice:
        place = next(number for number, one in enumerate(mapping.value) if one is pair)
        if place > 0:
            start, end = self._marks.end(mapping.value[place - 1]), self._marks.end(pair)
            return Splice(start=start, end=end, text="")
        if len(mapping.value) > 1:
            start, end = pair[0].start_mark.index, mapping.value[1][0].start_mark.index
            return Splice(start=start, end=end, text="")
        if not self._marks.is_bare(mapping):
            raise NoPlace("what holds the field has an anchor or a tag")
        return Splice(start=mapping.start_mark.index, end=mapping.end_mark.index, text="{}")


def _is_empty(node: Any) -> bool:
    return node.tag == yaml_scalars.NULL or (node.id == "mapping" and not node.value)
