"""Compares what a controller made of a world with what the model foretells.

After each step the observation must be one of the model's ends; the others are dropped, and the
next step starts from those that are left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kubectl_sharedip.metallb.annotations import allocated_from
from kubectl_sharedip.metallb.state import State, status_addresses

from .course import Course
from .play import Seen
from .told import Told
from .world import World

Shown = Mapping[str, tuple[Sequence[str], str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Where model and controller part: ``step`` counts from 1, ``about`` is what they differ in."""

    world: World
    play: int
    step: int
    about: str  # addresses, pool, event, rest
    text: str

    def until(self) -> World:
        """The world up to the step in which they part."""
        return {**self.world, "steps": self.world["steps"][: self.step]}

    def __str__(self) -> str:
        place = f"{self.world['version']} seed {self.world['seed']} play {self.play} step {self.step}"
        return f"{place}: {self.about}: {self.text}"


def disagreements(world: World, plays: Sequence[Sequence[Seen]]) -> Iterator[Disagreement]:
    """All disagreements about events, and in each play the first about anything else."""
    course = Course(world)
    for number, play in enumerate(plays, 1):
        for step, about, text in _replay(course, play):
            yield Disagreement(world=world, play=number, step=step, about=about, text=text)


def is_chance(world: World) -> bool:
    """Whether the model sees more than one end after some step, whatever came before."""
    course = Course(world)
    ends: list[State] = [course.start]
    for number in range(len(course.edits)):
        ends = list(course.after(ends[0], number)[1].ends)
        if len(ends) > 1:
            return True
    return False


def _replay(course: Course, play: Sequence[Seen]) -> Iterator[tuple[int, str, str]]:
    ends: list[State] = [course.start]
    told = Told()
    for number, seen in enumerate(play):
        found = [(before, *course.after(before, number)) for before in ends]
        restless = any(settled.restless for _, _, settled in found)
        if restless or seen.get("restless"):
            if restless != bool(seen.get("restless")):
                yield number + 1, "rest", f"model {'goes on' if restless else 'rests'}, controller does not"
            return
        shown = {name: (tuple(one[0]), one[1]) for name, one in seen["services"].items()}
        possible = [(before, edit, end) for before, edit, settled in found for end in settled.ends]
        fitting = [one for one in possible if _shows(one[2]) == shown]
        if not fitting:
            if all(settled.complete for _, _, settled in found):
                yield number + 1, *_difference(shown, [_shows(end) for _, _, end in possible])
            return
        told.count(seen)
        problems = [list(told.problems(*one, seen)) for one in fitting]
        for text in min(problems, key=len):
            yield number + 1, "event", text
        ends = [end for _, _, end in fitting]


def _shows(state: State) -> dict[str, tuple[tuple[str, ...], str | None]]:
    key = allocated_from(state.version)
    return {
        f"{name.namespace}/{name.name}": (
            tuple(str(address) for address in status_addresses(service)),
            service.annotations.get(key),
        )
        for name, service in state.services.items()
    }


def _difference(shown: Shown, ends: list[dict[str, tuple[tuple[str, ...], str | None]]]) -> tuple[str, str]:
    """What the nearest end has otherwise."""

    def wrong(end: Shown) -> list[str]:
        return [name for name in sorted({*shown, *end}) if shown.get(name) != end.get(name)]

    nearest = min(ends, key=lambda end: len(wrong(end)))
    names = wrong(nearest)
    texts = [f"{name}: controller {shown.get(name)}, model {nearest.get(name)}" for name in names]
    if len(ends) > 1:
        texts.append(f"(the nearest of {len(ends)} ends)")
    held = any(shown.get(name, ((), None))[0] != nearest.get(name, ((), None))[0] for name in names)
    return "addresses" if held else "pool", "; ".join(texts)
