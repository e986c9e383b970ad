"""Every link leads somewhere: to a file of this checkout, and to a heading that is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pages_room.reading import ROOT, anchors, links, sections

_PAGES = sorted(
    page
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "krew").glob("*.md"))
    if page.is_file()
)

_WRITTEN = ("docs/architecture.md", "docs/metallb.md", "docs/runbook.md", "docs/check.md", "docs/probe.md")


def test_there_are_pages() -> None:
    names = {str(page.relative_to(ROOT)) for page in _PAGES}

    assert names >= {"README.md", "docs/runbook.md", "docs/metallb.md", "docs/architecture.md"}
    assert sum(len(links(page)) for page in _PAGES) > len(_PAGES)


@pytest.mark.parametrize("page", [page for page in _PAGES if "messages" not in page.parts], ids=str)
def test_links_of_a_page(page: Path) -> None:
    assert broken(page) == []


def test_links_of_the_messages() -> None:
    found = {page.name: broken(page) for page in _PAGES if "messages" in page.parts}

    assert {name: links for name, links in found.items() if links} == {}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", *_WRITTEN])
def test_a_part_of_a_page_stands_once(name: str) -> None:
    headings = [section.heading for section in sections(ROOT / name)]

    assert sorted(headings) == sorted(set(headings))


def test_a_link_to_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A heading\n[a](none.md) [b](#a-heading) [c](#another) [d](page.md#none)\n")

    assert broken(page) == ["none.md", "#another", "page.md#none"]


def broken(page: Path) -> list[str]:
    """The links of a page that lead nowhere; what is on the net is not tried."""
    return [
        link
        for link in links(page)
        if not link.startswith(("https://", "http://")) and not _leads(page, link)
    ]


def _leads(page: Path, link: str) -> bool:
    file, _, anchor = link.partition("#")
    target = page.parent / file if file else page
    if not target.exists():
        return False
    return not anchor or (target.suffix == ".md" and anchor in anchors(target))
