"""MetalLB's rules, recomputed: who holds what, and what MetalLB would do with a Service.

One rule is one function, with its source named; what it refuses is a value with its facts.
This room reads nothing, writes nothing and makes no sentences. Sources are given as in MetalLB
v0.16.1: ``controller/service.go``, ``internal/allocator/allocator.go``,
``internal/allocator/k8salloc/k8salloc.go``, ``internal/config/config.go``.
"""
