"""What is told of, in which order and with which labels: WHAT, -l, --sort-by, --show-labels, --endpoints."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click
import pytest

from kubectl_sharedip.cli.labels import label_selector
from kubectl_sharedip.metallb.selectors import matches
from tests.command_line.inside import ran
from tests.command_line.lab import FREE, HELD_BY_VAULT, KEY, SHARED, Lab, service
from tests.command_line.program import Program, refused
from tests.command_line.schema import broken_promises
from tests.diagnose_room.program import ask
from tests.fakeapi import FakeApi


@pytest.fixture
def lab(program: Program) -> Iterator[Lab]:
    with FakeApi() as api:
        yield Lab(api, program)


@pytest.fixture
def file(lab: Lab) -> str:
    """A recorded cluster, with labels and pods: in namespace shop ``front`` is ``app=web``, and ready."""
    labelled = service("front", "192.0.2.9", port=443)
    labelled["metadata"]["labels"] = {"app": "web", "tier": "edge"}
    tcp = service("dns-tcp", SHARED, port=53, annotations={KEY: "dns"})
    tcp["metadata"]["labels"] = {"app": "dns"}
    for body in (labelled, tcp, _slice("front", 2, 1)):
        lab.api.put(body)
    taken = ran(*lab.words("snapshot", "--to", str(lab.program.home / "there.json")))
    assert taken.status == 0, taken.err
    return str(lab.program.home / "there.json")


def _slice(name: str, pods: int, ready: int) -> dict[str, object]:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "namespace": "shop",
            "name": f"{name}-1",
            "labels": {"kubernetes.io/service-name": name},
        },
        "addressType": "IPv4",
        "ports": [{"name": "", "port": 443, "protocol": "TCP"}],
        "endpoints": [
            {
                "addresses": [f"10.0.0.{number}"],
                "conditions": {"ready": number < ready},
                "targetRef": {"kind": "Pod", "name": f"pod-{number}", "namespace": "shop"},
            }
            for number in range(pods)
        ],
    }


def names(text: str) -> list[str]:
    return [line.removeprefix("service/") for line in text.splitlines()]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([SHARED], ["dns-tcp", "dns-udp", "dot"]),  # dot waits for it
        (["key/dns"], ["dns-tcp", "dns-udp"]),
        (["svc/front"], ["front"]),
        (["ns/bank"], ["vault"]),
        (["bank/vault", "front"], ["front", "vault"]),
        (["dns"], ["dns-tcp", "dns-udp"]),
        (["dns-tcp"], ["dns-tcp", "dns-udp"]),  # an address is shown whole
        (["dot", "--pending"], ["dot"]),
        ([HELD_BY_VAULT, "-n", "shop"], ["vault"]),  # an address is in no namespace
    ],
)
def test_what_is_told_apart_by_how_it_is_written(file: str, words: list[str], found: list[str]) -> None:
    assert sorted(names(ask("ls", *words, "-f", file, "-o", "name").text)) == sorted(found)


def test_a_word_that_means_nothing_is_an_error_and_the_others_are_answered(lab: Lab) -> None:
    ended = ran(*lab.words("ls", "key/dsn", SHARED, "-o", "name"))

    assert (ended.status, names(ended.out)) == (3, ["dns-tcp", "dns-udp", "dot"])
    assert ended.err.splitlines() == [
        'error: nothing is called "key/dsn"',
        "  the nearest are key/dns",
    ]
    refused(ran("ls", "a/b/c"), 2, "NAMESPACE/NAME")


@pytest.mark.parametrize(
    ("text", "chosen", "left"),
    [
        ("a=b", {"a": "b"}, {"a": "c"}),
        ("a==b", {"a": "b", "c": "d"}, {}),
        ("x.y/a in (b, c)", {"x.y/a": "c"}, {"x.y/a": "d"}),
        ("a!=b", {}, {"a": "b"}),
        ("a notin (b,c),d", {"d": ""}, {"a": "c", "d": ""}),
        ("!a , d=e", {"d": "e"}, {"a": "", "d": "e"}),
        ("a=", {"a": ""}, {}),
        ("a,b", {"a": "", "b": ""}, {"a": ""}),
    ],
)
def test_a_label_selector_means_what_it_means_to_kubectl(
    text: str, chosen: dict[str, str], left: dict[str, str]
) -> None:
    assert matches(label_selector(text), chosen)
    assert not matches(label_selector(text), left)


@pytest.mark.parametrize("text", ["a=b=c", "a in b", "=b", "a,", "a in (b", "-a=b", "a=b c"])
def test_what_is_no_selector(text: str) -> None:
    with pytest.raises(click.UsageError, match="label selector"):
        label_selector(text)


def test_labels_choose_what_is_told_and_not_what_decides(file: str) -> None:
    assert names(ask("ls", "-l", "app=web", "-f", file, "-o", "name").text) == ["front"]
    # The address is shown whole, and with holders that were not chosen.
    assert names(ask("ls", "-l", "app=dns", "-f", file, "-o", "name").text) == ["dns-tcp", "dns-udp"]
    (item,) = ask("why", "-l", "!app", "-n", "shop", "-f", file, "-o", "json").document["items"]
    assert (item["name"], item["findings"][0]["code"]) == ("dot", "SIP201")
    (item,) = ask("fix", "-l", "!app", "-f", file, "-o", "json", "--dry-run=client").document["items"]
    assert item["name"] == "dot"
    checked = ask("check", "-l", "app=web", "-A", "-f", file, "-o", "json").document["items"]
    assert [one["name"] for one in checked if one["kind"] == "Service"] == ["front"]
    assert ask("pools", "-l", "x=y", "-f", file, "-o", "json").document["items"] == []


def test_the_server_is_asked_for_all_whatever_is_chosen(lab: Lab) -> None:
    chosen = ran(*lab.words("ls", "-l", "app=nobody"))

    asked = [one for one in lab.api.requests if one.path.endswith("/services")]
    assert [one.query.get("labelSelector") for one in asked] == [None]
    assert (chosen.status, chosen.out) == (0, "")
    assert chosen.err == "-l leaves out 3 LoadBalancer Services of the scope, 1 of them Pending.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["why", "web", "-l", "a=b"], "-l"),
        (["probe", "web", "-l", "a=b"], "-l"),
        (["fix", "web", "-l", "a=b"], "-l"),
        (["snapshot", "-l", "a=b"], "-l"),
        (["snapshot", "--sort-by", "kind"], "--sort-by"),
        (["undo", "-l", "a=b"], "-l"),
        (["ls", "-o", "json", "--show-labels"], "--show-labels"),
        (["fix", "--show-labels"], "-o wide"),
    ],
)
def test_flags_that_a_command_cannot_mean_are_refused(lab: Lab, words: list[str], said: str) -> None:
    refused(ran(*lab.words(*words)), 2, said)
    assert lab.api.requests == []


def test_labels_are_a_column_of_every_table(file: str) -> None:
    for words in (
        ["ls"],
        ["ls", "-o", "wide"],
        ["why", "front", "-n", "shop", "-o", "wide"],
        ["fix", "shop/front", "--dry-run=client", "-o", "wide"],
    ):
        text = ask(*words, "-f", file, "--show-labels").text
        header, *rows = text.splitlines()
        assert header.endswith("   LABELS"), words
        assert any("shop/front" in row and row.endswith("   app=web,tier=edge") for row in rows), words


def test_labels_stand_before_findings_which_may_need_lines_of_their_own(file: str) -> None:
    header, *rows = ask("check", "-A", "-f", file, "--show-labels").text.splitlines()
    assert header.split()[-2:] == ["LABELS", "FINDING"]
    assert any("shop/front" in row and "   app=web,tier=edge   " in row for row in rows)
    header, *rows = ask("pools", "-f", file, "--show-labels").text.splitlines()
    assert header.split()[-2:] == ["LABELS", "FINDINGS"]
    assert [row.split()[-3:] for row in rows] == [["<none>", "SIP601", "not-advertised"]]


def test_items_are_sorted_as_people_read_numbers(file: str) -> None:
    def addresses(*words: str) -> list[str]:
        document = ask("ls", "-f", file, "-o", "json", *words).document
        assert broken_promises(document) == []
        return [item["address"] for item in document["items"]]

    assert addresses("--sort-by", "address") == ["192.0.2.9", SHARED, HELD_BY_VAULT]
    assert addresses("--sort-by", "{.services[0].name}") == [SHARED, "192.0.2.9", HELD_BY_VAULT]
    assert addresses("--sort-by", "length(services)") == ["192.0.2.9", HELD_BY_VAULT, SHARED]
    by_pool = addresses("--sort-by", ".pool")
    assert by_pool[0] == "192.0.2.9"  # it is in no pool, and who has no value comes first
    rows = ask("ls", "-f", file, "--sort-by", "services[0].name", "--no-headers").text.splitlines()
    assert [row.split()[0] for row in rows] == [SHARED, SHARED, "192.0.2.9", HELD_BY_VAULT, "<pending>"]


@pytest.mark.parametrize(
    ("words", "shown", "under"),
    [
        (["--sort-by", "length(services"], "error: --sort-by length(services", ""),
        (["--sort-by", "servces[0].name"], "error: --sort-by servces[0].name", "s"),
        (["--query", "items[*].[address"], "error: --query items[*].[address", ""),
        (["--query", ".items[?a='b]"], "error: --query .items[?a='b]", "="),
        (["-o", "custom-columns=A:address,B:keys["], "error: -o custom-columns=A:address,B:keys[", ""),
        (["-o", "custom-columns=A:a..b,B:keys"], "error: -o custom-columns=A:a..b,B:keys", "."),
    ],
)
def test_a_wrong_expression_has_a_caret_under_the_place(
    lab: Lab, words: list[str], shown: str, under: str
) -> None:
    ended = ran(*lab.words("ls", *words))

    refused(ended, 2)
    first, second = ended.err.splitlines()
    assert first == shown
    place = second.index("^")
    assert second[:place].strip() == ""
    assert first[place : place + 1] == under


def test_pods_are_counted_on_demand(file: str) -> None:
    plain = ask("ls", "-f", file, "-o", "json").document
    counted = ask("ls", "-f", file, "-o", "json", "--endpoints").document

    assert broken_promises(plain) == broken_promises(counted) == []
    assert "endpoints" not in json.dumps(plain)
    found = {s["name"]: s["endpoints"] for item in counted["items"] for s in item["services"]}
    assert found["front"] == {"ready": 1, "total": 2}
    assert found["vault"] == {"ready": 0, "total": 0}
    row = next(line for line in ask("ls", "-f", file, "--endpoints").text.splitlines() if "front" in line)
    assert row.split()[4] == "1/2"


def test_pods_that_may_not_be_read_are_null_and_said_so(lab: Lab) -> None:
    lab.api.forbidden = {("endpointslices", "*"), ("endpointslices", None)}

    ended = ran(*lab.words("ls", "--endpoints", "-o", "json"))

    assert (ended.status, broken_promises(ended.document)) == (0, [])
    assert {s["endpoints"] for item in ended.document["items"] for s in item["services"]} == {None}
    assert {note["code"] for note in ended.document["notes"]} == {"SIP901"}
    assert FREE not in ended.out
