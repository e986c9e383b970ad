"""pools against what MetalLB counts itself, and snapshots of real clusters against the clusters."""

from __future__ import annotations

import json
import os
import secrets
from ipaddress import ip_address, summarize_address_range
from pathlib import Path
from typing import Any

import pytest

from tests.command_line.schema import broken_promises
from tests.diagnose_room.program import ask
from tests.real.asking import document, sharedip
from tests.realcluster import examples
from tests.realcluster.api import Json
from tests.realcluster.cluster import RealCluster
from tests.worlds.generate import generate
from tests.worlds.play import Player, Refused

_COUNTING = ("0.15.2", "0.16.1")  # those that write a pool's status
_WORLDS, _TAKEN_HOME = 5, 2
_MOST = 2**63 - 1  # what MetalLB shows for a pool of 2^62 addresses or more, less what is assigned
_COMMANDS = (
    ("ls", "-A"),
    ("why", "-A"),
    ("check", "-A"),
    ("pools",),
    ("fix", "-A", "--dry-run=client", "--allow", "unpin"),
)


@pytest.mark.parametrize("metallb_version", _COUNTING)
def test_random_worlds_counted_and_taken_home(
    cluster: RealCluster, metallb_version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("SHAREDIP_WORLDS_SEED") or 1_000_000 + secrets.randbelow(1_000_000_000))
    with capsys.disabled():
        print(f"\npools of {metallb_version}: SHAREDIP_WORLDS_SEED={seed}")
    player = Player(cluster)
    compared = 0
    for number in range(_WORLDS):
        try:
            player.play(generate(metallb_version, seed + number))
        except Refused:
            continue  # an edit that this API server does not take; another world has others
        compared += _compare_counts(cluster, f"world {seed + number}")
        if number < _TAKEN_HOME:
            _compare_answers(cluster, tmp_path / f"{number}.json.gz")
    assert compared


def _compare_counts(cluster: RealCluster, world: str) -> int:
    """How many pools were held against what MetalLB wrote into them."""
    found = ask("pools", "--kubeconfig", str(cluster.kubeconfig), "-o", "json").document
    assert broken_promises(found) == []
    path = "/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools"
    bodies = {body["metadata"]["name"]: body for body in cluster.request("GET", path)["items"]}
    assert {item["name"] for item in found["items"]} == set(bodies)
    compared = 0
    for item in found["items"]:
        body = bodies[item["name"]]
        if not item["accepted"] or "status" not in body:
            continue
        for family, version in (("ipv4", "IPv4"), ("ipv6", "IPv6")):
            free, used = int(item[family]["free"]), int(item[family]["used"])
            counted = {name: body["status"].get(f"{name}{version}", 0) for name in ("assigned", "available")}
            if item["avoidBuggyIPs"] and family == "ipv4":
                free -= _single_buggy(item["ranges"])
            expected = {"assigned": used, "available": _MOST - used if free + used >= 2**62 else free}
            assert counted == expected, f"{world}: pool {item['name']} {version}"
            compared += 1
    return compared


def _single_buggy(ranges: list[str]) -> int:
    """The prefixes of one address that end in .0 or .255: MetalLB takes these off twice."""
    found = 0
    for entry in ranges:
        first, dash, last = entry.partition("-")
        if dash and ":" not in entry:
            parts = summarize_address_range(ip_address(first.strip()), ip_address(last.strip()))
            found += sum(1 for one in parts if one.prefixlen == 32 and int(one[0]) % 256 in (0, 255))
        elif entry.endswith("/32"):
            found += int(ip_address(entry.partition("/")[0])) % 256 in (0, 255)
    return found


def _compare_answers(cluster: RealCluster, file: Path) -> None:
    """Each command on the cluster and on a snapshot: one from before or one from after it.

    Nothing changes meanwhile but the time, and what changed moments ago is told until it is 15 s old.
    """
    live = ("--kubeconfig", str(cluster.kubeconfig))
    after = file.with_suffix(".after.json")
    ask("snapshot", *live, "--to", str(file))
    answers = [
        _said(ask(*words, *live, "-o", "json").document, f" --kubeconfig {live[1]}") for words in _COMMANDS
    ]
    ask("snapshot", *live, "--to", str(after))
    for words, answer in zip(_COMMANDS, answers, strict=True):
        places = (file, after)
        taken = [_said(ask(*words, "-f", str(p), "-o", "json").document, f" -f {p}") for p in places]
        assert answer in taken, words


def _said(answer: dict[str, Any], flag: str) -> dict[str, Any]:
    """The answer without where it came from and without the flag that its commands repeat.

    A plan's id is made of all that it says, its commands too.
    """
    text = json.dumps({**answer, "source": None, "id": None}).replace(flag, "")
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_whole_cluster_taken_home(cluster: RealCluster, tmp_path: Path) -> None:
    """With nodes, speakers, endpoints and advertisements, by the plugin under real kubectl."""
    examples.create(cluster, examples.manifests("classic-conflict"))
    cluster.kubectl("apply", "-f", "-", input=_ANNOUNCED)
    cluster.kubectl("patch", "node", "n1", "--subresource=status", "-p", _READY)
    cluster.kubectl("patch", "pod", "-n", "metallb-system", "speaker-1", "--subresource=status", "-p", _READY)
    cluster.settle()
    file = tmp_path / "home.json.gz"
    done = sharedip(cluster, "snapshot", "--to", str(file))
    assert (done.returncode, done.stdout) == (0, "")
    again = tmp_path / "again.json.gz"

    commands = (
        ("ls", "-A"),
        ("why", "default/web-http", "default/dns-tcp", "-n", "default"),
        ("pools",),
        ("why", "kubernetes"),
    )
    answers = [document(cluster, *words) for words in commands]
    sharedip(cluster, "snapshot", "--to", str(again))

    for words, answer in zip(commands, answers, strict=True):
        places = (file, again)
        taken = [_said(document(cluster, *words, *_in(words), "-f", str(p)), f" -f {p}") for p in places]
        assert _said(answer, "") in taken, words
    announced = answers[1]["items"][1]["findings"]
    assert "SIP605" in [finding["code"] for finding in announced]


def _in(words: tuple[str, ...]) -> tuple[str, ...]:
    """The namespace that kubectl's context stands for, which a file has none of."""
    return () if {"-A", "-n"}.intersection(words) else ("-n", "default")


_READY = '{"status": {"conditions": [{"type": "Ready", "status": "True"}]}}'
_ANNOUNCED = """
apiVersion: v1
kind: Node
metadata: {name: n1}
---
apiVersion: v1
kind: Pod
metadata: {name: speaker-1, namespace: metallb-system, labels: {app: metallb, component: speaker}}
spec: {nodeName: n1, containers: [{name: speaker, image: "metallb/speaker:v0.16.1"}]}
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: all, namespace: metallb-system}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-http-1, namespace: default, labels: {kubernetes.io/service-name: web-http}}
addressType: IPv4
ports: [{name: "", port: 80, protocol: TCP}]
endpoints: [{addresses: [10.244.0.9], nodeName: n1, conditions: {ready: true}}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: dns-tcp-1, namespace: default, labels: {kubernetes.io/service-name: dns-tcp}}
addressType: IPv4
ports: [{name: "", port: 53, protocol: TCP}]
endpoints: [{addresses: [10.244.0.10], nodeName: n1, conditions: {ready: true}}]
"""


def test_what_an_apply_takes_away_is_known_at_home_too(cluster: RealCluster, tmp_path: Path) -> None:
    """The manifest has the key no more: the API server takes it away, and MetalLB the shared address."""
    examples.create(cluster, examples.manifests("classic-conflict"))
    cluster.kubectl("apply", "--server-side", "-f", "-", input=_APPLIED.format(f'{{{_KEY}: "mine"}}'))
    cluster.settle()
    manifest, home = tmp_path / "m.yaml", tmp_path / "home.json.gz"
    manifest.write_text(_APPLIED.format("{}"))
    assert sharedip(cluster, "snapshot", "--to", str(home)).returncode == 0

    # Status 1: its endpoints are not there (SIP601).
    live = document(cluster, "check", "-f", str(manifest), "-n", "default", status=1)
    again = document(cluster, "check", "-f", str(home), "-f", str(manifest), "-n", "default", status=1)

    assert _said(again, f" -f {home}")["items"] == _said(live, "")["items"]
    assert not any(note["code"] == "SIP903" for note in again["notes"])
    held = {tuple(path) for one in _snapshot(cluster)["applied"] for path in one["fields"]}
    assert ("metadata", "annotations", _KEY) in held
    cluster.kubectl("apply", "--server-side", "-f", str(manifest))
    (mine,) = (one for one in _snapshot(cluster)["applied"] if one["name"] == "mine")
    assert ["metadata", "annotations", _KEY] not in mine["fields"]
    assert ["spec", "ports", "9000/TCP"] in mine["fields"]


def _snapshot(cluster: RealCluster) -> Json:
    return document(cluster, "snapshot")


_KEY = "metallb.universe.tf/allow-shared-ip"
_APPLIED = """
apiVersion: v1
kind: Service
metadata: {{name: mine, namespace: default, annotations: {}}}
spec: {{type: LoadBalancer, ports: [{{port: 9000}}]}}
"""
