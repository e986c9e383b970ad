"""One quick look at a list of the cluster, for completion: few bytes, few imports, little patience.

A Table without its objects is a tenth of the objects, and is served from the API server's memory. Where
the kubeconfig says nothing special it is asked for with the standard library alone; else with the usual
connection, which takes longer to import. Refuses to explain a failure and to try again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kubectl_sharedip.cluster.limits import has_proxy
from kubectl_sharedip.cluster.plain_config import Config, Place, read_config
from kubectl_sharedip.cluster.request import ConnectionRequest

if TYPE_CHECKING:
    import http.client

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
        if place is None or has_proxy():
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
    from kubectl_sharedip.cluster.plain_tls import tls_of

    return http.client.HTTPSConnection(host, timeout=LONGEST_S, context=tls_of(place))


def _decoded(body: bytes) -> Json:
    import json

    try:
        answer = json.loads(body)
    except ValueError as error:
        raise NoAnswer from error
    if not isinstance(answer, dict):
        raise NoAnswer
    return answer
