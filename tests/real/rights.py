"""Rights as data: what the shipped roles grant, what requests ask for, and users that have them.

A right is (verb, group, resource). RBAC is the API server's own; this only reads both sides of it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import yaml

from tests.real.between import Passing
from tests.realcluster.api import Json
from tests.realcluster.cluster import RealCluster

ROLES = Path(__file__).parents[2] / "krew" / "rights.yaml"
READER, FIXER = "sharedip-reader", "sharedip-fixer"

Right = tuple[str, str, str]

_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_VERBS = {"PATCH": "patch", "POST": "create", "PUT": "update", "DELETE": "delete"}


def shipped() -> dict[str, Json]:
    """The ClusterRoles of krew/rights.yaml, by name."""
    return {role["metadata"]["name"]: role for role in yaml.safe_load_all(ROLES.read_text())}


def granted(*roles: Mapping[str, object]) -> set[Right]:
    """Every right of some roles."""
    found: set[Right] = set()
    for role in roles:
        rules = role["rules"]
        assert isinstance(rules, list)
        for rule in rules:
            found.update(
                (verb, group, resource)
                for group in rule["apiGroups"]
                for resource in rule["resources"]
                for verb in rule["verbs"]
            )
    return found


def asked(requests: Iterable[Passing]) -> set[Right]:
    """The rights that requests need; /version is everybody's."""
    return {right for one in requests if (right := _right(one)) is not None}


def _right(passing: Passing) -> Right | None:
    split = urlsplit(passing.path)
    words = split.path.strip("/").split("/")
    if words[0] not in ("api", "apis"):
        return None
    group, rest = ("", words[2:]) if words[0] == "api" else (words[1], words[3:])
    if rest[0] == "namespaces" and len(rest) > 2:
        rest = rest[2:]
    if passing.method in _VERBS:
        return _VERBS[passing.method], group, "/".join((rest[0], *rest[2:]))
    if "watch" in parse_qs(split.query):
        return "watch", group, rest[0]
    return "get" if len(rest) > 1 else "list", group, rest[0]


def without(role: Json, right: Right) -> Json:
    """The role but for one right."""
    verb, group, resource = right
    left = copy.deepcopy(role)
    left["rules"] = []
    for rule in role["rules"]:
        for each in rule["resources"]:
            verbs = [v for v in rule["verbs"] if (v, rule["apiGroups"][0], each) != (verb, group, resource)]
            if verbs:
                left["rules"].append({**rule, "resources": [each], "verbs": verbs})
    assert granted(role) - granted(left) == {right}
    return left


def give(cluster: RealCluster, user: str, roles: Sequence[Json], *, namespace: str | None = None) -> None:
    """The roles to a user, in the whole cluster or in one namespace; in force on return."""
    for number, role in enumerate(roles):
        name = "-".join(filter(None, (user, namespace, str(number))))
        body = {**role, "metadata": {"name": name}}
        cluster.request("POST", f"{_RBAC}/clusterroles", body)
        kind = "RoleBinding" if namespace else "ClusterRoleBinding"
        place = f"/namespaces/{namespace}/rolebindings" if namespace else "/clusterrolebindings"
        binding = {
            "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
        }
        cluster.request("POST", _RBAC + place, {"kind": kind, **binding})


def may(cluster: RealCluster, user: str, right: Right, namespace: str | None = None) -> bool:
    """Whether the API server would let the user, by its own word."""
    verb, group, resource = right
    attributes = {"verb": verb, "group": group, "resource": resource, "namespace": namespace or ""}
    if (verb, resource) == ("get", "servicecidrs"):
        attributes["name"] = "kubernetes"
    review = {"spec": {"user": user, "resourceAttributes": attributes}}
    answer = cluster.request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
    return bool(answer["status"]["allowed"])
