"""Plays a world on a real cluster, and tells what MetalLB made of each step."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, TypedDict

from tests.realcluster.api import ApiError
from tests.realcluster.cluster import RealCluster
from tests.realcluster.processes import ProcessFailed

from .quiet import QUIET_S, LogWatch, NeverQuiet
from .world import MERGE_PATCH, NAMESPACES, Json, Step, World, path_of

_POOL_NOTE = "ip-allocated-from-pool"
_POKED = "poked"


class Seen(TypedDict, total=False):
    """What a step came to.

    ``services`` has for each the addresses in the order of the status, and the annotation of its
    pool; ``events`` those that MetalLB wrote in this step: reason, message, how often, in the order of
    the last writing. ``restless`` stands where MetalLB did not come to rest; nothing follows it.
    """

    services: dict[str, tuple[list[str], str | None]]
    events: dict[str, list[tuple[str, str, int]]]
    restless: bool


class Refused(Exception):
    """The API server does not take step ``number`` (from 0): it is invalid, or its object not there."""

    def __init__(self, number: int, text: str) -> None:
        self.number = number
        super().__init__(text)


class Player:
    """Plays worlds on one cluster, one after the other."""

    def __init__(self, cluster: RealCluster, quiet_s: float = QUIET_S) -> None:
        self.cluster = cluster
        self._quiet_s = quiet_s
        self._pokes = 0
        for name in (*NAMESPACES, _POKED):
            metadata = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            apply = f"{path_of('namespace', name)}?fieldManager=worlds"
            cluster.request("PATCH", apply, metadata, "application/apply-patch+yaml")
        self._watch = LogWatch(cluster)

    def play(self, world: World) -> list[Seen]:
        """What each step came to. Raises Refused where the API server does not take one."""
        cluster = self.cluster
        cluster.wipe()
        for name in NAMESPACES:
            cluster.request(
                "PATCH", path_of("namespace", name), {"metadata": {"labels": {"team": None}}}, MERGE_PATCH
            )
        self._watch.forget()
        for pool in world["pools"]:
            cluster.request("POST", path_of("pool"), pool)
        counted: dict[str, int] = {}
        self.settle()
        result: list[Seen] = []
        for number, step in enumerate(world["steps"]):
            try:
                self._do(step)
            except ApiError as error:
                if error.status not in (404, 422):
                    raise
                raise Refused(number, str(error)) from error
            rested = self.settle()
            seen = self._see(counted)
            if not rested:
                return [*result, {**seen, "restless": True}]
            result.append(seen)
        cluster.settle(quiet_s=0.001)  # it is quiet, not dead
        return result

    def settle(self) -> bool:
        """Waits until MetalLB has finished with what was done; False where it does not come to rest."""
        try:
            self._watch.wait(self._quiet_s)
            if self._watch.stuck:
                # It would try again by itself, later and later. A change of any Namespace makes it
                # try at once, so that the pools never come into force between two later steps.
                self._pokes += 1
                patch = {"metadata": {"labels": {"poked": str(self._pokes)}}}
                self.cluster.request("PATCH", path_of("namespace", _POKED), patch, MERGE_PATCH)
                self._watch.wait(self._quiet_s)
        except NeverQuiet:
            return False
        return True

    def _do(self, step: Step) -> None:
        if step["do"] == "restart":
            # While its pools are rejected it looks at no Service, and never says that it is ready.
            with suppress(ProcessFailed):
                self.cluster.restart_controller()
            self.cluster.settle(quiet_s=0.001)  # tells a dead controller from one that waits
            self._watch.forget()
            return
        kind, name = step["kind"], step["name"]
        if step["do"] == "create":
            collection = f"{name.partition('/')[0]}/" if kind == "service" else ""
            self.cluster.request("POST", path_of(kind, collection), step["body"])
        elif step["do"] == "edit":
            self.cluster.request("PATCH", path_of(kind, name), step["body"], MERGE_PATCH)
        else:
            self.cluster.request("DELETE", path_of(kind, name))

    def _see(self, counted: dict[str, int]) -> Seen:
        """What there is now. ``counted`` has how often each event was written before; it is updated."""
        services: dict[str, tuple[list[str], str | None]] = {}
        owners: dict[str, str] = {}
        for item in self.cluster.request("GET", "/api/v1/services")["items"]:
            metadata = item["metadata"]
            if metadata["namespace"] in NAMESPACES:
                name = f"{metadata['namespace']}/{metadata['name']}"
                owners[metadata["uid"]] = name
                entries = item["status"]["loadBalancer"].get("ingress", [])
                services[name] = ([entry["ip"] for entry in entries], _pool_note(metadata))
        events: dict[str, list[tuple[str, str, int]]] = {}
        found: list[Json] = self.cluster.request("GET", "/api/v1/events")["items"]
        for event in sorted(found, key=lambda one: int(one["metadata"]["resourceVersion"])):
            key, count = event["metadata"]["uid"], event.get("count") or 0
            new = count - counted.get(key, 0)
            counted[key] = count
            owner = owners.get(event["involvedObject"].get("uid", ""))
            if new and owner and event["source"].get("component") == "metallb-controller":
                events.setdefault(owner, []).append((event["reason"], event["message"], new))
        return {"services": services, "events": events}


def _pool_note(metadata: dict[str, Any]) -> str | None:
    annotations = metadata.get("annotations", {})
    for prefix in ("metallb.io/", "metallb.universe.tf/"):
        if prefix + _POOL_NOTE in annotations:
            return str(annotations[prefix + _POOL_NOTE])
    return None
