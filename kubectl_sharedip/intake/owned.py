"""Which fields of a live Service an earlier apply has set, and so takes away when they are left out.

It exists because a key that was deleted from a manifest is gone after the next apply: kubectl remembers
what it applied, and the API server who owns which field. Refuses to guess between several appliers, and
to speak of fields that the API server fills in again by rules of its own (clusterIPs, IP families).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str, ...]
Applied = Mapping[tuple[str, str], frozenset[Path]]  # of Services, by namespace and name

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_TEXTS = ("labels", "annotations")
_SPEC = ("type", "selector", "loadBalancerIP", "externalTrafficPolicy", "loadBalancerSourceRanges")
_PORTS = "ports"


def applied_before(live: Mapping[str, Any]) -> frozenset[Path]:
    """The fields that the next apply takes away from this live object unless its manifest has them.

    Those of ``kubectl apply`` are in an annotation. Of a server-side apply the API server keeps the
    owners: where exactly one applies, what it owns alone counts.
    """
    metadata = _mapping(live.get("metadata"))
    return frozenset({*_last_applied(metadata), *_owned_alone(metadata)})


def fields_of(body: Mapping[str, Any]) -> frozenset[Path]:
    """The fields that a manifest sets, as far as they are looked at here."""
    return frozenset(_fields(body))


def without(body: Mapping[str, Any], gone: frozenset[Path]) -> dict[str, Any]:
    """The object without these fields; nothing is mutated."""
    metadata, spec = dict(_mapping(body.get("metadata"))), dict(_mapping(body.get("spec")))
    for part in _TEXTS:
        lost = {path[2] for path in gone if path[:2] == ("metadata", part)}
        texts = _mapping(metadata.get(part))
        if lost & texts.keys():
            metadata[part] = {key: text for key, text in texts.items() if key not in lost}
    ports = spec.get(_PORTS)
    if isinstance(ports, list):
        spec[_PORTS] = [port for port in ports if ("spec", _PORTS, _port(port)) not in gone]
    for name in _SPEC:
        if ("spec", name) in gone:
            spec.pop(name, None)
    return {**body, "metadata": metadata, "spec": spec}


def _fields(body: Mapping[str, Any]) -> Iterator[Path]:
    metadata, spec = _mapping(body.get("metadata")), _mapping(body.get("spec"))
    for part in _TEXTS:
        yield from (("metadata", part, str(key)) for key in _mapping(metadata.get(part)))
    yield from (("spec", name) for name in _SPEC if name in spec)
    ports = spec.get(_PORTS)
    yield from (("spec", _PORTS, _port(port)) for port in (ports if isinstance(ports, list) else ()))


def _last_applied(metadata: Mapping[str, Any]) -> frozenset[Path]:
    text = _mapping(metadata.get("annotations")).get(_LAST_APPLIED)
    return fields_of(_mapping(_read(text) if isinstance(text, str) else None))


def _read(text: str) -> Any:
    """What the JSON says; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _owned_alone(metadata: Mapping[str, Any]) -> frozenset[Path]:
    entries = metadata.get("managedFields")
    entries = [one for one in (entries if isinstance(entries, list) else ()) if isinstance(one, Mapping)]
    applying = [one for one in entries if one.get("operation") == "Apply" and not one.get("subresource")]
    if len(applying) != 1:
        return frozenset()
    others = {path for one in entries if one is not applying[0] for path in _managed(one)}
    return frozenset(_managed(applying[0])) - others


def _managed(entry: Mapping[str, Any]) -> Iterator[Path]:
    """The fields of one owner (``fieldsV1``: ``f:`` before a name, ``k:`` before the keys of an item)."""
    fields = _mapping(entry.get("fieldsV1"))
    metadata, spec = _mapping(fields.get("f:metadata")), _mapping(fields.get("f:spec"))
    for part in _TEXTS:
        named = (str(key) for key in _mapping(metadata.get(f"f:{part}")))
        yield from (("metadata", part, key[2:]) for key in named if key.startswith("f:"))
    yield from (("spec", name) for name in _SPEC if f"f:{name}" in spec)
    for key in _mapping(spec.get(f"f:{_PORTS}")):
        if str(key).startswith("k:"):
            yield "spec", _PORTS, _port(_mapping(_read(str(key)[2:])))


def _port(port: Any) -> str:
    port = _mapping(port)
    return f"{port.get('port')}/{port.get('protocol') or 'TCP'}"


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
