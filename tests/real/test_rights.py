"""The shipped roles on a real API server with RBAC: enough for each command, nothing too much, and less."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest

from tests.diagnose_room.program import Answer, ask
from tests.real import rights
from tests.real.between import Between
from tests.real.rights import FIXER, READER, Right
from tests.real.running import Ended, Running
from tests.realcluster import examples
from tests.realcluster.api import Json
from tests.realcluster.cluster import RealCluster
from tests.realcluster.processes import wait_until

_HELD, _RANGE = "127.0.77.1", "127.0.77.1-127.0.77.3"  # what probe tries is this machine
_ENOUGH_S = 20.0
_LOOKS: tuple[tuple[str, ...], ...] = (
    ("ls", "-A"),
    ("why",),
    ("why", "web", "kubernetes", "--events", "--habits"),
    ("check", "-A"),
    ("pools", "--for", "443/TCP"),
    ("probe", "--connect-timeout", "1s"),
    ("snapshot",),
    ("fix", "late", "--allow", "unpin", "--dry-run=client"),
)
_WATCHES = (("why", "-w"), ("pools", "-w"))
# Who may not read these gets an answer without them; the commands are those that look at them most.
_INDISPENSABLE = ("list", "", "services")


def _service(name: str, port: int, annotations: dict[str, str]) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "default", "annotations": annotations},
        "spec": {"type": "LoadBalancer", "selector": {"app": name}, "ports": [{"port": port}]},
    }


@pytest.fixture
def town(cluster: RealCluster) -> RealCluster:
    """web and api share an address; late asks for it without their key and waits."""
    pool = {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "IPAddressPool",
        "metadata": {"name": "loopback", "namespace": "metallb-system"},
        "spec": {"addresses": [_RANGE]},
    }
    key = {"metallb.universe.tf/allow-shared-ip": "lab", "metallb.universe.tf/loadBalancerIPs": _HELD}
    late = _service("late", 81, {"metallb.universe.tf/loadBalancerIPs": _HELD})
    examples.create(cluster, [pool, _service("web", 80, key), _service("api", 443, key), late])
    assert cluster.addresses() == {"default/api": [_HELD], "default/late": [], "default/web": [_HELD]}
    return cluster


class Person:
    """The plugin as a user calls it, whose rights are all that it has."""

    def __init__(self, program: Path, kubeconfig: Path, user: str) -> None:
        self._program = program
        self._flags = ("-n", "default", "--kubeconfig", str(kubeconfig), "--as", user)

    def start(self, *words: str) -> Running:
        """A command line, still running."""
        return Running(self._program, [*words, *self._flags])

    def __call__(self, *words: str) -> Ended:
        """A command line to its end."""
        return self.start(*words).ended()


def _give(cluster: RealCluster, users: dict[str, list[Json]]) -> None:
    for user, roles in users.items():
        rights.give(cluster, user, roles)
    for user, roles in users.items():
        _wait_granted(cluster, user, rights.granted(*roles))


def _wait_granted(cluster: RealCluster, user: str, wanted: set[Right], namespace: str | None = None) -> None:
    """Until the API server, which hears of a role a moment later, would let the user."""
    wait_until(
        lambda: all(rights.may(cluster, user, right, namespace) for right in wanted),
        _ENOUGH_S,
        f"{user} to have {len(wanted)} rights",
    )


def test_each_command_keeps_to_its_role_and_needs_all_of_it(
    town: RealCluster, program: Path, tmp_path: Path
) -> None:
    roles = rights.shipped()
    _give(town, {"looker": [roles[READER]], "mender": [roles[READER], roles[FIXER]]})
    files = tmp_path / "new.yaml"
    files.write_text(json.dumps(_service("new", 8080, {})))
    with Between(town) as between:
        kubeconfig = between.kubeconfig(tmp_path / "config")
        looker, mender = (Person(program, kubeconfig, name) for name in ("looker", "mender"))
        for words in (*_LOOKS, ("check", "-f", str(files)), ("version",)):
            done = looker(*words)
            assert done.status in (0, 1), (words, done.err)
            assert "forbidden" not in done.out + done.err, words
            assert "SIP901" not in done.err, words
        for words in _WATCHES:
            with looker.start(*words) as running:
                _interrupted_once_it_watches(running, between)
        looked = rights.asked(between.seen)

        for words in (
            ("fix", "late", "--allow", "unpin", "--dry-run=server"),
            ("fix", "late", "--allow", "unpin", "--yes"),
            ("undo", "--yes"),
        ):
            done = mender(*words)
            assert done.status == 0, (words, done.out, done.err)
            assert "forbidden" not in done.out + done.err, words
        all_asked = rights.asked(between.seen)

    # Both ways: nothing outside the role, and no verb more than used.
    assert looked == rights.granted(roles[READER])
    assert all_asked - looked == rights.granted(roles[FIXER])


def _interrupted_once_it_watches(running: Running, between: Between) -> None:
    """Ctrl-C when its watches stand: as many as there were a moment ago."""
    before, number = len(between.seen), 0
    end = time.monotonic() + _ENOUGH_S
    while time.monotonic() < end:
        watches = sum(one.watches for one in between.seen[before:])
        if watches and watches == number:
            break
        number = watches
        time.sleep(0.5)
    running.signal(signal.SIGINT)
    done = running.ended()
    assert done.status == 130, done.err
    assert "forbidden" not in done.out + done.err


def _ask(cluster: RealCluster, user: str, *words: str) -> Answer:
    return ask(*words, "-n", "default", "--kubeconfig", str(cluster.kubeconfig), "--as", user)


def test_each_missing_right_leaves_an_answer_that_says_so(
    town: RealCluster, program: Path, tmp_path: Path
) -> None:
    """A snapshot reads all that the other commands read; what it says of itself, they say of themselves."""
    reader = rights.shipped()[READER]
    lists = sorted(right for right in rights.granted(reader) if right[0] == "list")
    users = {f"without-{resource}": (verb, group, resource) for verb, group, resource in lists}
    users["without-cidr"] = ("get", "networking.k8s.io", "servicecidrs")
    _give(
        town, {user: [rights.without(reader, right)] for user, right in users.items()} | {"whole": [reader]}
    )
    before = _ask(town, "whole", "why", "late", "-o", "json").document["items"]
    for user, right in users.items():
        if right == _INDISPENSABLE:
            person = Person(program, town.kubeconfig, user)
            for words in (("ls",), ("why",), ("fix", "late")):
                done = person(*words)
                assert (done.status, done.out) == (3, "")
                assert f'User "{user}" cannot list resource "services"' in done.err.splitlines()[0]
                assert len(done.err.splitlines()) == 2
            continue
        taken = tmp_path / f"{user}.json"
        assert _ask(town, user, "snapshot", "--to", str(taken)).status == 0
        source = json.loads(taken.read_text())
        assert {(gap["resource"], gap["reason"]) for gap in _not_read(source)} == {(right[2], "forbidden")}
        answer = _ask(town, user, "why", "late", "-o", "json").document
        gaps = answer["source"]["notRead"]
        assert {gap["resource"] for gap in gaps} <= {right[2]}
        assert bool(gaps) == ("SIP901" in [note["code"] for note in answer["notes"]])
        (item,) = answer["items"]
        assert (item["state"], item["findings"][0]["code"]) == ("Pending", before[0]["findings"][0]["code"])


def _not_read(snapshot: Json) -> list[Json]:
    found: list[Json] = snapshot["notRead"] if "notRead" in snapshot else snapshot["source"]["notRead"]
    return found


def test_without_getting_services_what_needs_none_is_answered(
    town: RealCluster, program: Path, tmp_path: Path
) -> None:
    """Services that are listed are known; fix, which reads each again before an edit, makes none."""
    roles = rights.shipped()
    _give(town, {"listing": [rights.without(roles[READER], ("get", "", "services")), roles[FIXER]]})
    person = Person(program, town.kubeconfig, "listing")
    manifest = tmp_path / "web.json"
    manifest.write_text(json.dumps(_service("web", 81, {})))

    assert person("why", "late").status == 0
    checked = person("check", "-f", str(manifest), "-o", "json")
    document = json.loads(checked.out)
    (web,) = (one for one in document["items"] if one["name"] == "web")
    assert web["predicted"] == {"state": "Assigned", "addresses": [[_HELD]]}
    assert any("not read one by one" in note["message"] for note in document["notes"])
    for words in (("why", "kubernetes"), ("fix", "late", "--allow", "unpin", "--yes")):
        done = person(*words)
        assert done.status == 3, (words, done.err)
        assert 'User "listing" cannot get resource "services"' in done.err
    assert town.addresses()["default/late"] == []


def test_without_getting_namespaces_the_cluster_has_no_name_and_all_else_goes_on(
    town: RealCluster, program: Path, tmp_path: Path
) -> None:
    roles = rights.shipped()
    _give(town, {"nameless": [rights.without(roles[READER], ("get", "", "namespaces")), roles[FIXER]]})
    person = Person(program, town.kubeconfig, "nameless")

    snapshot = person("snapshot", "-o", "json")
    assert (snapshot.status, json.loads(snapshot.out)["clusterUID"]) == (0, None)
    for words in (("fix", "late", "--allow", "unpin", "--yes"), ("undo", "--yes")):
        done = person(*words, "--journal-dir", str(tmp_path / "journals"))
        assert done.status == 0, (words, done.err)


def test_what_may_not_be_watched_is_said_and_the_answer_given(town: RealCluster, program: Path) -> None:
    reader = rights.shipped()[READER]
    watched = sorted(right for right in rights.granted(reader) if right[0] == "watch")
    _give(town, {f"blind-{right[2]}": [rights.without(reader, right)] for right in watched})
    for _, _, resource in watched:
        words = ("why" if resource == "events" else "pools", "-w")
        with Person(program, town.kubeconfig, f"blind-{resource}").start(*words) as running:
            said = running.said_until("may not be watched")
            running.signal(signal.SIGINT)
            done = running.ended()
        assert done.status == 130, done.err
        assert ("default/late" if words[0] == "why" else "loopback") in done.out
        assert f"{resource} may not be watched: looked at every 30 s." in said


def test_without_watch_it_asks_again(town: RealCluster, program: Path) -> None:
    """A fix that may not watch still sees MetalLB's answer."""
    roles = rights.shipped()
    seeing = rights.without(roles[READER], ("watch", "", "services"))
    _give(town, {"blinking": [seeing, roles[FIXER]]})
    done = Person(program, town.kubeconfig, "blinking")("fix", "late", "--yes")
    assert done.status == 0, done.err
    assert town.addresses()["default/late"] == [_HELD]


def test_rights_in_one_namespace(town: RealCluster, program: Path) -> None:
    """Services of the own namespace alone: the answer is given, and says what it leaves open."""
    rights.give(town, "tenant", [rights.shipped()[READER]], namespace="default")
    _wait_granted(town, "tenant", {("list", "", "services"), ("list", "", "events")}, "default")
    done = Person(program, town.kubeconfig, "tenant")("why", "late", "-o", "json")
    assert done.status == 0, done.err
    document = json.loads(done.out)
    (item,) = document["items"]
    assert item["state"] == "Pending"
    gaps = {(gap["resource"], gap["namespace"]) for gap in document["source"]["notRead"]}
    assert {("services", None), ("ipaddresspools", None)} <= gaps
    assert ("services", "default") not in gaps


def test_rights_in_metallbs_namespace_alone(town: RealCluster, program: Path) -> None:
    """Who sees all Services, and MetalLB's own objects where it runs, sees all that it decides by."""
    its_own = ("metallb.io", "apps")
    reader = rights.shipped()[READER]
    everywhere, there = (
        {**reader, "rules": [rule for rule in reader["rules"] if (rule["apiGroups"][0] in its_own) is own]}
        for own in (False, True)
    )
    rights.give(town, "operator", [everywhere])
    rights.give(town, "operator", [there], namespace="metallb-system")
    _wait_granted(town, "operator", rights.granted(everywhere))
    _wait_granted(town, "operator", rights.granted(there), "metallb-system")
    person = Person(program, town.kubeconfig, "operator")

    told = person("why", "late", "-o", "json")
    assert told.status == 0, told.err
    document = json.loads(told.out)
    (item,) = document["items"]
    assert [one["certain"] for one in item["findings"] if one["decisive"]] == [True]
    assert {"resource": "ipaddresspools", "namespace": None, "reason": "forbidden"} in document["source"][
        "notRead"
    ]
    planned = person("fix", "late", "--allow", "unpin", "--dry-run=client")
    assert planned.status == 0, planned.err
    assert "outside MetalLB's namespace could not be read (forbidden)" in planned.err
