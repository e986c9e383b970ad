"""The measurements as the tables of docs/performance.md, between marks of their own.

Around the marks people write; what stands between them is the output of a run, and nobody's else. Refuses
to write into a page that has no such marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from scripts.benching import commands
from scripts.benching.figures import MIXED, Measured, Reached, ratio, wall
from scripts.benching.measuring import Figures

_BY = "scripts/bench"
_OURS = (*commands.OURS, commands.HELP)


def begin(part: str, *, by: str = _BY) -> str:
    """The mark before a part of the page, with the script that writes it."""
    return f"<!-- {part}: written by {by} -->"


def end(part: str) -> str:
    """The mark after it."""
    return f"<!-- end of {part} -->"


def write(page: Path, part: str, text: str, *, by: str = _BY) -> None:
    """Put the text between the marks of the part. Raises ValueError where the page lacks them."""
    before = page.read_text(encoding="utf-8")
    head, found, rest = before.partition(begin(part, by=by))
    _, closed, tail = rest.partition(end(part))
    if not (found and closed):
        raise ValueError(f"{page.name} has no marks for {part}")
    page.write_text(f"{head}{found}\n\n{text.strip()}\n\n{end(part)}{tail}", encoding="utf-8")


def figures(measured: Measured, limits: Iterable[Reached], machine: str, rounds: int, day: date) -> str:
    """All of a run: the machine, what was to be reached, and the table of each size."""
    lines = [
        f"Measured on {day.isoformat()}: {machine}. Medians of {rounds} rounds after one to warm up, all"
        " commands in turn within a round.",
        "",
        *_limits(limits),
    ]
    for size, found in measured.items():
        lines += ["", f"### {_title(size)}", "", *_taken(found)]
    return "\n".join(lines)


def steps(rows: Iterable[Sequence[str]], sizes: Sequence[str], machine: str, rounds: int, day: date) -> str:
    """The table of steps of ``ls -A``; each row has a name and a cell for each size."""
    titles = ("step of `ls -A`", *(f"{size} Services" for size in sizes))
    lines = [f"Measured on {day.isoformat()}: {machine}. Medians of {rounds} rounds.", "", *_head(*titles)]
    return "\n".join([*lines, *(_row(*row) for row in rows)])


def simulation(rows: Iterable[tuple[int, Figures, int, int]], machine: str, rounds: int, day: date) -> str:
    """The table of simulated clusters: Services, figures of ``ls -A``, requests and bytes of one run."""
    titles = ("Services", "requests", "transferred", "wall", "CPU", "peak", "CPU a Service")
    lines = [f"Measured on {day.isoformat()}: {machine}. Medians of {rounds} rounds.", "", *_head(*titles)]
    for size, found, requests, sent in rows:
        amounts = (f"{requests}", f"{sent / 1e6:.1f} MB", *_amounts(found))
        lines.append(_row(f"{size:,}", *amounts, f"{found.cpu_s / size * 1e6:.0f} µs"))
    return "\n".join(lines)


def _title(size: str) -> str:
    return (
        "10,000 Services, of which 500 are LoadBalancers"
        if size == MIXED
        else f"{size} LoadBalancer Services"
    )


def _limits(limits: Iterable[Reached]) -> Iterator[str]:
    yield from _head("figure", "Services", "at most", "krew", "wheel")
    for one in limits:
        ratios = (_ratio(one.ratios.get(way), one.at_most) for way in ("krew", "wheel"))
        yield _row(one.figure, one.size, f"{one.at_most:g}", *ratios)


def _ratio(found: float | None, at_most: float) -> str:
    if found is None:
        return "-"
    return f"{found:.2f}" if found <= at_most else f"**{found:.2f}**"


def _taken(found: Mapping[str, Figures]) -> Iterator[str]:
    yield from _head("command", "from", "wall", "CPU", "peak", "against A", "against C")
    base = [found.get(name) for name in (commands.JSON_AND_JQ, commands.TABLE)]
    for name, figures_ in found.items():
        command, way = _told(name)
        ratios = (f"{ratio(figures_, other, wall):.2f}" if other else "-" for other in base)
        yield _row(command, way, *_amounts(figures_), *ratios)


def _told(name: str) -> tuple[str, str]:
    if name in commands.MEANT:
        return f"{name}: {commands.MEANT[name]}".replace("|", "\\|"), "-"
    command, _, way = name.partition(" (")
    return f"`{command}`" if command != "completion" else command, way.rstrip(")") or "-"


def _amounts(found: Figures) -> Sequence[str]:
    return f"{_seconds(found.wall_s)}", f"{_seconds(found.cpu_s)}", f"{found.peak_mb:.0f} MB"


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def _head(*titles: str) -> Iterator[str]:
    yield _row(*titles)
    yield _row(*("---" for _ in titles))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
