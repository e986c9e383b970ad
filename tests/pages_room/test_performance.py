"""docs/performance.md holds what scripts/bench writes, in the form in which it writes it."""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # scripts..., however pytest was started

from scripts.benching import page
from scripts.benching.commands import JSON_AND_JQ, TABLE, named
from scripts.benching.figures import LARGE, MIDDLE, SMALL, Measured, Reached, reached
from scripts.benching.measuring import Figures, Taken
from scripts.benching.steps import table

PAGE = (Path(__file__).parents[2] / "docs" / "performance.md").read_text(encoding="utf-8")


def figures(*walls_s: float) -> Figures:
    return Figures(rounds=tuple(Taken(wall_s=one, cpu_s=one / 2, peak_mb=50.0) for one in walls_s))


def sample() -> Measured:
    return {
        size: {JSON_AND_JQ: figures(t, 2 * t), TABLE: figures(t, t), named("ls -A", "krew"): figures(t, t)}
        for size, t in ((SMALL, 1.0), (MIDDLE, 2.0), (LARGE, 12.0))
    }


def part(name: str) -> str:
    return PAGE.partition(page.begin(name))[2].partition(page.end(name))[0].strip()


def shape(text: str) -> list[str]:
    """The text with each number and each machine's words taken out, and each kind of line once."""
    found = []
    for line in text.splitlines():
        head = re.sub(r"^Measured on .*", "Measured on", line)
        kept = (
            head
            if not head.startswith("| ") or "---" in head or "at most" in head
            else f"| x{head.count('|')}"
        )
        if kept and kept not in found:
            found.append(kept)
    return found


def test_the_figures_have_the_form_that_the_script_writes() -> None:
    limits = [Reached(figure="f", size="10", at_most=2.0, ratios={"krew": 1.0, "wheel": 3.0})]
    written = shape(page.figures(sample(), limits, "a machine", 2, date(2026, 1, 2)))
    titles = [line for line in shape(part("figures")) if line.startswith("### ")]
    assert titles
    assert [line for line in shape(part("figures")) if not line.startswith("### ")] == [
        line for line in written if not line.startswith("### ")
    ]


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("steps", r"\| [^|]+( \| \+-?\d+ ms, \d+)+ \|"),
        ("simulation", r"\| [\d,]+ \| \d+ \| [\d.]+ MB( \| [\d.]+ m?s){2} \| \d+ MB \| \d+ µs \|"),
    ],
)
def test_the_other_tables_have_the_form_that_the_script_writes(name: str, row: str) -> None:
    written = {
        "steps": page.steps([("a", "+1 ms, 2")], ["10"], "a machine", 2, date(2026, 1, 2)),
        "simulation": page.simulation([(10, figures(1.0), 6, 5)], "a machine", 2, date(2026, 1, 2)),
    }[name]
    for text in (written, part(name)):
        measured, blank, titles, line, *rows = text.splitlines()
        assert re.fullmatch(r"Measured on \d{4}-\d\d-\d\d: .*\. Medians of \d+ rounds\.", measured)
        assert (blank, set(line)) == ("", set("| -"))
        assert titles.split(" | ")[0] == written.splitlines()[2].split(" | ")[0]
        assert rows
        assert all(re.fullmatch(row, one) for one in rows)


def test_a_ratio_is_that_of_the_rounds_and_a_limit_is_held_against_it() -> None:
    found = {(one.figure, one.size): one.ratios["krew"] for one in reached(sample(), ("krew",))}
    assert found["`ls -A` against A", SMALL] == 0.75  # once 1, once a half
    assert found["`ls -A` against C", MIDDLE] == 1.0
    assert found["`ls -A` from 1,000 to 10,000, time beyond that at 10", LARGE] == 11.0
    text = page.figures(sample(), reached(sample(), ("krew",)), "a machine", 2, date(2026, 1, 2))
    assert "| `ls -A` against A | 1,000 | 0.45 | **0.75** | - |" in text
    assert "| `ls -A` against A | 10 | 2 | 0.75 | - |" in text


def test_a_page_without_the_marks_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "page.md"
    other.write_text(f"before\n{page.begin('figures')}\nold\n{page.end('figures')}\nafter\n")
    page.write(other, "figures", "new")
    assert other.read_text() == f"before\n{page.begin('figures')}\n\nnew\n\n{page.end('figures')}\nafter\n"
    with pytest.raises(ValueError, match="no marks for steps"):
        page.write(other, "steps", "new")


def test_a_step_is_what_it_adds() -> None:
    from scripts.benching import steps

    names = [name for name, *_ in table({})]
    taken = {name: figures(0.01 * (place + 1)) for place, name in enumerate(names)}
    rows = list(steps.table({"10": taken}))
    assert rows[0] == (names[0], "+10 ms, 10")
    assert rows[-1] == (steps.LAST, f"+10 ms, {10 * len(names)}")
