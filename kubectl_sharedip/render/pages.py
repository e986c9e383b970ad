"""The page of a code, for a terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_sharedip.render.text import visible, wrap
from kubectl_sharedip.report.pages import Page

_MARKDOWN_WIDTH = 100
_ESCAPED = str.maketrans({"<": "\\<", ">": "\\>", "*": "\\*", "_": "\\_", "|": "\\|"})


def page_text(page: Page, *, width: int | None) -> str:
    """The page for a terminal of so many cells, None for no limit."""
    lines = [f"{page.code}  {page.name}", *wrap(f"{page.family}. {_capital(page.severity)}.", width)]
    for title, text in page.sections:
        lines.extend(("", title))
        for paragraph in text.split("\n"):
            lines.extend(wrap(f"  {visible(paragraph)}", width, 2))
    return "\n".join(lines) + "\n"


def page_markdown(page: Page) -> str:
    """The page as Markdown."""
    lines = [f"# {page.code} {page.name}", "", f"{page.family}. {_capital(page.severity)}."]
    for title, text in page.sections:
        lines.extend(("", f"## {title}"))
        for paragraph in text.split("\n"):
            lines.extend(("", *wrap(paragraph.translate(_ESCAPED), _MARKDOWN_WIDTH)))
    return "\n".join(lines) + "\n"


def index_markdown(pages: Sequence[Page]) -> str:
    """The index of the pages, a table for each family."""
    lines = ["# What the codes mean", "", "`kubectl sharedip explain CODE` prints the same pages."]
    family = ""
    for page in pages:
        if page.family != family:
            family = page.family
            lines.extend(("", f"## {family}", "", "| code | name | severity |", "|---|---|---|"))
        lines.append(f"| [{page.code}]({page.code}.md) | {page.name} | {page.severity.partition(':')[0]} |")
    return "\n".join(lines) + "\n"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
