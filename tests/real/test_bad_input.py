"""What goes wrong on a real server: exit 3, one or two lines on stderr, no traceback, nothing changed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.real.asking import resource_versions, sharedip
from tests.realcluster import examples, parts
from tests.realcluster.cluster import RealCluster

_COMMANDS: tuple[tuple[str, ...], ...] = (("ls",), ("why",), ("fix", "dot", "--yes"))


@pytest.fixture
def small(cluster: RealCluster) -> RealCluster:
    examples.create(cluster, examples.manifests("keyless-requester"))
    return cluster


def test_bad_input(small: RealCluster) -> None:
    before = resource_versions(small)
    for command in _COMMANDS:
        nobody = _failed(sharedip(small, *command, "--kubeconfig", str(small.nobody_kubeconfig)))
        assert 'User "nobody" cannot list resource "services"' in nobody
        stranger = _failed(sharedip(small, *command, "--token", "unknown"))
        assert "Unauthorized" in stranger
        elsewhere = _failed(sharedip(small, *command, "--context", "production"))
        assert 'context "production" does not exist' in elsewhere
        assert "sharedip-real" in elsewhere

    for command in _COMMANDS[1:]:
        words = [word for word in command if word != "dot"]
        unknown = _failed(sharedip(small, *words, "dns-tpc"))
        assert 'service "dns-tpc" not found in namespace "default"' in unknown
        assert "dns-tcp" in unknown.splitlines()[1]
        other = _failed(sharedip(small, *words, "dot", "-n", "kube-system"))
        assert "default/dot" in other.splitlines()[1]

    # The names that are known are still answered.
    both = sharedip(small, "why", "dot", "nobody-knows-it")
    assert both.stdout.startswith("default/dot is Pending: ")
    _failed(both, silent=False)
    assert resource_versions(small) == before


def test_a_server_that_has_stopped(tmp_path: Path, metallb_version: str) -> None:
    with RealCluster(parts.obtain(metallb_version), tmp_path / "stopped") as cluster:
        server = cluster.server.removeprefix("https://")
    for command in _COMMANDS:
        assert f"The connection to the server {server} was refused" in _failed(sharedip(cluster, *command))


def _failed(done: subprocess.CompletedProcess[str], *, silent: bool = True) -> str:
    """The lines on stderr, and nothing on stdout where ``silent``."""
    lines = done.stderr.splitlines()
    assert done.returncode == 3, done.stderr
    assert lines[0].startswith("error: ")
    assert len(lines) == 2, done.stderr
    assert not (silent and done.stdout)
    return done.stderr
