"""What is sent and kept while a plan is carried out, and what is said where it cannot be or does not come."""

from __future__ import annotations

import json
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from kubectl_sharedip.apply.journal import read_journal
from tests.real.asking import typed
from tests.real.between import Between, Passing, edits, once
from tests.real.crash_town import KEY, SHARED, CrashTown, Json, records, service
from tests.real.running import Plugin

_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_MANAGER = "kubectl-sharedip"


def _only_journal(plugin: Plugin) -> Path:
    (path,) = plugin.journals.glob("*.json")
    return path


def test_journal_first_then_one_patch_of_the_planned_fields_each(town: CrashTown, plugin: Plugin) -> None:
    town.begin(4)
    before = {name: town.written(name) for name in town.fix.edited}
    kept: list[tuple[int, list[str]]] = []

    def look(passing: Passing) -> None:
        if passing.edits:
            path = _only_journal(plugin)
            states = [str(step.state) for step in read_journal(path).progress]
            kept.append((stat.S_IMODE(path.stat().st_mode), states))

    with Between(town.cluster, before=look, after=look) as between:
        kubeconfig = between.kubeconfig(plugin.folder / "between.kubeconfig")
        ended = plugin.start("fix", *town.fix.words, "--yes", kubeconfig=kubeconfig).ended()
    assert ended.status == 0, ended.err

    # On disk before each edit is sent, and nothing is called done that was not answered.
    in_turn = [["done"] * n + ["sent"] + ["planned"] * (3 - n) for n in range(4)]
    assert kept == [(0o600, states) for states in in_turn for _ in ("before", "after")]
    assert stat.S_IMODE(plugin.journals.stat().st_mode) == 0o700
    (record,) = records(plugin.journals)
    assert [step.state for step in record.progress] == ["done"] * 4
    assert {looked_at.name: version for looked_at, version in record.versions.items()}.items() >= {
        (name, body["metadata"]["resourceVersion"]) for name, body in before.items()
    }
    for edited, body in record.before.items():
        assert body["metadata"]["uid"] == before[edited.name]["metadata"]["uid"]
        assert body["spec"] == before[edited.name]["spec"]

    # One merge patch each, of the fields of the plan and the precondition, and nothing else changed.
    sent = [passing for passing in between.seen if passing.edits]
    assert [passing.service for passing in sent] == [f"default/{name}" for name in town.fix.edited]
    for passing in sent:
        assert parse_qs(urlsplit(passing.path).query) == {"fieldManager": [_MANAGER]}
        patch = json.loads(passing.body)
        assert patch["metadata"].pop("resourceVersion")
        wanted: Json = {"metadata": {"annotations": {KEY: "home-one"}}}
        if passing.service == "default/three":
            wanted["spec"] = {"externalTrafficPolicy": "Cluster"}
        assert patch == wanted
    for name in town.fix.edited:
        planned = {
            f"metadata.annotations.{KEY}",
            *(["spec.externalTrafficPolicy"] if name == "three" else []),
        }
        # An undo of before may have left it the port of the health check.
        earlier = _fields_of(before[name])
        assert planned <= _fields_of(town.written(name)) <= planned | earlier
    for name in town.fix.edited:
        now, was = town.state()[f"default/{name}"], town.start[f"default/{name}"]
        assert now["metadata"]["annotations"].pop(KEY) == "home-one"
        assert now["metadata"] == was["metadata"]
        changed = {
            field
            for field in {*now["spec"], *was["spec"]}
            if now["spec"].get(field) != was["spec"].get(field)
        }
        # The port of the health check goes with the policy: the API server takes it.
        assert changed == ({"externalTrafficPolicy", "healthCheckNodePort"} if name == "three" else set())


def _fields_of(body: Json) -> set[str]:
    """The fields that the server has noted for the plugin."""
    entries = [entry for entry in body["metadata"]["managedFields"] if entry["manager"] == _MANAGER]
    assert all((one["operation"], one.get("subresource")) == ("Update", None) for one in entries)
    return {field for entry in entries for field in _leaves(entry["fieldsV1"])}


def _leaves(fields: Json, path: tuple[str, ...] = ()) -> Iterator[str]:
    for name, inner in fields.items():
        if name == ".":
            continue
        steps = (*path, name.removeprefix("f:"))
        if inner:
            yield from _leaves(inner, steps)
        else:
            yield ".".join(steps)


def test_the_server_judges_every_edit(town: CrashTown, plugin: Plugin) -> None:
    town.begin(4)
    versions = town.versions()
    with Between(town.cluster) as between:
        kubeconfig = between.kubeconfig(plugin.folder / "between.kubeconfig")
        ended = plugin.start("fix", *town.fix.words, "--dry-run=server", kubeconfig=kubeconfig).ended()
    assert ended.status == 0, ended.err
    assert "The API server would accept every edit; nothing was changed." in ended.err
    sent = [passing for passing in between.seen if passing.edits]
    assert [passing.service for passing in sent] == [f"default/{name}" for name in town.fix.edited]
    assert all(parse_qs(urlsplit(passing.path).query)["dryRun"] == ["All"] for passing in sent)
    assert town.versions() == versions
    assert not plugin.journals.exists()


@pytest.fixture
def half(town: CrashTown) -> str:
    """A user who may edit every Service of the plan but ``one``."""
    rules = [
        {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]},
        {
            "apiGroups": [""],
            "resources": ["services"],
            "resourceNames": ["home", "two", "three"],
            "verbs": ["patch"],
        },
    ]
    role = {"metadata": {"name": "half"}, "rules": rules}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "half"}
    subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "half"}
    binding = {"metadata": {"name": "half"}, "roleRef": reference, "subjects": [subject]}
    for kind, body in (("clusterroles", role), ("clusterrolebindings", binding)):
        town.cluster.request("DELETE", f"{_RBAC}/{kind}?fieldSelector=metadata.name=half")
        town.cluster.request("POST", f"{_RBAC}/{kind}", body)
    return "half"


def test_an_edit_that_the_server_refuses_is_named(town: CrashTown, plugin: Plugin, half: str) -> None:
    town.begin(3)
    versions = town.versions()
    judged = plugin("fix", *town.fix.words, "--dry-run=server", "--as", half)
    assert judged.status == 1, judged.err
    assert "Of 3 edits the API server would not take 1; nothing was changed:" in judged.err
    refusal = 'User "half" cannot patch resource "services"'
    assert 'give default/one the sharing key "home-one"' in judged.err and refusal in judged.err
    assert town.versions() == versions

    ended = plugin("fix", *town.fix.words, "--yes", "--as", half)
    assert ended.status == 4, ended.err
    assert "Stopped at an edit of default/one: " in ended.err and refusal in ended.err
    assert "Edits made: default/home; not made: 2." in ended.err
    (record,) = records(plugin.journals)
    assert [step.state for step in record.progress] == ["done", "failed", "planned"]
    finish = next(line.strip() for line in ended.err.splitlines() if "--resume" in line)
    assert shlex.split(finish)[:4] == ["kubectl", "sharedip", "undo", record.id]
    assert plugin("undo", record.id, "--yes").status == 0
    assert town.state() == town.start


def test_a_stale_plan_is_made_anew_for_a_person_who_wants_it(town: CrashTown, plugin: Plugin) -> None:
    town.begin(2)
    terminal = plugin.at_terminal("fix", *town.fix.words)
    terminal.asked("Do it? [y/N]")
    town.annotate("home", KEY, "second")
    terminal.type("y\n")
    told = terminal.asked("Plan again from what is there now? [y/N]")
    assert "nothing was changed" in told and 'is "second"' in told
    terminal.type("y\n")
    terminal.asked("Do it? [y/N]")
    terminal.type("y\n")
    ended = terminal.ended()
    assert ended.status == 0, ended.err
    assert town.annotations("one")[KEY] == "second"
    assert town.state()["default/one"]["addresses"] == [SHARED]
    assert ended.out.count("Plan for default/one") == 2


def test_a_person_who_does_not_want_it_has_changed_nothing(town: CrashTown, plugin: Plugin) -> None:
    town.begin(2)
    terminal = plugin.at_terminal("fix", *town.fix.words)
    terminal.asked("Do it? [y/N]")
    town.annotate("home", KEY, "second")
    versions = town.versions()
    terminal.type("y\n")
    terminal.asked("Plan again from what is there now? [y/N]")
    terminal.type("n\n")
    assert terminal.ended().status == 1
    assert town.versions() == versions


def test_a_run_that_was_stopped_is_planned_anew_for_a_person_who_wants_it(
    town: CrashTown, plugin: Plugin
) -> None:
    """After the first edit, too: the second plan is for what is left."""
    town.begin(2)
    with Between(town.cluster) as between:
        between.before = once(edits("one"), lambda: town.annotate("one", "note", "mine"))
        kubeconfig = between.kubeconfig(plugin.folder / "between.kubeconfig")
        terminal = plugin.at_terminal("fix", *town.fix.words, kubeconfig=kubeconfig)
        terminal.asked("Do it? [y/N]")
        terminal.type("y\n")
        told = terminal.asked("Plan again from what is there now? [y/N]")
        assert "Edits made: default/home; not made: 1." in told
        terminal.type("y\n")
        terminal.asked("Do it? [y/N]")
        terminal.type("y\n")
        ended = terminal.ended()
    assert ended.status == 0, ended.err
    assert town.state()["default/one"]["addresses"] == [SHARED]
    assert [record.state for record in records(plugin.journals)] == ["partly", "done"]


def test_where_metallb_does_not_answer_it_says_what_came_instead(town: CrashTown, plugin: Plugin) -> None:
    town.begin(2)
    town.cluster.stop_controller()
    try:
        ended = plugin("fix", *town.fix.words, "--yes", "--timeout", "3s")
        assert ended.status == 4
        assert "Waiting for MetalLB: default/one" in ended.err
        assert f"  default/one: foretold {SHARED}, seen no address" in ended.err
        (record,) = records(plugin.journals)
        assert (record.state, record.verified) == ("done", False)
        assert f"kubectl sharedip undo {record.id}" in ended.err
        lines = ended.err.splitlines()
        way_back = [line.strip() for line in lines[lines.index("The way back:") + 1 :]]
        assert len(way_back) == 2
        for line in way_back:
            assert typed(town.cluster, line).returncode == 0
    finally:
        town.cluster.restart_controller()
    town.cluster.settle()
    assert town.state() == town.start
    assert "Nothing of plan" in plugin("undo", "--yes").err


def test_forty_that_wait_are_not_touched_by_yes_alone(town: CrashTown, plugin: Plugin) -> None:
    town.begin(1)
    waiting = [service(f"waits-{number}", 100 + number, loadBalancerIP=SHARED) for number in range(40)]
    path = "/api/v1/namespaces/default/services"
    try:
        for body in waiting:
            town.cluster.request("POST", path, body)
        town.cluster.settle()
        pending = [
            name for name, item in town.state().items() if item["metadata"]["name"].startswith("waits-")
        ]
        assert len(pending) == 40
        assert not any(town.state()[name]["addresses"] for name in pending)
        versions = town.versions()
        refused = plugin("fix", "--yes")
        assert refused.status == 2
        assert "--all" in refused.err and len(refused.err.splitlines()) == 2
        town.cluster.settle()
        assert town.versions() == versions
        assert not plugin.journals.exists()
    finally:
        for body in waiting:
            town.cluster.request("DELETE", f"{path}/{body['metadata']['name']}")
        town.cluster.settle()
