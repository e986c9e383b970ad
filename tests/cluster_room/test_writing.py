"""The one kind of write: a merge patch that carries what was read."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from kubectl_sharedip.cluster.connection import Connection
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.read import get_service
from kubectl_sharedip.cluster.write import merge_patch, patch_service
from tests.fakeapi import FakeApi, Json

Connect = Callable[..., Connection]

KEY = "metallb.io/allow-shared-ip"


def web() -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": "shop", "name": "web", "annotations": {"a": "b"}},
        "spec": {"type": "LoadBalancer"},
        "status": {"loadBalancer": {}},
    }


def edit(version: str, **annotations: str | None) -> Json:
    return {"metadata": {"resourceVersion": version, "annotations": annotations}}


def test_a_patch_changes_what_it_names_and_says_who_writes(to: Connect) -> None:
    with FakeApi([web()]) as api:
        version = api.get("services", "shop", "web")["metadata"]["resourceVersion"]
        after = patch_service(to(api), "shop", "web", edit(version, **{KEY: "dns", "a": None}), dry_run=False)
        stored = api.get("services", "shop", "web")

    assert after == stored
    assert stored["metadata"]["annotations"] == {KEY: "dns"}
    assert int(stored["metadata"]["resourceVersion"]) > int(version)
    sent = api.requests[0]
    assert (sent.method, sent.path) == ("PATCH", "/api/v1/namespaces/shop/services/web")
    assert sent.query == {"fieldManager": "kubectl-sharedip"}
    assert sent.headers["content-type"] == ("application/merge-patch+json",)
    assert json.loads(sent.body)["metadata"]["resourceVersion"] == version


def test_a_dry_run_is_judged_and_not_kept(to: Connect) -> None:
    with FakeApi([web()]) as api:
        before = api.get("services", "shop", "web")
        after = patch_service(
            to(api), "shop", "web", edit(before["metadata"]["resourceVersion"], **{KEY: "dns"}), dry_run=True
        )
        assert api.get("services", "shop", "web") == before

    assert after["metadata"]["annotations"] == {"a": "b", KEY: "dns"}
    assert api.requests[0].query["dryRun"] == "All"


def test_an_object_that_has_changed_meanwhile_is_a_conflict(to: Connect) -> None:
    with FakeApi([web()]) as api:
        version = api.get("services", "shop", "web")["metadata"]["resourceVersion"]
        changed = api.put(api.get("services", "shop", "web") | {"status": {}})
        with pytest.raises(ClusterError) as caught:
            patch_service(to(api), "shop", "web", edit(version, **{KEY: "dns"}), dry_run=False)
        assert api.get("services", "shop", "web") == changed

    assert (caught.value.kind, caught.value.status) == ("conflict", 409)
    assert "the object has been modified" in caught.value.what
    assert len(api.requests) == 1


def test_rights_and_names_are_the_servers_to_judge(to: Connect) -> None:
    with FakeApi([web()], forbidden=[("services", "shop")], user="jane") as api:
        with pytest.raises(ClusterError) as caught:
            patch_service(to(api), "shop", "web", edit("1"), dry_run=True)
        assert caught.value.kind == "forbidden"
        assert 'User "jane" cannot patch resource "services"' in caught.value.what
        with pytest.raises(ClusterError) as caught:
            patch_service(to(api), "default", "nobody", edit("1"), dry_run=True)
    assert caught.value.kind == "not-found"


@pytest.mark.parametrize("body", [{}, {"metadata": {}}, {"metadata": {"resourceVersion": ""}}])
def test_a_patch_without_resource_version_is_never_sent(to: Connect, body: Json) -> None:
    with FakeApi([web()]) as api, pytest.raises(ValueError, match="resourceVersion"):
        merge_patch(to(api), "/api/v1/namespaces/shop/services/web", body, dry_run=False)
    assert api.requests == []


def test_the_fake_answers_a_write_like_metallb_when_asked_to(to: Connect) -> None:
    with FakeApi([web()]) as api:

        def metallb(method: str, body: Json) -> None:
            assert method == "PATCH"
            if body["metadata"]["annotations"].get(KEY):
                api.put(body | {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.10"}]}}})

        api.on_write(metallb)
        connection = to(api)
        version = api.get("services", "shop", "web")["metadata"]["resourceVersion"]
        after = patch_service(connection, "shop", "web", edit(version, **{KEY: "dns"}), dry_run=False)
        assert after["status"] == {"loadBalancer": {}}
        assert (get_service(connection, "shop", "web") or {})["status"]["loadBalancer"]["ingress"]
