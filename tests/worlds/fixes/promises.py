"""What a plan foretold, held against what came: who moves, whereto, and that nobody else does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.worlds.world import Json

from .world import Addresses, Read, Row


def broken(effects: Sequence[Json], before: Addresses, after: Addresses) -> Iterator[str]:
    """Each Service for which something else came, in words.

    Arguments: the effects of a Plan document; the addresses of every Service before and after.
    A list of addresses counts with its order, which is that of the status.
    """
    told = {f"{effect['namespace']}/{effect['name']}": effect for effect in effects}
    for name in sorted({*before, *after, *told}):
        was, came = before.get(name), after.get(name)
        effect = told.get(name)
        if effect is None:
            if came != was:
                yield f"{name} was not to change: it had {was} and has {came}"
            continue
        if effect["certain"] != (len(effect["after"]) == 1):
            yield f"{name}: {'certain' if effect['certain'] else 'possible'}, and there are {effect['after']}"
        if effect["before"] != was:
            yield f"{name} was said to have {effect['before']}: it had {was}"
        if came not in effect["after"]:
            called = "certainly" if effect["certain"] else "possibly"
            yield f"{name} {called} gets {' or '.join(map(str, effect['after']))}: it has {came}"


def problems(row: Row) -> Iterator[str]:
    """What the program said when the row was recorded, and did not come."""
    before, after = addresses(row["before"]), row["fix"]["after"]
    for command, done, was, status in (
        ("fix", row["fix"], before, 0 if row["feasible"] else 1),
        ("undo", row["undo"], after, 0),
    ):
        yield from (f"{command}: {text}" for text in broken(done["effects"], was, done["after"]))
        for name, lists in done["between"].items():
            if was[name]:  # who waits may be given an address for a while; to lose one is another thing
                shown = " and ".join(map(str, lists))
                yield f"{command}: {name} was not to change: for a while it had {shown}"
        if not done["rested"]:
            yield f"{command}: MetalLB does not come to rest"
        if (done["status"], done["verified"]) != (status, True):
            yield f"{command}: it ended with {done['status']}: {' | '.join(done['said'])}"
    yield from (f"undo: {name} is not as it was written before" for name in row["undo"]["not_back"])


def addresses(read: Read) -> Addresses:
    """The addresses of each Service that was read."""
    return {
        f"{body['metadata']['namespace']}/{body['metadata']['name']}": held(body)
        for body in read["objects"]
        if body["kind"] == "Service"
    }


def held(body: Json) -> list[str]:
    """The addresses of one Service."""
    return [entry["ip"] for entry in body["status"]["loadBalancer"].get("ingress", [])]
