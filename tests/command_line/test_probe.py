"""probe, seen by the real program: real listeners on loopback, and every form of the answer."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text_format

from kubectl_sharedip.cli import main
from tests.command_line.probed import HERE, THERE, advertisement, guarded, node, pods, svc, told, written
from tests.command_line.program import EXAMPLES, Ended, Program, refused
from tests.command_line.schema import broken_promises
from tests.probe_room import certificate, listeners
from tests.probe_room.guard.sitecustomize import TRESPASSED
from tests.probe_room.listeners import answering_udp, closed, listening, vanishing

SHORT = ("--connect-timeout", "500ms")
HTTP_OK = listeners.saying(b"HTTP/1.1 200 OK\r\n\r\n")


@pytest.fixture
def safe(program: Program) -> Program:
    return guarded(program)


def probed(safe: Program, file: str, *words: str) -> tuple[int, dict[str, Any]]:
    """Status and document of a probe of this file; the document is held against its schema."""
    ended = safe("probe", "-f", file, "-o", "json", *words)
    assert broken_promises(ended.document) == [], ended.err
    return ended.status, ended.document


# The guard


def test_the_guard_lets_no_test_reach_an_example_address(safe: Program) -> None:
    file = str(EXAMPLES / "classic" / "cluster.yaml")

    assert safe("probe", "-f", file, *SHORT).status == TRESPASSED


# Network or application


def test_one_fails_beside_a_neighbour_that_answers(safe: Program) -> None:
    with listening(host=HERE) as web, closed(HERE) as gone:
        file = written(safe, svc("web", HERE, web), svc("api", HERE, gone), pods("api", True, False))
        status, document = probed(safe, file)

    assert status == 1
    assert told(document) == {
        f"api {gone}/TCP": ("refused", "application"),
        f"web {web}/TCP": ("ok", "ok"),
    }
    api, web_item = document["items"]
    assert (api["endpoints"], web_item["endpoints"]) == ({"ready": 1, "total": 2}, {"ready": 0, "total": 0})
    assert f"{HERE} answers to shop/web {web}/TCP" in api["because"]
    assert "1 of 2 endpoints are ready" in api["because"]
    assert api["latency_ms"] is not None
    assert document["from"]["inCluster"] is False
    assert document["from"]["host"]


def test_all_services_of_an_address_vanish(safe: Program) -> None:
    with vanishing(HERE) as one, vanishing(HERE) as two, listening(host=THERE) as three:
        objects = (svc("web", HERE, one), svc("api", HERE, two), svc("other", THERE, three))
        status, document = probed(safe, written(safe, *objects), *SHORT)

    assert status == 1
    assert told(document) == {
        f"api {two}/TCP": ("timeout", "network"),
        f"web {one}/TCP": ("timeout", "network"),
        f"other {three}/TCP": ("ok", "ok"),
    }
    assert {item["latency_ms"] for item in document["items"][:2]} == {None}
    assert "2 Services" in document["items"][0]["because"]
    assert "not read are" in document["items"][0]["because"]


def test_all_vanish_and_no_advertisement_is_for_the_pool(safe: Program) -> None:
    with vanishing(HERE) as one, vanishing(HERE) as two:
        ads = [advertisement(kind, "another") for kind in ("L2Advertisement", "BGPAdvertisement")]
        objects = (svc("web", HERE, one), svc("api", HERE, two), *ads)
        status, document = probed(safe, written(safe, *objects), *SHORT)

    assert status == 1
    assert {item["verdict"] for item in document["items"]} == {"announcement"}
    assert "SIP601" in document["items"][0]["because"]


def test_all_vanish_and_the_node_that_announces_is_named(safe: Program) -> None:
    with vanishing(HERE) as one:
        ads = [advertisement("L2Advertisement"), advertisement("BGPAdvertisement", "another")]
        objects = (svc("web", HERE, one), pods("web", True), node("192.0.2.77"), *ads)
        _, document = probed(safe, written(safe, *objects), *SHORT)

    (item,) = document["items"]
    assert item["verdict"] == "network"
    assert "SIP605" in item["because"]
    assert "n1" in item["because"]


@pytest.mark.parametrize("inside", ["pod", "node"])
def test_in_the_cluster_nothing_is_said_of_the_network(safe: Program, inside: str) -> None:
    there = replace(safe, env={**safe.env, "KUBERNETES_SERVICE_HOST": "127.0.0.1"})
    with vanishing(HERE) as one, vanishing(HERE) as two, closed(THERE) as three:
        objects = [svc("web", HERE, one), svc("api", HERE, two), svc("other", THERE, three)]
        objects += [node("127.0.0.1")] if inside == "node" else []
        file = written(safe, *objects)
        status, document = probed(there if inside == "pod" else safe, file, *SHORT)
        shown = (there if inside == "pod" else safe)("probe", "-f", file, *SHORT)

    assert status == 1
    assert document["from"]["inCluster"] is True
    assert [item["verdict"] for item in document["items"]] == ["unknown", "unknown", "application"]
    assert "no network or announcement verdict" in shown.err
    assert ("node n1" in shown.err) == (inside == "node")


def test_an_address_that_is_foretold_is_tried_and_that_is_said(safe: Program) -> None:
    with listening(host="127.0.0.1") as port:
        body = svc("web", "127.0.0.1", port)
        body["status"], body["spec"]["loadBalancerIP"] = {}, "127.0.0.1"
        del body["metadata"]["uid"], body["spec"]["clusterIPs"]
        ended = safe("probe", "-f", written(safe, body))

    assert ended.status == 0
    assert "127.0.0.1   shop/web" in ended.out
    assert "foretold" in ended.err


# TLS, HTTP, UDP


def test_tls_and_http_where_asked(safe: Program, tmp_path: Path) -> None:
    over_tls = listeners.speaking_tls(certificate.written(tmp_path), HTTP_OK)
    with listening(HTTP_OK, HERE) as http, listening(over_tls, HERE) as https, ExitStack() as stack:
        mail = stack.enter_context(listening(listeners.saying(b"220 mail ESMTP\r\n"), HERE))
        file = written(safe, svc("web", HERE, http, https, mail))
        plain = probed(safe, file)[1]
        tls = probed(safe, file, "--tls", f"{https},{mail}")[1]
        both = probed(safe, file, "--http", f"{http},{https},{mail}", "--tls", f"{https}")[1]

    assert {item["verdict"] for item in plain["items"]} == {"ok"}
    assert [item["result"] for item in tls["items"]] == ["ok", "ok", "reset"]
    assert "TLSv1.3" in tls["items"][1]["because"]
    assert [item["result"] for item in both["items"]] == ["ok", "ok", "reset"]
    assert "HTTP with status 200" in both["items"][0]["because"]
    assert "HTTP over TLS with status 200" in both["items"][1]["because"]
    assert "not HTTP" in both["items"][2]["because"]


def test_a_flag_that_stands_alone_takes_no_name_for_ports(safe: Program) -> None:
    with listening(HTTP_OK, HERE) as http:
        port = {"port": http, "name": "http"}
        file = written(safe, svc("web", HERE, port))
        words = [["--http", "web"], ["--http", "--tls", "web"]]
        answers = [probed(safe, file, *one)[1]["items"][0]["because"] for one in words]

    assert all("HTTP with status 200" in one for one in answers)


def test_udp_is_not_tried_unless_somebody_says_with_what(safe: Program) -> None:
    with answering_udp(lambda question, count: [question[::-1]], HERE) as port:
        body = svc("time", HERE, {"port": port, "protocol": "UDP"})
        untried = probed(safe, written(safe, body))
        body["metadata"]["annotations"]["sharedip/udp-probe"] = f"{port}:e300"
        tried = probed(safe, written(safe, body))

    assert (untried[0], told(untried[1])) == (0, {f"time {port}/UDP": ("not-tried", "unknown")})
    assert "Not tried: UDP" in untried[1]["items"][0]["because"]
    assert (tried[0], told(tried[1])) == (0, {f"time {port}/UDP": ("ok", "ok")})


# Which Services are meant, and the exit status


def test_the_exit_status_is_that_of_who_was_asked_for(safe: Program) -> None:
    with listening(host=HERE) as web, closed(HERE) as gone:
        file = written(safe, svc("web", HERE, web), svc("api", HERE, gone, namespace="other"))
        answers = {
            words: probed(safe, file, *words)
            for words in [("web",), ("shop/web",), ("other/api",), ("-n", "shop"), ("-A",), ()]
        }

    # An address is shown whole, whoever was asked for.
    assert {len(document["items"]) for _, document in answers.values()} == {2}
    assert [status for status, _ in answers.values()] == [0, 0, 1, 0, 1, 1]


def test_addresses_that_nobody_asked_for_are_left_alone(safe: Program) -> None:
    with listening(host=HERE) as web, closed(THERE) as gone:
        file = written(safe, svc("web", HERE, web), svc("api", THERE, gone))

        assert list(told(probed(safe, file, "web")[1])) == [f"web {web}/TCP"]


def test_who_cannot_be_probed_is_an_error_and_the_others_are_answered(safe: Program) -> None:
    waits = svc("waits", HERE, 80)
    waits["status"], waits["spec"]["loadBalancerIP"] = {}, "127.0.9.9"
    plain = svc("plain", HERE, 80)
    plain["status"], plain["spec"]["type"] = {}, "ClusterIP"
    with listening(host=HERE) as web:
        file = written(safe, svc("web", HERE, web), waits, plain)
        ended = safe("probe", "-f", file, "-o", "json", "web", "waits", "nobody", "plain")
        alone = safe("probe", "-f", file, "waits")
        everything = safe("probe", "-f", file)

    assert ended.status == 3
    assert list(told(ended.document)) == [f"web {web}/TCP"]
    for said in ("waits is Pending", "why waits -n shop -f cluster.json", '"nobody" not found', "ClusterIP"):
        assert said in ended.err
    refused(alone, 3, "shop/waits is Pending")
    assert everything.status == 0
    assert "Pending, so without an address to try: shop/waits" in everything.err


def test_nothing_to_try_is_an_answer(safe: Program) -> None:
    file = written(safe, svc("web", HERE, 80, namespace="other"))

    ended = safe("probe", "-f", file, "-n", "shop")
    document = probed(safe, file, "-n", "shop")

    assert (ended.status, ended.out) == (0, "")
    assert "1 in other namespaces: -A" in ended.err
    assert (document[0], document[1]["items"]) == (0, [])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--tls=x"], "--tls x"),
        (["--http", "0"], "--http 0"),
        (["--tls", "80,70000"], "70000"),
        (["--parallel", "0"], "--parallel"),
        (["--parallel", "many"], "--parallel"),
        (["--connect-timeout", "0"], "--connect-timeout"),
        (["--connect-timeout", "11m"], "--connect-timeout"),
        (["--connect-timeout", "soon"], "--connect-timeout soon"),
        (["--targets", "d", "-w"], "-w"),
        (["--targets", "d", "-o", "json"], "-o"),
        (["--targets", "d", "--parallel", "2"], "--parallel"),
        (["--targets", "d", "--query", "items"], "--query"),
        (["-w", "-o", "csv"], "csv"),
        (["-w", "-o", "prometheus"], "prometheus"),
        (["-o", "tree"], "tree"),
        (["--query", "items", "-o", "csv"], "--query"),
        (["shop/"], "shop/"),
    ],
)
def test_a_command_line_that_is_wrong(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)

    # Nothing is read before: the file is not there.
    status = main._run(["probe", "-f", "nowhere.yaml", *words])

    shown = capsys.readouterr()
    refused(Ended(status=status, out=shown.out, err=shown.err), 2, said)
    assert list(tmp_path.iterdir()) == []


# The forms of the answer


Answer = Callable[..., Ended]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answer]:
    """Two addresses: one Service that works, one that is down, one that is not tried."""
    home = tmp_path_factory.mktemp("scene")
    env = {"HOME": str(home), "PATH": os.defpath, "LANG": "C.UTF-8"}
    safe = guarded(Program(home=home, env=env))
    with listening(host=HERE) as web, closed(HERE) as gone, vanishing(THERE) as lost:
        udp = {"port": 5060, "protocol": "UDP", "name": "sip"}
        objects = (svc("web", HERE, web), svc("api", HERE, gone, udp), svc("lost", THERE, lost))
        file = written(safe, *objects, pods("web", True), pods("api", True), pods("lost", True))
        names = {str(web): "5001", str(gone): "5002", str(lost): "5003"}
        numbers = re.compile("|".join(names))

        @cache
        def answer(*words: str) -> Ended:
            ended = safe("probe", "-f", file, *SHORT, *words, columns=80)
            return replace(ended, out=numbers.sub(lambda found: names[found[0]], ended.out))

        yield answer


def test_the_table_has_a_row_an_attempt_and_the_reasons_beneath(scene: Answer) -> None:
    ended = scene()

    assert ended.status == 1
    table, _, reasons = ended.out.partition("\n\n")
    header, *rows = [re.split(r" {2,}", line) for line in table.splitlines()]
    assert header == ["ADDRESS", "SERVICE", "PORT", "RESULT", "TIME", "READY", "VERDICT"]
    assert [[*row[:4], *row[5:]] for row in rows] == [
        [HERE, "shop/api", "5002/TCP", "refused", "1/1", "application"],
        [HERE, "shop/api", "5060/UDP", "not-tried", "1/1", "unknown"],
        [HERE, "shop/web", "5001/TCP", "ok", "1/1", "ok"],
        [THERE, "shop/lost", "5003/TCP", "timeout", "1/1", "network"],
    ]
    assert all(re.fullmatch(r"<1ms|\d+ms|-", row[4]) for row in rows)
    assert reasons.startswith(f"{HERE} application: shop/api 5002/TCP\n  Something answers")
    assert f"\n{THERE} network: shop/lost 5003/TCP\n" in reasons
    assert "5060" not in reasons


@pytest.mark.parametrize("words", [(), ("--no-headers",)])
def test_the_table_fits_80_columns(scene: Answer, words: tuple[str, ...]) -> None:
    ended = scene(*words)

    assert [line for line in ended.out.splitlines() if len(line) > 80] == []
    assert ("ADDRESS" in ended.out) == (words == ())
    assert ("Something answers" in ended.out) == (words == ())


def test_wide_has_the_reason_in_its_row(scene: Answer) -> None:
    lines = scene("-o", "wide").out.splitlines()

    assert lines[0].endswith("VERDICT       BECAUSE")
    assert len(lines) == 5
    assert "It accepts connections." in lines[3]


def test_json_and_yaml_say_the_same(scene: Answer) -> None:
    first, second = scene("-o", "json").document, yaml.safe_load(scene("-o", "yaml").out)

    assert broken_promises(first) == broken_promises(second) == []
    for item in (*first["items"], *second["items"]):
        item["latency_ms"] = None
    assert first == second


def test_a_query_takes_a_part(scene: Answer) -> None:
    ended = scene("--query", "items[?verdict=='network'].name")

    assert json.loads(ended.out) == ["lost"]
    assert ended.status == 1


def test_csv_is_read_back(scene: Answer) -> None:
    rows = list(csv.DictReader(io.StringIO(scene("-o", "csv").out)))
    items = scene("-o", "json").document["items"]

    assert [row["name"] for row in rows] == [item["name"] for item in items]
    for row, item in zip(rows, items, strict=True):
        assert row["because"] == item["because"]
        assert (row["endpoints_ready"], row["endpoints_total"]) == ("1", "1")
        assert bool(row["latency_ms"]) == (item["latency_ms"] is not None)
    assert len(scene("-o", "csv", "--no-headers").out.splitlines()) == len(items)


def test_names_are_those_of_kubectl_each_once(scene: Answer) -> None:
    assert scene("-o", "name").out.splitlines() == ["service/api", "service/web", "service/lost"]


def samples(text: str) -> dict[str, dict[frozenset[tuple[str, str]], float]]:
    """Every sample of OpenMetrics text, by family and labels."""
    read: Callable[[str], Iterator[Metric]] = openmetrics
    return {
        family.name: {frozenset(sample.labels.items()): sample.value for sample in family.samples}
        for family in read(text)
    }


def test_prometheus_is_openmetrics_and_also_the_older_text(scene: Answer) -> None:
    text = scene("-o", "prometheus").out
    found = samples(text)

    older = {family.name: {f.name for f in family.samples} for family in text_format(text)}
    assert set(older) == set(found)
    assert {family.type for family in text_format(text)} == {"gauge"}
    success = {dict(labels)["service"]: value for labels, value in found["sharedip_probe_success"].items()}
    assert success == {"api": 0, "web": 1, "lost": 0}  # what was not tried has none
    (lost,) = [
        dict(labels)["verdict"]
        for labels, value in found["sharedip_probe_verdict"].items()
        if dict(labels)["service"] == "lost" and value
    ]
    assert lost == "network"
    assert found["sharedip_probe_in_cluster"] == {frozenset(): 0}
    ready = [v for labels, v in found["sharedip_probe_endpoints"].items() if ("state", "ready") in labels]
    assert ready == [1, 1, 1, 1]
    assert sum(found["sharedip_probe_result"].values()) == 4
    assert text.endswith("# EOF\n")


def test_the_series_do_not_depend_on_what_came_of_an_attempt(safe: Program) -> None:
    with listening(host=HERE) as web:
        file = written(safe, svc("web", HERE, web), pods("web", True))
        up = samples(safe("probe", "-f", file, "-o", "prometheus").out)
    down = samples(safe("probe", "-f", file, "-o", "prometheus", *SHORT).out)

    assert {name: set(series) for name, series in up.items()} == {
        name: set(series) for name, series in down.items()
    }
    assert up["sharedip_probe_success"] != down["sharedip_probe_success"]


def test_text_of_a_file_never_reaches_a_terminal_raw(safe: Program) -> None:
    with closed(HERE) as gone:
        file = written(safe, svc("=evil\u202e\x1b[31m", HERE, gone))
        table = safe("probe", "-f", file).out
        rows = list(csv.reader(io.StringIO(safe("probe", "-f", file, "-o", "csv").out)))
        metrics = samples(safe("probe", "-f", file, "-o", "prometheus").out)

    assert "\x1b" not in table
    assert "\\u202e" in table
    assert rows[1][2].startswith("'=evil\\u202e")
    assert len(metrics["sharedip_probe_success"]) == 1


# Files for Prometheus


def test_targets_and_alerts_are_written_and_nothing_is_tried(safe: Program) -> None:
    file = str(EXAMPLES / "classic" / "cluster.yaml")
    ended = safe("probe", "-f", file, "--targets", "monitoring/lab", "--http")

    folder = safe.home / "monitoring" / "lab"
    assert ended.status == 0
    assert ended.out.splitlines() == [
        f"monitoring/lab/{name}"
        for name in ("targets.json", "records.jsonl", "blackbox.yml", "scrape.yml", "rules.yml")
    ]
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        Path(line).name for line in ended.out.splitlines()
    )
    targets = json.loads((folder / "targets.json").read_text())
    web = next(one for one in targets if one["labels"]["service"] == "web-https")
    assert web["labels"] == {
        "address": web["targets"][0].removesuffix(":443"),
        "namespace": "default",
        "service": "web-https",
        "port": "443",
        "protocol": "TCP",
        "__param_module": "sharedip_https",
    }
    records = [json.loads(line) for line in (folder / "records.jsonl").read_text().splitlines()]
    probes = {record["port"]: record["probe"] for record in records}
    assert (probes["53/UDP"], probes["53/TCP"], probes["443/TCP"]) == ("dns", "tcp", "https")
    modules = yaml.safe_load((folder / "blackbox.yml").read_text())["modules"]
    assert {one["labels"]["__param_module"] for one in targets} <= set(modules)


def test_what_the_exporter_cannot_try_is_in_the_records_alone(safe: Program) -> None:
    udp = {"port": 5060, "protocol": "UDP"}
    ended = safe("probe", "-f", written(safe, svc("sip", HERE, udp, 5061)), "--targets", "out")

    targets = json.loads((safe.home / "out" / "targets.json").read_text())
    records = [json.loads(one) for one in (safe.home / "out" / "records.jsonl").read_text().splitlines()]
    assert [one["targets"] for one in targets] == [[f"{HERE}:5061"]]
    assert [(one["port"], one["probe"]) for one in records] == [("5060/UDP", None), ("5061/TCP", "tcp")]
    assert "1 of 2 are not for the blackbox exporter" in ended.err


def test_the_exporter_sends_the_server_name_that_probe_sends(safe: Program) -> None:
    web = svc("web", HERE, 443, 80)
    web["metadata"]["annotations"]["external-dns.alpha.kubernetes.io/hostname"] = "www.example.com, other"
    ended = safe("probe", "-f", written(safe, web), "--tls", "--targets", "out")

    secure, plain = json.loads((safe.home / "out" / "targets.json").read_text())
    records = [json.loads(one) for one in (safe.home / "out" / "records.jsonl").read_text().splitlines()]
    assert ended.status == 0
    modules = yaml.safe_load((safe.home / "out" / "blackbox.yml").read_text())["modules"]
    sent = modules[secure["labels"]["__param_module"]]["tcp"]["tls_config"]
    assert sent == {"insecure_skip_verify": True, "server_name": "www.example.com"}
    assert plain["labels"]["__param_module"] == "sharedip_tcp"
    assert modules["sharedip_tls"]["tcp"]["tls_config"] == {"insecure_skip_verify": True}
    assert [one["serverName"] for one in records] == ["www.example.com"] * 2


def test_targets_are_written_anew_and_a_folder_that_is_none_is_said(safe: Program) -> None:
    file = written(safe, svc("web", HERE, 80))
    (safe.home / "file").write_text("")

    first = safe("probe", "-f", file, "--targets", "out")
    second = safe("probe", "-f", written(safe, svc("web", THERE, 80)), "--targets", "out")

    assert first == second
    assert THERE in (safe.home / "out" / "targets.json").read_text()
    refused(safe("probe", "-f", file, "--targets", "file"), 3, "--targets file", "folder")
