"""A kubeconfig read without the kubernetes library, which takes longer to import than ten Services to read.

What wants it (credential plugins, proxies, impersonation) is refused here by ``plain``. Refuses to say what
is wrong with a file: the library's way does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from kubectl_sharedip.cluster.limits import is_this_machine
from kubectl_sharedip.cluster.plain_yaml import plain_yaml
from kubectl_sharedip.cluster.request import ConnectionRequest
from kubectl_sharedip.model.frozen import field, frozen

_SECTIONS = {"contexts": "context", "clusters": "cluster", "users": "user"}
_PATHS = ("certificate-authority", "client-certificate", "client-key")
_DATA = tuple(f"{name}-data" for name in _PATHS)
_CLUSTER = {"server", "insecure-skip-tls-verify", "extensions", _PATHS[0], _DATA[0]}
_USER = {"token", "extensions", *_PATHS[1:], *_DATA[1:]}
_SPECIAL = (
    *("as_user", "as_groups", "as_uid", "certificate_authority", "client_certificate", "client_key"),
    "tls_server_name",
)


@frozen
class Place:
    """A server and what is needed to ask it: the kubeconfig's fields, paths made absolute."""

    cluster: Mapping[str, Any] = field(repr=False)
    user: Mapping[str, Any] = field(repr=False)


@frozen
class Config:
    """All files together: the bodies of each section by name, the first of a name counting."""

    entries: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(repr=False)
    current: str
    whole: bool  # each file could be read, and is a kubeconfig

    def context(self, request: ConnectionRequest) -> Mapping[str, Any]:
        """The context that is meant; empty where there is none."""
        return self.entries["contexts"].get(request.context or self.current, {})

    def namespace(self, request: ConnectionRequest) -> str:
        """The current namespace."""
        return str(request.namespace or self.context(request).get("namespace") or "default")

    def plain(self, request: ConnectionRequest) -> Place | None:
        """Where to ask, or None where the usual way has to be gone."""
        if any(getattr(request, name) for name in _SPECIAL):
            return None
        context = self.context(request)
        cluster = self._named("clusters", request.cluster or context.get("cluster"))
        user = self._named("users", request.user or context.get("user"))
        if cluster is None or user is None:
            return None
        if request.server:
            cluster["server"] = request.server
        if request.insecure_skip_tls_verify:
            cluster = {"server": cluster.get("server"), "insecure-skip-tls-verify": True}
        if request.token:
            user["token"] = request.token
        plain = _is_private(str(cluster.get("server"))) and _trusts_one_way(cluster)
        return Place(cluster=cluster, user=user) if plain and _is_one_pair(user) else None

    def _named(self, section: str, name: Any) -> dict[str, Any] | None:
        """A copy of the entry, empty where none is named, None where that one is not there."""
        body = self.entries[section].get(str(name)) if name else {}
        return None if body is None else dict(body)


def _is_private(server: str) -> bool:
    """Whether what is secret may be sent there: in clear text to this machine alone, as in wire.py."""
    return server.startswith("https://") or (server.startswith("http://") and is_this_machine(server))


def _trusts_one_way(cluster: Mapping[str, Any]) -> bool:
    """Whether the server is trusted by its authority, or whoever it is, and not both."""
    insecure = cluster.get("insecure-skip-tls-verify", False)
    authorities = [value for name, value in cluster.items() if name.startswith("certificate-authority")]
    plain = isinstance(insecure, bool) and all(isinstance(one, str) for one in authorities)
    return plain and not (insecure and authorities) and cluster.keys() <= _CLUSTER


def _is_one_pair(user: Mapping[str, Any]) -> bool:
    """Whether certificate and key are both in the kubeconfig, or both in files, or neither is there."""
    texts = all(isinstance(value, str) for name, value in user.items() if name != "extensions")
    return (
        texts
        and user.keys() <= _USER
        and all(
            (f"client-certificate{form}" in user) == (f"client-key{form}" in user) for form in ("", "-data")
        )
    )


def read_config(explicit: str | None, environment: Mapping[str, str]) -> Config:
    """The files that kubectl would read. What cannot be read counts as empty."""
    entries: dict[str, dict[str, Mapping[str, Any]]] = {section: {} for section in _SECTIONS}
    current, whole = "", True
    listed = explicit or environment.get("KUBECONFIG") or os.path.join("~", ".kube", "config")
    for path in [listed] if explicit else listed.split(os.pathsep):
        found = _load(os.path.expanduser(path)) if path else {}
        content, whole = found or {}, whole and found is not None
        current = current or str(content.get("current-context") or "")
        for section, key in _SECTIONS.items():
            for entry in content.get(section) or ():
                if isinstance(entry, dict) and isinstance(entry.get(key), dict) and "name" in entry:
                    entries[section].setdefault(str(entry["name"]), _absolute(entry[key], path))
    return Config(entries=entries, current=current, whole=whole)


def _load(path: str) -> Mapping[str, Any] | None:
    """What stands in a file; empty where there is none, None for what is no kubeconfig."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        return None
    return plain_yaml(text) or _other_yaml(text)


def _other_yaml(text: str) -> Mapping[str, Any] | None:
    import yaml

    try:
        content = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # each is a safe loader
    except (ValueError, yaml.YAMLError):
        return None
    return content if isinstance(content, dict) else None


def _absolute(body: Mapping[str, Any], path: str) -> dict[str, Any]:
    folder = os.path.dirname(os.path.abspath(os.path.expanduser(path)))
    kept = {name: value for name, value in body.items() if value not in (None, "")}
    for name in _PATHS:
        if name in kept:
            kept[name] = os.path.join(folder, str(kept[name]))
    return kept
