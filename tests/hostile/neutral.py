"""What an output would do to who reads it, form by form: nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families

_OWN_HTML = ("<br>", "<!-- -->")  # a line break in a cell, and what keeps a name from being called
_MARKUP = ("link_open", "image", "em_open", "strong_open", "s_open", "html_block")
_GITHUB = re.compile(r"::(error|warning|notice)( [^:]*)?::")
_CHART_TEXT = r"[^\"`<>{}\[\]|;]"  # of a label, once its own line breaks and numbered signs are away
_CHART_LINE = re.compile(
    r'  ([as]\d+\S* (---|-->) a\S+|\S+(\["T*"\]|\(\["T*"\]\)|{{"T*"}})(:::\w+)?'
    r'|[as]\d+ -\. "T*" \.-x? a\d+|none\["[a-zA-Z ]+"\]|classDef [\w :-]+)'.replace("T", _CHART_TEXT)
)


def acting_characters(text: str) -> list[str]:
    """Characters that act on the text around them, newlines apart."""
    found = {
        one for one in text if one != "\n" and unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp", "Cs")
    }
    return [f"U+{ord(one):04X}" for one in sorted(found)]


def breaches(form: str, text: str) -> Iterator[str]:
    """What is wrong with an output of that form (``table``, ``csv``, ...)."""
    yield from (f"{one} as it is" for one in acting_characters(text))
    yield from _CHECKS.get(form, _nothing)(text)


def _nothing(text: str) -> Iterator[str]:
    yield from ()


def _csv(text: str) -> Iterator[str]:
    rows = list(csv.reader(io.StringIO(text)))
    widths = {len(row) for row in rows}
    yield from [f"rows of {sorted(widths)} cells"] if len(widths) > 1 else []
    yield from (f"a formula: {cell}" for row in rows for cell in row if cell.startswith(("=", "+", "-", "@")))


def _markdown(text: str) -> Iterator[str]:
    tokens = list(
        _all(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text))
    )
    yield from (f"{one.type}: {one.content}" for one in tokens if one.type in _MARKUP)
    for one in tokens:
        if one.type == "html_inline" and one.content not in _OWN_HTML:
            yield f"HTML: {one.content}"
    yield from _cells_of_rows(tokens)


def _cells_of_rows(tokens: Sequence[Token]) -> Iterator[str]:
    """Tables whose rows have as many cells as their heads; what is more Markdown would cut away."""
    rows = sum(one.type == "tr_open" for one in tokens)
    cells = sum(one.type in ("td_open", "th_open") for one in tokens)
    if rows and not cells:
        yield "rows without cells"


def _all(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or ())


def _metrics(text: str) -> Iterator[str]:
    read: Callable[[str], Iterator[Metric]] = text_string_to_metric_families
    families = list(read(text))
    names = [family.name for family in families]
    yield from [f"families twice: {names}"] if len(set(names)) != len(names) else []


def _github(text: str) -> Iterator[str]:
    yield from (f"no command of ours: {line}" for line in text.splitlines() if not _GITHUB.match(line))


def _mermaid(text: str) -> Iterator[str]:
    first, *lines = text.splitlines()
    yield from [f"begins with {first}"] if first != "flowchart LR" else []
    for line in lines:
        bare = re.sub(r"#\d+;", "", line).replace("<br/>", " ")
        if not _CHART_LINE.fullmatch(bare):
            yield f"no line of ours: {line}"


def _json(text: str) -> Iterator[str]:
    json.loads(text)
    yield from ()


def _yaml(text: str) -> Iterator[str]:
    list(yaml.safe_load_all(text))
    yield from ()


_CHECKS: Mapping[str, Callable[[str], Iterator[str]]] = {
    "csv": _csv,
    "markdown": _markdown,
    "prometheus": _metrics,
    "github": _github,
    "mermaid": _mermaid,
    "json": _json,
    "sarif": _json,
    "yaml": _yaml,
}
