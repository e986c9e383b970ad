"""Names that only the cluster, the kubeconfig or the files of ``-f`` know, for completion.

Each is a pair: the word, and what is said beside it. Refuses to order by anything but the word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from typing import Any, NamedTuple

from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cluster.glance import Glance, NoAnswer

Word = tuple[str, str]

_KEYS = (
    "metallb.io/allow-shared-ip",
    "metallb.universe.tf/allow-shared-ip",
)  # the first that is there counts
_BEFORE_SERVICE = ("svc", "service", "services")
_BEFORE_NAMESPACE = ("ns", "namespace", "namespaces")


class _Row(NamedTuple):
    namespace: str | None  # None: the one that was asked for
    name: str
    addresses: str


class Names:
    """What there is to be named under a request."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._glance = Glance(request.connection)

    def configured(self, section: str) -> Iterable[Word]:
        """The names in ``contexts``, ``clusters`` or ``users`` of the kubeconfig."""
        return ((name, "") for name in sorted(self._glance.config.entries[section]))

    def namespaces(self) -> Iterable[Word]:
        """The namespaces of the cluster, or of the files."""
        if self._request.files:
            return ((name, "") for name in sorted({_namespace_of(body) for body in self._bodies()}))
        return ((name, "") for name in sorted(self._glance.namespaces()))

    def services(self, word: str) -> Iterable[Word]:
        """SVC: the names in the current namespace; with -A, or after a namespace, those of it."""
        before, slash, _ = word.partition("/")
        prefix = f"{before}/" if slash and before in _BEFORE_SERVICE else ""
        if not prefix and not slash and self._everywhere():
            return sorted(self._everyone())
        if slash and not prefix:
            prefix, rows = f"{before}/", self._rows(before)
        else:
            rows = self._rows(self._namespace())
        return sorted((f"{prefix}{row.name}", row.addresses) for row in rows)

    def whats(self, word: str) -> Iterable[Word]:
        """WHAT of ``ls``: addresses, names, and what may stand before a slash."""
        before, slash, _ = word.partition("/")
        if slash and before == "key":
            return ((f"key/{key}", said) for key, said in self.keys())
        if slash and before in _BEFORE_NAMESPACE:
            return ((f"{before}/{name}", "") for name, _ in self.namespaces())
        if slash:
            return self.services(word)
        kinds = [("key/", "the Services with this key"), ("ns/", "a namespace"), ("svc/", "a Service")]
        return [*self.addresses(), *self.services(word), *kinds]

    def addresses(self) -> Iterable[Word]:
        """The external addresses that Services have, with how many have each."""
        count: dict[str, int] = {}
        for row in self._rows(None):
            for address in _addresses(row.addresses):
                count[address] = count.get(address, 0) + 1
        return sorted((one, f"{many} Service{'s' if many > 1 else ''}") for one, many in count.items())

    def keys(self) -> Iterable[Word]:
        """The sharing keys that Services have, with how many have each."""
        count: dict[str, int] = {}
        bodies = self._bodies() if self._request.files else None
        described = self._glance.described(None) if bodies is None else [_metadata(body) for body in bodies]
        for metadata in described:
            annotations = metadata.get("annotations") or {}
            key = next((annotations[name] for name in _KEYS if name in annotations), "")
            if key:
                count[key] = count.get(key, 0) + 1
        return sorted((key, f"{many} Service{'s' if many > 1 else ''}") for key, many in count.items())

    def _everywhere(self) -> bool:
        request = self._request
        return request.all_namespaces or bool(request.files and request.namespace is None)

    def _namespace(self) -> str | None:
        return self._request.namespace if self._request.files else self._glance.namespace

    def _everyone(self) -> Iterable[Word]:
        """All Services as NAMESPACE/NAME. A table has no namespaces: their metadata is asked for."""
        if self._request.files:
            return ((f"{row.namespace}/{row.name}", row.addresses) for row in self._rows(None))
        return ((f"{one['namespace']}/{one['name']}", "") for one in self._glance.described(None))

    def _rows(self, namespace: str | None) -> list[_Row]:
        if self._request.files:
            rows = [_row_of(body) for body in self._bodies()]
            return [row for row in rows if namespace in (None, row.namespace)]
        found = self._glance.services(namespace)
        return [_Row(namespace, row["Name"], row["External-IP"]) for row in found]

    def _bodies(self) -> list[Mapping[str, Any]]:
        """The LoadBalancer Services of the files."""
        from kubectl_sharedip.files.errors import FileError
        from kubectl_sharedip.files.read import read_files

        if "-" in self._request.files:
            raise NoAnswer
        try:
            raw = read_files(self._request.files, recursive=self._request.recursive, stdin=BytesIO())
        except FileError as error:
            raise NoAnswer from error
        return [
            document.body
            for document in raw.documents
            if document.body.get("kind") == "Service"
            and (document.body.get("spec") or {}).get("type") == "LoadBalancer"
        ]


def _row_of(body: Mapping[str, Any]) -> _Row:
    ingress = ((body.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    held = ",".join(str(entry["ip"]) for entry in ingress if entry.get("ip"))
    return _Row(_namespace_of(body), str(_metadata(body).get("name")), held or "<pending>")


def _metadata(body: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata: Mapping[str, Any] = body.get("metadata") or {}
    return metadata


def _namespace_of(body: Mapping[str, Any]) -> str:
    return str(_metadata(body).get("namespace") or "default")


def _addresses(cell: str) -> Iterator[str]:
    """The addresses of a cell; ``<pending>`` and the names of hosts are none."""
    return (one for one in cell.split(",") if ":" in one or one.replace(".", "").isdigit())
