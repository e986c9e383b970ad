"""Raw documents become a Snapshot here, with notes on what could not be understood.

It knows the shape of Kubernetes objects and nothing of MetalLB's rules. An object that cannot be
understood costs nobody else the answer.
"""
