"""A text with some of its characters replaced, which still knows its lines of before; as a unified diff.

It exists so that a diff shows the lines of an edit and no other, in a file of any size: nothing is
searched for. It refuses to know what the text means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from kubectl_sharedip.model.frozen import frozen

_CONTEXT = 3  # lines around a change, as diff and git have it
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@frozen
class Splice:
    """The characters from ``start`` up to ``end`` (offsets, 0 or more) give way to ``text``."""

    start: int
    end: int
    text: str


@frozen
class Line:
    """A line with its break. ``origin`` is its place in the text of before (0 or more), None: a new one."""

    text: str
    origin: int | None


@frozen
class EditedText:
    """The lines now, beside those of before."""

    before: tuple[str, ...]
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, text: str) -> EditedText:
        """A text of which nothing is replaced yet."""
        before = tuple(_LINE.findall(text))
        return cls(
            before=before,
            lines=tuple(Line(text=line, origin=place) for place, line in enumerate(before)),
        )

    @property
    def text(self) -> str:
        """The text as it is now."""
        return "".join(line.text for line in self.lines)

    def spliced(self, splices: Sequence[Splice]) -> EditedText:
        """With these characters of the text as it is now replaced; the splices do not overlap."""
        lines = list(self.lines)
        # From the end, so that the offsets of those before stay right.
        for splice in sorted(splices, key=lambda one: (one.start, one.end), reverse=True):
            _replace(lines, splice)
        return EditedText(before=self.before, lines=tuple(lines))

    def diff(self, name: str) -> str:
        """What changed as a unified diff of the file ``name``; empty where nothing did."""
        hunks = "".join(_hunk(list(steps)) for steps in _near(list(self._steps())))
        return f"--- {_quoted(f'a/{name}')}\n+++ {_quoted(f'b/{name}')}\n{hunks}" if hunks else ""

    def _steps(self) -> Iterator[_Step]:
        """Every line of before and of now once, in order: kept, taken away or new."""
        old = 0
        for new, line in enumerate(self.lines):
            until = old if line.origin is None else line.origin
            for place in range(old, until):
                yield _Step(sign="-", text=self.before[place], old=place, new=new)
            old = until
            if line.origin is None:
                yield _Step(sign="+", text=line.text, old=old, new=new)
            else:
                yield _Step(sign=" ", text=line.text, old=old, new=new)
                old += 1
        for place in range(old, len(self.before)):
            yield _Step(sign="-", text=self.before[place], old=place, new=len(self.lines))


@frozen
class _Step:
    """One line of a diff; ``old`` and ``new`` are the lines before it on either side."""

    sign: str
    text: str
    old: int
    new: int


def _replace(lines: list[Line], splice: Splice) -> None:
    first, at = 0, 0
    while first < len(lines) and at + len(lines[first].text) <= splice.start:
        at += len(lines[first].text)
        first += 1
    # At the end of a text without a last line break the last line goes on.
    if first == len(lines) and lines and not lines[-1].text.endswith("\n"):
        first -= 1
        at -= len(lines[first].text)
    last, until = first, at
    while (last < len(lines) and until < splice.end) or (last == first and at < splice.start):
        until += len(lines[last].text)
        last += 1
    old = lines[first:last]
    text = "".join(line.text for line in old)
    now = text[: splice.start - at] + splice.text + text[splice.end - at :]
    new = [Line(text=line, origin=None) for line in _LINE.findall(now)]
    lines[first:last] = _kept(old, new)


def _kept(old: list[Line], new: list[Line]) -> list[Line]:
    """The new lines; those at either end that are as they were are the old ones."""
    head = 0
    while head < min(len(old), len(new)) and old[head].text == new[head].text:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail].text == new[-1 - tail].text:
        tail += 1
    return [*old[:head], *new[head : len(new) - tail], *old[len(old) - tail :]]


def _near(steps: list[_Step]) -> Iterator[Iterator[_Step]]:
    """The steps that a hunk shows, hunk by hunk: changes and what is near them."""
    shown: set[int] = set()
    for place, step in enumerate(steps):
        if step.sign != " ":
            shown.update(range(max(0, place - _CONTEXT), min(len(steps), place + _CONTEXT + 1)))
    # Taken away first, then the new, as every diff has it: within a run nothing else changes place.
    places = sorted(shown)
    for _, run in groupby(enumerate(places), key=lambda pair: pair[1] - pair[0]):
        yield (steps[place] for _, place in run)


def _hunk(steps: list[_Step]) -> str:
    lines = [line for run in _runs(steps) for line in run]
    old = sum(step.sign != "+" for step in steps)
    new = sum(step.sign != "-" for step in steps)
    # Of none it says the line after which they would stand.
    first = steps[0].old + (1 if old else 0), steps[0].new + (1 if new else 0)
    return f"@@ -{first[0]},{old} +{first[1]},{new} @@\n" + "".join(map(_written, lines))


def _runs(steps: list[_Step]) -> Iterator[list[_Step]]:
    for kept, run in groupby(steps, key=lambda step: step.sign == " "):
        found = list(run)
        yield found if kept else sorted(found, key=lambda step: step.sign == "+")


def _written(step: _Step) -> str:
    end = "" if step.text.endswith("\n") else "\n\\ No newline at end of file\n"
    return f"{step.sign}{step.text}{end}"


def _quoted(name: str) -> str:
    """A file's name as git reads it: with a tab after one that has blanks, quoted where it must be."""
    if not name.isascii() or not name.isprintable() or '"' in name or "\\" in name:
        octal = "".join(chr(b) if 32 <= b < 127 and b not in (34, 92) else f"\\{b:03o}" for b in _bytes(name))
        return f'"{octal}"'
    return f"{name}\t" if " " in name else name


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
