"""What a failed request means, in the words that kubectl's users know.

It exists so that each failure is put into words in one place. It refuses to look at what was sent:
no header, so no token, can end up in an error.
"""

from __future__ import annotations

import errno
import json
import ssl
from http.client import responses
from typing import Any
from urllib.parse import urlsplit

from kubectl_sharedip.cluster.errors import ClusterError, ErrorKind
from kubectl_sharedip.cluster.trouble import Trouble

_KINDS: dict[int, ErrorKind] = {
    400: "invalid",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    405: "invalid",
    406: "invalid",
    408: "timeout",
    409: "conflict",
    413: "invalid",
    415: "invalid",
    422: "invalid",
    504: "timeout",
}
_TODO: dict[ErrorKind, str] = {
    "forbidden": "have that right granted, or ask as another --user; kubectl auth can-i --list shows yours",
    "not-found": "check name and namespace",
    "conflict": "it has changed since it was read: run the command again",
    "invalid": "the API server does not accept this request",
    "timeout": "try again, or allow more with --request-timeout",
    "server": "try again; if it stays, look at the API server",
}
_OTHER_SERVER = "did you specify the right host or port? -f FILE answers without a cluster"
_NAME_MISMATCH = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
_NOT_NOW = (9, 10)  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
_UNKNOWN_ISSUER = (2, 18, 19, 20, 21)  # no issuer certificate found, or a self-signed one that is not trusted


def refused_by_server(status: int, body: bytes, where: str) -> ClusterError:
    """The error for an answer that is no success.

    ``status`` is the HTTP status, ``body`` the answer (a Status object or anything else), ``where``
    the place to name.
    """
    kind = _KINDS.get(status, "server")
    if kind == "unauthorized":
        return ClusterError(
            kind=kind,
            status=status,
            what="You must be logged in to the server (Unauthorized)",
            where=where,
            todo="the credentials are missing, expired or of another cluster: log in again",
        )
    return ClusterError(
        kind=kind, status=status, what=_words_of(status, body), where=where, todo=_TODO.get(kind, "")
    )


def error_status(status: dict[str, Any], where: str) -> ClusterError:
    """The error for a Status object that came inside a stream."""
    code = status.get("code")
    return refused_by_server(code if isinstance(code, int) else 500, json.dumps(status).encode(), where)


def _words_of(status: int, body: bytes) -> str:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict) and answer.get("message"):
        reason = f" ({answer['reason']})" if answer.get("reason") else ""
        return f"Error from server{reason}: {answer['message']}"
    text = body.decode("utf-8", "replace").strip()
    # A line of text is the server's own ("404 page not found"); a page is some proxy's.
    said = text if text and "<" not in text and len(text) < 200 else responses.get(status, "")
    return f"Error from server: HTTP {status} {said}".rstrip()


def not_reached(trouble: Trouble, *, server: str, where: str, waited_s: float | None) -> ClusterError:
    """The error for a request that got no whole answer.

    ``server`` is host and port, ``waited_s`` the seconds that were allowed
    for an answer, None where there was no limit.
    """
    if trouble.at == "proxy":
        what = f"Unable to connect to the server: proxyconnect tcp: {_system_words(trouble.cause)}"
        return _unreachable(what, where, "check proxy-url in the kubeconfig, HTTPS_PROXY and NO_PROXY")
    if trouble.at == "tls":
        return _tls(trouble.cause, where)
    if trouble.at in ("lookup", "dial", "dial-timeout"):
        return _not_connected(trouble, server, where)
    if trouble.at == "silence":
        limit = f" within {waited_s:g} s" if waited_s else ""
        return ClusterError(
            kind="timeout",
            what=f"The server {server} did not answer{limit}",
            where=where,
            todo=_TODO["timeout"],
        )
    return _unreachable(
        f"The connection to the server {server} was lost: {_system_words(trouble.cause)}",
        where,
        "try again; if it stays, look at what lies between here and the API server",
    )


def _not_connected(trouble: Trouble, server: str, where: str) -> ClusterError:
    if isinstance(trouble.cause, ConnectionRefusedError):
        return _unreachable(f"The connection to the server {server} was refused", where, _OTHER_SERVER)
    if trouble.at == "lookup":
        problem = f": lookup {urlsplit(f'//{server}').hostname}: no such host"
    elif trouble.at == "dial":
        problem = f" {server}: connect: {_system_words(trouble.cause)}"
    else:
        return ClusterError(
            kind="timeout",
            what=f"Unable to connect to the server: dial tcp {server}: i/o timeout",
            where=where,
            todo="is a VPN or a firewall in the way? --request-timeout 30s waits longer",
        )
    return _unreachable(f"Unable to connect to the server: dial tcp{problem}", where, _OTHER_SERVER)


def _tls(cause: BaseException | None, where: str) -> ClusterError:
    if isinstance(cause, ssl.SSLCertVerificationError):
        problem, todo = _distrust(cause)
        return _unreachable(
            f"Unable to connect to the server: tls: failed to verify certificate: x509: {problem}",
            where,
            todo,
        )
    reason = str(getattr(cause, "reason", None) or "")
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
        return _unreachable(
            "Unable to connect to the server: http: server gave HTTP response to HTTPS client",
            where,
            "write http:// in the address of the server, or another port",
        )
    if "ALERT" in reason:
        alert = reason.partition("ALERT_")[2].replace("_", " ").lower()
        return ClusterError(
            kind="unauthorized",
            what=f"Unable to connect to the server: remote error: tls: {alert}",
            where=where,
            todo="the server turns the client certificate down: is it of this cluster, and not expired?",
        )
    return _unreachable(
        f"Unable to connect to the server: tls: {reason or 'handshake failed'}", where, _OTHER_SERVER
    )


def _distrust(error: ssl.SSLCertVerificationError) -> tuple[str, str]:
    if error.verify_code in _NAME_MISMATCH:
        return error.verify_message, "--tls-server-name NAME, if the certificate is made out to another name"
    if error.verify_code in _UNKNOWN_ISSUER:
        return (
            "certificate signed by unknown authority",
            "is certificate-authority in the kubeconfig that of this cluster?",
        )
    if error.verify_code in _NOT_NOW:
        return (
            "certificate has expired or is not yet valid",
            "have the certificate of the server renewed, or set the clock here right",
        )
    return error.verify_message, "is the certificate of the server in order, and the clock here right?"


def _system_words(error: BaseException | None) -> str:
    """The system's words for the innermost reason, without a library's wrapping."""
    seen = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.strerror:
            return "no route to host" if seen.errno == errno.EHOSTUNREACH else seen.strerror.lower()
        inner = next((a for a in seen.args[::-1] if isinstance(a, BaseException)), None)
        seen = seen.__cause__ or inner
    return "EOF"


def _unreachable(what: str, where: str, todo: str) -> ClusterError:
    return ClusterError(kind="unreachable", what=what, where=where, todo=todo)
