"""The words of a verdict: what was seen, what follows, and what is worth adding."""

from __future__ import annotations

from collections.abc import Mapping

from kubectl_sharedip.model.finding import Value
from kubectl_sharedip.model.probing import Verdict
from kubectl_sharedip.report.words import message

_REASONS: Mapping[str, str] = {
    "tcp": "It accepts connections",
    "tls": "It completes a TLS handshake ({said}; {sni}; the certificate was not checked)",
    "http": "It answers HTTP with status {said}",
    "https": "It answers HTTP over TLS with status {said} ({sni}; the certificate was not checked)",
    "dns": "It answers a DNS query over UDP",
    "datagram": "It answers the datagram that its annotation sharedip/udp-probe gives",
    "untried": "{why}",
    "no-endpoint": "{none_ready}, so {what}",
    "no-endpoint-untried": "{none_ready}. {why}",
    "nobody-untried": "{findings}. {why}",
    "refused": "Something answers at {address} and refuses {port}",
    "cut": "It takes the connection and {cut}",
    "silent-behind": "It takes the connection and then says nothing in time",
    "silent-alone": "{port} does not answer in time",
    "rejected": "A firewall or a router says that {port} cannot be reached, while {heard} can be: look there",
    "elsewhere": "{port} does not answer, while {address} is reached: it reacts to {heard}. {findings}",
    "no-route": "This machine has no route to {address}: from here nothing of it can be reached",
    "forbidden": "A firewall or a routing rule of this machine forbids to connect",
    "nobody": "{silent}. {findings}",
    "somebody-else": "{findings}. Yet something answers at {address} and refuses: another machine has it",
    "all-refused": (
        "Something answers at {address} and refuses {all}: another machine that has this address, a"
        " firewall, or a node whose kube-proxy does not know these Services"
    ),
    "silent": "{silent}",
    "inside": (
        "It does not answer. Here {short_circuit} takes what is meant for the address before it leaves, so"
        " nothing can be said of the network or the announcement: probe from outside of the cluster"
    ),
    "source-ranges": (
        "It does not answer, and it lets in only clients from {ranges}: this machine comes from {source}"
    ),
}

_ALSO: Mapping[str, str] = {
    "though": "{findings}. It is reached all the same, so something else brings {address} there",
    "address-answers": "On {address} something reacts to {heard}, so packets get there",
    "address-silent": "No port that was tried on {address} answers",
    "no-neighbour-tried": "No port of {address} could be tried",
    "own-port-answers": (
        "{address} answers to {answering}, so it is reached: look at what listens behind {port}"
    ),
    "neighbours-answer": (
        "{address} answers to {answering}, so it is reached: look at the application, or at what may filter"
        " {port}"
    ),
    "neighbours-heard": "{address} reacts to {heard}, so it is reached",
    "reached": "So the address is reached: look at what listens behind {port}",
    "local": "Its policy is Local: a node without a ready pod of it drops what comes",
    "host": "The last router, or this machine itself, finds nobody who has {address}",
    "no-comparison": "No other application is on {address} to compare with, so it may be this one",
    "announced": "{findings}. So look at the way from here to there",
    "perhaps-nobody": "It may be the announcement: {findings}",
    "announcement-unread": "Whether it is announced is not known: not read are {unread}",
    "announcement-untold": "What was read does not tell who announces it",
    "not-metallb": "It is not MetalLB that gave the address, so who announces it is not known",
    "endpoints": "{ready} of {total} endpoints are ready",
    "endpoints-unread": "Whether an endpoint is ready is not known",
    "works-at": "On {works_at} the same port answers",
    "one-family": "So it may listen on one IP family only",
}

_WHY = {
    "udp": "Not tried: UDP answers only to who speaks its language",
    "sctp": "Not tried: SCTP is not spoken here",
    "unreadable": "Not tried: its annotation sharedip/udp-probe is not written as PORT:HEX,PORT:HEX",
    "files": "Not tried: this machine had no connection to spare (try a lower --parallel)",
}
_CUT = {
    "cut": "then cuts it off",
    "ended": "then ends it without an answer",
    "alert": "answers with a TLS alert ({said})",
    "not-tls": "answers with something that is not TLS",
    "not-http": "answers with something that is not HTTP",
}
_COMES_OF_IT = {"refused": "it is refused", "reset": "the connection is cut off"}


def because(verdict: Verdict) -> str:
    """The reason of a verdict as a few sentences."""
    values = _texts(verdict)
    sentences = (_REASONS[verdict.reason], *(_ALSO[name] for name in verdict.also))
    return " ".join(f"{sentence.format_map(values)}." for sentence in sentences)


def _texts(verdict: Verdict) -> dict[str, str]:
    values = {name: _listed(value) for name, value in verdict.values.items()}
    findings = " ".join(f"{finding.code}: {message(finding)}" for finding in verdict.findings)
    values["findings"] = findings.rstrip(".")
    values["sni"] = f"for {values['server_name']}" if values["server_name"] else "no server name sent"
    values["none_ready"] = f"None of its {values['total']} endpoints is ready"
    if values["total"] in ("", "0"):
        values["none_ready"] = "It has no endpoint at all"
    values["why"] = _WHY.get(values["how"], "Not tried")
    values["cut"] = _CUT.get(values["how"], _CUT["cut"]).format_map(values)
    values["what"] = _COMES_OF_IT.get(values["result"], "nothing answers")
    values["all"] = f"all {values['tried']} ports of {values['services']} Services"
    values["silent"] = _silent(verdict.values)
    values["short_circuit"] = f"kube-proxy of node {values['node']}" if values["node"] else "kube-proxy"
    return values


def _silent(values: Mapping[str, Value]) -> str:
    tried, services = int(str(values["tried"])), int(str(values["services"]))
    if tried <= 1:
        return f"{values['port']}, all that was tried on {values['address']}, does not answer"
    of = f"of {services} Services " if services > 1 else ""
    return f"None of the {tried} ports {of}that were tried on {values['address']} answers"


def _listed(value: Value) -> str:
    return value if isinstance(value, str) else ", ".join(value)
