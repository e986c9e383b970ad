"""What the measurements come to: each figure beside what it may be at most.

The limits are aims of the project, not of a test: a machine's mood decides about the last tenth. Refuses to
compare what did not run in turn.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from scripts.benching.commands import BARE, HELP, JSON_AND_JQ, TABLE, named
from scripts.benching.measuring import Figures, Taken

SMALL, MIDDLE, LARGE, MIXED = "10", "1,000", "10,000", "mixed"
Measured = Mapping[str, Mapping[str, Figures]]  # by size, then by command


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """``command`` of this program against another: one of its own where ``own``."""

    figure: str
    size: str
    command: str
    against: str
    at_most: float
    own: bool = False
    peak: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One line of the table of limits: the ratio by the way of installing."""

    figure: str
    size: str
    at_most: float
    ratios: Mapping[str, float]


LIMITS = (
    *(
        Limit(figure="`ls -A` against A", size=size, command="ls -A", against=JSON_AND_JQ, at_most=most)
        for size, most in ((SMALL, 2.0), (MIDDLE, 0.45), (LARGE, 0.2), (MIXED, 0.1))
    ),
    *(
        Limit(figure="`ls -A` against C", size=size, command="ls -A", against=TABLE, at_most=most)
        for size, most in ((MIDDLE, 1.3), (LARGE, 0.7))
    ),
    *(
        Limit(
            figure="`ls -A` against A, peak memory",
            size=size,
            command="ls -A",
            against=JSON_AND_JQ,
            at_most=most,
            peak=True,
        )
        for size, most in ((SMALL, 1.0), (LARGE, 0.6))
    ),
    *(
        Limit(
            figure=f"`{command}` against `ls -A`",
            size=size,
            command=command,
            against="ls -A",
            at_most=most,
            own=True,
        )
        for command, first, later in (("why", 1.5, 1.2), ("fix", 2.0, 1.5))
        for size, most in ((SMALL, first), (MIDDLE, later), (LARGE, later), (MIXED, later))
    ),
    Limit(
        figure="`check -A` against `ls -A`",
        size=LARGE,
        command="check -A",
        against="ls -A",
        at_most=2.0,
        own=True,
    ),
    Limit(figure=f"`{HELP}` against `{BARE}`", size=SMALL, command=HELP, against=BARE, at_most=5.0),
)
_GROWTH = "`ls -A` from 1,000 to 10,000, time beyond that at 10"
_MOST_GROWTH = 11.0


def reached(measured: Measured, ways: tuple[str, ...]) -> Iterator[Reached]:
    """The figures for which there is something measured, in the order of LIMITS; growth is the last."""
    for limit in LIMITS:
        there = measured.get(limit.size, {})
        ratios = {way: _of(limit, there, way) for way in ways if _is_there(limit, there, way)}
        if ratios:
            yield Reached(figure=limit.figure, size=limit.size, at_most=limit.at_most, ratios=ratios)
    if {SMALL, MIDDLE, LARGE} <= measured.keys():
        growths = {way: _growth(measured, named("ls -A", way)) for way in ways}
        yield Reached(figure=_GROWTH, size=LARGE, at_most=_MOST_GROWTH, ratios=growths)


def ratio(one: Figures, other: Figures, of: Callable[[Taken], float]) -> float:
    """The median of the rounds' ratios: what drifts between rounds is in neither."""
    pairs = zip(one.rounds, other.rounds, strict=True)
    return statistics.median(of(mine) / of(theirs) for mine, theirs in pairs)


def wall(taken: Taken) -> float:
    """Seconds."""
    return taken.wall_s


def peak(taken: Taken) -> float:
    """MB of the largest process."""
    return taken.peak_mb


def _names(limit: Limit, way: str) -> tuple[str, str]:
    return named(limit.command, way), named(limit.against, way) if limit.own else limit.against


def _is_there(limit: Limit, there: Mapping[str, Figures], way: str) -> bool:
    return all(name in there for name in _names(limit, way))


def _of(limit: Limit, there: Mapping[str, Figures], way: str) -> float:
    one, other = (there[name] for name in _names(limit, way))
    return ratio(one, other, peak if limit.peak else wall)


def _growth(measured: Measured, name: str) -> float:
    small, middle, large = (measured[size][name].wall_s for size in (SMALL, MIDDLE, LARGE))
    return (large - small) / (middle - small)
