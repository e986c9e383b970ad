"""The words that stay: those of Kubernetes, of MetalLB and of people's habits, which name nobody.

All else in a text of a cluster is somebody's. A word that is missing here is renamed, which costs a little
of the sense of a message and gives nothing away.
"""

from __future__ import annotations

from itertools import product


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


#: What is said for an environment in names and labels (SIP802).
ENVIRONMENTS = _words(
    "dev development test testing qa staging stage stg preprod",
    "prod production live",
)
ENVIRONMENT_LABELS = frozenset({"environment", "env", "app.kubernetes.io/environment"})

#: Sharing keys that say nothing (SIP801), without blanks, small, with ``_`` for ``-``.
EMPTY_KEYS = _words(
    "true false yes no on off enabled default any all none",
    "key sharing_key share shared sharing allow allow_shared_ip shared_ip",
    "ip address lb loadbalancer load_balancer metallb svc service",
    "foo bar baz example changeme",
)

#: Labels whose keys stay. Their values are renamed like others.
LABELS = frozenset(
    {
        *("app", "component", "helm.sh/chart", "sharedip/ignore", "metallb.io/component-type"),
        *ENVIRONMENT_LABELS,
        *(
            f"app.kubernetes.io/{one}"
            for one in ("name", "instance", "version", "component", "part-of", "managed-by")
        ),
        *(f"kubernetes.io/{one}" for one in ("hostname", "os", "arch", "metadata.name", "service-name")),
        *(f"topology.kubernetes.io/{one}" for one in ("region", "zone")),
        *(f"node-role.kubernetes.io/{one}" for one in ("control-plane", "master", "worker")),
        "node.kubernetes.io/exclude-from-external-load-balancers",
        "gateway.networking.k8s.io/gateway-name",
        "gateway.envoyproxy.io/owning-gateway-name",
        "gateway.envoyproxy.io/owning-gateway-namespace",
        "argocd.argoproj.io/instance",
        *(
            f"{tool}.toolkit.fluxcd.io/{one}"
            for tool, one in product(("kustomize", "helm"), ("name", "namespace", "reconcile", "ssa"))
        ),
    }
)

#: Values of labels and annotations that say how a tool works, or what is MetalLB's.
VALUES = _words("Helm disabled enabled Ignore IfNotPresent Merge Override metallb controller speaker")

#: Kinds of owners that are nobody's own.
OWNER_KINDS = _words(
    "Gateway Service Deployment StatefulSet DaemonSet ReplicaSet Job Ingress HelmRelease Kustomization",
    "Application Kafka ConfigMap Namespace",
)

MANAGERS = _words(
    "kubectl kubectl-client-side-apply kubectl-create kubectl-edit kubectl-patch kubectl-annotate",
    "kubectl-label helm Helm controller speaker metallb-controller metallb-speaker kube-apiserver",
    "kube-controller-manager cloud-controller-manager k3s rke2 kube-vip cloud-provider-kind",
    "kustomize-controller helm-controller argocd-controller argocd-application-controller",
)

FINALIZERS = _words("service.kubernetes.io/load-balancer-cleanup foregroundDeletion orphan")

COMPONENTS = _words(
    "metallb-controller metallb-speaker service-controller endpoint-controller",
    "endpoint-slice-controller kube-controller-manager cloud-controller-manager",
)

REASONS = _words(
    "IPAllocated AllocationFailed ClearAssignment LoadBalancerFailed AdditionalAssignFailed",
    "nolbIPsIPFamily noclusterIPsIPFamily svcCannotShareKey deprecatedAnnotation InternalError",
    "nodeAssigned announceFailed EnsuringLoadBalancer EnsuredLoadBalancer SyncLoadBalancerFailed",
    "UpdatedLoadBalancer DeletingLoadBalancer DeletedLoadBalancer UpdateLoadBalancerFailed",
    "FailedToUpdateEndpoint FailedToUpdateEndpointSlices",
) | {"not enough clusterips"}

#: The words of MetalLB's own texts, small.
METALLB = _words(
    "a additional address address(es address(es) advertisement advertisements after aggregationlength",
    "allocate allocated allowed already also an and annotation announcing any are assign assigned",
    "assignment at attempt available be because before bgp bgpadvertisement both by can can't cannot",
    "change cidr clusterips combination combined communities community compatible config configuration",
    "contained contains controller cr current defined definition deprecated desired did didn't does",
    "doesn't dual duplicate empty end enough error events exist exists expression expressions fail failed",
    "family field for from has have in interface interfaces invalid ip ip(s ip(s) ipfamily",
    "ipfamilyforaddresses ips ipv4 ipv6 is it its key l2advertisement label layer2 lb lbips legacy length",
    "less loadbalancer loadbalancerip local localpref match mode more must namespace namespaces",
    "namespaceselectors native new nil no node not notin of on only operator operators or overlaps",
    "parsing peer peers per pool port preferdualstack prefixes protocol range reconcile requested",
    "requires retrieve same sctp selector selectors service services serviceselectors set share sharing",
    "similar smaller speaker spec.loadbalancerip specified stack start supports svc.spec.loadbalancerip",
    "tcp than that the this to udp unknown use uses valid value values will with",
)
