"""The commands of README and of the runbook, as they stand there: those on the clusters that ship.

Those that need a cluster are run by tests/real/test_pages.py.
"""

from __future__ import annotations

import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from tests.command_line.inside import ran
from tests.pages_room.reading import README, ROOT, RUNBOOK, asks_no_cluster, sections

_AT_A_DESK = [
    (page.name, words)
    for page in (README, RUNBOOK)
    for section in sections(page)
    for words in section.commands
    if asks_no_cluster(words)
]


def test_both_pages_have_commands() -> None:
    assert {name for name, _ in _AT_A_DESK} == {"README.md", "runbook.md"}
    situations = [section for section in sections(RUNBOOK) if re.match(r"\d", section.heading)]
    assert len(situations) == 5
    for section in situations:
        first, *_, last = section.commands
        assert asks_no_cluster(first)
        assert last[0] == "undo", "each goes from the first look to the repair and back"


@pytest.mark.parametrize("words", [words for _, words in _AT_A_DESK], ids=" ".join)
def test_a_command_answers(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    ended = ran(*words)

    assert ended.status == 0, ended.err
    assert ended.out
    if words[0] == "fix":
        assert "What comes of it" in ended.out, "it is a plan, and not only what it would need"


def test_each_situation_is_what_its_heading_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    table = re.findall(r"^\| (SIP\d+) \|.*\| \[(\d)\]", RUNBOOK.read_text(), re.MULTILINE)
    told = {number: code for code, number in table}
    assert sorted(told) == ["1", "2", "3", "4", "5"]
    for section in sections(RUNBOOK):
        if section.heading[0].isdigit():
            why = next(words for words in section.commands if words[0] == "why")
            first = ran(*why).out.partition("\n\n")[0]
            assert told[section.heading[0]] in first


def test_the_two_commands_of_readme() -> None:
    tried = re.findall(r"^    (\./scripts/\S+)", README.read_text(), re.MULTILINE)
    assert {"./scripts/tour", "./scripts/test"} <= set(tried)
    tour = subprocess.run([ROOT / "scripts" / "tour"], capture_output=True, text=True, check=True, cwd=ROOT)

    assert "default/service-b" in tour.stdout


def test_the_pictures_are_what_the_program_prints_now() -> None:
    """scripts/draw-pictures draws them anew."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "draw-pictures", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_picture_has_the_words_and_the_colours_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    printed = ran("ls", "-f", "examples/classic-conflict", "--color", "never").out.split()
    themes = {}
    for theme in ("light", "dark"):
        drawn = ElementTree.parse(ROOT / "docs" / "pictures" / f"ls-{theme}.svg").getroot()
        texts = list(drawn.iter("{http://www.w3.org/2000/svg}text"))
        words = " ".join(text.text or "" for text in texts).split()
        assert words == ["$", "kubectl", "sharedip", "ls", "-f", "examples/classic-conflict", *printed]
        themes[theme] = {text.text: text.get("fill") for text in texts}

    for colours in themes.values():
        assert len({colours["shared"], colours["SIP206"], colours["alone"]}) == 3
    assert not set(themes["light"].values()) & set(themes["dark"].values())
