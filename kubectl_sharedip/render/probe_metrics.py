"""A ProbeReport as OpenMetrics text, for a textfile collector or a push.

Only gauges, so that who reads the older text format of Prometheus reads it too. What a series is named
by never depends on what came of an attempt: every result and every verdict has its series, with 0 or 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Item = Mapping[str, Any]
Labels = Mapping[str, str]

_RESULTS = ("ok", "refused", "timeout", "unreachable", "reset", "not-tried")
_VERDICTS = ("ok", "application", "network", "announcement", "unknown")
_SECOND_MS = 1000


def probe_metrics(document: Mapping[str, Any]) -> str:
    """All families of the report, ended by ``# EOF``."""
    items = document["items"]
    lines = [
        *_family(
            "sharedip_probe_success", "Whether the port answered; absent where not tried.", items, _success
        ),
        *_family(
            "sharedip_probe_duration_seconds",
            "Time until the answer came; absent where none came.",
            items,
            _duration,
            unit="seconds",
        ),
        *_family(
            "sharedip_probe_result", "1 for what came of the attempt.", items, _one_of("result", _RESULTS)
        ),
        *_family("sharedip_probe_verdict", "1 for whose fault it is.", items, _one_of("verdict", _VERDICTS)),
        *_family(
            "sharedip_probe_endpoints", "Endpoints behind the port; absent where unknown.", items, _endpoints
        ),
        "# TYPE sharedip_probe_in_cluster gauge",
        "# HELP sharedip_probe_in_cluster Whether kube-proxy short-circuits the addresses here.",
        f"sharedip_probe_in_cluster {int(document['from']['inCluster'])}",
        "# EOF",
    ]
    return "".join(f"{line}\n" for line in lines)


def _family(
    name: str,
    text: str,
    items: list[Item],
    samples: Callable[[Item], Iterator[tuple[Labels, str]]],
    unit: str = "",
) -> Iterator[str]:
    yield f"# TYPE {name} gauge"
    if unit:
        yield f"# UNIT {name} {unit}"
    yield f"# HELP {name} {text}"
    for item in items:
        for labels, value in samples(item):
            shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in {**_labels(item), **labels}.items())
            yield f"{name}{{{shown}}} {value}"


def _labels(item: Item) -> Labels:
    number, _, protocol = item["port"].partition("/")
    return {
        "address": item["address"],
        "namespace": item["namespace"],
        "service": item["name"],
        "port": number,
        "protocol": protocol,
    }


def _success(item: Item) -> Iterator[tuple[Labels, str]]:
    if item["result"] != "not-tried":
        yield {}, str(int(item["result"] == "ok"))


def _duration(item: Item) -> Iterator[tuple[Labels, str]]:
    if item["latency_ms"] is not None:
        yield {}, f"{item['latency_ms'] / _SECOND_MS:.4f}"


def _one_of(field: str, values: tuple[str, ...]) -> Callable[[Item], Iterator[tuple[Labels, str]]]:
    def samples(item: Item) -> Iterator[tuple[Labels, str]]:
        for value in values:
            yield {field: value}, str(int(item[field] == value))

    return samples


def _endpoints(item: Item) -> Iterator[tuple[Labels, str]]:
    count = item["endpoints"]
    if count is not None:
        yield {"state": "ready"}, str(count["ready"])
        yield {"state": "not-ready"}, str(count["total"] - count["ready"])


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
