"""Fields of a Service by the paths that facts use, and what differs between two readings of one.

Compared are values, never resourceVersions: MetalLB writes a Service whenever it answers, and a
plan is not stale for that. It refuses to judge what a difference means for the plan.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kubectl_sharedip.intake.services import read_service
from kubectl_sharedip.metallb.annotations import ALLOCATED_FROM, NEW_PREFIX, OLD_PREFIX, annotation_field
from kubectl_sharedip.metallb.facts import address_fact, cluster_ips_fact, selector_text
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.raw import Origin, RawDocument
from kubectl_sharedip.model.service import Service

Body = Mapping[str, Any]
Path = tuple[str, ...]
AddressLists = tuple[tuple[Address, ...], ...]

INGRESS = "status.loadBalancer.ingress"

_ANNOTATION = re.compile(r'metadata\.annotations\["(.*)"\]')
_PORT = re.compile(r"spec\.ports\[(\d+)\]")

# What MetalLB, or the API server for it, writes into a Service that nobody edits. kind and
# apiVersion are there or not depending on how it was read.
_NOT_COMPARED: tuple[Path, ...] = (
    ("apiVersion",),
    ("kind",),
    ("status",),
    ("metadata", "resourceVersion"),
    ("metadata", "managedFields"),
    ("metadata", "annotations", NEW_PREFIX + ALLOCATED_FROM),
    ("metadata", "annotations", OLD_PREFIX + ALLOCATED_FROM),
)


def field_value(body: Body, field: str) -> str | None:
    """The value of a field as a fact has it, None where the Service has none.

    Arguments: the raw Service; a field path (``spec.ports[0]`` is ``80/TCP``,
    ``status.loadBalancer.ingress`` the IPs, comma separated). An empty annotation is a value.
    """
    service = read_service(RawDocument(body=body, origin=Origin()), [], "default", ())
    if service is None:
        return None
    if found := _ANNOTATION.fullmatch(field):
        return service.annotations.get(found[1])
    if found := _PORT.fullmatch(field):
        index = int(found[1])
        return str(service.ports[index]) if index < len(service.ports) else None
    known = _KNOWN.get(field)
    return (known(service) if known else value_at(body, tuple(field.split(".")))) or None


def value_at(body: Body, path: Path) -> str | None:
    """The text at the steps of an operation's path, None where nothing is there."""
    return _shown(_at(body, path))


def addresses(body: Body) -> tuple[Address, ...]:
    """The addresses in status.loadBalancer.ingress, in its order; what is unreadable is left out."""
    ingress = _at(body, ("status", "loadBalancer", "ingress"))
    texts = (entry.get("ip") for entry in ingress or () if isinstance(entry, Mapping))
    return tuple(a for a in (parse_address(text) for text in texts if isinstance(text, str)) if a is not None)


def changes(
    was: Body, now: Body, *, but: frozenset[Path] = frozenset()
) -> tuple[tuple[str, str | None, str | None], ...]:
    """(field, was, now) for all that differs and is neither MetalLB's to write nor in ``but``."""
    before, after = dict(_leaves(was)), dict(_leaves(now))
    different = (path for path in sorted({*before, *after}) if before.get(path) != after.get(path))
    return tuple((field_of(path), before.get(path), after.get(path)) for path in different if path not in but)


def field_of(path: Path) -> str:
    """The field path that findings and facts write for the steps of an operation."""
    if path[:2] == ("metadata", "annotations") and len(path) == 3:
        return annotation_field(path[2])
    return ".".join(path)


def shown_addresses(found: tuple[Address, ...]) -> str | None:
    """Addresses as facts show them, None for none."""
    return ",".join(map(str, found)) or None


_KNOWN: dict[str, Callable[[Service], str | None]] = {
    "spec.type": lambda service: service.type,
    "spec.externalTrafficPolicy": lambda service: service.external_traffic_policy,
    "spec.selector": selector_text,
    "spec.clusterIPs": lambda service: cluster_ips_fact(service).value,
    INGRESS: lambda service: address_fact(service).value,
}


def _at(body: Any, path: Path) -> Any:
    for step in path:
        body = body.get(step) if isinstance(body, Mapping) else None
    return body


def _shown(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True)


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, str | None]]:
    if path in _NOT_COMPARED:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    else:
        yield path, _shown(value)
