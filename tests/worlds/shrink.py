"""Makes a world smaller while model and controller still part on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .world import Step, World

Shows = Callable[[World], World | None]


def shrunk(world: World, shows: Shows) -> World:
    """The smallest world found that ``shows`` the disagreement.

    ``shows`` gives the world as far as it takes to show it, None where it does not, or where there
    is no time left.
    """
    smaller = True
    while smaller:
        smaller = False
        for candidate in _smaller(world):
            found = shows(candidate)
            if found is not None:
                world, smaller = found, True
                break
    return world


def _smaller(world: World) -> Iterator[World]:
    """Worlds with a bit less, the greatest savings first; each is one that can be played."""
    steps, pools = world["steps"], world["pools"]
    for name in sorted({step["name"] for step in steps if step.get("kind") == "service"}):
        yield {**world, "steps": [step for step in steps if step.get("name") != name]}
    for pool in pools:
        name = pool["metadata"]["name"]
        left = [step for step in steps if (step.get("kind"), step.get("name")) != ("pool", name)]
        yield {**world, "pools": [one for one in pools if one is not pool], "steps": left}
    for number in reversed(range(len(steps))):
        if steps[number]["do"] != "create":
            yield {**world, "steps": [*steps[:number], *_playable(steps[number], steps[number + 1 :])]}
    for number, step in enumerate(steps):
        if step["do"] == "create" and step["kind"] == "service":
            for less in _plainer(step):
                yield {**world, "steps": [*steps[:number], less, *steps[number + 1 :]]}


def _playable(dropped: Step, after: list[Step]) -> list[Step]:
    """The steps after one that is dropped: without its deletion an object is not made again."""
    if dropped["do"] != "delete":
        return after
    return [step for step in after if step.get("name") != dropped["name"] or step["do"] != "create"]


def _plainer(step: Step) -> Iterator[Step]:
    """The creation of a Service with one annotation, label or port less."""
    body = step["body"]
    for field in ("annotations", "labels"):
        for key in body["metadata"][field]:
            rest = {name: value for name, value in body["metadata"][field].items() if name != key}
            yield {**step, "body": {**body, "metadata": {**body["metadata"], field: rest}}}
    if len(body["spec"]["ports"]) > 1:
        for port in body["spec"]["ports"]:
            yield {**step, "body": {**body, "spec": {**body["spec"], "ports": [port]}}}
