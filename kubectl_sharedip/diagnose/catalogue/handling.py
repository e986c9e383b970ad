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
        arises=(
            "The Service's loadBalancerClass is served by somebody else or by nobody, or it has none "
            "and this MetalLB serves only its own class."
        ),
        clear=(
            "loadBalancerClass can be set only when a Service is created: create it anew with the "
            "class that is served."
        ),
    ),
    entry(
        "SIP402",
        "metallb-absent",
        "error",
        "No MetalLB was found in the cluster: no Deployment with its labels, and no IPAddressPool.",
        "no MetalLB in this cluster",
        "config/manifests/metallb-native.yaml",
        ("deployments",),
        arises=(
            "Neither a Deployment with MetalLB's labels nor an IPAddressPool was found. With files it "
            "may only be that they were not among them."
        ),
        clear="Install MetalLB, or see which other controller is to give out addresses here.",
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
        arises=(
            "MetalLB's controller Deployment has no available replica. Addresses that were given "
            "stay, and none is given or taken back."
        ),
        clear="See why the controller's pod is not ready: its events, its log, its node.",
    ),
    entry(
        "SIP404",
        "configuration-invalid",
        "error",
        "MetalLB's {component} reports its configuration as invalid ({because}): it goes on with the last"
        " one that was in order, which the API does not show.",
        "MetalLB reports its configuration as invalid",
        "internal/k8s/controllers, ConfigurationState",
        ("services", "configurationstates"),
        arises="A ConfigurationState (MetalLB 0.15.3 and later) says Invalid: for the controller because of"
        " a pool or a Community, for a speaker because of advertisements, peers and the like.",
        clear="Mend the object that the message names; the pools as they stand are not those in force until"
        " then.",
    ),
    entry(
        "SIP405",
        "not-a-load-balancer",
        "info",
        "Its type is {type}: only Services of type LoadBalancer get an external address.",
        "type {type}",
        f"{SERVICE} convergeBalancer",
        arises="The type of the Service is not LoadBalancer.",
        clear=(
            "Nothing has to be done, unless it is to be reached from outside: then make it a "
            "LoadBalancer Service."
        ),
    ),
    entry(
        "SIP406",
        "no-cluster-ip",
        "error",
        "It has no clusterIP ({cluster_ips}), and MetalLB gives an address only to Services that have one.",
        "no clusterIP",
        f"{SERVICE} convergeBalancer",
        arises=(
            "The Service is headless, or the API server has not given it a clusterIP yet. MetalLB "
            "waits for one."
        ),
        clear=(
            "Remove clusterIP: None; for that the Service has to be created anew. A clusterIP that is "
            "still to come needs nothing."
        ),
    ),
    entry(
        "SIP407",
        "dual-stack-impossible",
        "error",
        "Its ipFamilyPolicy {policy} does not fit its clusterIPs ({cluster_ips}).",
        "ipFamilyPolicy {policy} does not fit clusterIPs {cluster_ips}",
        "internal/allocator/allocation.go selectIPsForFamilyAndPolicy",
        arises=(
            "The ipFamilyPolicy does not fit the clusterIPs: RequireDualStack with one, or "
            "SingleStack with two."
        ),
        clear=(
            "Set the ipFamilyPolicy that is meant; the API server then gives or takes the second clusterIP."
        ),
    ),
)
