"""In a pod, as far as a program can tell: the files of a service account, and two variables."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from tests.real.conftest import Clusters
from tests.real.connecting import SideBySide
from tests.realcluster import parts
from tests.realcluster.cluster import RealCluster

# A mount namespace of its own: the files are there for one process and nobody else.
_POD = """
set -e
mount -t tmpfs none /var/run/
mkdir -p /var/run/secrets/kubernetes.io
cp -r "$0" /var/run/secrets/kubernetes.io/serviceaccount
exec "$@"
"""
ACCOUNT = "system:serviceaccount:default:tools"


def _account(cluster: RealCluster, folder: Path) -> None:
    """The files that a kubelet would mount."""
    accounts = "/api/v1/namespaces/default/serviceaccounts"
    cluster.request("POST", accounts, {"metadata": {"name": "tools"}})
    issued = cluster.request(
        "POST",
        f"{accounts}/tools/token",
        {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}},
    )
    folder.mkdir()
    (folder / "token").write_text(issued["status"]["token"])
    (folder / "namespace").write_text("shop")
    (folder / "ca.crt").write_bytes((cluster.folder / "certs" / "apiserver.crt").read_bytes())


def test_in_a_pod_the_service_account_is_used(clusters: Clusters, tmp_path: Path) -> None:
    cluster = clusters.clean(parts.METALLB_VERSIONS[0])
    pair = SideBySide(cluster, tmp_path)
    files = tmp_path / "account"
    _account(cluster, files)
    address = urlsplit(cluster.server)
    told = {"KUBERNETES_SERVICE_HOST": str(address.hostname), "KUBERNETES_SERVICE_PORT": str(address.port)}

    def in_pod(words: list[str]) -> list[str]:
        return ["unshare", "--map-root-user", "--mount", "sh", "-c", _POD, str(files), *words]

    for _ in range(4):  # before and after the subcommand, with either library
        assert pair.whoami("-v=0", environment=told, wrapped=in_pod) == ACCOUNT
    nobody = ("--token", cluster.nobody_token)
    assert pair.whoami(*nobody, environment=told, wrapped=in_pod) == "nobody"
    assert (
        pair.whoami("--kubeconfig", pair.kubeconfig({"token": nobody[1]}), environment=told, wrapped=in_pod)
        == "nobody"
    )
    # kubectl forgets the pod over --as and asks localhost:8080; here the name is asked for.
    theirs, ours = pair.ask("--as", "amy", environment=told, wrapped=in_pod)
    assert "localhost:8080" in theirs.err
    assert f'"{ACCOUNT}" cannot impersonate' in ours.words
