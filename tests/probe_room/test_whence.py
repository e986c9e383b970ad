"""Where it runs: told by what a pod has, and by which node's address is here."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.announcement import Node
from kubectl_sharedip.model.probing import Whence
from kubectl_sharedip.model.raw import Origin
from kubectl_sharedip.probe import whence as module

LOOPBACK = Address(4, 0x7F000005)


@pytest.fixture(autouse=True)
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setattr(module, "_SERVICE_ACCOUNT", tmp_path / "namespace")
    return tmp_path


def node(name: str, *addresses: str) -> Node:
    return Node(
        name=name, origin=Origin(), labels={}, ready=True, network_unavailable=False, addresses=addresses
    )


def here(*nodes: Node) -> Whence:
    return module.whence(nodes, [LOOPBACK])


def test_elsewhere_is_outside() -> None:
    found = here(node("n1", "192.0.2.1"), node("n2"), node("n3", "no address"))

    assert (found.place, found.node, found.short_circuited) == ("outside", "", False)
    assert found.host
    assert {str(k): str(v) for k, v in found.sources.items()} == {"127.0.0.5": "127.0.0.1"}


def test_a_node_is_known_by_its_address() -> None:
    found = here(node("n1", "192.0.2.1"), node("n2", "192.0.2.2", "127.0.0.1"))

    assert (found.place, found.node, found.short_circuited) == ("node", "n2", True)


def test_a_pod_is_known_by_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1")

    assert (here().place, here().short_circuited) == ("pod", True)


def test_a_pod_is_known_by_its_service_account(outside: Path) -> None:
    (outside / "namespace").write_text("default")

    assert here().place == "pod"
