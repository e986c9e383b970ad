"""check for other programs: SARIF, GitHub's workflow commands, OpenMetrics, sheets, names, columns.

Whether the SARIF is SARIF is held against the standard's schema in tests/real.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from kubectl_sharedip.render.sheets import csv_text
from tests.command_line.checking import KEY, PIN, POOL, Json, check, item, manifest, written
from tests.command_line.program import refused

EVIL = "=1+2|*x*, %0A::error::\u202eend"


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A clash, and a key that tries to be more than text."""
    return written(
        tmp_path,
        "m.yaml",
        POOL,
        manifest("one", annotations={KEY: "edge", PIN: "192.0.2.12"}),
        manifest("two", annotations={KEY: "edge", PIN: "192.0.2.12"}),
        manifest("evil", "90", annotations={KEY: EVIL}),
    )


def offline(file: str, form: str) -> str:
    return check("--offline", "-f", file, "-o", form).out


def report(file: str) -> Json:
    return check("--offline", "-f", file, "-o", "json").document


def parsed(text: str) -> dict[str, Metric]:
    """The families as Prometheus' own parser reads them."""
    read: Callable[[str], Iterator[Metric]] = text_string_to_metric_families
    return {family.name: family for family in read(text)}


def test_sarif_has_each_finding_with_its_line_and_its_rule(file: str) -> None:
    document, log = report(file), json.loads(offline(file, "sarif"))

    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted(set(rules))
    told = [(one["name"], f["code"], f["severity"]) for one in document["items"] for f in one["findings"]]
    levels = {"error": "error", "warning": "warning", "note": "info"}
    seen = []
    for result in run["results"]:
        (place,) = result["locations"]
        (logical,) = place["logicalLocations"]
        seen.append((logical["name"], result["ruleId"], levels[result["level"]]))
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"].startswith(f"Service shop/{logical['name']}: ")
        line = place["physicalLocation"]["region"]["startLine"]
        assert Path(file).read_text().splitlines()[line - 1] == "apiVersion: v1"
        assert f"name: {logical['name']}," in Path(file).read_text().splitlines()[line + 1]
        assert place["physicalLocation"]["artifactLocation"]["uri"] == Path(file).as_uri()
        assert re.fullmatch("[0-9a-f]{64}", result["partialFingerprints"]["sharedip/v1"])
    assert seen == told
    assert len({r["partialFingerprints"]["sharedip/v1"] for r in run["results"]}) == len(seen)


def test_paths_below_the_folder_stay_relative(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(file).parent)
    Path("m.yaml").rename("a b.yaml")

    log = json.loads(offline("a b.yaml", "sarif"))

    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "a%20b.yaml", "uriBaseId": "%SRCROOT%"}


def test_workflow_commands_are_one_a_finding_and_nothing_else(file: str) -> None:
    document, text = report(file), offline(file, "github")

    lines = text.splitlines()
    told = [(one["name"], f["code"], f["severity"]) for one in document["items"] for f in one["findings"]]
    assert len(lines) == len(told)
    kinds = {"error": "error", "warning": "warning", "notice": "info"}
    for line, (name, code, severity) in zip(lines, told, strict=True):
        found = re.fullmatch(r"::(\w+) file=([^,]*),line=(\d+),title=([^,:]*)::(.*)", line)
        assert found is not None, line
        assert (kinds[found[1]], found[4].split()[0]) == (severity, code)
        assert found[2].replace("%3A", ":").replace("%2C", ",") == file
        assert f"shop/{name}" in found[5]
    evil = [line for line in lines if "shop/evil" in line]
    assert evil
    assert not any("\u202e" in line for line in evil)
    assert any("%250A" in line for line in evil)


def test_what_could_not_be_used_stands_beside_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log without it would be that of manifests with which nothing is wrong."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "m.yaml", POOL, manifest("one"), "just: text\n")
    words = ("--offline", "-f", "m.yaml", "-f", "gone.yaml", "-o")

    github, sarif = check(*words, "github"), check(*words, "sarif")

    line = (tmp_path / "m.yaml").read_text().splitlines().index("just: text") + 1
    first, second = github.out.splitlines()
    assert github.status == sarif.status == 3
    assert first.startswith(f"::error file=m.yaml,line={line},title=not checked::not a Kubernetes object")
    assert second.startswith("::error file=gone.yaml,line=1,title=not checked::no such file")
    (invocation,) = json.loads(sarif.out)["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    told = [one["locations"][0]["physicalLocation"] for one in invocation["toolExecutionNotifications"]]
    assert [(one["artifactLocation"]["uri"], one["region"]["startLine"]) for one in told] == [
        ("m.yaml", line),
        ("gone.yaml", 1),
    ]
    written(tmp_path, "m.yaml", POOL, manifest("one"))
    well = json.loads(check("--offline", "-f", "m.yaml", "-o", "sarif").out)
    assert well["runs"][0]["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_metrics_are_open_metrics_with_stable_labels(file: str) -> None:
    families = parsed(offline(file, "prometheus"))

    def samples(name: str) -> dict[tuple[tuple[str, str], ...], float]:
        return {tuple(sorted(one.labels.items())): one.value for one in families[name].samples}

    assert all(one.type == "gauge" and one.documentation for one in families.values())
    assert samples("sharedip_services") == {
        (("state", "Assigned"),): 2,
        (("state", "NotHandled"),): 0,
        (("state", "OneOf"),): 0,
        (("state", "Pending"),): 1,
    }
    assert samples("sharedip_services_pending") == {(("code", "SIP206"),): 1}
    pool = (("family", "ipv4"), ("namespace", "metallb-system"), ("pool", "lab"))
    room = [samples(f"sharedip_pool_addresses{end}")[pool] for end in ("", "_used", "_shared", "_free")]
    assert room == [10, 2, 0, 8]
    codes = {f["code"] for one in report(file)["items"] for f in one["findings"]}
    assert {dict(labels)["code"] for labels in samples("sharedip_findings")} == codes


def test_metrics_of_large_pools_and_strange_names_are_exact(tmp_path: Path) -> None:
    pool = POOL.replace("192.0.2.10-192.0.2.19", "'2001:db8::/64'").replace("lab", r'"a\"b\\c"')
    file = written(tmp_path, "m.yaml", pool, manifest("web"))

    text = offline(file, "prometheus")

    assert r'pool="a\"b\\c",family="ipv6"} 18446744073709551616' in text
    families = parsed(text)
    (sample,) = families["sharedip_pool_addresses"].samples
    assert (sample.labels["pool"], sample.value) == ('a"b\\c', 2.0**64)


def test_csv_has_a_row_a_finding_and_no_formula(file: str, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(offline(file, "csv"))))

    told = [(one["name"], f["code"]) for one in report(file)["items"] for f in one["findings"]]
    found = [(row["OBJECT"], row["CODE"]) for row in rows if row["CODE"]]
    assert found == [(f"shop/{name}", code) for name, code in told]
    assert {row["OBJECT"] for row in rows} == {"shop/one", "shop/two", "shop/evil"}
    quiet = written(tmp_path, "q.yaml", POOL, manifest("web"))
    (row,) = csv.DictReader(io.StringIO(offline(quiet, "csv")))
    assert (row["OBJECT"], row["PREDICTED"], row["ADDRESSES"], row["CODE"]) == (
        "shop/web",
        "Assigned",
        "192.0.2.10",
        "",
    )
    assert "\u202e" not in offline(file, "csv")
    assert csv_text(["A"], [["=1"], ["+1"], ["-1"], ["@x"], ["a=b"]]) == "A\n'=1\n'+1\n'-1\n'@x\na=b\n"


def test_markdown_is_a_table_that_nothing_breaks(file: str) -> None:
    lines = offline(file, "markdown").splitlines()

    cells = [re.split(r"(?<!\\)\|", line) for line in lines]
    assert {len(row) for row in cells} == {9}
    assert set(cells[1][1:-1]) == {" --- "}
    assert any("\\*x\\*" in line for line in lines)


def test_names_and_columns(file: str) -> None:
    document = report(file)

    found = [f"service/{one['name']}" for one in document["items"] if one["findings"]]
    assert offline(file, "name").splitlines() == found
    columns = offline(file, "custom-columns=N:.name,S:predicted.state,C:findings[?decisive].code,D:disturbs")
    header, *rows = (line.split() for line in columns.splitlines())
    assert header == ["N", "S", "C", "D"]
    assert rows[1] == ["two", "Pending", "SIP206", "<none>"]


@pytest.mark.parametrize(
    "columns", ["custom-columns", "custom-columns=", "custom-columns=A", "custom-columns=A:[["]
)
def test_columns_that_cannot_be_used_are_refused(file: str, columns: str) -> None:
    refused(check("--offline", "-f", file, "-o", columns), 2)


def test_the_table_fits_a_terminal_and_tells_everything(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    ended = check("--offline", "-f", file)

    assert max(map(len, ended.out.splitlines())) <= 80
    flat = " ".join(ended.out.split())
    for one in report(file)["items"]:
        for finding in one["findings"]:
            assert finding["code"] in flat
    assert "SIP206 error: On" in flat
    assert re.search(r"\d errors?, \d+ (warnings?|infos?)", ended.err)


def test_a_chosen_part_is_json(file: str) -> None:
    ended = check("--offline", "-f", file, "--query", "items[].name")

    assert json.loads(ended.out) == ["one", "two", "evil"]
    assert item(report(file), "one")["predicted"]["state"] == "Assigned"
