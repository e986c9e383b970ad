"""Plays a world on a real cluster, has the program mend it and take that back, and tells what came."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kubectl_sharedip.cli.fix import READS
from kubectl_sharedip.cli.main import cli
from kubectl_sharedip.cli.reading import Reading, read
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cluster.connection import ConnectionRequest, connect
from kubectl_sharedip.cluster.watch import watch_services
from kubectl_sharedip.diagnose.in_flight import QUIET_S
from tests.command_line.schema import promised
from tests.realcluster.cluster import RealCluster
from tests.worlds.play import Player
from tests.worlds.record import playable
from tests.worlds.world import Json

from .asks import words_of
from .planning import kept, later, plan_for
from .promises import held
from .world import Addresses, Ask, Done, FixWorld, Read, Row, Undone

_PAST_S = 0.3  # the server has what is past at hand
_WRITTEN_BY_METALLB = ("metallb.io/ip-allocated-from-pool", "metallb.universe.tf/ip-allocated-from-pool")


def mended(player: Player, world: FixWorld) -> Row | None:
    """The row of a world; None where no ask came to a plan with edits, or MetalLB never rests."""
    played, seen = playable(player, world)
    world = {**world, "steps": played["steps"]}
    if seen and seen[-1].get("restless"):
        return None
    cluster = player.cluster
    reading = _read(cluster)
    ask = _chosen(reading, world)
    if ask is None:
        return None
    if plan_for(reading, ask).way is None:
        time.sleep(QUIET_S + 1)  # so soon after a change it takes a Service that waits to be under way
        reading = _read(cluster)
    made = plan_for(reading, ask)
    if made.way is None:
        return None
    before = kept(reading.raw)
    with tempfile.TemporaryDirectory(prefix="record-fixes-") as folder:
        fix = _done(player, folder, ["fix", *words_of(ask)])
        sent = _sent(Path(folder))
        between = kept(_read(cluster).raw)
        undo = _done(player, folder, ["undo"])
    after = kept(_read(cluster).raw)
    undone = Undone(
        **undo,
        services=[body for body in _services(between) if body not in before["objects"]],
        not_back=sorted(_not_back(before, after)),
    )
    return Row(world=world, ask=ask, before=before, feasible=made.feasible, fix=fix, sent=sent, undo=undone)


def _chosen(reading: Reading, world: FixWorld) -> Ask | None:
    """The ask that is carried out."""
    quiet = later(reading)
    chosen, edits = None, 0
    for ask in world["asks"]:
        way = plan_for(quiet, ask).way
        if way is not None and len(way.edits) > edits:
            chosen, edits = ask, len(way.edits)
            if not world["most"]:
                break
    return chosen


def _read(cluster: RealCluster) -> Reading:
    """The cluster as ``fix`` reads it."""
    connection = ConnectionRequest(kubeconfig=str(cluster.kubeconfig))
    return read(Request(connection=connection, all_namespaces=True), READS)


def _done(player: Player, folder: str, words: list[str]) -> Done:
    """One command, and the cluster when MetalLB has finished."""
    since = player.cluster.request("GET", "/api/v1/services?limit=1")["metadata"]["resourceVersion"]
    ended = _run([*words, "--yes", "-o", "json", "--journal-dir", folder], player.cluster)
    rested = player.settle()
    document = ended.document
    result = document["result"] or {}
    after = player.cluster.addresses()
    still = after.keys() - {f"{effect['namespace']}/{effect['name']}" for effect in document["effects"]}
    seen = _seen_since(player.cluster, since, after)
    good = ended.status in (0, 1) and result.get("verified")
    return Done(
        status=ended.status,
        verified=bool(result.get("verified")),
        edits=document["edits"],
        effects=document["effects"],
        rested=rested,
        after=after,
        between={name: seen[name] for name in sorted(still & seen.keys())},
        said=[] if good else ended.said,
    )


def _seen_since(cluster: RealCluster, version: str, now: Addresses) -> dict[str, list[list[str]]]:
    """What each Service had for a while after that resourceVersion, and does not have ``now``."""
    found: dict[str, list[list[str]]] = {}
    connection = connect(ConnectionRequest(kubeconfig=str(cluster.kubeconfig)))
    for _, body in watch_services(connection, version, _PAST_S):
        name, had = _name(body), held(body)
        if had != now.get(name) and had not in found.setdefault(name, []):
            found[name].append(had)
    return {name: lists for name, lists in found.items() if lists}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    status: int
    document: Json
    said: list[str]


def _run(words: list[str], cluster: RealCluster) -> _Ended:
    """The real command, in this process: a process of its own would cost as much as the command."""
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        main: Callable[..., int | None] = cli.main
        status = main([*words, "--kubeconfig", str(cluster.kubeconfig)], standalone_mode=False)
    return _Ended(
        status=int(status or 0),
        document=promised(json.loads(out.getvalue())),
        said=errors.getvalue().splitlines(),
    )


def _sent(folder: Path) -> list[str]:
    """How far each edit came, by the one journal that there is."""
    (path,) = folder.glob("*.json")
    return [step["state"] for step in json.loads(path.read_text())["progress"]]


def _services(read_: Read) -> list[Json]:
    return [body for body in read_["objects"] if body["kind"] == "Service"]


def _not_back(before: Read, after: Read) -> set[str]:
    was, now = ({_name(body): _written(body) for body in _services(one)} for one in (before, after))
    return {name for name in was if was[name] != now.get(name)}


def _name(body: Json) -> str:
    return f"{body['metadata']['namespace']}/{body['metadata']['name']}"


def _written(body: Json) -> tuple[Json, Json]:
    """What people write in a Service."""
    annotations = body["metadata"].get("annotations", {})
    return {k: v for k, v in annotations.items() if k not in _WRITTEN_BY_METALLB}, body["spec"]
