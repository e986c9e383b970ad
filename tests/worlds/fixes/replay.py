"""A recorded world planned again, today: the same plan must come, and its promises must hold.

A row whose plan has other edits now says nothing of today's plan: it has to be recorded anew, and is
told apart from one whose promises are broken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .planning import Foretold, foretold, plan_for, read_again, undo_plan, undo_way
from .promises import addresses, broken, problems
from .world import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """``stale`` says in which command the plan is another one today, None where it is in none."""

    row: Row
    stale: str | None
    broken: tuple[str, ...]

    @property
    def name(self) -> str:
        """The world and what was asked, for a message."""
        ask = self.row["ask"]
        goal = {key: value for key, value in ask.items() if value}
        return f"{self.row['world']['version']} seed {self.row['world']['seed']} {goal}"

    def __str__(self) -> str:
        return "\n  ".join((self.name, *([f"stale: {self.stale}"] if self.stale else []), *self.broken))


def replayed(row: Row) -> Replayed:
    """The row planned again."""
    reading = read_again(row["before"])
    made = plan_for(reading, row["ask"])
    fix = foretold(reading, made.way)
    if made.way is None or fix.edits != row["fix"]["edits"] or made.feasible != row["feasible"]:
        return Replayed(row=row, stale="fix", broken=())
    after, plan = undo_plan(reading, made.way, row)
    undo = foretold(after, undo_way(plan))
    if undo.edits != row["undo"]["edits"]:
        return Replayed(row=row, stale="undo", broken=())
    found = [*problems(row), *_today(row, fix, undo)]
    told = {str(one.service) for one in plan.not_as_before}
    found.extend(f"undo: {name} is not back where it was, untold" for name in sorted(_not_back(row) - told))
    return Replayed(row=row, stale=None, broken=tuple(dict.fromkeys(found)))


def _today(row: Row, fix: Foretold, undo: Foretold) -> Iterator[str]:
    before, between, after = addresses(row["before"]), row["fix"]["after"], row["undo"]["after"]
    yield from (f"fix: {text}" for text in broken(fix.effects, before, between))
    yield from (f"undo: {text}" for text in broken(undo.effects, between, after))


def _not_back(row: Row) -> set[str]:
    """Who had an address, and has another one or none after all was taken back."""
    before, after = addresses(row["before"]), row["undo"]["after"]
    return {name for name, had in before.items() if had and after.get(name) != had}
