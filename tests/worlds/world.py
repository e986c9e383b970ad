"""A random cluster as plain data: pools, and steps that are one API call each.

Why it exists: generator, player and replay mean the same by a step. One call a step, so that what
MetalLB sees in between is never left to chance.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypedDict

Json = dict[str, Any]

VERSIONS = ("0.13.12", "0.14.9", "0.15.2", "0.16.1")
NAMESPACES = ("blue", "red")
POOL_NAMESPACE = "metallb-system"
MERGE_PATCH = "application/merge-patch+json"


class Step(TypedDict, total=False):
    """One call: ``do`` is create, edit or delete with ``kind``, or restart.

    ``name`` is ``namespace/name`` of a Service, the name of a pool or of a Namespace; ``body`` is
    the object to create or the merge patch of an edit.
    """

    do: str
    kind: str
    name: str
    body: Json


class World(TypedDict):
    """``chance`` says that the generator meant MetalLB to have a choice."""

    version: str
    seed: int
    chance: bool
    pools: list[Json]
    steps: list[Step]


def merged(document: Any, patch: Any) -> Any:
    """The document after a JSON merge patch (RFC 7396); nothing is mutated."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(document) if isinstance(document, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def replacing(old: Json, new: Json) -> Json:
    """The merge patch that makes one map of texts the other."""
    return {**{name: None for name in old if name not in new}, **new}


def service_key(document: Json) -> str:
    """``namespace/name``."""
    metadata = document["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}"


def path_of(kind: str, name: str = "") -> str:
    """The path of an object of a step's kind, or of its collection where the last name is empty."""
    if kind == "service":
        namespace, _, short = name.partition("/")
        return f"/api/v1/namespaces/{namespace}/services" + (f"/{short}" if short else "")
    if kind == "namespace":
        return "/api/v1/namespaces" + (f"/{name}" if name else "")
    pools = f"/apis/metallb.io/v1beta1/namespaces/{POOL_NAMESPACE}/ipaddresspools"
    return pools + (f"/{name}" if name else "")


def manifests(world: World) -> str:
    """The world as somebody would type it: the pools, then each step, as JSON (which is YAML)."""
    lines = [f"# MetalLB {world['version']}, seed {world['seed']}"]
    for pool in world["pools"]:
        lines += ["---", json.dumps(pool)]
    for number, step in enumerate(world["steps"], 1):
        body = f"\n{json.dumps(step['body'])}" if "body" in step else ""
        what = " ".join(step[key] for key in ("do", "kind", "name") if key in step)
        lines += [f"--- # step {number}: {what}{body}"]
    return "\n".join(lines)
