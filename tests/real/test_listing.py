"""ls as kubectl users ask for it, on the real thing: label selectors held against kubectl's own, and -w."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from tests.command_line.inside import ran
from tests.real.asking import document, sharedip
from tests.real.between import Between, Lost, Passing
from tests.real.watched import Watched
from tests.realcluster.cluster import RealCluster

_POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lab, namespace: metallb-system}
spec: {addresses: [192.0.2.10-192.0.2.29]}
"""
_LABELS = ("{app: web, tier: edge}", "{app: web}", "{app: dns, tier: ''}", "{}", "{x.example/y: z}")
_SELECTORS = (
    *("app==web,tier=edge", "app!=web", "app in (web, dns)", "app notin (web)", "tier"),
    *("tier=", "x.example/y=z,!tier"),
)
_NO_SELECTORS = ("app=web=x", "app in web", "app=web dns")


def _service(name: str, labels: str = "{}", port: int = 80) -> str:
    return (
        "---\napiVersion: v1\nkind: Service\n"
        f"metadata: {{name: {name}, namespace: default, labels: {labels}}}\n"
        f"spec: {{type: LoadBalancer, ports: [{{port: {port}}}]}}\n"
    )


def test_labels_select_what_they_select_for_kubectl(cluster: RealCluster) -> None:
    cluster.apply(_POOL + "".join(_service(f"s{at}", labels) for at, labels in enumerate(_LABELS)))
    cluster.settle()

    for selector in _SELECTORS:
        theirs = cluster.kubectl(
            *("get", "svc", "-A", "--field-selector", "spec.type=LoadBalancer"),
            *("-l", selector, "-o", "name"),
        ).stdout.splitlines()
        ours = ran("ls", "-A", "-l", selector, "-o", "name", "--kubeconfig", str(cluster.kubeconfig))
        assert ours.status == 0, ours.err
        assert sorted(ours.out.splitlines()) == sorted(theirs), selector
    for selector in _NO_SELECTORS:
        refused = cluster.kubectl("get", "svc", "-l", selector, check=False)
        ours = ran("ls", "-l", selector)
        assert (refused.returncode == 0, ours.status) == (False, 2), selector
    shown = cluster.kubectl("get", "svc", "s0", "--show-labels", "--no-headers").stdout.split()[-1]
    row = sharedip(cluster, "ls", "svc/s0", "--show-labels", "--no-headers").stdout
    assert row.split()[-1] == shown == "app=web,tier=edge"


def test_watched_through_lost_connections(cluster: RealCluster, program: Path, tmp_path: Path) -> None:
    """Every watch is cut off twice before it hears anything, and a Service comes meanwhile."""
    cluster.apply(_POOL + _service("first"))
    cluster.settle()
    cut: list[str] = []
    came = threading.Event()

    def lose(passing: Passing) -> None:
        if passing.watches and len(cut) < 4:
            cut.append(passing.path)
            if len(cut) == 4:
                cluster.apply(_service("second", port=81))
                came.set()
            raise Lost

    with Between(cluster, before=lose) as between:
        kubeconfig = between.kubeconfig(tmp_path / "config")
        with Watched(program, "ls", "-A", "--kubeconfig", str(kubeconfig)) as listed:
            listed.until(lambda answer: bool(_names(answer).get("second")))
            assert came.is_set()
            assert len(cut) == 4
            cluster.kubectl("delete", "svc", "first")
            listed.until(lambda answer: "first" not in _names(answer))
            watched = [one.path for one in between.seen if one.watches]
    assert all("allowWatchBookmarks=true" in path for path in watched)
    last = document(cluster, "ls", "-A")
    assert _names(last) == _names(listed.last)


def _names(answer: dict[str, Any]) -> dict[str, list[str]]:
    listed = [one for item in answer["items"] for one in item["services"]]
    return {one["name"]: one["addresses"] for one in (*listed, *answer["pending"])}
