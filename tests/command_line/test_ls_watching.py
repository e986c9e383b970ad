"""``ls -w``: each change of a row once, whatever becomes of the watch, and nothing asked for in between."""

from __future__ import annotations

import gc
import json
import re
import signal
import weakref
from collections.abc import Iterator

import pytest

from kubectl_sharedip.cli.watching import tidy
from tests.command_line.inside import ran
from tests.command_line.lab import FREE, SHARED, Lab, service
from tests.command_line.program import Program, refused
from tests.command_line.schema import broken_promises
from tests.command_line.terminal import Terminal, screen, terminal
from tests.fakeapi import FakeApi, Fault


@pytest.fixture
def lab(program: Program) -> Iterator[Lab]:
    with FakeApi() as api:
        yield Lab(api, program)


@pytest.fixture
def watching(lab: Lab) -> Iterator[Terminal]:
    """``ls -w`` at a terminal, with its first table on it, and both of its watches open."""
    words = lab.words("ls", "-w", "-A")
    with terminal(words, lab.program.home, lab.program.env) as one:
        one.until(lambda said: "853/TCP" in said and _watches(lab) >= 2)
        yield one


def _watches(lab: Lab) -> int:
    return sum(asked.query.get("watch") == "true" for asked in lab.api.requests)


def _reads(lab: Lab) -> int:
    """How often the Services were listed, which is how often the cluster was read."""
    lists = [asked for asked in lab.api.requests if asked.path.endswith("/services")]
    return sum(asked.query.get("watch") != "true" and asked.query.get("limit") != "1" for asked in lists)


def _rows(said: str) -> list[str]:
    return [line for line in screen(said) if re.match(r"(new|changed|gone) ", line)]


def test_each_row_that_changes_is_printed_with_a_word_for_how(lab: Lab, watching: Terminal) -> None:
    lab.assign("dot", FREE)
    watching.until(lambda said: bool(_rows(said)))
    lab.api.put(service("third", SHARED, port=5353))
    watching.until(lambda said: len(_rows(said)) >= 4)
    lab.api.delete("services", "shop", "third")
    watching.until(lambda said: len(_rows(said)) >= 7)

    rows = [re.split(r"  +", row) for row in _rows(watching.said)]
    told = [(row[0], row[1], row[3], row[5]) for row in rows]
    assert told[0] == ("new", FREE, "shop/dot", "alone")
    assert set(told[1:4]) == {
        ("changed", SHARED, "shop/dns-tcp", "shared (3)"),
        ("changed", SHARED, "shop/dns-udp", "shared (3)"),
        ("new", SHARED, "shop/third", "shared (3)"),
    }
    assert set(told[4:]) == {
        ("changed", SHARED, "shop/dns-tcp", "shared (2)"),
        ("changed", SHARED, "shop/dns-udp", "shared (2)"),
        ("gone", SHARED, "shop/third", "shared (3)"),
    }
    assert [line for line in screen(watching.said) if len(line) > 80] == []


def test_a_change_that_changes_no_row_is_no_news(lab: Lab, watching: Terminal) -> None:
    lab.annotate("plain", "some", "note")
    lab.annotate("dns-tcp", "some", "note")
    lab.assign("dot", FREE)
    watching.until(lambda said: bool(_rows(said)))

    assert [row.split()[2:4] for row in _rows(watching.said)] == [["-", "shop/dot"]]


def test_nothing_is_missed_where_the_watches_are_cut_and_expire(lab: Lab, watching: Terminal) -> None:
    """What happens while nobody is connected is seen afterwards, also where the server has forgotten it."""
    lab.api.fail("services", Fault(status=503, body=b"starting"), times=2)
    lab.api.drop_watches()
    lab.api.put(service("first", "192.0.2.11", port=9001))
    watching.until(lambda said: "shop/first" in said)

    lab.api.drop_watches()
    lab.api.put(service("second", "192.0.2.13", port=9002))
    lab.api.expire()
    watching.until(lambda said: "shop/second" in said)

    assert [row.split()[3] for row in _rows(watching.said)] == ["shop/first", "shop/second"]
    assert "Traceback" not in watching.said


def test_who_is_logged_out_is_told_so_and_it_ends(lab: Lab, watching: Terminal) -> None:
    lab.api.fail("services", Fault(status=401, body=b"no"), times=9)
    lab.api.drop_watches()

    said = watching.ended()
    assert watching.process.returncode == 3
    assert said.count("error: You must be logged in to the server") == 1


def test_what_was_refused_when_it_began_and_is_read_by_now_is_looked_at_again(lab: Lab) -> None:
    lab.api.fail("services", Fault(status=403, body=b"no"))
    with terminal(lab.words("ls", "-w", "-A"), lab.program.home, lab.program.env) as one:
        one.until(lambda said: "services may not be watched: looked at every 30 s." in said)


@pytest.mark.parametrize("status", [500, 403])
def test_a_part_that_could_not_be_read_is_asked_for_again_with_nothing_happening(
    lab: Lab, status: int
) -> None:
    words = lab.words("ls", "-w", "-o", "json")
    with terminal(words, lab.program.home, lab.program.env, 200) as one:
        one.until(lambda said: "\n" in said and _watches(lab) >= 2)
        lab.api.fail("ipaddresspools", Fault(status=status, body=b"no"), times=1 if status == 500 else 2)
        lab.assign("dot", FREE)
        one.until(lambda said: said.count("\n") >= 3)

        documents = [json.loads(line) for line in one.said.splitlines()[:3]]
    missing = [[gap["resource"] for gap in document["source"]["notRead"]] for document in documents]
    # Where all may not be read, the namespace of MetalLB is asked for.
    assert missing == [[], ["ipaddresspools"] * (1 if status == 500 else 2), []]


def test_what_a_short_run_leaves_to_its_end_is_given_back() -> None:
    class Circle:
        def __init__(self) -> None:
            self.itself = self

    gc.disable()
    try:
        left = weakref.ref(Circle())
        for answers in range(1, 11):
            assert left() is not None
            tidy(answers)
        assert left() is None
    finally:
        gc.enable()


def test_nothing_is_asked_while_nothing_happens(lab: Lab, watching: Terminal) -> None:
    before, reads = len(lab.api.requests), _reads(lab)
    # A change that the watches do bring, and no more: the next reading is that of this change.
    lab.api.pause(1.5)
    assert len(lab.api.requests) == before

    lab.assign("dot", FREE)
    watching.until(lambda said: bool(_rows(said)))
    assert _reads(lab) == reads + 1


def test_ctrl_c_ends_it_with_130_and_no_word(watching: Terminal) -> None:
    before = watching.said
    watching.process.send_signal(signal.SIGINT)

    said = watching.ended()[len(before) :]
    assert watching.process.returncode == 130
    assert said.strip() == ""


def test_pods_that_become_ready_change_their_row(lab: Lab) -> None:
    lab.api.put(_slice("dns-tcp", ready=False))
    with terminal(lab.words("ls", "-w", "--endpoints"), lab.program.home, lab.program.env) as one:
        one.until(lambda said: "0/1" in said and _watches(lab) >= 3)
        lab.api.put(_slice("dns-tcp", ready=True))
        one.until(lambda said: bool(_rows(said)))

        assert [row.split()[3:6] for row in _rows(one.said)] == [["shop/dns-tcp", "53/TCP", "1/1"]]


def test_a_label_that_changes_changes_its_row_and_a_note_is_said_once(lab: Lab) -> None:
    lab.api.forbidden = {("endpointslices", "*"), ("endpointslices", None)}
    words = lab.words("ls", "-w", "--show-labels", "--endpoints")
    with terminal(words, lab.program.home, lab.program.env, columns=200) as one:
        one.until(lambda said: "853/TCP" in said and _watches(lab) >= 2)
        body = lab.get("dot")
        body["metadata"]["labels"] = {"app": "dot"}
        lab.api.put(body)
        one.until(lambda said: bool(_rows(said)))

        (row,) = _rows(one.said)
        assert row.split()[0] == "changed"
        assert row.endswith("   app=dot")
        assert one.said.count("endpointslices could not be read") == 1


def _slice(name: str, *, ready: bool) -> dict[str, object]:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "namespace": "shop",
            "name": f"{name}-1",
            "labels": {"kubernetes.io/service-name": name},
        },
        "addressType": "IPv4",
        "ports": [{"name": "", "port": 53, "protocol": "TCP"}],
        "endpoints": [
            {
                "addresses": ["10.0.0.1"],
                "conditions": {"ready": ready},
                "targetRef": {"kind": "Pod", "name": "one", "namespace": "shop"},
            }
        ],
    }


def test_as_json_each_answer_is_a_line(lab: Lab) -> None:
    with terminal(lab.words("ls", "-w", "-o", "json"), lab.program.home, lab.program.env, 200) as one:
        one.until(lambda said: "\n" in said and _watches(lab) >= 2)
        lab.assign("dot", FREE)
        one.until(lambda said: said.count("\n") >= 2)

        first, second = map(json.loads, one.said.splitlines()[:2])
    assert broken_promises(first) == broken_promises(second) == []
    assert [len(document["pending"]) for document in (first, second)] == [1, 0]


@pytest.mark.parametrize("form", ["csv", "mermaid", "custom-columns=A:address", "name"])
def test_forms_without_rows_are_not_watched(lab: Lab, form: str) -> None:
    refused(ran(*lab.words("ls", "-w", "-o", form)), 2, "-w", f"-o {form.partition('=')[0]}")
    assert lab.api.requests == []
