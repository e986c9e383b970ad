"""The programs of a real cluster: which versions, where they are kept, how they are built.

Everything comes from the Go module proxy through the ordinary Go client, once, into a cache
outside the tree. ``KUBEBUILDER_ASSETS`` (a folder with etcd, kube-apiserver and kubectl) is
taken where it is set, as is the habit of this field.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ETCD_VERSION = "3.5.21"
KUBERNETES_VERSION = "1.34.1"
METALLB_VERSIONS = ("0.16.1", "0.15.2", "0.14.9", "0.13.12")

# Modules that k8s.io/kubernetes keeps in its own tree and publishes apart under v0.X.
# fmt: off
_STAGING = (
    "api", "apiextensions-apiserver", "apimachinery", "apiserver", "cli-runtime", "client-go",
    "cloud-provider", "cluster-bootstrap", "code-generator", "component-base", "component-helpers",
    "controller-manager", "cri-api", "cri-client", "csi-translation-lib",
    "dynamic-resource-allocation", "endpointslice", "externaljwt", "kms", "kube-aggregator",
    "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubectl", "kubelet", "metrics",
    "mount-utils", "pod-security-admission", "sample-apiserver", "sample-cli-plugin",
    "sample-controller",
)
# fmt: on


class PartMissing(Exception):
    """A program of the real cluster cannot be had; the text says which and why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """Paths of the programs of one cluster.

    ``crds`` is the folder with the custom resource definitions of that MetalLB version.
    """

    etcd: Path
    apiserver: Path
    kubectl: Path
    controller: Path
    crds: Path
    metallb_version: str


def cache_folder() -> Path:
    """The folder outside the tree that keeps what was built, by name and version."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "kubectl-sharedip" / "real"


def obtain(metallb_version: str) -> Parts:
    """Every program of a cluster with this MetalLB; what is not in the cache is built.

    Raises PartMissing where Go is not there or a build fails.
    """
    if metallb_version not in METALLB_VERSIONS:
        raise PartMissing(f"MetalLB {metallb_version}: known are {', '.join(METALLB_VERSIONS)}")
    given = os.environ.get("KUBEBUILDER_ASSETS")
    controller_folder = _metallb(metallb_version)
    return Parts(
        etcd=_given(given, "etcd") or _etcd(),
        apiserver=_given(given, "kube-apiserver") or _kubernetes("kube-apiserver"),
        kubectl=_given(given, "kubectl") or _kubectl_on_path() or _kubernetes("kubectl"),
        controller=controller_folder / "controller",
        crds=controller_folder / "crds",
        metallb_version=metallb_version,
    )


def own_kubectl() -> Path:
    """kubectl of the API server's version, whatever is on PATH: some there look for another one first.

    Built where it is not in the cache. Raises PartMissing.
    """
    return _given(os.environ.get("KUBEBUILDER_ASSETS"), "kubectl") or _kubernetes("kubectl")


def _given(folder: str | None, name: str) -> Path | None:
    path = Path(folder) / name if folder else None
    return path if path is not None and path.is_file() else None


def _kubectl_on_path() -> Path | None:
    found = shutil.which("kubectl")
    return Path(found) if found else None


def _etcd() -> Path:
    folder = cache_folder() / f"etcd-{ETCD_VERSION}"

    def build(work: Path, target: Path) -> None:
        module = f"module etcdbuild\n\ngo 1.24.0\n\nrequire go.etcd.io/etcd/server/v3 v{ETCD_VERSION}\n"
        (work / "go.mod").write_text(module)
        (work / "tools.go").write_text(_tools("go.etcd.io/etcd/server/v3/etcdmain"))
        _go(["mod", "tidy", "-e"], work)
        _go(_build_command(target / "etcd", "go.etcd.io/etcd/server/v3"), work)

    return once(folder, f"etcd {ETCD_VERSION}", build) / "etcd"


def _kubernetes(name: str) -> Path:
    folder = cache_folder() / f"{name}-{KUBERNETES_VERSION}"

    def build(work: Path, target: Path) -> None:
        minor = KUBERNETES_VERSION.split(".", 1)[1]
        replaces = "\n".join(f"replace k8s.io/{m} => k8s.io/{m} v0.{minor}" for m in _STAGING)
        require = f"require k8s.io/kubernetes v{KUBERNETES_VERSION}"
        (work / "go.mod").write_text(f"module kubebuild\n\ngo 1.24.0\n\n{require}\n\n{replaces}\n")
        programs = ("k8s.io/kubernetes/cmd/kube-apiserver", "k8s.io/kubernetes/cmd/kubectl")
        (work / "tools.go").write_text(_tools(*programs))
        _go(["mod", "tidy", "-e"], work)
        stamp = "k8s.io/component-base/version"
        flags = (
            f"-X {stamp}.gitVersion=v{KUBERNETES_VERSION}"
            f" -X {stamp}.gitMajor=1 -X {stamp}.gitMinor={minor.split('.')[0]}"
            f" -X {stamp}.gitTreeState=clean -X {stamp}.buildDate=2025-09-09T00:00:00Z"
        )
        _go(_build_command(target / name, f"k8s.io/kubernetes/cmd/{name}", flags), work)

    return once(folder, f"{name} {KUBERNETES_VERSION}", build) / name


def _metallb(version: str) -> Path:
    folder = cache_folder() / f"metallb-{version}"

    def build(work: Path, target: Path) -> None:
        module = f"go.universe.tf/metallb@v{version}"
        described = _go(["mod", "download", "-json", module], work, capture=True)
        source = Path(json.loads(described)["Dir"])
        shutil.copytree(source / "config" / "crd" / "bases", target / "crds")
        for path in [target / "crds", *(target / "crds").iterdir()]:
            path.chmod(0o755 if path.is_dir() else 0o644)  # the module cache is read-only
        _go(
            ["install", "-ldflags", "-s -w", f"go.universe.tf/metallb/controller@v{version}"],
            work,
            extra={"GOBIN": str(target)},
        )

    return once(folder, f"MetalLB's controller {version}", build)


def _tools(*packages: str) -> str:
    imports = "\n".join(f'import _ "{p}"' for p in packages)
    return f"//go:build tools\n\npackage tools\n\n{imports}\n"


def _build_command(output: Path, package: str, ldflags: str = "") -> list[str]:
    return ["build", "-trimpath", "-o", str(output), "-ldflags", f"-s -w {ldflags}".strip(), package]


def _go(
    arguments: list[str], folder: Path, *, capture: bool = False, extra: dict[str, str] | None = None
) -> str:
    go = shutil.which("go")
    if go is None:
        raise PartMissing("Go is not on PATH: install Go 1.24 or later (golang.org/dl, or your distribution)")
    environment = {**os.environ, "GOFLAGS": "-mod=mod", "CGO_ENABLED": "0", **(extra or {})}
    log = folder / "go.log"
    with log.open("ab") as stream:
        done = subprocess.run(
            [go, *arguments],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE if capture else stream,
            stderr=stream,
            check=False,
        )
    if done.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise PartMissing(f"go {' '.join(arguments[:2])} failed in {folder}:\n{tail}")
    return done.stdout.decode() if capture else ""


def once(folder: Path, label: str, build: Callable[[Path, Path], None]) -> Path:
    """The folder with a built part; two callers at once build it once."""
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.with_name(folder.name + ".lock")):
        if folder.is_dir():
            return folder
        work = folder.with_name(folder.name + ".work")
        target = folder.with_name(folder.name + ".part")
        for stale in (work, target):
            shutil.rmtree(stale, ignore_errors=True)
            stale.mkdir()
        started = time.monotonic()
        print(f"building {label} (once; minutes) ...", file=sys.stderr, flush=True)
        build(work, target)
        shutil.rmtree(work)
        target.rename(folder)
        print(f"built {label} in {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return folder


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
