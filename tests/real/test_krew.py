"""The archive installed as krew does, and real kubectl with nothing but PATH: found, run, completed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.releasing import krew_store
from tests.realcluster import parts
from tests.realcluster.cluster import RealCluster
from tests.realcluster.processes import clean_environment
from tests.releasing_room.released import ROOT, Release, made, make


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Made here; without a package registry that fails, as everything that cannot be had does here."""
    folder = tmp_path_factory.mktemp("release") / "made"
    make(folder, "--krew-only")
    return made(folder)


def test_the_check_of_the_release(archive: Release, tmp_path: Path) -> None:
    """With the real krew too, where that is on PATH."""
    kubectl = parts.obtain(parts.METALLB_VERSIONS[0]).kubectl
    files = ("--archive", archive.archive, "--manifest", archive.dist.parent / "sharedip.yaml")
    done = subprocess.run(
        [sys.executable, "-I", ROOT / "scripts" / "releasing" / "check_krew.py", *files],
        env={**clean_environment(), "PATH": f"{kubectl.parent}{os.pathsep}{os.environ['PATH']}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "krew's rules hold, and what is installed runs" in done.stdout


def test_on_a_cluster_and_after_it_is_gone(
    archive: Release, cluster: RealCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = krew_store.install(archive.archive, archive.manifest, tmp_path / "krew")
    monkeypatch.setenv("PATH", f"{shown}{os.pathsep}{os.defpath}{os.pathsep}{Path(sys.executable).parent}")
    said = cluster.kubectl("sharedip", "version").stdout.splitlines()
    assert said[0].startswith("kubectl-sharedip ") and "commit" in said[0]
    assert said[1].startswith("API server v1.34.1 ")
    assert said[2].startswith(f"MetalLB {cluster.parts.metallb_version} (read off the image")

    # Without the second link kubectl completes nothing, with it the program's words.
    assert "explain" not in cluster.kubectl("__complete", "sharedip", "expl").stdout
    (shown / "kubectl_complete-sharedip").symlink_to("kubectl-sharedip")
    assert cluster.kubectl("__complete", "sharedip", "expl").stdout.startswith("explain\t")

    # krew takes its own link away; the other one then leads nowhere, and harms nobody.
    (shown / "kubectl-sharedip").unlink()
    assert "explain" not in cluster.kubectl("__complete", "sharedip", "expl", check=False).stdout
    gone = cluster.kubectl("sharedip", "version", check=False)
    assert gone.returncode != 0 and "unknown command" in gone.stderr
    assert cluster.kubectl("get", "ns", "default", "-o", "name").stdout == "namespace/default\n"
