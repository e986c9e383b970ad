"""SIP6xx. It has an address: can anyone reach it?"""

from __future__ import annotations

from kubectl_sharedip.diagnose.catalogue.entry import CONFIG, Entry, entry

LAYER2 = "speaker/layer2_controller.go"
BGP = "speaker/bgp_controller.go"

_ADVERTISEMENTS = ("services", "l2advertisements", "bgpadvertisements")
_NODES = (*_ADVERTISEMENTS, "nodes")
_ENDPOINTS = (*_NODES, "endpointslices")

ROWS: tuple[Entry, ...] = (
    entry(
        "SIP601",
        "not-advertised",
        "error",
        "No L2Advertisement and no BGPAdvertisement is for pool {pool}: nobody answers for {addresses}.",
        "",
        f"{CONFIG} setL2AdvertisementsToPools, setBGPAdvertisementsToPools",
        _ADVERTISEMENTS,
        phrases={"addresses": {"all-of-pool": "its addresses"}},
        arises=(
            "No L2Advertisement and no BGPAdvertisement selects the pool of the address: it is given "
            "out and nobody announces it."
        ),
        clear=(
            "Create an advertisement, or have one select the pool. One without selectors takes all pools."
        ),
    ),
    entry(
        "SIP602",
        "no-eligible-node",
        "error",
        "No node may announce {addresses}: {reasons}.",
        "",
        f"{LAYER2} ShouldAnnounce; {BGP} ShouldAnnounce",
        _NODES,
        arises=(
            "Advertisements select the pool, and no node is left that may announce it: nodeSelectors, "
            "the label node.kubernetes.io/exclude-from-external-load-balancers, or nodes whose "
            "network is not available."
        ),
        clear=(
            "Let a node in, or remove the label where it came by itself, as on a cluster of one "
            "control plane node."
        ),
    ),
    entry(
        "SIP603",
        "local-without-endpoint",
        "error",
        "Its policy is Local, and no node that may announce {addresses} ({nodes}) has a ready endpoint of it;"
        " those are on {where}.",
        "",
        f"{LAYER2} nodesWithEndpoint; {BGP} hasHealthyEndpoint",
        _ENDPOINTS,
        arises=(
            "Under policy Local only a node with a ready pod of the Service announces, and no such node may."
        ),
        clear="Run a pod on a node that may announce, let those nodes announce, or use policy Cluster.",
    ),
    entry(
        "SIP604",
        "no-ready-endpoint",
        "error",
        "No pod behind it is ready: nobody announces {addresses} for it.",
        "",
        f"{LAYER2} activeEndpointExists; {BGP} hasHealthyEndpoint",
        ("services", "endpointslices"),
        arises="No pod behind the Service is ready, so no node announces its address.",
        clear="See why the pods are not ready, or whether the selector matches any.",
    ),
    entry(
        "SIP605",
        "announced-from",
        "info",
        "{how}{said}.",
        "",
        f"{LAYER2} ShouldAnnounce; {BGP} ShouldAnnounce",
        _ENDPOINTS,
        phrases={
            "how": {
                "layer2": "On layer 2 node {node} answers for {addresses}; were it gone, {next} would",
                "layer2-alone": "On layer 2 node {node} answers for {addresses}, the only one that may",
                "bgp": "By BGP {addresses} is announced from {nodes}, to {peers}",
                "bgp-peers-unknown": "By BGP {addresses} is announced from {nodes}",
            },
        },
        arises="Always, where nodes, endpoints and advertisements could be read.",
        clear="Nothing has to be done: this is where traffic for the address comes in.",
    ),
    entry(
        "SIP606",
        "sharers-not-together",
        "warning",
        "It shares {address} and is announced {own}, but {others}: traffic for one may arrive where it is not"
        " served.",
        "",
        f"{LAYER2} ShouldAnnounce; {BGP} ShouldAnnounce",
        _ENDPOINTS,
        arises=(
            "Services that share an address are announced by different nodes, or one of them by none: "
            "traffic goes where the address is, not where the Service is."
        ),
        clear="Give the sharers the same policy, selectors and advertisements, or each its own address.",
    ),
    entry(
        "SIP607",
        "shared-with-selective-advertisement",
        "warning",
        "It has the annotation allow-shared-ip, and L2Advertisement {advertisements} selects Services:"
        " {effect}.",
        "",
        f"{LAYER2} ShouldAnnounce",
        ("services", "l2advertisements"),
        phrases={
            "effect": {
                "refused": "on layer 2 this MetalLB does not announce it at all",
                "to-be-refused": "MetalLB after 0.16.1 does not announce it on layer 2 at all",
            },
        },
        arises=(
            "The Service has a sharing key, and an L2Advertisement of its pool has serviceSelectors: "
            "on layer 2 it is then not announced."
        ),
        clear="Use an L2Advertisement without serviceSelectors for pools whose addresses are shared.",
    ),
    entry(
        "SIP608",
        "speaker-down",
        "error",
        "No speaker of MetalLB is ready on a node that may announce {addresses} ({nodes}).",
        "",
        "speaker/main.go",
        (*_NODES, "pods"),
        arises="No speaker is ready on any node that may announce the address.",
        clear=(
            "See why the speaker pods are not ready; taints that they do not tolerate are the usual reason."
        ),
    ),
    entry(
        "SIP609",
        "no-bgp-peer",
        "error",
        "BGPAdvertisement {advertisements} is for its pool, and no BGPPeer that it is for reaches a node that"
        " may announce it ({nodes}).",
        "",
        f"{BGP} syncPeers, adsForPeer",
        ("services", "bgpadvertisements", "bgppeers", "nodes"),
        arises="BGPAdvertisements select the pool, and no BGPPeer is for a node that may announce it.",
        clear="Add a BGPPeer, or correct its nodeSelectors and the peers that the advertisement names.",
    ),
    entry(
        "SIP610",
        "interface-missing",
        "error",
        "Node {node} is to answer for {address}, and has none of the interfaces that the advertisement asks"
        " for ({interfaces}).",
        "",
        f"{LAYER2} SetBalancer",
        (*_ENDPOINTS, "events"),
        arises="The advertisement asks for network interfaces that the announcing node does not have.",
        clear="Correct the interfaces of the L2Advertisement, or limit it to nodes that have them.",
    ),
    entry(
        "SIP611",
        "source-ranges",
        "info",
        "It lets in only clients from {ranges}, and {others} on the same address {address} lets in others.",
        "",
        "spec.loadBalancerSourceRanges",
        arises=(
            "A Service on a shared address has loadBalancerSourceRanges: clients outside of them are "
            "kept out of this Service and not of the others."
        ),
        clear="Nothing has to be done if that is meant.",
    ),
)
