"""The files of ``probe --targets``, held against the programs that they are written for.

promtool reads the rules and fires them on made-up series; a real blackbox exporter tries the targets
on loopback, and must come to the results that ``probe`` itself comes to.
"""

from __future__ import annotations

import http.client
import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from tests.command_line.probed import GUARD, HERE, POOL, pods, svc
from tests.command_line.program import COMMAND, ROOT
from tests.command_line.schema import promised
from tests.probe_room import certificate, listeners
from tests.probe_room.listeners import answering_udp, closed, dns_answer, listening, vanishing
from tests.realcluster import monitors
from tests.realcluster.monitors import Monitors
from tests.realcluster.processes import Child, ProcessFailed, clean_environment, free_ports
from tests.realcluster.processes import Program as Started

READY_S = 30.0
SHORT = ("--connect-timeout", "1s")
Json = dict[str, Any]


@pytest.fixture(scope="module")
def programs() -> Monitors:
    return monitors.obtain()


def sharedip(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The program in a folder, kept to loopback."""
    return subprocess.run(
        [*COMMAND, *words],
        cwd=folder,
        env={**clean_environment(), "PYTHONPATH": f"{GUARD}:{ROOT}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def written(folder: Path, *objects: Json) -> str:
    listed = {"apiVersion": "v1", "kind": "List", "items": [POOL, *objects]}
    (folder / "cluster.json").write_text(json.dumps(listed))
    return "cluster.json"


def promtool(programs: Monitors, folder: Path, *words: str, given: str = "") -> str:
    """What promtool says, which must be content."""
    done = subprocess.run(
        [str(programs.promtool), *words], cwd=folder, input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def written_out(tmp_path: Path) -> Path:
    """What --targets writes for two Services on one address, one of them on ::1 too."""
    web = svc("web", HERE, 80, 443)
    web["status"]["loadBalancer"]["ingress"].append({"ip": "::1"})
    file = written(tmp_path, web, svc("dns", HERE, {"port": 53, "protocol": "UDP"}))
    done = sharedip(tmp_path, "probe", "-f", file, "--targets", "out", "--tls", "--http")
    assert done.returncode == 0, done.stderr
    return tmp_path / "out"


def test_promtool_takes_rules_and_configuration(programs: Monitors, written_out: Path) -> None:
    assert "4 rules found" in promtool(programs, written_out, "check", "rules", "rules.yml")
    promtool(programs, written_out, "check", "config", "scrape.yml")
    found = promtool(
        programs, written_out, "check", "service-discovery", "--timeout=3s", "scrape.yml", "sharedip"
    )
    for said in ('"[::1]:443"', '"module": "sharedip_https"', f'"target": "{HERE}:53"', "127.0.0.1:9115"):
        # Labels of parameters are shown as __param_module and so on.
        assert said in found.replace("__param_", ""), found


def test_promtool_finds_nothing_to_mend_in_the_metrics(programs: Monitors, tmp_path: Path) -> None:
    with closed(HERE) as gone, listening(host=HERE) as port:
        file = written(tmp_path, svc("web", HERE, gone, port), pods("web", True, False))
        metrics = sharedip(tmp_path, "probe", "-f", file, "-o", "prometheus").stdout

    assert "sharedip_probe_success{" in metrics
    promtool(programs, tmp_path, "check", "metrics", given=metrics)


# Alerts

A, B, C, D = "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"  # names of series, and never dialled
UP, DOWN = "1x9", "0x9"


def labels(address: str, service: str, port: int) -> dict[str, str]:
    return {"address": address, "namespace": "shop", "service": service, "port": str(port)}


def series(address: str, service: str, port: int, values: str, metric: str = "probe_success") -> Json:
    named = {**labels(address, service, port), "protocol": "TCP", "job": "sharedip"}
    shown = ",".join(f'{key}="{value}"' for key, value in named.items())
    return {"series": f'{metric}{{{shown},instance="{address}:{port}"}}', "values": values}


SEEN = [
    *(series(A, "web", 80, DOWN), series(A, "web", 443, DOWN), series(A, "api", 8080, DOWN)),
    *(series(B, "web", 80, DOWN), series(B, "web", 443, DOWN), series(B, "api", 8080, UP)),
    *(series(C, "web", 80, DOWN), series(C, "web", 443, UP), series(C, "api", 8080, UP)),
    *(series(D, "web", 80, UP), series(D, "api", 8080, UP)),
    series(D, "web", 80, DOWN, metric="up"),
    {"series": f'probe_success{{job="other",address="{D}"}}', "values": DOWN},
]
WEB = {"namespace": "shop", "service": "web"}
PORT = {**labels(C, "web", 80), "protocol": "TCP", "job": "sharedip", "instance": f"{C}:80"}
FIRED: dict[str, list[dict[str, str]]] = {
    "SharedIPAddressDown": [{"address": A}],
    "SharedIPServiceDown": [{"address": B, **WEB}],
    "SharedIPPortDown": [PORT],
    "SharedIPNotWatched": [{**PORT, "address": D, "instance": f"{D}:80"}],
}


def test_alerts_group_by_address(programs: Monitors, written_out: Path) -> None:
    rules = yaml.safe_load((written_out / "rules.yml").read_text())["groups"][0]["rules"]
    by_name = {rule["alert"]: rule for rule in rules}
    assert set(by_name) == set(FIRED)
    checks = [
        {
            "eval_time": "5m",
            "alertname": name,
            "exp_alerts": [fired(by_name[name], found) for found in FIRED[name]],
        }
        for name in FIRED
    ]
    early = [{"eval_time": "1m", "alertname": name, "exp_alerts": []} for name in FIRED]
    tests = [{"interval": "1m", "input_series": SEEN, "alert_rule_test": [*early, *checks]}]
    whole = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": tests}
    (written_out / "alerts.test.yml").write_text(yaml.safe_dump(whole))

    assert "SUCCESS" in promtool(programs, written_out, "test", "rules", "alerts.test.yml")


def fired(rule: Json, found: dict[str, str]) -> Json:
    """An alert with the texts of its rule, filled by hand."""
    texts = dict(rule["annotations"])
    for key, value in found.items():
        texts = {name: text.replace(f"{{{{ $labels.{key} }}}}", value) for name, text in texts.items()}
    assert not any("{{" in text for text in texts.values())
    return {"exp_labels": {**found, **rule["labels"]}, "exp_annotations": texts}


# The exporter


@contextmanager
def exporting(programs: Monitors, folder: Path) -> Iterator[int]:
    """A blackbox exporter with these modules, on a port of its own."""
    for attempt in range(3):
        (port,) = free_ports(1)
        program = Started(
            name="blackbox_exporter",
            command=(
                str(programs.blackbox),
                f"--config.file={folder / 'blackbox.yml'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ),
            environment=clean_environment(),
            log=folder.parent / f"blackbox-{attempt}.log",
        )
        child = Child.start(program)
        try:
            child.wait_ready(partial(answers, port), READY_S)
        except ProcessFailed:
            child.stop()
            if "address already in use" not in child.log_tail():
                raise
            continue
        try:
            yield port
        finally:
            child.stop()
        return
    raise AssertionError("no free port for the blackbox exporter")


def answers(port: int) -> bool:
    return bool(fetched(port, "/-/healthy"))


def fetched(port: int, path: str) -> str:
    """What the exporter answers; empty where it does not."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read().decode()
        return text if answer.status == 200 else ""
    except OSError:
        return ""
    finally:
        connection.close()


def success(port: int, target: str, module: str) -> bool:
    """Whether the exporter succeeds with this target."""
    text = fetched(port, "/probe?" + urlencode({"target": target, "module": module}))
    (line,) = [one for one in text.splitlines() if one.startswith("probe_success ")]
    return line == "probe_success 1"


def test_a_real_exporter_comes_to_the_same_results(programs: Monitors, tmp_path: Path) -> None:
    http_ok = listeners.saying(b"HTTP/1.1 418 I'm a teapot\r\n\r\n")
    over_tls = listeners.speaking_tls(certificate.written(tmp_path), http_ok)
    mail = listeners.saying(b"220 mail ESMTP\r\n")
    with ExitStack() as up:
        plain, spoken, secure, https, other, cut = (
            up.enter_context(listening(handle, HERE))
            for handle in (None, http_ok, over_tls, over_tls, mail, listeners.cutting)
        )
        gone, lost = up.enter_context(closed(HERE)), up.enter_context(vanishing(HERE))
        sixth = up.enter_context(listening(http_ok, "::1"))
        six = svc("six", HERE, sixth)
        six["status"]["loadBalancer"]["ingress"] = [{"ip": "::1"}]
        file = written(tmp_path, svc("web", HERE, plain, spoken, secure, https, other, cut, gone, lost), six)
        flags = ("--tls", f"{secure},{https},{other}", "--http", f"{spoken},{https},{cut},{sixth}", *SHORT)

        own = promised(json.loads(sharedip(tmp_path, "probe", "-f", file, "-o", "json", *flags).stdout))
        done = sharedip(tmp_path, "probe", "-f", file, "--targets", "out", *flags)
        assert done.returncode == 0, done.stderr
        targets = json.loads((tmp_path / "out" / "targets.json").read_text())
        with exporting(programs, tmp_path / "out") as port:
            found = {
                one["targets"][0]: success(port, one["targets"][0], one["labels"]["__param_module"])
                for one in targets
            }

    expected = {_target(item): item["result"] == "ok" for item in own["items"]}
    assert found == expected
    assert [item["result"] for item in own["items"]] == [
        *("ok", "ok", "ok", "ok", "reset", "reset", "refused", "timeout"),
        "ok",
    ]
    used = {one["labels"]["__param_module"] for one in targets}
    assert used == {"sharedip_tcp", "sharedip_tls", "sharedip_http", "sharedip_https"}


def test_a_real_exporter_sends_the_same_server_name(programs: Monitors, tmp_path: Path) -> None:
    seen: list[str | None] = []
    answer = listeners.saying(b"HTTP/1.1 200 OK\r\n\r\n")
    speaking = listeners.speaking_tls(certificate.written(tmp_path), answer, seen)
    with ExitStack() as up:
        secure, https = (up.enter_context(listening(speaking, HERE)) for _ in range(2))
        web = svc("web", HERE, secure, https)
        web["metadata"]["annotations"]["external-dns.alpha.kubernetes.io/hostname"] = "www.example.com"
        flags = ("--tls", f"{secure},{https}", "--http", f"{https}", *SHORT)
        done = sharedip(tmp_path, "probe", "-f", written(tmp_path, web), "--targets", "out", *flags)
        assert done.returncode == 0, done.stderr
        targets = json.loads((tmp_path / "out" / "targets.json").read_text())
        with exporting(programs, tmp_path / "out") as port:
            found = [success(port, one["targets"][0], one["labels"]["__param_module"]) for one in targets]

    assert found == [True, True]
    assert seen == ["www.example.com"] * 2


def _target(item: Json) -> str:
    number = item["port"].partition("/")[0]
    return f"[{item['address']}]:{number}" if ":" in item["address"] else f"{item['address']}:{number}"


@pytest.mark.parametrize("rcode", [0, 3, 5])
def test_a_real_exporter_takes_any_answer_of_dns(programs: Monitors, written_out: Path, rcode: int) -> None:
    # The exporter wants the question back in the answer, as real servers give it.
    def answer(question: bytes, count: int) -> list[bytes]:
        return [dns_answer(question, rcode)[:4] + b"\0\1\0\0\0\0\0\0" + question[12:17]]

    with exporting(programs, written_out) as port:
        with answering_udp(answer, HERE) as dns:
            assert success(port, f"{HERE}:{dns}", "sharedip_dns")
        assert not success(port, f"{HERE}:{dns}", "sharedip_dns")
