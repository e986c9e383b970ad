"""One quick look at a list of the cluster, for completion: few bytes, few imports, little patience.

A Table without its objects is a tenth of the objects, and is served from the API server's memory. Where
the kubeconfig says nothing special it is asked for with the standard library alone; else with the usual
connection, which takes longer to import. Refuses to explain a failure and to try again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kubectl_sharedip.cluster.plain_config import Config, Place, read_config
from kubectl_sharedip.cluster.request import ConnectionRequest

if TYPE_CHECKING:
    import http.client
    import ssl

Json = dict[str, Any]

#: Seconds for one answer, and for a connection to come about.
LONGEST_S = 1.5
_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
_METADATA = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
_FROM_MEMORY = "resourceVersion=0"
_LOAD_BALANCERS = "fieldSelector=spec.type%3DLoadBalancer"


class NoAnswer(Exception):
    """The cluster cannot be asked, or does not answer, or not with what was asked for."""


class Glance:
    """The cluster that kubectl would ask with these flags."""

    def __init__(self, request: ConnectionRequest) -> None:
        """Reads the kubeconfig; nobody is asked yet."""
        self._request = request
        self.config: Config = read_config(request.kubeconfig, os.environ)
        self.namespace = self.config.namespace(request)

    def services(self, namespace: str | None) -> list[Mapping[str, str]]:
        """The LoadBalancer Services of a namespace, None for all, as kubectl's table has them.

        A row has its cells by the name of the column: Name, Type, External-IP and so on. Raises NoAnswer.
        """
        rows = self._rows(self._services_path(namespace))
        return [row for row in rows if row.get("Type") == "LoadBalancer"]

    def described(self, namespace: str | None) -> list[Json]:
        """The metadata of the same Services, with their annotations. Raises NoAnswer."""
        answer = self._get(self._services_path(namespace), _METADATA)
        return [item["metadata"] for item in answer.get("items") or ()]

    def namespaces(self) -> list[str]:
        """The names of all namespaces. Raises NoAnswer."""
        return [row["Name"] for row in self._rows(f"/api/v1/namespaces?{_FROM_MEMORY}")]

    def _services_path(self, namespace: str | None) -> str:
        scope = f"/namespaces/{namespace}" if namespace else ""
        return f"/api/v1{scope}/services?{_LOAD_BALANCERS}&{_FROM_MEMORY}"

    def _rows(self, path: str) -> list[Mapping[str, str]]:
        table = self._get(f"{path}&includeObject=None", _TABLE)
        columns = [column["name"] for column in table.get("columnDefinitions") or ()]
        return [dict(zip(columns, row["cells"], strict=False)) for row in table.get("rows") or ()]

    def _get(self, path: str, accept: str) -> Json:
        if self.config.asks(self._request):
            raise NoAnswer
        place = self.config.plain(self._request)
        if place is None or _has_proxy():
            return self._usual(path, accept)
        status, body = _asked(place, path, accept)
        if status == 400 and _LOAD_BALANCERS in path:  # before Kubernetes 1.31 there is no such selector
            status, body = _asked(place, path.replace(f"{_LOAD_BALANCERS}&", ""), accept)
        if status != 200:
            raise NoAnswer
        return _decoded(body)

    def _usual(self, path: str, accept: str) -> Json:
        from dataclasses import replace

        from kubectl_sharedip.cluster.connection import connect
        from kubectl_sharedip.cluster.errors import ClusterError

        try:
            connection = connect(replace(self._request, request_timeout_s=LONGEST_S))
            return connection.request("GET", path, accept=accept)
        except ClusterError as error:
            raise NoAnswer from error


def _has_proxy() -> bool:
    return any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"))


def _asked(place: Place, path: str, accept: str) -> tuple[int, bytes]:
    """Status and body of one request. Raises NoAnswer."""
    from http.client import HTTPException

    scheme, _, rest = str(place.cluster["server"]).partition("://")
    host, slash, prefix = rest.rstrip("/").partition("/")
    headers = {"Accept": f"{accept}, application/json", "User-Agent": "kubectl-sharedip (completion)"}
    if token := place.user.get("token"):
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection = _connection(place, scheme, host)
        try:
            connection.request("GET", f"{slash}{prefix}{path}", headers=headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()
    except (OSError, ValueError, HTTPException) as error:
        raise NoAnswer from error


def _connection(place: Place, scheme: str, host: str) -> http.client.HTTPConnection:
    import http.client

    if scheme != "https":
        return http.client.HTTPConnection(host, timeout=LONGEST_S)
    return http.client.HTTPSConnection(host, timeout=LONGEST_S, context=_tls(place))


def _tls(place: Place) -> ssl.SSLContext:
    """As the usual way has it: see transport.py."""
    import ssl

    cluster, user = place.cluster, place.user
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if cluster.get("insecure-skip-tls-verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif "certificate-authority-data" in cluster:
        context.load_verify_locations(cadata=_text(cluster["certificate-authority-data"]))
    elif "certificate-authority" in cluster:
        context.load_verify_locations(cafile=cluster["certificate-authority"])
    else:
        context.load_default_certs()
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if "client-certificate-data" in user:
        _certified_by_data(context, user)
    elif "client-certificate" in user:
        context.load_cert_chain(user["client-certificate"], user["client-key"], password="")
    return context


def _certified_by_data(context: ssl.SSLContext, user: Mapping[str, Any]) -> None:
    """The TLS library takes a key from a file only: one that nobody else may read, for this moment."""
    from tempfile import NamedTemporaryFile

    text = "\n".join(_text(user[name]) for name in ("client-certificate-data", "client-key-data"))
    with NamedTemporaryFile("w", prefix="kubectl-sharedip-") as file:
        file.write(text)
        file.flush()
        context.load_cert_chain(file.name, password="")


def _text(data: str) -> str:
    from base64 import b64decode

    return b64decode(data).decode()


def _decoded(body: bytes) -> Json:
    import json

    try:
        answer = json.loads(body)
    except ValueError as error:
        raise NoAnswer from error
    if not isinstance(answer, dict):
        raise NoAnswer
    return answer
