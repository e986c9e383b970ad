"""probe -w, and probe of a cluster: what is read for it, and what comes of what may not be."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from kubectl_sharedip.cli import probe_watching
from kubectl_sharedip.cli.probe_request import ProbeRequest
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cluster.request import ConnectionRequest
from tests.command_line.lab import objects as lab_objects
from tests.command_line.probed import (
    HERE,
    POOL,
    THERE,
    advertisement,
    guarded,
    node,
    pods,
    svc,
    told,
    written,
)
from tests.command_line.program import COMMAND, LONGEST_S, Ended, Program
from tests.command_line.schema import broken_promises, promised
from tests.fakeapi import FakeApi, Fault
from tests.probe_room.listeners import closed, listening


@pytest.fixture
def safe(program: Program) -> Program:
    return guarded(program)


@contextmanager
def running(safe: Program, *words: str) -> Iterator[subprocess.Popen[str]]:
    """The program while it runs; it is ended if it takes too long."""
    process = subprocess.Popen(
        [*COMMAND, "probe", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=safe.home,
        env=dict(safe.env),
    )
    stop = threading.Timer(LONGEST_S, process.kill)
    stop.start()
    try:
        yield process
    finally:
        stop.cancel()
        process.kill()
        process.wait()


def ended(process: subprocess.Popen[str]) -> Ended:
    """What it still says once it is interrupted."""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=LONGEST_S)
    return Ended(status=process.returncode, out=out, err=err)


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_the_first_answer_is_whole_and_then_changes_are_printed(safe: Program) -> None:
    with listening(host=HERE) as web, ExitStack() as up:
        api = up.enter_context(listening(host=HERE))
        file = written(safe, svc("web", HERE, web), svc("api", HERE, api), pods("api", True))
        with running(safe, "-f", file, "-w") as process:
            first = [line(process) for _ in range(3)]
            up.close()
            down = line(process)
            with listening(host=HERE, port=api):
                back = line(process)
                rest = ended(process)

    assert first[0].startswith("ADDRESS")
    # Nothing is said of rounds in which nothing has changed, nor of what has not.
    assert f" {HERE} shop/api {api}/TCP: ok -> refused (application) Something answers" in down
    assert f" {HERE} shop/api {api}/TCP: refused -> ok" in back
    assert (rest.status, rest.out) == (130, "")


def test_as_json_each_change_is_a_document_on_a_line(safe: Program) -> None:
    with ExitStack() as up:
        web = up.enter_context(listening(host=HERE))
        file = written(safe, svc("web", HERE, web))
        with running(safe, "-f", file, "-w", "-o", "json") as process:
            first = promised(json.loads(line(process)))
            up.close()
            second = promised(json.loads(line(process)))
            rest = ended(process)

    assert broken_promises(first) == broken_promises(second) == []
    assert (told(first), told(second)) == (
        {f"web {web}/TCP": ("ok", "ok")},
        {f"web {web}/TCP": ("refused", "application")},
    )
    assert (rest.status, rest.out) == (130, "")


# A cluster


class Town:
    """The fake cluster: ``web`` and ``api`` of two namespaces share an address, ``dot`` is Pending."""

    def __init__(self, api: FakeApi, program: Program, *, web: int, gone: int) -> None:
        self.api = api
        self.program = program
        others = [body for body in lab_objects() if body["kind"] in ("Namespace", "Deployment")]
        waiting = svc("dot", HERE, 853)
        waiting["status"] = {}
        for body in (
            *others,
            POOL,
            svc("web", HERE, web),
            svc("api", HERE, gone, namespace="bank"),
            svc("alone", THERE, gone, namespace="bank"),
            waiting,
            *(pods("web", True), pods("api", True, True, namespace="bank"), pods("alone", namespace="bank")),
            node("192.0.2.77"),
            advertisement("L2Advertisement"),
        ):
            api.put(body)
        self.kubeconfig = api.kubeconfig(program.home / "config", namespace="shop", context="lab")

    def __call__(self, *words: str) -> Ended:
        return self.program("probe", *words, "--kubeconfig", self.kubeconfig)


@pytest.fixture
def town(safe: Program) -> Iterator[Town]:
    with FakeApi() as api, listening(host=HERE) as web, closed(HERE) as gone:
        yield Town(api, safe, web=web, gone=gone)


def test_a_namespace_is_probed_with_the_neighbours_from_others(town: Town) -> None:
    answered = town("-o", "json")

    assert broken_promises(answered.document) == []
    items = {item["name"]: item for item in answered.document["items"]}
    assert {name: item["result"] for name, item in items.items()} == {"web": "ok", "api": "refused"}
    assert items["api"]["endpoints"] == {"ready": 2, "total": 2}
    assert answered.status == 0  # of shop everything answers; who was not asked for does not decide
    (asked,) = town.api.asked("/endpointslices")
    assert asked.query["labelSelector"] == "kubernetes.io/service-name in (api,web)"
    assert "shop/dot" in town().err


def test_everything_is_probed_and_what_has_no_pod_is_the_application(town: Town) -> None:
    answered = town("-A", "-o", "json")

    items = {item["name"]: item for item in answered.document["items"]}
    assert answered.status == 1
    assert {name: item["verdict"] for name, item in items.items()} == {
        "web": "ok",
        "api": "application",
        "alone": "application",
    }
    assert "no endpoint at all" in items["alone"]["because"]


def test_what_may_not_be_read_is_not_known(town: Town) -> None:
    town.api.forbidden = {("endpointslices", "*"), ("nodes", "*")}

    answered = town("bank/api", "-o", "json")

    items = {item["name"]: item for item in answered.document["items"]}
    assert answered.status == 1
    assert items["api"]["endpoints"] is None
    assert "Whether an endpoint is ready is not known" in items["api"]["because"]
    notes = [note["message"] for note in answered.document["notes"]]
    assert any("endpointslices" in note for note in notes)


def test_a_change_of_the_cluster_is_seen_and_its_end_ends_nothing(safe: Program) -> None:
    with ExitStack() as up, ExitStack() as standing, closed(HERE) as gone:
        web = up.enter_context(listening(host=HERE))
        town = Town(standing.enter_context(FakeApi()), safe, web=web, gone=gone)
        with running(safe, "-w", "--kubeconfig", town.kubeconfig) as process:
            first = [line(process) for _ in range(6)]  # the table, a blank, and the reason
            town.api.put(pods("api", False, False, namespace="bank"))
            changed = line(process)
            standing.close()  # from now on nobody answers for the cluster
            up.close()
            down = line(process)
            rest = ended(process)

    assert "bank/api" in first[1]
    assert "2 of 2 endpoints are ready" in first[5]
    assert f"{HERE} bank/api" in changed
    assert "still refused, 0/2 ready. None of its 2 endpoints is ready" in changed
    assert f"{HERE} shop/web {web}/TCP: ok -> refused" in down
    assert rest.status == 130


def test_that_the_server_is_away_is_said_once_and_so_is_its_return(
    town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(probe_watching, "_EVERY_S", 0.05)
    monkeypatch.setattr(probe_watching, "_READ_EVERY_S", 0.1)
    there = ConnectionRequest(kubeconfig=town.kubeconfig)
    source = probe_watching._Source(Request(connection=there, all_namespaces=True), ProbeRequest())
    before = source.sight

    def until(said: str) -> str:
        """What is said from here on until that."""
        heard, stop_at = "", time.monotonic() + LONGEST_S
        while said not in heard and time.monotonic() < stop_at:
            source.pause()
            heard += capsys.readouterr().err
        return heard

    town.api.fail("services", Fault(status=503, body=b"away"), times=100_000)
    town.api.drop_watches()
    lost = until("tried on")
    asked = len(town.api.requests)
    while len(town.api.requests) < asked + 5:  # it is read again and again, and nothing more is said
        source.pause()
    quiet = capsys.readouterr().err
    kept = source.sight
    town.api.recover()
    back = until("read again")

    assert re.fullmatch(r"\S+Z .*: what was read of the cluster before is tried on\.\n", lost), lost
    assert quiet == ""
    assert kept is before
    assert re.fullmatch(r"\S+Z The cluster is read again\.\n", back), back
    assert source.sight is not before
