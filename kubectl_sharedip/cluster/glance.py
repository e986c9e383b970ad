"""One quick look at a list of the cluster, for completion: few bytes, few imports, little patience.

A Table without its objects is a tenth of the objects, and is served from the API server's memory. Where
the kubeconfig says nothing special it is asked for over a bare socket; else with the usual
connection, which takes longer to import. Refuses to explain a failure and to try again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kubectl_sharedip.cluster.limits import has_proxy, is_this_machine
from kubectl_sharedip.cluster.plain_config import Config, Place, read_config
from kubectl_sharedip.cluster.request import ConnectionRequest

if TYPE_CHECKING:
    import ssl

    from kubectl_sharedip.cluster.plain_http import Answer

Json = dict[str, Any]

#: Seconds for one answer, and for a connection to come about.
LONGEST_S = 1.5
_JSON = "application/json"
_TABLE = f"{_JSON};as=Table;v=v1;g=meta.k8s.io"
_METADATA = "as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
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

    def _may_ask(self) -> bool:
        """Whether the credential plugin of this user may ask a person something."""
        named = self._request.user or self.config.context(self._request).get("user", "")
        plugin = self.config.entries["users"].get(named, {}).get("exec")
        return isinstance(plugin, dict) and plugin.get("interactiveMode") == "Always"

    def services(self, namespace: str | None) -> list[Mapping[str, str]]:
        """The LoadBalancer Services of a namespace, None for all, as kubectl's table has them.

        A row has its cells by the name of the column: Name, Type, External-IP and so on. Raises NoAnswer.
        """
        rows = self._rows(self._services_path(namespace))
        return [row for row in rows if row.get("Type") == "LoadBalancer"]

    def described(self, namespace: str | None) -> list[Json]:
        """Name, namespace and annotations of the same Services. Raises NoAnswer."""
        from kubectl_sharedip.cluster.metadata_only import MEDIA_TYPE, metadata_of

        path = self._services_path(namespace)
        answer = self._quick(path, f"{MEDIA_TYPE};{_METADATA}, {_JSON};{_METADATA}")
        if answer is None:
            found = self._usual(path, f"{_JSON};{_METADATA}")
        elif answer.headers.get("content-type", "").startswith(MEDIA_TYPE):
            try:
                return metadata_of(answer.body)
            except ValueError as error:
                raise NoAnswer from error
        else:
            found = _decoded(answer.body)
        return [item["metadata"] for item in found.get("items") or ()]

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
        answer = self._quick(path, accept)
        return self._usual(path, accept) if answer is None else _decoded(answer.body)

    def _quick(self, path: str, accept: str) -> Answer | None:
        """A whole answer, or None where the usual way has to be gone. Raises NoAnswer."""
        if self._may_ask():
            raise NoAnswer
        place = self.config.plain(self._request)
        if place is None or has_proxy():
            return None
        answer = _asked(place, path, accept)
        if answer.status == 400 and _LOAD_BALANCERS in path:  # before Kubernetes 1.31 it selects no type
            answer = _asked(place, path.replace(f"{_LOAD_BALANCERS}&", ""), accept)
        if answer.status != 200:
            raise NoAnswer
        return answer

    def _usual(self, path: str, accept: str) -> Json:
        from dataclasses import replace

        from kubectl_sharedip.cluster.connection import connect
        from kubectl_sharedip.cluster.errors import ClusterError

        try:
            connection = connect(replace(self._request, request_timeout_s=LONGEST_S))
            return connection.request("GET", path, accept=accept)
        except ClusterError as error:
            raise NoAnswer from error


def _asked(place: Place, path: str, accept: str) -> Answer:
    """One request. Raises NoAnswer."""
    from kubectl_sharedip.cluster.plain_http import get

    server = str(place.cluster["server"]).rstrip("/")
    headers = {"Accept": f"{accept}, {_JSON}", "User-Agent": "kubectl-sharedip (completion)"}
    if not is_this_machine(server):  # where packing takes longer than it saves
        headers["Accept-Encoding"] = "gzip"
    if token := place.user.get("token"):
        headers["Authorization"] = f"Bearer {token}"
    try:
        context = _tls(place) if server.startswith("https://") else None
        return get(f"{server}{path}", headers, timeout_s=LONGEST_S, context=context)
    except (OSError, ValueError) as error:
        raise NoAnswer from error


def _tls(place: Place) -> ssl.SSLContext:
    from kubectl_sharedip.cluster.plain_tls import tls_of

    return tls_of(place)


def _decoded(body: bytes) -> Json:
    import json

    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NoAnswer from error
    if not isinstance(answer, dict):
        raise NoAnswer
    return answer
