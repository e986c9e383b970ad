"""What a snapshot keeps of an object is all that anybody looks at, and no more than is listed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.files_room, however pytest was started

from kubectl_sharedip.files.kept import KEPT, kept
from kubectl_sharedip.files.redact.fields import RULES
from kubectl_sharedip.files.snapshot import RESOURCES, items_of
from kubectl_sharedip.intake.installations import Given
from kubectl_sharedip.intake.snapshot import build_snapshot
from kubectl_sharedip.metallb.versions import NEWEST_KNOWN
from kubectl_sharedip.model.raw import Origin, RawCluster, RawDocument
from tests.files_room.marks import Marks, full_bodies

Json = dict[str, Any]
SCHEMAS = Path(__file__).parents[2] / "kubectl_sharedip" / "report" / "schemas"
_NOWHERE = ("Node", "Namespace", "ServiceCIDR")
_GIVEN = Given(namespace=None, version=None, lb_class=None, newest_known=NEWEST_KNOWN)


class Watched(dict[str, Any]):
    """An object that notes which of its fields somebody asks for."""

    def __init__(self, body: Json, path: str, asked: set[str]) -> None:
        super().__init__({name: _watched(value, f"{path}.{name}", asked) for name, value in body.items()})
        self._path, self._asked = path, asked

    def get(self, key: str, default: Any = None) -> Any:
        self._asked.add(f"{self._path}.{key}")
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self._asked.add(f"{self._path}.{key}")
        return super().__getitem__(key)


def _watched(value: Any, path: str, asked: set[str]) -> Any:
    if isinstance(value, dict):
        return Watched(value, path, asked)
    if isinstance(value, list):
        return [_watched(item, f"{path}[]", asked) for item in value]
    return value


def _paths(value: Any, path: str) -> set[str]:
    found: set[str] = set()
    if isinstance(value, dict):
        for name, one in value.items():
            found |= {f"{path}.{name}"} | _paths(one, f"{path}.{name}")
    for item in value if isinstance(value, list) else ():
        found |= _paths(item, f"{path}[]")
    return found


def _cluster(bodies: list[Json]) -> RawCluster:
    documents = tuple(RawDocument(body=body, origin=Origin()) for body in bodies)
    return RawCluster(documents=documents, read=frozenset(RESOURCES), not_read=(), taken_at=None)


def _bodies() -> list[Json]:
    marks = Marks()
    found = [marks.marked(body) for body in full_bodies()]
    return [body for body in found if body["kind"] in KEPT]


@pytest.mark.parametrize("kind", sorted(KEPT))
def test_every_field_that_is_read_is_kept(kind: str) -> None:
    """Whoever makes intake read another field of a kind adds it to files/kept.py."""
    bodies = [body for body in _bodies() if body["kind"] == kind]
    asked: set[str] = set()
    build_snapshot(_cluster([Watched(body, "", asked) for body in bodies]), _GIVEN)

    there = {path for body in bodies for path in _paths(body, "")}
    left = {path for body in bodies for path in _paths(kept(body), "")}
    # Labels and annotations are chosen by their keys; the three parts are opened whatever they hold, and a
    # namespace is asked of what has none.
    chosen = {path for path in there if ".labels." in path or ".annotations." in path}
    opened = {".metadata", ".spec", ".status", *([".metadata.namespace"] if kind in _NOWHERE else [])}
    assert bodies
    assert (asked & there) - left - chosen - opened == set()


def test_intake_makes_the_same_of_what_is_kept() -> None:
    bodies = _bodies()
    before = build_snapshot(_cluster(bodies), _GIVEN)
    after = build_snapshot(_cluster(items_of(_cluster(bodies))), _GIVEN)

    assert after.services.keys() == before.services.keys()
    assert after.pools == before.pools
    assert after.events == before.events
    assert after.installations == before.installations
    assert after.configuration_states == before.configuration_states
    assert after.node_proxies == before.node_proxies
    assert after.announcing.speakers == before.announcing.speakers
    assert after.announcing.l2_advertisements == before.announcing.l2_advertisements
    assert after.announcing.nodes == before.announcing.nodes


def test_the_schema_of_a_snapshot_names_what_is_kept() -> None:
    properties = json.loads((SCHEMAS / "Snapshot.json").read_text())["properties"]

    assert set(properties["items"]["items"]["properties"]["kind"]["enum"]) == set(KEPT)
    assert set(properties["read"]["items"]["enum"]) == set(RESOURCES)


def test_every_kind_that_is_kept_has_rules_for_renaming() -> None:
    assert set(RULES) == set(KEPT)


def test_what_nobody_looks_at_is_left_out() -> None:
    marks = Marks()
    bodies = [marks.marked(body) for body in full_bodies()]
    text = repr(items_of(_cluster(bodies)))

    for field in (
        "fieldsV1",
        "podIP",
        "password",
        "'env': [",
        "volumes",
        "serviceAccountName",
        "externalName",
        "token",
    ):
        assert field not in text
    assert "'Secret'" not in text
