"""Who puts a Service back, and who deployed it: the marks that their makers set, and nothing else."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.diagnose_room, however pytest was started

from kubectl_sharedip.diagnose.owners import behind
from kubectl_sharedip.intake.services import read_service
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.raw import Origin, RawDocument
from kubectl_sharedip.report.words import message

KUSTOMIZE = "kustomize.toolkit.fluxcd.io"
HELM_RELEASE = "helm.toolkit.fluxcd.io"
HELM = {
    "labels": {"app.kubernetes.io/managed-by": "Helm"},
    "annotations": {"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop"},
}


def found(metadata: dict[str, Any]) -> tuple[Finding, ...]:
    metadata = {"name": "web", "namespace": "shop", "uid": "u1", **metadata}
    body = {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"type": "LoadBalancer"}}
    service = read_service(RawDocument(body=body, origin=Origin()), [], "default", ("ipv4",))
    assert service is not None
    return behind(service)


def owner(kind: str, name: str, **more: bool) -> dict[str, Any]:
    return {"ownerReferences": [{"apiVersion": "example.com/v1", "kind": kind, "name": name, **more}]}


@pytest.mark.parametrize(
    ("metadata", "expected", "certain"),
    [
        pytest.param(owner("Kafka", "bus", controller=True), "Kafka shop/bus", True, id="controller"),
        pytest.param(owner("Kafka", "bus"), "Kafka shop/bus", False, id="owner-without-controller"),
        pytest.param(
            {"labels": {"gateway.networking.k8s.io/gateway-name": "edge"}},
            "Gateway shop/edge",
            True,
            id="gateway",
        ),
        pytest.param(
            {
                "labels": {
                    "gateway.envoyproxy.io/owning-gateway-name": "edge",
                    "gateway.envoyproxy.io/owning-gateway-namespace": "infra",
                }
            },
            "Gateway infra/edge",
            True,
            id="envoy-gateway",
        ),
        pytest.param(
            {"labels": {f"{KUSTOMIZE}/name": "apps", f"{KUSTOMIZE}/namespace": "flux-system"}},
            "Kustomization flux-system/apps",
            True,
            id="flux-kustomization",
        ),
        pytest.param(
            {
                "labels": {
                    **HELM["labels"],
                    f"{HELM_RELEASE}/name": "web",
                    f"{HELM_RELEASE}/namespace": "flux-system",
                },
                "annotations": HELM["annotations"],
            },
            "HelmRelease flux-system/web",
            False,
            id="flux-helm-release",
        ),
        pytest.param(
            {"annotations": {"argocd.argoproj.io/tracking-id": "shop:/Service:shop/web"}},
            "Application shop",
            False,
            id="argo-cd-tracking",
        ),
        pytest.param(
            {"labels": {"argocd.argoproj.io/instance": "team_shop"}},
            "Application team/shop",
            False,
            id="argo-cd-label",
        ),
    ],
)
def test_an_owner_is_named_with_where_to_edit(
    metadata: dict[str, Any], expected: str, *, certain: bool
) -> None:
    (finding,) = found(metadata)

    assert (finding.code, finding.severity, finding.certain) == ("SIP702", "warning", certain)
    assert finding.values["owner"] == expected
    assert finding.facts
    text = message(finding)
    assert text.startswith(f"Service shop/web belongs to {expected}: ")
    assert f"Make the change in {expected}" in text


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param({}, id="nothing"),
        pytest.param(
            {
                "labels": {f"{KUSTOMIZE}/name": "apps"},
                "annotations": {f"{KUSTOMIZE}/reconcile": "disabled"},
            },
            id="flux-told-to-leave-it",
        ),
        pytest.param(
            {"annotations": {"argocd.argoproj.io/tracking-id": "shop:/Service:shop/other"}},
            id="copied-with-its-tracking-id",
        ),
        pytest.param({"labels": HELM["labels"]}, id="label-of-a-chart-alone"),
        pytest.param(
            {"managedFields": [{"manager": "kubectl-edit", "operation": "Update"}]}, id="edited-by-hand"
        ),
        pytest.param(
            {"managedFields": [{"manager": "kubectl", "operation": "Apply", "subresource": "status"}]},
            id="applied-to-the-status",
        ),
    ],
)
def test_what_is_no_mark_says_nothing(metadata: dict[str, Any]) -> None:
    assert found(metadata) == ()


@pytest.mark.parametrize(
    ("metadata", "by", "where"),
    [
        pytest.param(HELM, "Helm (release shop/web)", "the values of release shop/web", id="helm"),
        pytest.param(
            {"managedFields": [{"manager": "kubectl-client-side-apply", "operation": "Update"}]},
            "kubectl apply",
            "its manifest",
            id="apply",
        ),
        pytest.param(
            {"managedFields": [{"manager": "kubectl", "operation": "Apply"}]},
            "kubectl apply",
            "its manifest",
            id="apply-server-side",
        ),
        pytest.param(
            {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"}},
            "kubectl apply",
            "its manifest",
            id="apply-in-a-dump",
        ),
    ],
)
def test_who_deployed_it_is_named(metadata: dict[str, Any], by: str, where: str) -> None:
    (finding,) = found(metadata)

    assert (finding.code, finding.severity, finding.certain) == ("SIP704", "info", True)
    assert message(finding) == (
        f"Service shop/web was deployed by {by}: an edit stays until the next deploy. Make the change in"
        f" {where} too."
    )


def test_one_owner_that_is_marked_twice_is_told_once() -> None:
    marked = {**owner("Gateway", "edge", controller=True)}
    marked["labels"] = {"gateway.networking.k8s.io/gateway-name": "edge"}

    (finding,) = found(marked)

    assert finding.values["owner"] == "Gateway shop/edge"
    assert finding.values["puts_back"] == "controller"
