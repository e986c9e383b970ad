"""The real kubectl asks for completions, and the real API server has the names."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import pytest

from tests.realcluster import examples
from tests.realcluster.cluster import RealCluster

_ROOT = Path(__file__).parents[2]
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); "
COMPLETE = f"{_START}from kubectl_sharedip.cli.main import complete; complete()"
_NO_FILES, _NO_SPACE = 4, 2


@pytest.fixture(autouse=True)
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``kubectl_complete-sharedip`` where kubectl looks for it."""
    launcher = tmp_path / "kubectl_complete-sharedip"
    launcher.write_text(
        f'#!/bin/sh\nexec {shlex.join([sys.executable, "-I", "-c", COMPLETE, str(_ROOT)])} "$@"\n'
    )
    launcher.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")


def offers(cluster: RealCluster, *words: str) -> tuple[list[str], int]:
    """What kubectl has the shell offer, and its directive."""
    done = cluster.kubectl("__complete", *words)
    *lines, directive = done.stdout.splitlines()
    return [line.partition("\t")[0] for line in lines], int(directive.removeprefix(":"))


def test_kubectl_completes_with_what_the_cluster_has(cluster: RealCluster) -> None:
    examples.create(cluster, examples.manifests("classic-conflict"))
    names = [name.partition("/")[2] for name in cluster.addresses()]
    held = sorted({ips[0] for ips in cluster.addresses().values() if ips})

    assert offers(cluster, "sharedip", "wh") == (["why"], _NO_FILES)
    assert offers(cluster, "sharedip", "why", "") == (names, _NO_FILES)
    assert offers(cluster, "sharedip", "why", "-A", "default/dns") == (
        ["default/dns-tcp", "default/dns-udp"],
        _NO_FILES,
    )
    assert offers(cluster, "sharedip", "fix", "service-b", "--address", "") == (held, _NO_FILES)
    assert offers(cluster, "sharedip", "ls", "key/") == (
        ["key/conflicting", "key/dns-services", "key/frontend-services", "key/web-services"],
        _NO_FILES,
    )
    assert offers(cluster, "sharedip", "why", "-n", "metallb") == (["metallb-system"], _NO_FILES)
    contexts = cluster.kubectl("config", "get-contexts", "-o", "name").stdout.split()
    assert offers(cluster, "sharedip", "why", "--context", "") == (contexts, _NO_FILES)
    assert offers(cluster, "sharedip", "explain", "SIP206") == (["SIP206"], _NO_FILES)
    assert offers(cluster, "sharedip", "ls", "k") == (["key/"], _NO_FILES + _NO_SPACE)
    pending = cluster.kubectl("__complete", "sharedip", "why", "service-b").stdout.splitlines()[0]
    assert pending == "service-b\t<pending>"


def test_kubectl_is_told_nothing_where_the_cluster_does_not_answer(cluster: RealCluster) -> None:
    words = ("sharedip", "why", "--server", "https://127.0.0.1:1", "")

    done = cluster.kubectl("__complete", *words)

    assert done.stdout == f":{_NO_FILES}\n"
    assert "rror" not in done.stderr
