"""What ``ls -A`` asks an API server for: what it needs, all at once, nothing twice."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.command_line.lab import TOKEN, objects, service
from tests.diagnose_room.program import ask
from tests.fakeapi import FakeApi, Json, Recorded

_MANIFESTS, _CHART = "app=metallb,component=controller", "app.kubernetes.io/name=metallb"
_NEEDED = {
    ("/api/v1/services", "fieldSelector", "spec.type=LoadBalancer"),
    ("/apis/metallb.io/v1beta1/ipaddresspools", "", ""),
    ("/apis/apps/v1/deployments", "labelSelector", _MANIFESTS),
    ("/apis/apps/v1/deployments", "labelSelector", f"{_CHART},app.kubernetes.io/component=controller"),
    ("/version", "", ""),
}
_AT_ONCE = 4  # the second look for MetalLB waits for the first


class Together(FakeApi):
    """Answers nobody until so many are asking; whoever asks alone is let down after a while."""

    def __init__(self, objects_: Iterable[Json]) -> None:
        super().__init__(objects_, token=TOKEN)
        self._met = threading.Barrier(_AT_ONCE, timeout=20)
        self._left = _AT_ONCE
        self._turn = threading.Lock()

    def record(self, request: Recorded) -> None:
        super().record(request)
        with self._turn:
            self._left -= 1
            waits = self._left >= 0
        if waits:
            self._met.wait()


@pytest.mark.parametrize("output", ["table", "json"])
def test_what_ls_asks_for(tmp_path: Path, output: str) -> None:
    plain = service("internal", port=81)
    plain["spec"]["type"] = "ClusterIP"
    with Together([*objects(), plain]) as api:
        answer = ask("ls", "-A", "-o", output, "--kubeconfig", api.kubeconfig(tmp_path / "config"))
        asked = [
            (one.path, selector, one.query.get(selector, ""))
            for one in api.requests
            for selector in [next((s for s in ("fieldSelector", "labelSelector") if s in one.query), "")]
        ]

    assert answer.status == 0
    assert "dns-tcp" in answer.text
    assert "internal" not in answer.text
    assert len(asked) == len(set(asked))
    assert set(asked) == _NEEDED
