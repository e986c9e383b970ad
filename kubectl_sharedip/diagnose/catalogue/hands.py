"""SIP7xx. Someone else has a hand in it."""

from __future__ import annotations

from kubectl_sharedip.diagnose.catalogue.entry import POOLS, SERVICE, Entry, entry

ROWS: tuple[Entry, ...] = (
    entry(
        "SIP701",
        "two-controllers",
        "error",
        "Another controller than its MetalLB writes its addresses too: {marks}.",
        "another controller writes its addresses too",
        f"{SERVICE} convergeBalancer",
        ("services", "daemonsets"),
        phrases={
            "marks": {
                "servicelb": "k3s's servicelb has a DaemonSet for it",
                "hostname": "its status has a hostname, which MetalLB never writes",
                "manager": "managedFields of its status name one",
                "two-metallbs": "two MetalLBs serve its class",
                "finalizer": "it has the finalizer of a cloud's controller",
            },
        },
        arises="A DaemonSet of k3s's servicelb serves the Service, its status has a hostname, a cloud's"
        " controller wrote its status, two MetalLBs serve its class, or (possible) a cloud's finalizer is"
        " on a Service that waits.",
        clear="Leave the Service to one of them: switch the other off, or give MetalLB and the Service a"
        " loadBalancerClass.",
    ),
    entry(
        "SIP702",
        "owned",
        "warning",
        "{object} belongs to {owner}: {puts_back}. Make the change in {where}.",
        "",
        "metadata.ownerReferences, and the marks of Gateway API, Flux and Argo CD",
        phrases={
            "puts_back": {
                "controller": "its controller puts an edit back within seconds",
                "owner": "whoever made it for its owner may put an edit back",
                "gateway": "its controller puts an edit back within seconds",
                "flux-kustomization": "Flux puts an edit back at its next pass, within minutes",
                "flux-helm-release": "the next upgrade undoes an edit, and so does Flux at once where"
                " driftDetection is on",
                "argo-cd": "Argo CD shows an edit as out of sync, and undoes it where selfHeal is on",
            },
        },
        arises="ownerReferences, or the labels and annotations of Gateway API, Flux or Argo CD tell who"
        " made the Service, and a remedy would edit it.",
        clear="Make the change in the object that is named.",
    ),
    entry(
        "SIP703",
        "foreign-address",
        "warning",
        "{addresses} in its status belongs to no pool of its MetalLB: somebody else wrote it, or the pool is"
        " gone.",
        "",
        f"{SERVICE} convergeBalancer",
        POOLS,
        arises="The status shows an address, and no accepted pool of the MetalLB that serves the Service"
        " has it.",
        clear="Find out who wrote it; else add the address to a pool, or let MetalLB give another.",
    ),
    entry(
        "SIP704",
        "deployed-by",
        "info",
        "{object} was deployed by {deployer}: an edit stays until the next deploy. Make the change in"
        " {where} too.",
        "",
        "metadata.managedFields, and the marks of Helm and kubectl apply",
        phrases={
            "deployer": {"helm": "Helm (release {release})", "kubectl-apply": "kubectl apply"},
            "where": {"helm": "the values of release {release}", "kubectl-apply": "its manifest"},
        },
        arises="Helm's annotations, or kubectl apply's traces, are on the Service, and a remedy would edit"
        " it.",
        clear="Make the change in the values of the chart or in the manifest as well.",
    ),
    entry(
        "SIP705",
        "holder-terminating",
        "error",
        "{holders} on {address} is being deleted, and kept by its finalizers ({finalizers}).",
        "held by {holders}, which is being deleted",
        f"{SERVICE} convergeBalancer",
        arises=(
            "A Service that holds the address is being deleted and a finalizer keeps it. It holds its "
            "address and ports to the end."
        ),
        clear=(
            "See why the finalizer's owner does not finish. Never remove a finalizer without knowing "
            "what it waits for."
        ),
    ),
)
