"""In a pod, as far as a program can tell: the files of a service account, and two variables."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from tests.real.conftest import Clusters
from tests.real.connecting import SideBySide
from tests.realcluster import parts
from tests.realcluster.cluster import RealCluster
from tests.realcluster.processes import wait_until

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


def _is_known(cluster: RealCluster, files: Path) -> bool:
    """Whether the server takes the account's token yet: it was made a moment ago."""
    request = urllib.request.Request(
        f"{cluster.server}/apis/authentication.k8s.io/v1/selfsubjectreviews",
        data=json.dumps({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}).encode(),
        headers={
            "Authorization": f"Bearer {(files / 'token').read_text()}",
            "Content-Type": "application/json",
        },
    )
    trusted = ssl.create_default_context(cafile=files / "ca.crt")
    try:
        with urllib.request.urlopen(request, context=trusted, timeout=10) as answer:
            return bool(json.load(answer)["status"]["userInfo"]["username"] == ACCOUNT)
    except urllib.error.HTTPError:
        return False


def test_in_a_pod_the_service_account_is_used(clusters: Clusters, tmp_path: Path) -> None:
    cluster = clusters.clean(parts.METALLB_VERSIONS[0])
    pair = SideBySide(cluster, tmp_path)
    files = tmp_path / "account"
    _account(cluster, files)
    wait_until(lambda: _is_known(cluster, files), 15, "the server to know the account")
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
