"""Random worlds that end with a Pending Service, as far as the model can tell, and what is asked of ``fix``.

They are made as those of tests/worlds/generate.py, with still fewer addresses and keys, so that who
waits does so for somebody. A world in which nobody would wait, or that would not come to rest, is
drawn again from the same stream.
"""

from __future__ import annotations

import random

from kubectl_sharedip.metallb.restless import recurring
from kubectl_sharedip.metallb.settle import held_by
from kubectl_sharedip.metallb.state import State
from tests.worlds.course import Course
from tests.worlds.draw import Draw
from tests.worlds.generate import Making
from tests.worlds.world import Json, Step, World

from .asks import NO_ASK, draw_asks
from .sleepers import asleep, unheeded
from .world import Ask, FixWorld

_KEYS = [("k", 56), (None, 26), ("z", 12), ("K", 2), ("k ", 2), ("", 2)]
_MISSPELT = ("allowed-shared-ip", "allow-shared-ips", "sharing-key")
_SLEEPERS = 0.12  # of the worlds, where that can be had
_OWNER = {"apiVersion": "example.com/v1", "kind": "App", "name": "app", "uid": "0a0b", "controller": True}


def generate(version: str, seed: int) -> FixWorld:
    """The world of this seed; the same in every Python."""
    rng = random.Random(f"fix {version} {seed}")
    while True:
        world = drawn(rng, version, seed)
        end = _end(world)
        if end is not None:
            asks, most = draw_asks(rng, end), rng.random() < 0.4
            break
    if random.Random(f"sleep {version} {seed}").random() < _SLEEPERS:
        for steps in unheeded(world, end):
            longer: World = {**world, "steps": [*world["steps"], *steps]}
            after = _end(longer)
            sleeping = asleep(after) if after is not None else []
            if sleeping:
                ask: Ask = {**NO_ASK, "names": [str(sleeping[0])]}
                return {**longer, "asks": [ask], "most": False}
    return {**world, "asks": asks, "most": most}


def drawn(rng: random.Random, version: str, seed: int) -> World:
    """The next world out of this stream, whoever waits in it."""
    return _Making(_Crowded(rng, version), seed).world()


class _Crowded(Draw):
    """Few addresses, few keys, most of them well written."""

    def addresses(self, block: int) -> list[str]:
        v4, v6 = f"10.0.{block}", f"fc00:{block}:"
        four = self.pick([(f"{v4}.0/32", 6), (f"{v4}.0/31", 5), (f"{v4}.1-{v4}.3", 2)])
        six = self.pick([(f"{v6}:/128", 5), (f"{v6}:/127", 5), (f"{v6}:1-{v6}:3", 2)])
        if self.families == "v4":
            return [four]
        if self.families == "v6":
            return [six]
        return self.pick([([four, six], 8), ([six, four], 3), ([four], 2), ([six], 1)])

    def key(self) -> Json:
        return self.annotation("allow-shared-ip", self.pick(_KEYS), self.pick(_KEYS))


class _Making(Making):
    def world(self) -> World:
        layout = self.draw.pick([("one", 52), ("kept", 24), ("several", 24)])
        self._first_pools(layout)
        pools = list(self.pools.values())
        steps: list[Step] = [self._create() for _ in range(self.rng.randint(3, 5))]
        for _ in range(self.rng.randint(0, 3)):
            steps.append(self.due.pop(0) if self.due else self._step())
        chance = layout == "several"
        return {"version": self.version, "seed": self.seed, "chance": chance, "pools": pools, "steps": steps}

    def _step(self) -> Step:
        kinds = [("edit", 60), ("create", 20 if len(self.services) < 6 else 0), ("pool", 8)]
        what = self.draw.pick([*kinds, ("delete", 12 if len(self.services) > 2 else 0)])
        steps = {"create": self._create, "edit": self._edit, "delete": self._delete, "pool": self._pool_step}
        return steps[what]()

    def _create(self) -> Step:
        step = super()._create()
        metadata = step["body"]["metadata"]
        annotations: Json = metadata["annotations"]
        if self.draw.often(8):
            metadata["ownerReferences"] = [_OWNER]
        if self.draw.often(8):
            slip = self.rng.choice(_MISSPELT)
            metadata["annotations"] = {
                key.replace("allow-shared-ip", slip): annotations[key] for key in annotations
            }
        return step


def _end(world: World) -> State | None:
    """What the world comes to in the model, None where that is of no use here."""
    course = Course(world)
    now = course.start
    for number in range(len(course.edits)):
        settled = course.after(now, number)[1]
        if settled.restless or not settled.complete:
            return None
        now = settled.ends[0]
    mine = [name for name, service in now.services.items() if service.type == "LoadBalancer"]
    if now.faults or now.postponed is not None or any(recurring(now, name) for name in mine):
        return None
    return now if any(not held_by(now, name) for name in mine) else None
