"""etcd and kube-apiserver of a real cluster: their files, their flags, their start.

Why it exists: to have an API server without containers. It refuses to listen anywhere but on
127.0.0.1, and runs no scheduler, kubelet or controller-manager: nothing here moves by itself.
"""

from __future__ import annotations

import base64
import json
import secrets
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .api import Api, ApiError
from .certificates import Authority
from .parts import PartMissing, Parts
from .processes import Child, ProcessFailed, Program, clean_environment, free_ports

SERVICE_RANGES = "10.96.0.0/12,fd00:96::/108"
ADMIN = "admin"
NOBODY = "nobody"
_READY_TIMEOUT_S = 60.0
_ATTEMPTS = 3
_PORT_TAKEN = "address already in use"

Spawn = Callable[[Program], Child]


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """How to reach a started API server. It knows whom ``people`` signs a certificate for."""

    server: str
    authority: Path
    admin_token: str
    nobody_token: str
    people: Authority

    def admin(self) -> Api:
        """The API server with the admin's token."""
        return Api(server=self.server, authority=self.authority, token=self.admin_token)


def is_ready(api: Api) -> bool:
    """Whether the API server calls itself ready: its default roles are there, too."""
    return api.exchange("GET", "/readyz")[0] == 200


def start_control_plane(
    parts: Parts, folder: Path, spawn: Spawn, service_ranges: str = SERVICE_RANGES
) -> Access:
    """Start etcd and the API server, wait until the admin can create objects.

    That is a second before it is wholly ready (see is_ready). ``spawn`` starts a program and
    remembers it; ``service_ranges`` are those of cluster IPs, with commas between. Raises
    ProcessFailed, or PartMissing where openssl is not there.
    """
    openssl = shutil.which("openssl")
    if openssl is None:
        raise PartMissing("openssl is not on PATH: it makes the key of the API server's service accounts")
    admin_token, nobody_token = _write_tokens(folder)
    people = Authority.make(folder / "people")
    for attempt in range(1, _ATTEMPTS + 1):
        etcd_port, peer_port, port = free_ports(3)
        access = Access(
            server=f"https://127.0.0.1:{port}",
            authority=folder / "certs" / "apiserver.crt",
            admin_token=admin_token,
            nobody_token=nobody_token,
            people=people,
        )
        etcd = spawn(_etcd(parts, folder, etcd_port, peer_port))
        key = _service_account_key(openssl, folder)  # takes a moment that etcd needs anyway
        apiserver = spawn(_apiserver(parts, folder, key, people, etcd_port, port, service_ranges))
        try:
            apiserver.wait_ready(_Acceptance(access, etcd), _READY_TIMEOUT_S)
            return access
        except ProcessFailed as failure:
            apiserver.stop()
            etcd.stop()
            if attempt == _ATTEMPTS or _PORT_TAKEN not in str(failure):
                raise
            for child in (etcd, apiserver):
                child.program.log.unlink()
            shutil.rmtree(folder / "etcd", ignore_errors=True)
    raise AssertionError("unreachable")


def write_kubeconfig(path: Path, access: Access, user: str, token: str) -> Path:
    """A kubeconfig that works from anywhere: the certificate is in it. JSON is YAML, too."""
    name = "sharedip-real"
    authority = base64.b64encode(access.authority.read_bytes()).decode()
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": name, "cluster": {"server": access.server, "certificate-authority-data": authority}}
        ],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": user}}],
        "current-context": name,
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(document, indent=2) + "\n")
    return path


class _Acceptance:
    """Whether a Service would be given a cluster IP, and CRDs are served."""

    def __init__(self, access: Access, etcd: Child) -> None:
        self._access = access
        self._etcd = etcd
        self._api: Api | None = None

    def __call__(self) -> bool:
        self._etcd.check_alive()
        if not self._access.authority.is_file():
            return False
        try:
            if self._api is None:
                self._api = self._access.admin()
            probe = {"metadata": {"name": "probe"}, "spec": {"ports": [{"port": 80}]}}
            self._api.request("POST", "/api/v1/namespaces/default/services?dryRun=All", probe)
            self._api.request("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions")
        except (OSError, ApiError):  # ssl.SSLError is an OSError: a certificate half written
            return False
        self._api.close()
        return True


def _service_account_key(openssl: str, folder: Path) -> Path:
    path = folder / "service-account.key"
    command = [openssl, "genrsa", "-out", str(path), "2048"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PartMissing(f"openssl genrsa failed: {done.stderr.strip()}")
    return path


def _write_tokens(folder: Path) -> tuple[str, str]:
    admin, nobody = secrets.token_hex(16), secrets.token_hex(16)
    path = folder / "tokens.csv"
    path.touch(mode=0o600)
    # Without a group, "nobody" is only system:authenticated: discovery and nothing else.
    path.write_text(f'{admin},{ADMIN},1,"system:masters"\n{nobody},{NOBODY},2\n')
    return admin, nobody


def _etcd(parts: Parts, folder: Path, port: int, peer_port: int) -> Program:
    client, peer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peer_port}"
    command = (
        str(parts.etcd),
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--unsafe-no-fsync",  # nothing here outlives the run
        "--log-level=warn",
    )
    return Program(name="etcd", command=command, environment=clean_environment(), log=folder / "etcd.log")


def _apiserver(
    parts: Parts,
    folder: Path,
    key: Path,
    people: Authority,
    etcd_port: int,
    port: int,
    service_ranges: str,
) -> Program:
    command = (
        str(parts.apiserver),
        f"--etcd-servers=http://127.0.0.1:{etcd_port}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={port}",
        f"--cert-dir={folder / 'certs'}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={key}",
        f"--service-account-signing-key-file={key}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        f"--client-ca-file={people.own.certificate}",
        "--authorization-mode=RBAC",
        f"--service-cluster-ip-range={service_ranges}",
        "--disable-admission-plugins=ServiceAccount",  # nobody would make the default accounts
        "--endpoint-reconciler-type=none",
    )
    log = folder / "kube-apiserver.log"
    return Program(name="kube-apiserver", command=command, environment=clean_environment(), log=log)
