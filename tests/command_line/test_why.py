"""why, seen by the real program: its forms, its names, and the answer that is given again."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command_line.inside import ran
from tests.command_line.lab import FREE, Lab
from tests.command_line.program import COMMAND, EXAMPLES, LONGEST_S, Program, refused
from tests.command_line.schema import broken_promises, promised
from tests.fakeapi import FakeApi

FULL = str(EXAMPLES / "full-pool" / "cluster.yaml")
CLASSIC = str(EXAMPLES / "classic" / "cluster.yaml")


@pytest.fixture
def lab(program: Program) -> Iterator[Lab]:
    with FakeApi() as api:
        yield Lab(api, program)


# Forms


@pytest.mark.parametrize("example", sorted(folder.name for folder in EXAMPLES.iterdir()))
@pytest.mark.parametrize("form", ["text", "tree"])
def test_at_80_columns_only_commands_are_wider(program: Program, example: str, form: str) -> None:
    ended = program("why", "-f", str(EXAMPLES / example / "cluster.yaml"), "-o", form, columns=80)

    assert ended.status == 0
    wide = [line for line in ended.out.splitlines() if len(line) > 80]
    assert [line for line in wide if not line.strip().startswith("kubectl ")] == []


def test_a_tree_has_the_signs_that_the_output_can_show(program: Program) -> None:
    words = ("why", "-f", FULL, "-o", "tree")
    boxes = program(*words)
    plain = Program(home=program.home, env={**program.env, "PYTHONIOENCODING": "ascii"})(*words)

    assert "└─ SIP307" in boxes.out
    assert "`-- SIP307" in plain.out
    assert plain.out.isascii()
    assert (boxes.status, plain.status) == (0, 0)


def test_an_assigned_service_is_told_why_it_sits_there(program: Program) -> None:
    ended = program("why", "web-http", "-f", CLASSIC, "-o", "json")

    (item,) = ended.document["items"]
    assert broken_promises(ended.document) == []
    assert item["proof"]["text"].startswith("looked at again it keeps this")
    rules = [premise["rule"] for premise in item["proof"]["from"]]
    assert rules == ["asked-for-none", "keeps-address", "shares-by-the-rules"]
    compared = {
        (fact["name"], fact["field"]): fact["value"]
        for node in item["proof"]["from"][2]["from"]
        for fact in node["objects"]
    }
    assert compared["web-https", "spec.ports[0]"] == "443/TCP"


def test_many_with_one_cause_are_told_once_and_each_has_its_own_item(program: Program) -> None:
    file = program.home / "many.json"
    file.write_text(json.dumps(_full_pool(40)))

    told = program("why", "-f", file.name, columns=80)
    document = program("why", "-f", file.name, "-o", "json").document

    assert told.out.startswith("40 Services are Pending, each for this: no pool that it may use")
    assert told.out.count("SIP307") == 1
    assert all(f"shop/w{number:02d}" in told.out for number in range(40))
    assert len({item["cause"] for item in document["items"]}) == 1
    assert all(item["findings"][0]["remedies"] for item in document["items"])
    assert broken_promises(document) == []


def _full_pool(count: int) -> dict[str, Any]:
    pool = {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "IPAddressPool",
        "metadata": {"name": "lab", "namespace": "metallb-system"},
        "spec": {"addresses": ["192.0.2.10/32"]},
    }
    services = []
    for name in ("first", *(f"w{number:02d}" for number in range(count))):
        body: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"namespace": "shop", "name": name, "uid": name},
            "spec": {"type": "LoadBalancer", "clusterIPs": ["10.96.0.1"], "ports": [{"port": 80}]},
        }
        if name == "first":
            body["status"] = {"loadBalancer": {"ingress": [{"ip": "192.0.2.10"}]}}
        services.append(body)
    return {"apiVersion": "v1", "kind": "List", "items": [pool, *services]}


def test_events_of_every_component_are_shown_when_asked_for(lab: Lab) -> None:
    for name, component in (("a", "metallb-controller"), ("b", "service-controller")):
        lab.api.put(
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {"namespace": "shop", "name": name},
                "involvedObject": {"kind": "Service", "namespace": "shop", "name": "dot"},
                "reason": "Something",
                "type": "Normal",
                "message": f"said by {component}",
                "source": {"component": component},
            }
        )

    usual = lab("why", "dot", "-o", "json").document["items"][0]["events"]
    everybody = lab("why", "dot", "--events", "-o", "json").document
    told = lab("why", "dot", "--events")

    assert [event["message"] for event in usual] == ["said by metallb-controller"]
    assert len(everybody["items"][0]["events"]) == 2
    assert broken_promises(everybody) == []
    assert "said by service-controller" in told.out
    assert "said by service-controller" not in lab("why", "dot").out


# Names


@pytest.mark.parametrize("name", ["deploy/web", "pod/web", "shop/", "/web", "a/b/c"])
def test_what_is_no_name_of_a_service_is_a_wrong_command_line(program: Program, name: str) -> None:
    refused(program("why", name, "-f", CLASSIC), 2, name)


def test_a_namespace_may_have_the_name_of_a_kind(program: Program) -> None:
    text = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: deploy}\nspec: {type: ClusterIP}\n"
    )
    (program.home / "a.yaml").write_text(text)

    assert program("why", "deploy/web", "-f", "a.yaml").status == 0
    refused(program("why", "deploy/wob", "-f", "a.yaml"), 3, "wob", "web")


def test_a_name_that_is_like_none_is_answered_with_what_there_is(program: Program) -> None:
    refused(program("why", "qqqq", "-f", CLASSIC), 3, '"qqqq" not found', "default/api-gateway", "and 3 more")


def test_a_wrong_namespace_is_answered_with_the_nearest_of_all(program: Program) -> None:
    refused(program("why", "defualt/web-http", "-f", CLASSIC), 3, "default/web-http")


def test_a_service_that_is_deleted_meanwhile_is_not_found(lab: Lab) -> None:
    lab.api.delete("services", "shop", "dot")

    refused(lab("why", "dot"), 3, '"dot" not found')


def test_no_cluster_is_asked_for_what_is_no_name(lab: Lab) -> None:
    refused(lab("why", "shop/"), 2, "shop/")
    assert lab.api.requests == []


# The answer that is given again


def test_files_are_not_watched(program: Program) -> None:
    refused(program("why", "-w", "-f", FULL), 2, "-w", "-f")


def test_the_answer_comes_anew_when_it_changes_and_ends_quietly(lab: Lab) -> None:
    words = lab.words("why", "dot", "-w", "-o", "json")
    process = subprocess.Popen(
        [*COMMAND, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=lab.program.home,
        env=dict(lab.program.env),
    )
    stop = threading.Timer(LONGEST_S, process.kill)
    stop.start()
    try:
        assert process.stdout is not None
        first = promised(json.loads(process.stdout.readline()))
        lab.annotate("plain", "some", "note")  # no news of dot
        lab.assign("dot", FREE)
        second = promised(json.loads(process.stdout.readline()))
        process.send_signal(2)
        rest, err = process.communicate(timeout=LONGEST_S)
    finally:
        stop.cancel()
        process.kill()
        process.wait()
    assert [item["state"] for item in first["items"]] == ["Pending"]
    assert second["items"][0]["addresses"] == [FREE]
    assert (process.returncode, rest, err.strip()) == (130, "", "")


@pytest.mark.parametrize("form", ["text", "tree"])
def test_without_pools_no_new_service_is_said_to_wait(tmp_path: Path, form: str) -> None:
    file = tmp_path / "new.json"
    body = {"apiVersion": "v1", "kind": "Service", "metadata": {"namespace": "shop", "name": "new"}}
    file.write_text(json.dumps({**body, "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}}))

    ended = ran("why", "-f", str(file), "-o", form)

    assert ended.status == 0
    assert ended.out.startswith("shop/new may get an address or none")
    assert "Pending" not in ended.out
    assert "ipaddresspools could not be read (not in the files)" in ended.err
