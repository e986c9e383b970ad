"""What is tried, as files for those who try it day and night: the blackbox exporter and Prometheus.

The alert rules say what the verdict says: all Services of an address down is one alert of the address,
one Service down beside neighbours that answer is one of the Service. Refuses to write anything: it
gives the contents by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kubectl_sharedip.model.probing import Means, Target
from kubectl_sharedip.report.envelope import Document, named

JOB = "sharedip"
_EXPORTER = "127.0.0.1:9115"
_UP = f'probe_success{{job="{JOB}"}}'
_SERVICE = "address, namespace, service"
_FOR = "2m"
_MODULES: Mapping[Means, str] = {
    "tcp": "sharedip_tcp",
    "tls": "sharedip_tls",
    "http": "sharedip_http",
    "https": "sharedip_https",
    "dns": "sharedip_dns",
}
#: Any answer will do, as with probe itself.
_RCODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"]
# In one piece: the exporter ends what it sends with a newline of its own.
_GET: list[dict[str, str]] = [{"send": "GET / HTTP/1.0\r\n\r"}, {"expect": "^HTTP/"}]
_ANY_CERTIFICATE = {"insecure_skip_verify": True}


def scraped(targets: Sequence[Target]) -> tuple[Target, ...]:
    """Those that the blackbox exporter can try."""
    return tuple(target for target in targets if target.means in _MODULES)


def file_sd(targets: Sequence[Target]) -> list[Document]:
    """``targets.json``: one entry a target, for file_sd_configs."""
    return [
        {
            "targets": [_host_port(target)],
            "labels": {**_labels(target), "__param_module": _module(target)},
        }
        for target in scraped(targets)
    ]


def records(targets: Sequence[Target]) -> list[Document]:
    """``records.jsonl``: one record a target, for any other monitor; those that nothing fits, too."""
    return [
        {
            "address": str(target.address),
            **named(target.service),
            "port": str(target.port),
            "target": _host_port(target),
            "probe": None if target.means == "none" else target.means,
            "serverName": target.server_name or None,
        }
        for target in targets
    ]


def modules(targets: Sequence[Target], timeout_s: float) -> Document:
    """``blackbox.yml``: the exporter's modules, one more for each server name that is sent.

    ``timeout_s`` is how long each may take.
    """
    timeout = f"{max(1, round(timeout_s * 1000))}ms"
    probers: dict[str, dict[str, Any]] = {
        "sharedip_tcp": {"prober": "tcp"},
        "sharedip_tls": {"prober": "tcp", "tcp": {"tls": True, "tls_config": _ANY_CERTIFICATE}},
        "sharedip_http": {"prober": "tcp", "tcp": {"query_response": _GET}},
        "sharedip_https": {
            "prober": "tcp",
            "tcp": {"query_response": _GET, "tls": True, "tls_config": _ANY_CERTIFICATE},
        },
        "sharedip_dns": {
            "prober": "dns",
            "dns": {
                "transport_protocol": "udp",
                "query_name": ".",
                "query_type": "NS",
                "valid_rcodes": _RCODES,
            },
        },
    }
    for target in sorted(filter(_names_server, targets), key=_module):
        tcp = probers[_MODULES[target.means]]["tcp"]
        named_ = {**tcp, "tls_config": {**_ANY_CERTIFICATE, "server_name": target.server_name}}
        probers[_module(target)] = {"prober": "tcp", "tcp": named_}
    return {"modules": {name: {**one, "timeout": timeout} for name, one in probers.items()}}


def scrape_job() -> Document:
    """``scrape.yml``: the job for Prometheus, beside ``targets.json``."""
    return {
        "scrape_configs": [
            {
                "job_name": JOB,
                "metrics_path": "/probe",
                "file_sd_configs": [{"files": ["targets.json"]}],
                "relabel_configs": [
                    {"source_labels": ["__address__"], "target_label": "__param_target"},
                    {"source_labels": ["__param_target"], "target_label": "instance"},
                    {"target_label": "__address__", "replacement": _EXPORTER},
                ],
            }
        ]
    }


def alert_rules() -> Document:
    """``rules.yml``: an alert for an address, for a Service, for a port, and for a blind monitor."""
    address = f"max by (address) ({_UP})"
    service = f"max by ({_SERVICE}) ({_UP})"
    rules = [
        _alert(
            "SharedIPAddressDown",
            f"{address} == 0",
            "critical",
            "Nothing on {{ $labels.address }} answers",
            "All Services of this address fail: the network or the announcement, or the only application"
            " there. kubectl sharedip probe -A says more.",
        ),
        _alert(
            "SharedIPServiceDown",
            f"({service} == 0) and on (address) ({address} == 1)",
            "critical",
            "{{ $labels.namespace }}/{{ $labels.service }} does not answer on {{ $labels.address }}",
            "Its neighbours on the address answer, so the fault is the application's.",
        ),
        _alert(
            "SharedIPPortDown",
            f"({_UP} == 0) and on ({_SERVICE}) ({service} == 1)",
            "warning",
            "{{ $labels.port }}/{{ $labels.protocol }} of {{ $labels.namespace }}/{{ $labels.service }}"
            " does not answer on {{ $labels.address }}",
            "Other ports of the Service answer: look at what listens behind this one.",
        ),
        _alert(
            "SharedIPNotWatched",
            f'up{{job="{JOB}"}} == 0',
            "warning",
            "Whether {{ $labels.address }} answers is not known",
            "The blackbox exporter does not answer.",
        ),
    ]
    return {"groups": [{"name": JOB, "rules": rules}]}


def _alert(name: str, expression: str, severity: str, summary: str, description: str) -> Document:
    return {
        "alert": name,
        "expr": expression,
        "for": _FOR,
        "labels": {"severity": severity},
        "annotations": {"summary": summary, "description": description},
    }


def _host_port(target: Target) -> str:
    address = str(target.address)
    return (
        f"[{address}]:{target.port.number}"
        if target.address.family == 6
        else f"{address}:{target.port.number}"
    )


def _names_server(target: Target) -> bool:
    """Whether a server name is sent: who tells Services apart by it answers nobody without."""
    return target.means in ("tls", "https") and bool(target.server_name)


def _module(target: Target) -> str:
    usual = _MODULES[target.means]
    return f"{usual}_{target.server_name}" if _names_server(target) else usual


def _labels(target: Target) -> dict[str, str]:
    return {
        "address": str(target.address),
        "namespace": target.service.namespace,
        "service": target.service.name,
        "port": str(target.port.number),
        "protocol": target.port.protocol,
    }
