"""What is recorded of a random cluster that was mended: plain data, one row a world."""

from __future__ import annotations

from typing import TypedDict

from tests.worlds.world import Json, World

Addresses = dict[str, list[str]]
"""Of each LoadBalancer Service, as namespace/name, the addresses in the order of its status."""


class Ask(TypedDict):
    """What ``fix`` is asked for: Services, at most one narrower goal, and the leave that is given."""

    names: list[str]
    share_with: str | None
    address: str | None
    separate: bool
    pin: bool
    key: str | None
    allow: list[str]


class FixWorld(World):
    """``asks`` are tried one after the other: the first that comes to a plan with edits is carried out,
    with ``most`` the one whose plan has the most edits."""

    asks: list[Ask]
    most: bool


class Read(TypedDict):
    """What the program read, as it was read; ``not_read`` has resource, namespace and reason."""

    read: list[str]
    not_read: list[list[str | None]]
    taken_at: str | None
    kubernetes: str | None
    objects: list[Json]


class Done(TypedDict):
    """What a command said, and what came: ``after`` is read off the cluster when MetalLB rests.

    ``rested`` is False where it never did. ``edits`` and ``effects`` are those of the Plan document.
    ``between`` has every list of addresses that a Service without an effect had meanwhile and does not
    have at the end. ``said`` are the lines on stderr where the command did not end as it should have.
    """

    status: int
    verified: bool
    edits: list[Json]
    effects: list[Json]
    rested: bool
    after: Addresses
    between: dict[str, list[list[str]]]
    said: list[str]


class Undone(Done):
    """``services`` are those that had changed, as ``undo`` read them; ``not_back`` those with a field
    that people write and that is not what it was before the ``fix``."""

    services: list[Json]
    not_back: list[str]


class Row(TypedDict):
    """One world that was mended. ``sent`` is how far the journal says that each edit came."""

    world: FixWorld
    ask: Ask
    before: Read
    feasible: bool
    fix: Done
    sent: list[str]
    undo: Undone
