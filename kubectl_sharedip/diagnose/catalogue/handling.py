"""SIP4xx. Who handles the Service at all."""

from __future__ import annotations

from kubectl_sharedip.diagnose.catalogue.entry import RECONCILER, SERVICE, Entry, entry

ROWS: tuple[Entry, ...] = (
    entry(
        "SIP401",
        "other-class",
        "error",
        "{class_text}",
        "{class_text}",
        f"{RECONCILER} filterByLoadBalancerClass",
    ),
    entry(
        "SIP402",
        "metallb-absent",
        "error",
        "No MetalLB was found in the cluster: no Deployment with its labels, and no IPAddressPool.",
        "no MetalLB in this cluster",
        "config/manifests/metallb-native.yaml",
        ("deployments",),
    ),
    entry(
        "SIP403",
        "controller-down",
        "error",
        "MetalLB's controller is not ready: Deployment {deployment} has no available replica, and until it"
        " has one no address is given.",
        "MetalLB's controller is not ready",
        "config/manifests/metallb-native.yaml",
        ("deployments",),
    ),
    entry(
        "SIP405",
        "not-a-load-balancer",
        "info",
        "Its type is {type}: only Services of type LoadBalancer get an external address.",
        "type {type}",
        f"{SERVICE} convergeBalancer",
    ),
    entry(
        "SIP406",
        "no-cluster-ip",
        "error",
        "It has no clusterIP ({cluster_ips}), and MetalLB gives an address only to Services that have one.",
        "no clusterIP",
        f"{SERVICE} convergeBalancer",
    ),
    entry(
        "SIP407",
        "dual-stack-impossible",
        "error",
        "Its ipFamilyPolicy {policy} does not fit its clusterIPs ({cluster_ips}).",
        "ipFamilyPolicy {policy} does not fit clusterIPs {cluster_ips}",
        "internal/allocator/allocation.go selectIPsForFamilyAndPolicy",
    ),
)
