"""What makes check fail, and what is only counted: --fail-on, --ignore, annotations, a baseline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line.checking import KEY, PIN, POOL, check, codes, finding, item, manifest, notes, written
from tests.command_line.program import refused

LUCKY = (manifest("web", annotations={KEY: "edge"}), manifest("api", "81", annotations={KEY: "edge"}))
CLASH = (
    manifest("one", annotations={KEY: "edge", PIN: "192.0.2.12"}),
    manifest("two", annotations={KEY: "edge", PIN: "192.0.2.12"}),
)


def offline(*words: str) -> tuple[str, ...]:
    return ("--offline", "-o", "json", *words)


def test_the_least_severity_that_fails_can_be_chosen(tmp_path: Path) -> None:
    warned = written(tmp_path, "a.yaml", POOL, *LUCKY)
    broken = written(tmp_path, "b.yaml", POOL, *CLASH)
    told = written(tmp_path, "c.yaml", POOL, manifest("web", annotations={KEY: "shop"}))

    assert [check(*offline("-f", file)).status for file in (warned, broken, told)] == [0, 1, 0]
    for level, statuses in (("error", [0, 1, 0]), ("warning", [1, 1, 0]), ("info", [1, 1, 1])):
        found = [check(*offline("-f", file, "--fail-on", level)).status for file in (warned, broken, told)]
        assert found == statuses, level


def test_the_summary_counts_by_severity(tmp_path: Path) -> None:
    document = check(*offline("-f", written(tmp_path, "a.yaml", POOL, *CLASH, *LUCKY))).document

    found = [one["severity"] for item_ in document["items"] for one in item_["findings"]]
    assert document["summary"] == {
        "errors": found.count("error"),
        "warnings": found.count("warning"),
        "infos": found.count("info"),
        "ignored": 0,
    }
    assert found.count("error") == 1


@pytest.mark.parametrize(
    "flags", [["--ignore", "SIP804,sip206"], ["--ignore", "804", "--ignore", "SIP206"], ["--ignore=206 804"]]
)
def test_ignored_codes_are_counted(tmp_path: Path, flags: list[str]) -> None:
    file = written(tmp_path, "a.yaml", POOL, *CLASH, *LUCKY)
    before = check(*offline("-f", file)).document

    ended = check(*offline("-f", file, *flags))

    gone = [
        one["code"]
        for item_ in before["items"]
        for one in item_["findings"]
        if one["code"] in ("SIP804", "SIP206")
    ]
    assert ended.status == 0
    assert ended.document["summary"]["ignored"] == len(gone) == 3
    assert not {"SIP804", "SIP206"} & {code for one in ended.document["items"] for code in codes(one)}
    assert item(ended.document, "two")["predicted"]["state"] == "Pending"


def test_a_code_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "a.yaml", POOL, *CLASH)

    refused(check("--offline", "-f", file, "--ignore", "SIP999"), 2, "SIP999")


def test_the_table_says_how_many_were_ignored(tmp_path: Path) -> None:
    file = written(tmp_path, "a.yaml", POOL, *CLASH)

    ended = check("--offline", "-f", file, "--ignore", "SIP206")

    assert "1 ignored" in ended.err
    assert "SIP206" not in ended.out


def test_an_annotation_ignores_on_its_object_alone(tmp_path: Path) -> None:
    quiet = LUCKY[0].replace('"edge"', '"edge", sharedip/ignore: "SIP804, SIP801"')
    file = written(tmp_path, "a.yaml", POOL, quiet, LUCKY[1])

    document = check(*offline("-f", file)).document

    assert "SIP804" not in codes(item(document, "web"))
    assert "SIP804" in codes(item(document, "api"))
    assert document["summary"]["ignored"] == 1


def test_an_annotation_with_an_unknown_code_is_said(tmp_path: Path) -> None:
    file = written(tmp_path, "a.yaml", POOL, manifest("web", annotations={"sharedip/ignore": "SIP000"}))

    document = check(*offline("-f", file)).document

    assert any("SIP000" in text and "sharedip/ignore" in text for text in notes(document))


def test_a_baseline_counts_old_debts_and_tells_new_ones(tmp_path: Path) -> None:
    file = written(tmp_path, "a.yaml", POOL, *CLASH, *LUCKY)
    before = check(*offline("-f", file))
    saved = written(tmp_path, "baseline.json", before.out)
    every = sum(len(one["findings"]) for one in before.document["items"])

    same = check(*offline("-f", file, "--baseline", saved))
    worse = written(tmp_path, "a.yaml", POOL, *CLASH, *LUCKY, CLASH[1].replace("two", "three"))
    more = check(*offline("-f", worse, "--baseline", saved))

    assert (before.status, same.status, more.status) == (1, 0, 1)
    assert same.document["summary"] == {"errors": 0, "warnings": 0, "infos": 0, "ignored": every}
    assert [one["name"] for one in more.document["items"] if "SIP206" in codes(one)] == ["three"]


def test_an_old_debt_is_known_by_its_field_and_not_by_its_words(tmp_path: Path) -> None:
    file = written(tmp_path, "a.yaml", POOL, *CLASH)
    before = check(*offline("-f", file))
    saved = written(tmp_path, "baseline.json", before.out)
    # Another port on the same field of the same Service: other words, the same debt.
    moved = written(tmp_path, "a.yaml", POOL, *(one.replace("port: 80", "port: 90") for one in CLASH))
    # A second port clashes: another field, a new finding.
    grown = written(
        tmp_path,
        "b.yaml",
        POOL,
        *(one.replace("{port: 80, protocol: TCP}", "{port: 80}, {port: 81}") for one in CLASH),
    )

    old = check(*offline("-f", moved, "--baseline", saved))
    new = check(*offline("-f", grown, "--baseline", saved))

    words = finding(item(before.document, "two"), "SIP206")["message"]
    assert finding(item(check(*offline("-f", moved)).document, "two"), "SIP206")["message"] != words
    assert old.status == 0
    assert new.status == 1
    assert "SIP206" in codes(item(new.document, "two"))


def test_debts_that_are_paid_are_said(tmp_path: Path) -> None:
    saved = written(
        tmp_path, "old.json", check(*offline("-f", written(tmp_path, "a.yaml", POOL, *CLASH))).out
    )
    better = written(tmp_path, "a.yaml", POOL, CLASH[0])

    ended = check("--offline", "-f", better, "--baseline", saved)

    assert "1 of the baseline are there no more" in ended.err  # one finding, which spoke of several fields


@pytest.mark.parametrize("words", [("-n", "bank"), ("-l", "tier=web")], ids=" ".join)
def test_what_is_not_looked_at_is_not_paid(tmp_path: Path, words: tuple[str, str]) -> None:
    """Old debts of other namespaces, and of Services that -l leaves out, may well be there still."""
    web = manifest("web", namespace="bank", more=", labels: {tier: web}")
    file = written(tmp_path, "a.yaml", POOL, *CLASH, web)
    saved = written(tmp_path, "old.json", check(*offline("-f", file)).out)

    ended = check("--offline", "-f", file, "--baseline", saved, *words)

    assert "bank/web" in ended.out
    assert "no more" not in ended.err


def test_stdin_cannot_be_both(tmp_path: Path) -> None:
    refused(check("--offline", "-f", "-", "--baseline", "-"), 3, "stdin is given twice", "--baseline -")


def test_a_baseline_may_be_yaml(tmp_path: Path) -> None:
    file = written(tmp_path, "a.yaml", POOL, *CLASH)
    saved = written(tmp_path, "old.yaml", check("--offline", "-f", file, "-o", "yaml").out)

    assert check(*offline("-f", file, "--baseline", saved)).status == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"apiVersion": "v1", "kind": "List", "items": []}',
        '{"kind": "CheckReport"}',
        '{"apiVersion": "sharedip/v1", "kind": "CheckReport"}',
        '{"apiVersion": "sharedip/v2", "kind": "CheckReport", "items": []}',
    ],
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    file = written(tmp_path, "a.yaml", POOL, *CLASH)
    saved = written(tmp_path, "old.json", text)

    refused(check("--offline", "-f", file, "--baseline", saved), 3, "old.json", "-o json")
    refused(check("--offline", "-f", file, "--baseline", saved + ".gone"), 3, "old.json.gone")


# Environments


def both(one: str, other: str, more: str = "") -> tuple[str, str]:
    shared = {KEY: "edge", PIN: "192.0.2.12"}
    return (
        manifest("web", namespace=one, annotations=shared, more=more),
        manifest("api", "81", namespace=other, annotations=shared),
    )


@pytest.mark.parametrize(
    ("one", "other", "flags", "told"),
    [
        ("shop-prod", "shop-dev", [], True),
        ("shop-prod", "shop-production", [], False),
        ("shop-red", "shop-blue", [], False),
        ("shop-red", "shop-blue", ["--environments", "red,blue"], True),
        ("shop-red", "shop-blue", ["--environments", "red|blue,green"], False),
        ("shop-prod", "shop-dev", ["--environments", "red,blue"], False),
        ("shop-prod", "shop-dev", ["--environments", "label=stage"], True),
        ("reproduction", "shop-dev", [], False),
    ],
)
def test_environments_are_those_that_are_named(
    tmp_path: Path, one: str, other: str, flags: list[str], told: bool
) -> None:
    file = written(tmp_path, "a.yaml", POOL, *both(one, other))

    document = check(*offline("-f", file, *flags)).document

    assert ("SIP802" in codes(item(document, "web"))) is told
    assert ("SIP802" in codes(item(document, "api"))) is told


def test_the_label_that_tells_the_environment_can_be_chosen(tmp_path: Path) -> None:
    file = written(tmp_path, "a.yaml", POOL, *both("shop-dev", "shop-dev", ", labels: {stage: prod}"))

    assert "SIP802" not in codes(item(check(*offline("-f", file)).document, "web"))
    document = check(*offline("-f", file, "--environments", "label=stage")).document
    told = finding(item(document, "web"), "SIP802")
    assert "prod" in told["message"]
    assert 'metadata.labels["stage"]' in json.dumps(told["objects"]).replace('\\"', '"')


@pytest.mark.parametrize("text", ["", "a,,b", "label=", "a|"])
def test_environments_that_cannot_be_read_are_refused(tmp_path: Path, text: str) -> None:
    file = written(tmp_path, "a.yaml", POOL, *CLASH)

    refused(check("--offline", "-f", file, f"--environments={text}"), 2, "--environments")
