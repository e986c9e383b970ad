"""A real API server with so many Services, as MetalLB and a whole cluster would leave them.

Nobody runs behind it: what MetalLB would write into statuses is written here, so that ten thousand of
them are there in a minute. Refuses to measure.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from scripts.benching import contents
from scripts.benching.contents import Json
from tests.realcluster import metallb
from tests.realcluster.control_plane import Access, is_ready, start_control_plane
from tests.realcluster.parts import Parts
from tests.realcluster.processes import Child, Program, wait_until

_SERVICE_RANGE = "10.96.0.0/12"  # a million cluster IPs, of one family
_AT_ONCE = 8
_PATHS = {
    "Service": "/api/v1/namespaces/{namespace}/services",
    "EndpointSlice": "/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices",
    "IPAddressPool": "/apis/metallb.io/v1beta1/namespaces/{namespace}/ipaddresspools",
    "L2Advertisement": "/apis/metallb.io/v1beta1/namespaces/{namespace}/l2advertisements",
    "Pod": "/api/v1/namespaces/{namespace}/pods",
    "Node": "/api/v1/nodes",
    "Namespace": "/api/v1/namespaces",
}
_MERGE = "application/merge-patch+json"


class BenchCluster:
    """An API server that runs within the block, with what ``grow`` and ``mix`` put there.

    ``parts`` are its programs, ``folder`` is for its files. ``kubeconfig`` is one as kubeadm writes it.
    """

    def __init__(self, parts: Parts, folder: Path) -> None:
        self.kubeconfig = folder / "kubeconfig"
        self.services = 0  # with an address
        self.waiting = 0
        self._parts = parts
        self._folder = folder
        self._stack = ExitStack()
        self._pools = 0

    def __enter__(self) -> BenchCluster:
        with ExitStack() as stack:
            self._folder.mkdir(parents=True, exist_ok=True)

            def spawn(program: Program) -> Child:
                child = Child.start(program)
                stack.callback(child.stop, 0.2)  # nothing in it is worth a tidy end
                return child

            access = start_control_plane(self._parts, self._folder, spawn, _SERVICE_RANGE)
            self.access = access
            self.api = access.admin()
            _write_kubeconfig(self.kubeconfig, access)
            metallb.install(self.api, self._parts)
            wait_until(lambda: is_ready(self.api), 30.0, "the API server's default roles")
            self._furnish()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def grow(self, services: int, waiting: int = 1) -> None:
        """Have so many LoadBalancer Services there, those that wait included; never fewer than before.

        Each that waits asks for an address of its own that four others hold: there have to be that many.
        """
        for pool in list(contents.pools(services))[self._pools :]:
            self._put(pool)
            self._pools += 1
        self._each(range(self.waiting, waiting), lambda number: self._with_slice(contents.waiting(number)))
        self.waiting = waiting
        self._each(range(self.services, services - waiting), self._assigned)
        self.services = services - waiting

    def mix(self, balanced: int) -> None:
        """Have all but so many of the Services be of a kind that MetalLB has nothing to do with."""
        kept = balanced - self.waiting
        self._each(range(kept, self.services), self._for_the_cluster_alone)
        self.services = kept

    def version(self) -> str:
        """The API server's."""
        return str(self.api.request("GET", "/version")["gitVersion"])

    def _furnish(self) -> None:
        for name in contents.NAMESPACES:
            self._put({"kind": "Namespace", "metadata": {"name": name}})
        for node in contents.nodes():
            self._put(node, contents.ready_node())
        for speaker in contents.speakers():
            self._put(speaker, contents.ready_pod())
        self._put(contents.announcement())

    def _assigned(self, number: int) -> None:
        self._with_slice(contents.service(number), contents.status(number))

    def _with_slice(self, service: Json, status: Json | None = None) -> None:
        self._put(service, status)
        self._put(contents.slice_of(service))

    def _for_the_cluster_alone(self, number: int) -> None:
        before = contents.service(number)
        gone = dict.fromkeys(before["metadata"]["annotations"])
        kind = {"type": "ClusterIP", "allocateLoadBalancerNodePorts": None, "externalTrafficPolicy": None}
        body = {"metadata": {"annotations": gone}, "spec": kind}
        self.api.request("PATCH", f"{_place(before)}/{before['metadata']['name']}", body, _MERGE)

    def _put(self, body: Json, status: Json | None = None) -> None:
        self.api.request("POST", _place(body), body)
        if status is not None:
            path = f"{_place(body)}/{body['metadata']['name']}/status"
            self.api.request("PATCH", path, {"status": status}, _MERGE)

    def _each(self, numbers: Sequence[int], put: Callable[[int], None]) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for _ in pool.map(put, numbers):
                pass


def _place(body: Json) -> str:
    return _PATHS[body["kind"]].format(namespace=body["metadata"].get("namespace"))


def _write_kubeconfig(path: Path, access: Access) -> None:
    """As kubeadm makes it: everything is in it, and who asks has a certificate."""
    pair = access.people.sign("/O=system:masters/CN=kubernetes-admin")
    files: Iterable[tuple[str, Path]] = (
        ("certificate-authority-data", access.authority),
        ("client-certificate-data", pair.certificate),
        ("client-key-data", pair.key),
    )
    data = {name: base64.b64encode(file.read_bytes()).decode() for name, file in files}
    path.touch(mode=0o600)
    path.write_text(
        f"""\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {data["certificate-authority-data"]}
    server: {access.server}
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: kubernetes-admin
  name: kubernetes-admin@kubernetes
current-context: kubernetes-admin@kubernetes
kind: Config
preferences: {{}}
users:
- name: kubernetes-admin
  user:
    client-certificate-data: {data["client-certificate-data"]}
    client-key-data: {data["client-key-data"]}
""",
        encoding="utf-8",
    )
