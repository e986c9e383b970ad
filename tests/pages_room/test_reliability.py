"""docs/reliability.md names tests that there are, and holds what scripts/long writes, in its form."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # scripts..., however pytest was started

from scripts.benching import page
from scripts.releasing import reliability

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"
PARTS = ("reading", "writing", "kills", "soak", "malformed")
_NOT_YET = "Not run whole since this page was begun."
_HEAD = re.compile(
    r"Printed on \d{4}-\d\d-\d\d by `scripts/long (\w+)` at commit [0-9a-f]{12}( with changes)?: "
    r"\d+ tests?, (all passed|of which \d+ did not pass), in (\d+ min )?\d+ s\."
)


def record(*properties: tuple[str, str], failures: int = 0) -> str:
    """As pytest writes it."""
    told = "".join(f'<property name="{name}" value={quoteattr(value)}/>' for name, value in properties)
    return (
        f'<testsuites><testsuite name="0123456789ab" errors="0" failures="{failures}" skipped="0" tests="2"'
        f' time="75.4" timestamp="2026-01-02T03:04:05+00:00"><testcase name="one"><properties>{told}'
        "</properties></testcase></testsuite></testsuites>"
    )


def played(command: str, **ends: int) -> tuple[str, str]:
    """What a part of a test counted."""
    one = {"command": command, "seed": None, "possible": 20, "ends": ends}
    return "faults", json.dumps(one)


def test_every_test_that_the_page_names_is_there() -> None:
    names = re.findall(r"`((?:tests/\w+/)?test_\w+\.py)`", PAGE.read_text(encoding="utf-8"))
    assert len(names) > len(PARTS)
    assert [name for name in names if not list(ROOT.glob(name if "/" in name else f"tests/*/{name}"))] == []


@pytest.mark.parametrize("part", PARTS)
def test_the_page_holds_what_the_script_writes(part: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    _, begun, rest = text.partition(page.begin(part, by=reliability.BY))
    printed, ended, _ = rest.partition(page.end(part))
    assert begun and ended
    head, *lines = printed.strip().splitlines()
    if head == _NOT_YET:
        assert not lines
        return
    found = _HEAD.fullmatch(head)
    assert found is not None and found[1] == part
    assert all(line.startswith("- ") for line in lines[1:]) and len(lines) > 1


def test_what_was_told_stands_there_and_parts_are_summed_up() -> None:
    told = record(("told", "soak, seed 7:  3 changes"), played("ls", right=3), played("ls", right=4, wrong=1))
    text = reliability.text("soak", told)
    assert text.splitlines() == [
        "Printed on 2026-01-02 by `scripts/long soak` at commit 0123456789ab: 2 tests, all passed,"
        " in 1 min 15 s.",
        "",
        "- soak, seed 7: 3 changes",
        "- ls: 8 of 20 combinations of request and fault: 7 right, 1 wrong",
    ]
    assert _HEAD.fullmatch(text.splitlines()[0])


def test_a_test_that_did_not_pass_is_told() -> None:
    text = reliability.text("kills", record(failures=1))
    assert "2 tests, of which 1 did not pass" in text and _HEAD.match(text)
