"""Whatever a command looks at and could not read is told: of every kind, in every form of every command.

Which kinds there are, and which forms, the program says itself. What a command looks at is what it asks a
cluster for: each of these is withheld in turn (refused, failing, missing in a snapshot, missing in files). Of
nothing else a word is said.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubectl_sharedip.cli.announced import ANNOUNCING
from kubectl_sharedip.cli.formats import COLUMNS, OUTPUTS
from kubectl_sharedip.cluster.resources import RESOURCES
from tests.command_line.inside import ran
from tests.command_line.lab import KEY, TOKEN, objects, service
from tests.command_line.probed import HERE, advertisement, pods
from tests.command_line.program import Ended
from tests.fakeapi import FakeApi, Fault, Json
from tests.fakeapi.catalogue import SERVED, of_plural
from tests.fakeapi.requests import understood

#: What asks a cluster, with the command lines that between them look at all that the command can look
#: at; the first is in every form.
ASKING: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "ls": (("ls", "-A", "--endpoints"), ("ls",)),
    "why": (("why", "shared", "waiting"), ("why",)),
    "fix": (("fix", "waiting", "--dry-run=client"),),
    "undo": (("undo", "--dry-run=client"),),
    "check": (("check",), ("check", "-f", "MANIFESTS")),
    "pools": (("pools",), ("pools", "--for", "443/TCP")),
    "probe": (("probe", "--connect-timeout", "1s"),),
    "snapshot": (("snapshot",),),
    "version": (("version",),),
}
_ASKS_NOBODY = {"explain"}
#: Forms that a command has for another question: these are refused, and tried where they belong.
_ELSEWHERE = {("fix", "diff"), ("undo", "table")}
_VERSION = "version"
#: Files say nothing of the API server, and --cluster-ip-families what a ServiceCIDR would. MetalLB's version
#: has a note of its own.
_NEVER_MISSED = {_VERSION, "servicecidrs", "deployments"}
#: What shows more where it is there: most versions of MetalLB do not write it.
_NO_CHECK_NEEDS = {"servicel2statuses", "servicebgpstatuses"}
#: Who announces: without a name it is the Pending ones that are asked about.
_OF_THE_ASSIGNED = {RESOURCES[name].plural for name in ANNOUNCING}
#: Without the list of the whole cluster there is that of a namespace; without any there is no answer.
_INDISPENSABLE = "services"


def forms(command: str) -> Iterator[tuple[str, ...]]:
    """Every form of a command, as flags."""
    for form in OUTPUTS[command]:
        if (command, form) not in _ELSEWHERE:
            yield ("-o", f"{form}=NAME:name" if form == COLUMNS else form)
    if "json" in OUTPUTS[command]:
        yield ("--query", "kind")


WORDS = [words for several in ASKING.values() for words in several]
#: Every form of what a command is mostly asked, and of its other command lines the document.
EVERY = [(*words, *form) for command, (words, *_) in ASKING.items() for form in forms(command)]
EVERY += [(*words, "-o", "json") for _, *others in ASKING.values() for words in others]
_USUAL = [(*words, *form) for words in WORDS for form in (("-o", "json"), ("-o", OUTPUTS[words[0]][0]))]
_OF_SNAPSHOTS = [*dict.fromkeys(words for words in _USUAL if words[0] != "undo")]  # which is of a cluster
#: What ``check`` is told of with -f are manifests: the other of its command lines.
_OF_FILES = [words for words in _OF_SNAPSHOTS if words[0] != "check" or "-f" in words]


def world() -> list[Json]:
    """One object of each kind at least: ``shared`` and ``beside`` are on one address, ``waiting`` is not."""
    about = {"serviceNamespace": "shop", "serviceName": "shared", "node": "n1"}
    speaker = {"app": "metallb", "component": "speaker"}
    return [
        *(body for body in objects() if body["kind"] in ("Namespace", "Deployment")),
        _object(
            "metallb.io/v1beta1",
            "IPAddressPool",
            namespace="metallb-system",
            name="lab",
            spec={"addresses": ["127.0.0.0/24"]},
        ),
        _object(
            "metallb.io/v1beta1",
            "IPAddressPool",
            namespace="metallb-system",
            name="kept",
            spec={
                "addresses": ["127.0.1.0/24"],
                "serviceAllocation": {"namespaceSelectors": [{"matchLabels": {"is": "kept"}}]},
            },
        ),
        service("shared", HERE, port=5301, annotations={KEY: "dns"}),
        service("beside", HERE, port=5302, annotations={KEY: "dns"}),
        service("waiting", port=5303, loadBalancerIP=HERE),
        pods("shared", True),
        advertisement("L2Advertisement", "lab"),
        advertisement("BGPAdvertisement", "lab"),
        _object(
            "metallb.io/v1beta2",
            "BGPPeer",
            namespace="metallb-system",
            name="lab",
            spec={"peerAddress": "127.0.0.1"},
        ),
        _object("v1", "Node", name="n1", status={"conditions": [{"type": "Ready", "status": "True"}]}),
        _object(
            "v1", "Pod", namespace="metallb-system", name="speaker-1", labels=speaker, spec={"nodeName": "n1"}
        ),
        _object(
            "metallb.io/v1beta1", "ServiceL2Status", namespace="metallb-system", name="lab", status=about
        ),
        _object(
            "metallb.io/v1beta1", "ServiceBGPStatus", namespace="metallb-system", name="lab", status=about
        ),
        _object(
            "metallb.io/v1beta1",
            "ConfigurationState",
            namespace="metallb-system",
            name="lab",
            status={"result": "Valid"},
        ),
        _object(
            "v1",
            "Event",
            namespace="shop",
            name="e1",
            involvedObject={"kind": "Service", "namespace": "shop", "name": "waiting"},
            reason="AllocationFailed",
            message="no",
            source={"component": "metallb-controller"},
        ),
        _object("networking.k8s.io/v1", "ServiceCIDR", name="kubernetes", spec={"cidrs": ["10.96.0.0/12"]}),
        _object(
            "apps/v1",
            "DaemonSet",
            namespace="kube-system",
            name="svclb-other",
            labels={"svccontroller.k3s.cattle.io/svcname": "other"},
        ),
    ]


def _object(
    version: str,
    kind: str,
    *,
    name: str,
    namespace: str | None = None,
    labels: Mapping[str, str] | None = None,
    **fields: Any,
) -> Json:
    place = {"name": name, "labels": dict(labels or {})} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": version, "kind": kind, "metadata": place, **fields}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A cluster, a run that can be taken back, manifests to lay over it, and a snapshot of it."""

    api: FakeApi
    kubeconfig: str
    journals: Path
    manifests: Path
    snapshot: Json
    folder: Path

    def __call__(self, *words: str) -> Ended:
        """How this ends on the cluster."""
        journal = ("--journal-dir", str(self.journals)) if words[0] in ("fix", "undo") else ()
        return ran(*self.named(words), "--kubeconfig", self.kubeconfig, *journal)

    def named(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The words with the file of the manifests."""
        return tuple(str(self.manifests) if word == "MANIFESTS" else word for word in words)

    def looked_at(self, *words: str) -> set[str]:
        """What these ask the cluster for, by its plural: what they look at."""
        before = len(self.api.requests)
        ended = self(*words)
        assert ended.status in (0, 1), ended.err
        paths = {request.path for request in self.api.requests[before:]}
        meant = [one for one in map(understood, paths) if one is not None]
        return {one.served.plural for one in meant} | ({_VERSION} if "/version" in paths else set())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("unread")
    with FakeApi(world(), token=TOKEN) as api:
        kubeconfig = api.kubeconfig(folder / "config", namespace="shop", context="lab")
        manifests = folder / "manifests.json"
        manifests.write_text(json.dumps(_list(_manifest("new", 5305))))
        taken = ran("snapshot", "--kubeconfig", kubeconfig)
        assert taken.status == 0, taken.err
        yield Place(
            api=api,
            kubeconfig=kubeconfig,
            journals=_done(api, kubeconfig, folder / "journals"),
            manifests=manifests,
            snapshot=taken.document,
            folder=folder,
        )


def _done(api: FakeApi, kubeconfig: str, journals: Path) -> Path:
    """The journals of a ``fix`` that gave ``late`` its address, and stands."""

    def metallb(method: str, body: Json) -> None:
        if method == "PATCH" and body["metadata"]["name"] == "late":
            body["status"] = {"loadBalancer": {"ingress": [{"ip": HERE}]}}
            api.put(body)

    api.put(service("late", port=5304, loadBalancerIP=HERE))
    api.on_write(metallb)
    ended = ran("fix", "late", "--yes", "--kubeconfig", kubeconfig, "--journal-dir", str(journals))
    assert ended.status == 0, ended.err
    return journals


def _manifest(name: str, port: int) -> Json:
    body = service(name, port=port)
    del body["status"], body["spec"]["clusterIPs"]
    return body


def _list(*bodies: Json) -> Json:
    return {"apiVersion": "v1", "kind": "List", "items": list(bodies)}


@pytest.fixture(scope="module")
def looked_at(place: Place) -> Mapping[tuple[str, ...], frozenset[str]]:
    """What each command line looks at."""
    return {words: frozenset(place.looked_at(*words)) for words in WORDS}


def told(ended: Ended, words: tuple[str, ...]) -> dict[str, str]:
    """Which kinds an answer says it was made without, with the reason: in the document, else on stderr.

    A document says it twice, for programs and for people.
    """
    readers: Mapping[str, Callable[[str], Any]] = {"json": json.loads, "yaml": _yaml}
    read = readers.get(words[-1]) if words[-2:-1] == ("-o",) else None
    if read is None:
        return _kinds(
            line.removeprefix("note: ") for line in ended.err.splitlines() if line.startswith("note: ")
        )
    answer = read(ended.out)
    found = _kinds(f"{note['message']} ({note['code']})" for note in answer["notes"])
    unread = {gap["resource"] for gap in answer["source"]["notRead"]}
    assert set(found) <= unread, "a note of what is not listed"
    return found


def not_checked_for(ended: Ended, words: tuple[str, ...]) -> set[str]:
    """The kinds for want of which an answer says that a check was not made."""
    if words[-1] == "json":
        texts = [one["because"] for item in json.loads(ended.out)["items"] for one in item["skipped"]]
        return {kind for text in texts for kind in text.removeprefix("not read: ").split(", ")}
    wanted = re.findall(r"\(([a-z0-9, ]+) not read\)", " ".join(ended.out.split()))
    return {kind for kinds in wanted for kind in kinds.split(", ")}


def _yaml(text: str) -> Any:
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _kinds(notes: Iterable[str]) -> dict[str, str]:
    found = {}
    for note in notes:
        if note.endswith("(SIP901)"):
            what, _, rest = note.partition(" could not be read (")
            kinds = what.partition(" of namespace ")[0].split(", ")
            found.update(dict.fromkeys(kinds, rest.partition(")")[0]))
    return found


def test_every_command_and_every_kind_is_here(looked_at: Mapping[tuple[str, ...], frozenset[str]]) -> None:
    assert set(ASKING) | _ASKS_NOBODY == set(OUTPUTS)
    assert {words[0] for words in WORDS} == set(ASKING)
    seen = frozenset[str]().union(*looked_at.values())
    # The definitions, and the DaemonSets of the speaker, are in the table for whoever will want them.
    assert seen == {row.plural for row in RESOURCES.values()} - {"customresourcedefinitions"} | {_VERSION}


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_what_the_server_refuses_is_told(
    words: tuple[str, ...], place: Place, looked_at: Mapping[tuple[str, ...], frozenset[str]]
) -> None:
    kinds = looked_at[_asked(words)]
    assert told(place(*words), words) == {}, "a note where all was read"
    for kind in sorted(kinds):
        with refusing(place.api, kind):
            ended = place(*words)
        assert ended.status in (0, 1), (kind, ended.err)
        assert told(ended, words) == {kind: "forbidden"}, (kind, ended.out, ended.err)


def _asked(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words without those that say the form."""
    return next(one for one in WORDS if words[: len(one)] == one and len(words) == len(one) + 2)


@contextlib.contextmanager
def refusing(api: FakeApi, kind: str) -> Iterator[None]:
    """The server refuses this kind; of what is indispensable the list of the whole cluster alone."""
    if kind == _VERSION:
        api.fail("/version", Fault(status=403, body=b"{}"), times=9)
    elif kind == _INDISPENSABLE:
        api.forbidden = {(kind, None)}
    elif kind == "namespaces":  # one of them says which cluster this is, and is read by its name
        api.forbidden = {(kind, "list *")}
    else:
        api.forbidden = {(kind, None), (kind, "*")}
    yield
    api.forbidden = set()
    api.recover()


@pytest.mark.parametrize("words", _OF_SNAPSHOTS, ids=" ".join)
def test_what_a_snapshot_was_taken_without_is_told(
    words: tuple[str, ...], place: Place, looked_at: Mapping[tuple[str, ...], frozenset[str]]
) -> None:
    """And what the command does not look at is not."""
    kinds = looked_at[_asked(words)]
    for kind in sorted(set(place.snapshot["read"])):
        file = place.folder / "snapshot.json"
        file.write_text(json.dumps(without(place.snapshot, kind)))
        ended = ran(*place.named(words), "-f", str(file))
        assert ended.status in (0, 1), (kind, ended.err)
        expected = {kind: "failed"} if kind in kinds else {}
        assert told(ended, words) == expected, (kind, ended.out, ended.err)


def without(snapshot: Json, kind: str) -> Json:
    """The snapshot as it is where the server failed for one kind; of Services some were had all the same."""
    gap = {"resource": kind, "namespace": None, "reason": "failed"}
    left = [
        body
        for body in snapshot["items"]
        if kind in (_VERSION, _INDISPENSABLE) or body["kind"] != _kind(kind)
    ]
    source = {**snapshot["source"], "notRead": [gap]}
    return {
        **snapshot,
        "source": source,
        "read": [one for one in snapshot["read"] if one != kind],
        "items": left,
    }


def _kind(plural: str) -> str:
    return of_plural(plural).kind


@pytest.mark.parametrize("words", _OF_FILES, ids=" ".join)
def test_what_is_not_in_the_files_is_told(
    words: tuple[str, ...], place: Place, looked_at: Mapping[tuple[str, ...], frozenset[str]]
) -> None:
    kinds = looked_at[_asked(words)]
    bodies = [body for row in SERVED for body in place.api.store.all(row.plural)]
    of_files = _asked(words)[:1] + tuple(
        word for word in _asked(words)[1:] if word not in ("-f", "MANIFESTS")
    )
    if "MANIFESTS" in words:  # these files alone are all there is
        of_files += ("--offline",)
    for kind in sorted({row.plural for row in RESOURCES.values()}):
        file = place.folder / "files.json"
        file.write_text(json.dumps(_list(*(body for body in bodies if body["kind"] != _kind(kind)))))
        ended = ran(*of_files, "-f", str(file), *words[-2:])
        if kind == _INDISPENSABLE and ended.status == 3:
            assert not ended.out and ended.err.startswith("error: "), (ended.out, ended.err)
            continue
        assert ended.status in (0, 1), (kind, ended.err)
        missed = kind in kinds and kind not in _NEVER_MISSED
        expected = {kind: "not in the files"} if missed else {}
        found = told(ended, words)
        if words[0] == "why" and kind not in found:  # its answer names the checks that this was wanted for
            unneeded = _NO_CHECK_NEEDS if words[1] == "shared" else _NO_CHECK_NEEDS | _OF_THE_ASSIGNED
            missed = missed and kind not in unneeded
            assert (kind in not_checked_for(ended, words)) is missed, (kind, ended.out)
            expected = {}
        assert found == expected, (kind, ended.out, ended.err)


@pytest.mark.parametrize("words", [("fix", "late", "-o", "diff"), ("undo", "--list", "-o", "table")])
def test_forms_for_another_question(words: tuple[str, ...], place: Place) -> None:
    """Each is refused where it does not belong; where it does, it tells what it was made without, too."""
    assert (words[0], words[-1]) in _ELSEWHERE
    assert len(_ELSEWHERE) == 2
    refused = place(words[0], *(("waiting",) if words[0] == "fix" else ()), *words[-2:])
    assert (refused.status, refused.out) == (2, ""), refused.err
    if words[0] == "undo":  # the journals tell it, and no cluster is asked
        before = len(place.api.requests)
        ended = place(*words)
        assert (ended.status, told(ended, words), len(place.api.requests)) == (0, {}, before)
        return
    file = place.folder / "manifests.json"
    ended = ran("fix", "new", "-f", str(file), *words[-2:])
    assert told(ended, words)["ipaddresspools"] == "not in the files"


def test_what_a_server_is_too_slow_for_is_told(place: Place) -> None:
    place.api.fail("nodes", Fault(delay_s=3.0), times=9)
    ended = place("why", "shared", "--request-timeout", "1s", "-o", "json")
    place.api.recover()
    assert told(ended, ("why", "-o", "json")) == {"nodes": "failed"}, ended.err


def test_files_for_a_monitor_are_told_with_what_was_not_read(place: Place) -> None:
    with refusing(place.api, "nodes"):
        ended = place("probe", "--targets", str(place.folder / "targets"))
    assert (ended.status, len(ended.out.splitlines())) == (0, 5)
    assert told(ended, ("probe", "--targets")) == {"nodes": "forbidden"}
