"""fix --yes, --dry-run=server and consent: what is sent, what is waited for, and what is never done."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.command_line.lab import FREE, KEY, SHARED, Lab
from tests.command_line.program import COMMAND, LONGEST_S, Ended, Program
from tests.command_line.schema import broken_promises, promised
from tests.fakeapi import FakeApi, Fault
from tests.fakeapi.requests import Recorded


class Watched(FakeApi):
    """A fake cluster in which something may happen just before a request is answered."""

    def __init__(self) -> None:
        super().__init__()
        self._before: list[tuple[Callable[[Recorded], bool], Callable[[], None]]] = []

    def before(self, which: Callable[[Recorded], bool], then: Callable[[], None]) -> None:
        """Does ``then`` once, before the first such request is answered."""
        self._before.append((which, then))

    def record(self, request: Recorded) -> None:
        super().record(request)
        for entry in list(self._before):
            if entry[0](request):
                self._before.remove(entry)
                entry[1]()


@pytest.fixture
def api() -> Iterator[Watched]:
    api = Watched()
    with api:
        yield api


@pytest.fixture
def lab(api: Watched, program: Program) -> Lab:
    return Lab(api, program)


def reads(name: str) -> Callable[[Recorded], bool]:
    """Whether a request reads this one Service, as is done just before it is edited."""
    return lambda request: request.method == "GET" and request.path.endswith(f"/services/{name}")


def edits(name: str) -> Callable[[Recorded], bool]:
    """Whether a request edits this Service."""
    return lambda request: request.method == "PATCH" and request.path.endswith(f"/services/{name}")


def test_yes_sends_the_planned_field_alone_and_verifies(lab: Lab) -> None:
    before = {name: lab.get(name) for name in ("dns-tcp", "dns-udp", "plain")}
    version = lab.get("dot")["metadata"]["resourceVersion"]
    lab.metallb_gives("dot", SHARED)

    ended = lab("fix", "dot", "--yes", "-o", "json")

    assert ended.status == 0, ended.err
    assert lab.patches() == [{"metadata": {"annotations": {KEY: "dns"}, "resourceVersion": version}}]
    assert lab.get("dot")["status"]["loadBalancer"]["ingress"] == [{"ip": SHARED}]
    assert {name: lab.get(name) for name in before} == before
    document = ended.document
    assert broken_promises(document) == []
    result = document["result"]
    assert (result["applied"], result["verified"]) == (True, True)
    assert any(line.startswith("kubectl ") and KEY in line for line in result["wayBack"])
    journal = lab.journals / Path(result["journal"]).name
    assert journal.stat().st_mode & 0o777 == 0o600
    assert "Done" in ended.err


def test_holder_first_where_both_are_given_the_key(lab: Lab) -> None:
    """The holder's edit moves nobody; the one that joins comes after it."""
    lab.api.put(lab.get("dot") | {"spec": lab.get("dot")["spec"] | {"loadBalancerIP": "192.0.2.14"}})
    lab.metallb_gives("dot", "192.0.2.14")

    ended = lab("fix", "dot", "--allow", "others", "--yes", "-o", "json")

    assert ended.status == 0, ended.err
    order = [asked.path.split("/")[-1] for asked in lab.api.requests if asked.method == "PATCH"]
    assert order == ["vault", "dot"]
    keys = {patch["metadata"]["annotations"][KEY] for patch in lab.patches()}
    assert len(keys) == 1
    assert lab.get("vault", "bank")["status"]["loadBalancer"]["ingress"] == [{"ip": "192.0.2.14"}]


def test_off_a_terminal_nothing_is_done_without_yes(lab: Lab) -> None:
    shown = lab("fix", "dot")
    read_by_a_program = lab("fix", "dot", "-o", "json", stdin="y\n")

    assert (shown.status, read_by_a_program.status) == (1, 1)
    assert "Plan for shop/dot" in shown.out
    assert "--yes" in shown.err
    assert read_by_a_program.document["result"] is None
    assert lab.patches() == []
    assert not lab.journals.exists()


def test_the_server_judges_and_nothing_changes(lab: Lab) -> None:
    before = lab.get("dot")

    ended = lab("fix", "dot", "--dry-run=server", "-o", "json")

    assert ended.status == 0, ended.err
    asked = [request for request in lab.api.requests if request.method == "PATCH"]
    assert [request.query.get("dryRun") for request in asked] == ["All"]
    assert lab.get("dot") == before
    assert ended.document["result"]["applied"] is False
    assert not lab.journals.exists()


def test_a_server_that_would_refuse_says_so(lab: Lab, api: Watched) -> None:
    words = b'{"kind":"Status","message":"admission webhook said no","reason":"Forbidden","code":403}'
    api.before(edits("dot"), lambda: api.fail("services", Fault(status=403, body=words)))

    ended = lab("fix", "dot", "--dry-run=server")

    assert ended.status == 1
    assert "admission webhook said no" in ended.err


def test_without_a_plan_nothing_is_sent(lab: Lab) -> None:
    lab.api.put(lab.get("dot") | {"spec": lab.get("dot")["spec"] | {"loadBalancerIP": "203.0.113.1"}})

    ended = lab("fix", "dot", "--yes", "-o", "json")

    assert ended.status == 1
    assert [way["needs"] for way in ended.document["alternatives"]] == [["unpin"]]
    assert lab.patches() == []


def test_nothing_to_do_is_an_answer(lab: Lab) -> None:
    ended = lab("fix", "dns-udp", "--yes")

    assert ended.status == 0
    assert "Nothing to do" in ended.out
    assert lab.patches() == []


@pytest.mark.parametrize("what", ["holder", "own"])
def test_what_changed_since_the_plan_stops_it(lab: Lab, api: Watched, what: str) -> None:
    """Read again before the first edit: a changed value is named, and nothing is sent."""
    name, key, value = ("dns-tcp", KEY, "other") if what == "holder" else ("dot", KEY, "mine")
    api.before(reads(name), lambda: lab.annotate(name, key, value))

    ended = lab("fix", "dot", "--yes", "-o", "json")

    assert ended.status == 1
    assert lab.patches() == []
    assert f"shop/{name}" in ended.err
    assert value in ended.err
    assert ended.document["result"] is None
    assert not lab.journals.exists()


def test_an_edit_of_somebody_else_in_the_last_moment_is_not_overwritten(lab: Lab, api: Watched) -> None:
    """Between reading and patch: the server says 409, and what the other wrote stays."""
    api.before(edits("dot"), lambda: lab.annotate("dot", KEY, "mine"))

    ended = lab("fix", "dot", "--yes")

    assert ended.status == 4
    assert lab.get("dot")["metadata"]["annotations"] == {KEY: "mine"}
    assert "mine" in ended.err
    assert "Traceback" not in ended.err


def test_a_write_of_metallb_in_the_last_moment_is_nothing(lab: Lab, api: Watched) -> None:
    """Another annotation does not matter to the proof, and the plan is made on what is there now."""
    lab.metallb_gives("dot", SHARED)
    api.before(reads("dns-tcp"), lambda: lab.assign("dns-udp", SHARED))

    assert lab("fix", "dot", "--yes").status == 0


def test_metallb_that_does_not_answer_is_not_verified(lab: Lab) -> None:
    ended = lab("fix", "dot", "--yes", "--timeout", "1s", "-o", "json")

    assert ended.status == 4
    assert ended.document["result"]["applied"] is True
    assert ended.document["result"]["verified"] is False
    assert SHARED in ended.err
    assert "way back" in ended.err.lower()


def test_another_address_than_foretold_is_not_verified(lab: Lab) -> None:
    lab.metallb_gives("dot", FREE)

    ended = lab("fix", "dot", "--yes", "--timeout", "1s")

    assert ended.status == 4
    assert FREE in ended.err


def test_no_journal_no_edit(lab: Lab) -> None:
    (lab.program.home / "journals").write_text("a file in the way")

    ended = lab("fix", "dot", "--yes")

    assert ended.status == 3
    assert lab.patches() == []
    assert "Traceback" not in ended.err


def piped(lab: Lab, *words: str) -> subprocess.Popen[str]:
    """The program with a pipe for each of its outputs, still running."""
    return subprocess.Popen(
        [*COMMAND, *lab.words(*words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=lab.program.home,
        env=dict(lab.program.env),
    )


def test_words_that_nobody_hears_stop_no_edit(lab: Lab) -> None:
    """stderr is a closed pipe: an edit that was begun is carried to its end."""
    lab.metallb_gives("dot", SHARED)
    with piped(lab, "fix", "dot", "--yes", "-o", "json") as process:
        assert process.stderr is not None
        assert process.stdout is not None
        process.stderr.close()
        out = process.stdout.read()

    assert process.returncode == 0
    assert promised(json.loads(out))["result"]["verified"] is True


def test_a_plan_that_nobody_sees_is_not_done(lab: Lab) -> None:
    with piped(lab, "fix", "dot", "--yes") as process:
        assert process.stderr is not None
        assert process.stdout is not None
        process.stdout.close()
        err = process.stderr.read()

    assert process.returncode == 1
    assert lab.patches() == []
    assert "Traceback" not in err


# At a terminal


def at_terminal(lab: Lab, *words: str, answers: Sequence[str] = ()) -> Ended:
    """The program with stdin and stderr at a terminal; stdout is read apart from it.

    One of ``answers`` is typed at each question, which ends in ``[y/N]``.
    """
    mine, its = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *lab.words(*words)],
        stdin=its,
        stdout=subprocess.PIPE,
        stderr=its,
        cwd=lab.program.home,
        env={**lab.program.env, "TERM": "dumb"},
    )
    os.close(its)
    said, asked, typed = "", 0, list(answers)
    assert process.stdout is not None
    out = b""
    watched = [mine, process.stdout.fileno()]
    end = time.monotonic() + LONGEST_S
    try:
        while watched and time.monotonic() < end:
            for ready in select.select(watched, [], [], 1.0)[0]:
                try:
                    data = os.read(ready, 65536)
                except OSError:  # how Linux says that the other end of a terminal is gone
                    data = b""
                if not data:
                    watched.remove(ready)
                elif ready == mine:
                    said += data.decode()
                else:
                    out += data
            while said.count("[y/N]") > asked:
                asked += 1
                os.write(mine, (typed.pop(0) + "\n").encode() if typed else b"\x04")
        status = process.wait(timeout=LONGEST_S)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        os.close(mine)
    assert not typed, f"not asked: {typed}"
    return Ended(status=status, out=out.decode(), err=said)


def test_y_at_the_terminal_is_consent(lab: Lab) -> None:
    lab.metallb_gives("dot", SHARED)

    ended = at_terminal(lab, "fix", "dot", answers=["y"])

    assert ended.status == 0, ended.err
    assert len(lab.patches()) == 1
    question = ended.err[: ended.err.index("[y/N]")]
    for text in ("lab", lab.api.url, "lab-user"):
        assert text in question
    assert "Plan for shop/dot" in ended.out


@pytest.mark.parametrize("answer", ["n", "", "yeah"])
def test_anything_else_is_none(lab: Lab, answer: str) -> None:
    ended = at_terminal(lab, "fix", "dot", answers=[answer])

    assert ended.status == 1
    assert lab.patches() == []
    assert "Nothing was changed" in ended.err


def test_leave_is_asked_for_before_the_plan(lab: Lab) -> None:
    """One way, one leave: it may be given at the terminal, and the plan is confirmed after it."""
    lab.api.put(lab.get("dot") | {"spec": lab.get("dot")["spec"] | {"loadBalancerIP": "203.0.113.1"}})
    lab.metallb_gives("dot", FREE)

    ended = at_terminal(lab, "fix", "dot", answers=["y", "y"])

    assert ended.status == 0, ended.err
    assert [patch["spec"] for patch in lab.patches()] == [{"loadBalancerIP": None}]
    assert "give up a requested address" in ended.err


def test_leave_that_is_refused_leaves_the_ways_to_read(lab: Lab) -> None:
    lab.api.put(lab.get("dot") | {"spec": lab.get("dot")["spec"] | {"loadBalancerIP": "203.0.113.1"}})

    ended = at_terminal(lab, "fix", "dot", answers=["n"])

    assert ended.status == 1
    assert "--allow unpin" in ended.out
    assert lab.patches() == []


def test_a_choice_between_ways_is_not_asked(lab: Lab) -> None:
    """Two ways that need different leave: both are listed, and none is begun."""
    lab.api.put(lab.get("dot") | {"spec": lab.get("dot")["spec"] | {"loadBalancerIP": "192.0.2.14"}})

    ended = at_terminal(lab, "fix", "dot")

    assert ended.status == 1
    assert "[y/N]" not in ended.err
    assert "--allow others" in ended.out
    assert "--allow unpin" in ended.out


def test_with_yes_no_leave_is_asked_for(lab: Lab) -> None:
    lab.api.put(lab.get("dot") | {"spec": lab.get("dot")["spec"] | {"loadBalancerIP": "203.0.113.1"}})

    ended = at_terminal(lab, "fix", "dot", "--yes")

    assert ended.status == 1
    assert "[y/N]" not in ended.err
    assert lab.patches() == []


def test_a_dry_run_asks_nothing(lab: Lab) -> None:
    ended = at_terminal(lab, "fix", "dot", "--dry-run=server")

    assert ended.status == 0
    assert "[y/N]" not in ended.err
