"""Which combinations of a request and a fault a run plays: all, dealt out to parts of a test, or some.

SHAREDIP_FAULTS=all plays every combination; a test is then cut into parts, which ``pytest -n`` does side by
side, each process with a cluster of its own. Else some are drawn, by a seed that is printed
(SHAREDIP_FAULTS_SEED plays it again). Refuses to stop at the first that fails: a run names every one.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.real.faults import FAULTS, Asked, Done, Fault

ALL = os.environ.get("SHAREDIP_FAULTS") == "all"
SEED = int(os.environ.get("SHAREDIP_FAULTS_SEED") or random.SystemRandom().randrange(10**6))
PARTS = range(6 if ALL else 1)

Pair = tuple[Asked, Fault]


def pairs_of(whole: Done) -> list[Pair]:
    """Every request of a run with everything that can go wrong with it."""
    return [(asked, fault) for asked in whole.asked for fault in FAULTS]


def drawn(pairs: Sequence[Pair], what: str, number: int) -> list[Pair]:
    """So many of them, by the seed and the name of what is tried."""
    return random.Random(f"{SEED} {what}").sample(pairs, min(number, len(pairs)))


def dealt(pairs: Sequence[Pair], part: int) -> list[Pair]:
    """The share of a part: every so many-th, so that no part has all that takes long."""
    return list(pairs[part :: len(PARTS)])


@dataclass(kw_only=True, slots=True)
class Tally:
    """How the combinations of ``command`` ended, of ``possible`` in all parts; ``failed`` are told whole.

    ``seed`` is that of the draw, None where all are played.
    """

    command: str
    possible: int
    seed: int | None = field(default_factory=lambda: None if ALL else SEED)
    ends: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def play(self, pair: Pair, play: Callable[[Asked, Fault], str]) -> bool:
        """Plays one and counts how it ended; returns whether it was as it should be."""
        asked, fault = pair
        try:
            self.ends[play(asked, fault)] += 1
        except (AssertionError, TimeoutError, ValueError, KeyError) as error:  # also what is no document
            self.ends["wrong"] += 1
            self.failed.append(f"{fault.name} at {asked}: {error}")
            return False
        return True

    def check(self) -> None:
        """Raises AssertionError with every combination that did not end as it should."""
        assert not self.failed, f"{len(self.failed)} of {self.ends.total()}:\n" + "\n\n".join(self.failed)
