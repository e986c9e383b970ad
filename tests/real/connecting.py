"""kubectl and this program side by side, with the same flags, files and environment.

Each pair of command lines wants the LoadBalancer Services of the whole cluster. Whoever has the right
gets them, and whoever has not is told who he is to the server: so both answers say which server was
asked and as whom. The program runs twice, with either kubernetes library.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster_room.other_library import other_library
from tests.realcluster.cluster import RealCluster
from tests.realcluster.processes import clean_environment, wait_until

Json = dict[str, Any]
Wrapped = Callable[[list[str]], list[str]]

ROOT = Path(__file__).parents[2]
FORBIDDEN = (
    'Error from server (Forbidden): services is forbidden: User "{}" cannot list resource "services"'
    ' in API group "" at the cluster scope'
)
_START = (
    "import sys; sys.path[:0] = sys.argv[1:3]; del sys.argv[1:3];"
    " from kubectl_sharedip.cli.main import main; main()"
)
LIST = ("get", "services", "-A", "--field-selector=spec.type=LoadBalancer", "-o", "name")
_LONGEST_S = 60.0
# What kubectl puts before its words; the program says neither.
_FRAMES = ("error: ", "Error in configuration: ", "Unable to connect to the server: ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """``services`` as "namespace/name", or None and the ``words`` in which they were refused."""

    services: tuple[str, ...] | None
    words: str
    err: str


def _plain(words: Sequence[str]) -> list[str]:
    return list(words)


class SideBySide:
    """The programs, and a folder for kubeconfigs. ``home`` has no kubeconfig of its own."""

    def __init__(self, cluster: RealCluster, folder: Path) -> None:
        self.cluster = cluster
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        self._turn = 0

    @property
    def place(self) -> Json:
        """The cluster, as a kubeconfig has it."""
        authority = self.cluster.folder / "certs" / "apiserver.crt"
        data = base64.b64encode(authority.read_bytes()).decode()
        return {"server": self.cluster.server, "certificate-authority-data": data}

    @property
    def authority(self) -> Path:
        """The file with the certificate that makes the server trusted."""
        return self.cluster.folder / "certs" / "apiserver.crt"

    def kubeconfig(
        self, user: Json, *, name: str = "config", cluster: Json | None = None, **whole: Any
    ) -> str:
        """A file with context, cluster and user "here"; ``whole`` takes the place of its parts."""
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "clusters": [{"name": "here", "cluster": self.place if cluster is None else cluster}],
            "users": [{"name": "here", "user": user}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "here"}}],
            **whole,
        }
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content))
        return str(path)

    def ask(
        self,
        *flags: str,
        kubectl: Sequence[str] = LIST,
        environment: Mapping[str, str] | None = None,
        wrapped: Wrapped = _plain,
        stdin: Callable[[], int] = lambda: subprocess.DEVNULL,
    ) -> tuple[Answer, Answer]:
        """kubectl's answer and the program's.

        ``kubectl`` are its words, ``wrapped`` makes another command line of each, ``stdin`` is called
        for each.
        """
        self._turn += 1
        library = ROOT if self._turn // 2 % 2 else other_library()
        ours = [sys.executable, "-I", "-c", _START, str(library), str(ROOT)]
        asked = [([str(self.cluster.parts.kubectl)], kubectl), (ours, ("ls", "-A", "-o", "json"))]
        running = [
            self._started(wrapped([*program, *self._placed(words, flags)]), environment or {}, stdin())
            for program, words in asked
        ]
        ended = [(*one.communicate(timeout=_LONGEST_S), one.returncode) for one in running]
        return _of_kubectl(*ended[0]), _of_program(*ended[1])

    def agreed(self, *flags: str, **how: Any) -> Answer:
        """The program's answer, which says the same as kubectl's."""
        theirs, ours = self.ask(*flags, **how)
        assert (ours.services, ours.words) == (theirs.services, theirs.words), (theirs, ours)
        return ours

    def whoami(self, *flags: str, **how: Any) -> str:
        """The name by which the server refuses both."""
        answer = self.agreed(*flags, **how)
        before, _, after = FORBIDDEN.partition("{}")
        assert answer.words.startswith(before), answer
        assert answer.words.endswith(after), answer
        return answer.words[len(before) : -len(after)]

    def _placed(self, words: Sequence[str], flags: Sequence[str]) -> list[str]:
        return [*flags, *words] if self._turn % 2 else [*words, *flags]

    def _started(
        self, command: list[str], environment: Mapping[str, str], stdin: int
    ) -> subprocess.Popen[str]:
        own = {"HOME": str(self.home), "KUBECACHEDIR": str(self.folder / "cache"), "KUBERC": "off"}
        return subprocess.Popen(
            command,
            env={**clean_environment(), **own, **environment},
            cwd=self.folder,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def _of_kubectl(out: str, err: str, status: int) -> Answer:
    if status == 0:
        return Answer(services=tuple(sorted(out.split())), words="", err=err)
    # What the library of kubectl logs on the way (E1128 ...) comes before what kubectl says at the end.
    last = next(line for line in reversed(err.splitlines()) if line.strip())
    return Answer(services=None, words=_bare(last), err=err)


def _of_program(out: str, err: str, status: int) -> Answer:
    if status == 0:
        document = json.loads(out)
        services = [*document["pending"], *(one for item in document["items"] for one in item["services"])]
        return Answer(services=tuple(sorted(f"service/{one['name']}" for one in services)), words="", err=err)
    assert status == 3, (out, err)
    (line,) = (line for line in err.splitlines() if line.startswith("error: "))
    return Answer(services=None, words=_bare(line), err=err)


def _bare(words: str) -> str:
    for frame in _FRAMES:
        words = words.removeprefix(frame)
    return words


def reader_group(cluster: RealCluster, group: str) -> None:
    """A Service "web" that waits for an address, and a group that may do all; in force on return."""
    service = {
        "metadata": {"name": "web"},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
    }
    cluster.request("POST", "/api/v1/namespaces/default/services", service)
    rbac = "rbac.authorization.k8s.io"
    binding = {
        "metadata": {"name": group},
        "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"apiGroup": rbac, "kind": "Group", "name": group}],
    }
    cluster.request("POST", f"/apis/{rbac}/v1/clusterrolebindings", binding)
    asked = {"resource": "services", "verb": "list"}
    review = {"spec": {"user": "x", "groups": [group], "resourceAttributes": asked}}
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    wait_until(
        lambda: bool(cluster.request("POST", path, review)["status"]["allowed"]), 20.0, f"rights of {group}"
    )
