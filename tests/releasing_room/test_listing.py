"""The list of what is in the archive is as CycloneDX wants it: held against the schema of its own library."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from tests.releasing_room.released import Release

_SCHEMAS = ("bom-1.6", "spdx", "jsf-0.82", "cryptography-defs")


@pytest.fixture(scope="session")
def validator() -> Draft7Validator:
    place = resources.files("cyclonedx.schema") / "_res"
    bodies: list[Mapping[str, Any]] = [
        json.loads((place / f"{name}.SNAPSHOT.schema.json").read_text()) for name in _SCHEMAS
    ]
    known: Registry[Any] = Registry()
    for body in bodies:
        known = known.with_resource(str(body["$id"]), Resource.from_contents(body, DRAFT7))
    # The schemas name each other by their file names, whatever their own address says.
    for name, body in zip(_SCHEMAS, bodies, strict=True):
        base = str(bodies[0]["$id"]).rpartition("/")[0]
        known = known.with_resource(f"{base}/{name}.SNAPSHOT.schema.json", DRAFT7.create_resource(body))
    return Draft7Validator(bodies[0], registry=known, format_checker=Draft7Validator.FORMAT_CHECKER)


def test_it_is_as_its_schema_says(release: Release, validator: Draft7Validator) -> None:
    (listed,) = release.dist.glob("*.cdx.json")
    body = json.loads(listed.read_text())

    assert [error.message for error in validator.iter_errors(body)] == []
    for wrong in _spoilt(body):
        assert [*validator.iter_errors(wrong)] != [], "the schema judges nothing"


def _spoilt(body: dict[str, Any]) -> list[dict[str, Any]]:
    kind, licence, digest, number = (copy.deepcopy(body) for _ in range(4))
    kind["components"][0]["type"] = "part"
    licence["metadata"]["component"]["licenses"] = [{"license": {"id": "Apache"}}]
    digest["metadata"]["component"]["hashes"][0]["content"] = "beef"
    number["serialNumber"] = "7"
    return [kind, licence, digest, number]
