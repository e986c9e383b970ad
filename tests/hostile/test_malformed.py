"""Objects and texts that are not as they should be: no fault, a clear end, and the sound part answered.

The seeds are the same in every run; tests/long plays fresh ones by the ten thousand.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.hostile, however pytest was started

from kubectl_sharedip.files.json_text import MAX_DEPTH
from tests.hostile.asking import COMMANDS, say
from tests.hostile.malformed import play_objects, play_text, services_told

_MOST_SEEDS = 30  # for each command


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_objects_with_spoilt_fields(words: tuple[str, ...], tmp_path: Path) -> None:
    for seed in range(_MOST_SEEDS):
        play_objects(f"{words} {seed}", tmp_path, words)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_texts_that_were_damaged(words: tuple[str, ...], tmp_path: Path) -> None:
    for seed in range(_MOST_SEEDS // 3):
        play_text(f"{words} {seed}", tmp_path, words)


# What random damage does not come to


def _list(*items: Any) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


def _service(name: str, **spec: Any) -> dict[str, Any]:
    meta = {"namespace": "shop", "name": name, "uid": f"u-{name}"}
    given = {"type": "LoadBalancer", "ports": [{"port": 80}], **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": given}


_BOMB = "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(9))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a: &a [lol, lol]\n" + _BOMB, "alias"),
        ("[" * 100_000, "deep"),
        ('{"a":' * 100_000, "deep"),
        ("kind: \xff\n", "UTF-8"),
    ],
    ids=["aliases", "deep YAML", "deep JSON", "no UTF-8"],
)
def test_a_file_that_is_refused_says_why(text: str, word: str, tmp_path: Path) -> None:
    file = tmp_path / ("f.json" if text[0] in "{[" else "f.yaml")
    file.write_bytes(text.encode("latin-1"))

    said = say("ls", "-f", str(file))

    assert said.status == 3
    assert word in said.err and str(file) in said.err, said.err


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("place", ["port", "status", "labels", "annotations", "managedFields"])
@pytest.mark.parametrize("level", ["[]", '{"a":}'], ids=["lists", "objects"])
def test_what_is_as_deep_as_the_reader_takes_can_be_walked_through(
    words: tuple[str, ...], place: str, level: str, tmp_path: Path
) -> None:
    body = _service("a", **({"ports": ["deep"]} if place == "port" else {}))
    if place == "status":
        body["status"] = {"loadBalancer": "deep"}
    elif place != "port":
        body["metadata"][place] = "deep"
    held = 6  # levels of the List, the Service and its parts, at most
    opening, closing = level[:-1] * (MAX_DEPTH - held), level[-1] * (MAX_DEPTH - held)
    file = tmp_path / "deep.json"
    file.write_text(_list(body, _service("b")).replace('"deep"', f"{opening}1{closing}"))

    said = say(*words, "-f", str(file))

    assert "levels deep" not in said.err


def test_one_level_more_than_the_reader_takes_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "deep.json"
    for levels, word in ((MAX_DEPTH, "not a Kubernetes object"), (MAX_DEPTH + 1, "levels deep")):
        file.write_text("[" * levels + "]" * levels)
        assert word in say("ls", "-f", str(file)).err


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_of_a_key_that_stands_twice_the_last_counts_as_for_kubectl(form: str, tmp_path: Path) -> None:
    file = tmp_path / f"f.{form}"
    ports = '"ports": [{"port": 80}]'
    meta = '"metadata": {"namespace": "shop", "name": "a", "name": "b", "uid": "u"}'
    spec = f'"spec": {{"type": "ClusterIP", {ports}, "type": "LoadBalancer"}}'
    file.write_text(f'{{"apiVersion": "v1", "kind": "Service", {meta}, {spec}}}')

    said = say("ls", "-f", str(file), "-o", "json")

    assert services_told(json.loads(said.out)) == {"shop/b"}


@pytest.mark.parametrize("number", [10**400, -(10**30), 1e308, 2**63, True, "80"])
def test_a_port_that_is_none_costs_its_service_alone(number: object, tmp_path: Path) -> None:
    file = tmp_path / "f.json"
    file.write_text(_list(_service("bad", ports=[{"port": number}]), _service("good")))

    said = say("ls", "-f", str(file), "-o", "json")

    assert "shop/good" in services_told(json.loads(said.out))
