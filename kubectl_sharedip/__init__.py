"""kubectl-sharedip: which Services share an external IP under MetalLB, why not, and what repairs it."""

__version__ = "0.1.0"
