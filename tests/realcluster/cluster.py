"""One real cluster: etcd, kube-apiserver and MetalLB's controller, started, asked and stopped.

Why it exists: tests of the real tier and scripts/real-cluster need the same thing. It runs no
kubelet, scheduler, controller-manager or speaker: EndpointSlices, nodes and speakers are what a
test writes, and no address ever carries traffic.
"""

from __future__ import annotations

import atexit
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from . import metallb
from .api import Api, Body, Json
from .control_plane import (
    ADMIN,
    NOBODY,
    SERVICE_RANGES,
    is_ready,
    start_control_plane,
    write_kubeconfig,
)
from .parts import Parts
from .processes import Child, Program, clean_environment, wait_until
from .quiet import QUIET_S, wait_quiet
from .wipe import wipe

_STOP_GRACE_S = 0.2  # nothing in it is worth a tidy end, and the API server takes its time
_READY_TIMEOUT_S = 30.0
_KUBECTL_TIMEOUT_S = 60.0


class RealCluster:
    """A cluster whose files are in ``folder`` (made; nobody else's), running from start() to stop().

    As a context manager it is stopped at the end of the block, whatever happens in it; its
    processes also die with the interpreter, however that ends. With ``outlives_parent`` they stay
    until somebody stops them, and ``on_child`` is told of each: only scripts/real-cluster wants that.
    ``service_ranges`` are the ranges of cluster IPs: one a family, and Services are dual-stack by two.
    """

    def __init__(
        self,
        parts: Parts,
        folder: Path,
        *,
        outlives_parent: bool = False,
        on_child: Callable[[Child], None] | None = None,
        service_ranges: str = SERVICE_RANGES,
    ) -> None:
        self.parts = parts
        self.folder = folder.resolve()
        self.kubeconfig = self.folder / "kubeconfig"
        self.nobody_kubeconfig = self.folder / "nobody.kubeconfig"
        self.server = ""
        self.admin_token = ""
        self.nobody_token = ""
        self._outlives_parent = outlives_parent
        self._on_child = on_child
        self._service_ranges = service_ranges
        self._children: list[Child] = []
        self._controller: Child | None = None
        self._api: Api | None = None

    def __enter__(self) -> RealCluster:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def api(self) -> Api:
        """The API server with the admin's token. Raises RuntimeError before start()."""
        if self._api is None:
            raise RuntimeError("the cluster is not started")
        return self._api

    @property
    def children(self) -> tuple[Child, ...]:
        """The running programs, in the order of their start."""
        return tuple(self._children)

    def start(self) -> None:
        """Start everything and wait until MetalLB follows Services (2 to 4 s).

        The first pool may take two seconds to create: so long the API server holds back the first
        objects of a new CRD. A patch (server-side apply) is not held back.

        Raises ProcessFailed, TimeoutError or ApiError, and PartMissing where openssl is not there;
        then nothing is left running.
        """
        if not self._outlives_parent:
            atexit.register(self.stop)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            access = start_control_plane(self.parts, self.folder, self._spawn, self._service_ranges)
            self.server, self.people = access.server, access.people
            self.admin_token, self.nobody_token = access.admin_token, access.nobody_token
            self._api = access.admin()
            write_kubeconfig(self.kubeconfig, access, ADMIN, access.admin_token)
            write_kubeconfig(self.nobody_kubeconfig, access, NOBODY, access.nobody_token)
            metallb.install(self.api, self.parts)
            self._start_controller()
            wait_until(lambda: is_ready(self.api), _READY_TIMEOUT_S, "the API server's default roles")
        except BaseException:  # an interrupt, too
            self.stop()
            raise

    def stop(self) -> None:
        """Stop every process. The files stay: the caller owns the folder. May be repeated."""
        while self._children:
            self._children[-1].stop(_STOP_GRACE_S)
            self._children.pop()
        if self._api is not None:
            self._api.close()
            self._api = None
        atexit.unregister(self.stop)

    def kubectl(
        self, *arguments: str, input: str | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl as the admin; plugins on PATH are found.

        Raises subprocess.CalledProcessError where ``check`` is set and it fails.
        """
        environment = {
            **clean_environment(),
            "KUBECONFIG": str(self.kubeconfig),
            "KUBECACHEDIR": str(self.folder / "kubectl-cache"),
            "KUBERC": "off",  # the caller's aliases and defaults
        }
        return subprocess.run(
            [str(self.parts.kubectl), *arguments],
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            text=True,
            env=environment,
            check=check,
            timeout=_KUBECTL_TIMEOUT_S,
        )

    def apply(self, yaml_text: str) -> None:
        """``kubectl apply`` of some documents.

        MetalLB takes pools and Services one by one as they come: apply pools first and settle()
        where the first answer to a Service matters. Raises RuntimeError with kubectl's own words.
        """
        done = self.kubectl("apply", "-f", "-", input=yaml_text, check=False)
        if done.returncode:
            raise RuntimeError(f"kubectl apply: {done.stderr.strip()}")

    def request(
        self, method: str, path: str, body: Body = None, content_type: str = "application/json"
    ) -> Json:
        """See Api.request: about a millisecond, from any thread."""
        return self.api.request(method, path, body, content_type)

    def restart_controller(self) -> None:
        """Stop MetalLB's controller and start it again: it forgets and rebuilds what it knew."""
        self._stop_controller()
        self._start_controller()

    def stop_controller(self) -> None:
        """Stop MetalLB's controller alone: nobody answers to a Service until it is started again."""
        self._stop_controller()

    def settle(self, timeout_s: float = 20.0, *, quiet_s: float = QUIET_S) -> None:
        """Wait until MetalLB has been idle for ``quiet_s`` seconds; see wait_quiet.

        Raises TimeoutError after ``timeout_s`` seconds, ProcessFailed where the controller has ended.
        """
        if self._controller is None:
            raise RuntimeError("the cluster is not started")
        wait_quiet(self.api, self._controller, timeout_s, quiet_s)

    def events(self, namespace: str, name: str) -> list[Json]:
        """The events of an object, the latest written last."""
        path = f"/api/v1/namespaces/{namespace}/events?fieldSelector=involvedObject.name={name}"
        items: list[Json] = self.request("GET", path)["items"]
        return sorted(items, key=_event_order)

    def addresses(self) -> dict[str, list[str]]:
        """The addresses of each LoadBalancer Service as "namespace/name": [ip, ...], sorted by name."""
        items = self.request("GET", "/api/v1/services?fieldSelector=spec.type=LoadBalancer")["items"]
        found = {
            f"{item['metadata']['namespace']}/{item['metadata']['name']}": [
                entry["ip"] for entry in item["status"]["loadBalancer"].get("ingress", []) if "ip" in entry
            ]
            for item in items
        }
        return dict(sorted(found.items()))

    def wipe(self) -> None:
        """Delete Services, pools and all else that tests made, events too; see wipe.py for what stays.

        MetalLB's controller is stopped before and started after: it knows nothing of the past.
        """
        self._stop_controller()
        wipe(self.api)
        metallb.write_objects(self.api, self.parts.metallb_version)
        self._start_controller()

    def _spawn(self, program: Program) -> Child:
        child = Child.start(program, outlives_parent=self._outlives_parent)
        self._children.append(child)
        if self._on_child is not None:
            self._on_child(child)
        return child

    def _start_controller(self) -> None:
        program = metallb.controller(self.parts, self.folder, self.kubeconfig)
        offset = program.log.stat().st_size if program.log.exists() else 0
        self._controller = self._spawn(program)
        self._controller.wait_ready(lambda: metallb.has_loaded(program.log, offset), _READY_TIMEOUT_S)

    def _stop_controller(self) -> None:
        if self._controller is not None:
            self._controller.stop(_STOP_GRACE_S)
            self._children.remove(self._controller)
            self._controller = None


def _event_order(event: Json) -> tuple[str, int]:
    """By second, as clocks tell it; within one by the order of writing."""
    last = event.get("lastTimestamp") or event.get("eventTime") or event.get("firstTimestamp") or ""
    return str(last)[:19], int(event["metadata"]["resourceVersion"])
