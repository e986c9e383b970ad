"""What is offered where the cursor is, from the fake cluster, the kubeconfig and the files."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from kubectl_sharedip.cli.completing import told
from kubectl_sharedip.cli.main import cli
from tests.command_line.lab import Lab
from tests.command_line.program import EXAMPLES, LONGEST_S, Program
from tests.fakeapi import FakeApi, Fault

_COMPLETE = "from kubectl_sharedip.cli.main import complete; complete()"
Offers = tuple[list[str], int]


@pytest.fixture
def lab(program: Program) -> Iterator[Lab]:
    with FakeApi() as api:
        yield Lab(api, program)


def offers(*words: str) -> Offers:
    """The words that are offered, and the directive, for a command line that is not finished."""
    return _read(told(cli, list(words)))


def _read(said: str) -> Offers:
    *lines, directive = said.splitlines()
    assert directive[0] == ":"
    return [line.partition("\t")[0] for line in lines], int(directive[1:])


def completed_by(program: Program, *words: str, **more: str) -> str:
    """What the program of completion says, as a process."""
    ended = subprocess.run(
        [sys.executable, "-c", _COMPLETE, *words],
        capture_output=True,
        text=True,
        cwd=program.home,
        env={**program.env, **more},
        timeout=LONGEST_S,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("w", ["why"]),
        ("why --names", ["--namespace"]),
        ("--conte", ["--context"]),
        ("--context=", []),
        ("fix --dry-run ", ["client", "server"]),
        ("fix web --dry-run=s", ["server"]),
        ("check -o m", ["markdown"]),
        ("check -o=sar", ["sarif"]),
        ("fix --allow unpin,o", ["unpin,others", "unpin,owned"]),
        ("explain SIP10", [f"SIP10{digit}" for digit in range(1, 10)]),
        ("explain --schema Po", ["PoolList"]),
        ("check --ignore SIP804,SIP80", ["SIP804,SIP801", "SIP804,SIP802", "SIP804,SIP803"]),
        ("check --cluster-ip-families ipv6,", ["ipv6,ipv4"]),
        ("no-such-command ", []),
        ("why --no-such-option ", []),
    ],
)
def test_what_no_cluster_is_asked_for(words: str, expected: list[str]) -> None:
    assert offers(*words.split(" ")) == (expected, 4)


def test_the_commands_are_those_of_help(program: Program) -> None:
    listed = program().out.partition("Commands:\n")[2].splitlines()
    names = [line.split()[0] for line in listed if line[:2] == "  " and line[2:3].isalpha()]

    assert offers("") == (names, 4)


@pytest.mark.parametrize(
    ("words", "directive"),
    [("why -f ", 0), ("fix --plan=pl", 0), ("fix --journal-dir ", 16), ("check -o custom", 6)],
)
def test_how_the_shell_goes_on(words: str, directive: int) -> None:
    assert offers(*words.split(" "))[1] == directive


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("why ", ["dns-tcp", "dns-udp", "dot"]),
        ("why dns-tcp dns-", ["dns-udp"]),
        ("why -n bank ", ["vault"]),
        ("-n bank why ", ["vault"]),
        ("why bank/", ["bank/vault"]),
        ("fix svc/do", ["svc/dot"]),
        ("probe -A ", ["bank/vault", "shop/dns-tcp", "shop/dns-udp", "shop/dot"]),
        ("fix dot --share-with d", ["dns-tcp", "dns-udp", "dot"]),
        ("fix dot --address ", ["192.0.2.12", "192.0.2.14"]),
        ("fix dot --address 192.0.2.12,192", ["192.0.2.12,192.0.2.14"]),
        ("fix dot --key ", ["dns"]),
        ("pools --for 80/TCP --key=d", ["dns"]),
        ("ls ", ["192.0.2.12", "192.0.2.14", "dns-tcp", "dns-udp", "dot", "key/", "ns/", "svc/"]),
        ("ls key/", ["key/dns"]),
        ("ls ns/b", ["ns/bank"]),
        ("ls -n ", ["bank", "kube-system", "shop"]),
        ("ls --namespace=b", ["bank"]),
        ("ls --metallb-namespace k", ["kube-system"]),
        ("why --context ", ["lab"]),
        ("why --context=l", ["lab"]),
        ("why --cluster ", ["lab-cluster"]),
        ("why --user ", ["lab-user"]),
    ],
)
def test_names_of_the_cluster(lab: Lab, words: str, expected: list[str]) -> None:
    assert offers("--kubeconfig", lab.kubeconfig, *words.split(" ")) == (expected, 4)
    assert all(
        asked.query.get("includeObject") == "None" or _of_metadata(asked.headers)
        for asked in lab.api.requests
    )


def _of_metadata(headers: object) -> bool:
    return "PartialObjectMetadataList" in str(headers)


def test_the_address_stands_beside_the_name(lab: Lab) -> None:
    said = completed_by(lab.program, "why", "d", KUBECONFIG=lab.kubeconfig)

    assert said.splitlines() == ["dns-tcp\t192.0.2.12", "dns-udp\t192.0.2.12", "dot\t<pending>", ":4"]


def test_a_server_before_1_31_does_not_select_by_type(lab: Lab) -> None:
    lab.api.knows_service_type = False

    assert offers("why", "--kubeconfig", lab.kubeconfig, "p") == ([], 4)
    assert offers("why", "--kubeconfig", lab.kubeconfig, "dns-t") == (["dns-tcp"], 4)


def test_what_wants_the_library_is_asked_all_the_same(lab: Lab) -> None:
    words = ("why", "--kubeconfig", lab.kubeconfig, "--as", "someone", "do")

    assert offers(*words) == (["dot"], 4)
    assert lab.api.requests[-1].headers["impersonate-user"] == ("someone",)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(delay_s=30.0),
        Fault(drop=True),
        Fault(status=500, body=b"no"),
        Fault(status=200, body=b"no JSON"),
    ],
)
def test_silent_where_the_cluster_does_not_answer(lab: Lab, fault: Fault) -> None:
    lab.api.fail("services", fault)

    assert completed_by(lab.program, "why", "--kubeconfig", lab.kubeconfig, "d") == ":4\n"


def test_silent_without_rights_and_without_a_cluster(lab: Lab) -> None:
    lab.api.forbidden.add(("services", "*"))

    assert offers("why", "--kubeconfig", lab.kubeconfig, "d") == ([], 4)
    assert offers("why", "--kubeconfig", "no-such-file", "d") == ([], 4)
    assert offers("why", "--kubeconfig", lab.kubeconfig, "--context", "typo", "d") == ([], 4)


def test_with_files_no_cluster_is_asked(lab: Lab) -> None:
    example = str(EXAMPLES / "classic-conflict")
    files = ("--kubeconfig", lab.kubeconfig, "-f", example)

    assert offers(*files, "why", "default/service") == (
        ["default/service-a", "default/service-b"],
        4,
    )
    assert offers(*files, "-n", "default", "why", "service-b") == (["service-b"], 4)
    assert offers(*files, "ls", "key/conf") == (["key/conflicting"], 4)
    assert offers(*files, "ls", "-n", "d") == (["default"], 4)
    assert lab.api.requests == []


def test_plans_that_were_done(lab: Lab) -> None:
    lab.metallb_gives("dot", "192.0.2.12")
    done = lab("fix", "dot", "--yes", "-o", "json")
    words = ("undo", "--journal-dir", str(lab.journals), "")

    assert offers(*words) == ([done.document["id"]], 4)


def test_a_name_with_a_line_break_is_left_out(lab: Lab) -> None:
    lab.api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "two\nlines"}})

    assert offers("ls", "--kubeconfig", lab.kubeconfig, "-n", "t") == ([], 4)
