"""``fix`` that may not act: it shows the plan, has the server judge it, and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real.asking import document, resource_versions, sharedip
from tests.realcluster import examples
from tests.realcluster.cluster import RealCluster

_FIX = ("fix", "dns-udp", "--allow", "policy,others")


@pytest.fixture
def pending(cluster: RealCluster) -> RealCluster:
    """A cluster with a Service that waits."""
    examples.create(cluster, examples.manifests("local-and-cluster"))
    return cluster


def test_nothing_is_changed(pending: RealCluster, tmp_path: Path) -> None:
    before, addresses = resource_versions(pending), pending.addresses()

    for where in ("client", "server"):
        plan = document(pending, *_FIX, f"--dry-run={where}")
        assert [edit["name"] for edit in plan["edits"]] == ["dns-tcp"]
        assert document(pending, "fix", "dns-udp", f"--dry-run={where}", status=1)["edits"] == []
    # With --yes, too: a dry run is a dry run.
    assert "nothing was changed" in sharedip(pending, *_FIX, "--dry-run=server", "--yes").stderr

    done = sharedip(pending, *_FIX)
    assert done.returncode == 1
    assert "set spec.externalTrafficPolicy" in done.stdout
    assert "--yes" in done.stderr

    pending.settle()
    assert resource_versions(pending) == before
    assert pending.addresses() == addresses
    assert not (tmp_path / "state").exists()


def test_without_the_right_to_edit(pending: RealCluster) -> None:
    pending.kubectl("create", "clusterrole", "reader", "--verb=get,list,watch", "--resource=*.*")
    pending.kubectl("create", "clusterrolebinding", "reader", "--clusterrole=reader", "--user=reader")
    pending.settle()
    before = resource_versions(pending)

    for consent, status in (("--dry-run=server", 1), ("--yes", 4)):
        done = sharedip(pending, *_FIX, consent, "--as", "reader")
        assert done.returncode == status, done.stderr
        assert 'User "reader" cannot patch resource "services"' in done.stderr
        assert resource_versions(pending) == before
