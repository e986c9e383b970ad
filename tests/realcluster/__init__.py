"""A real etcd, kube-apiserver, kubectl and MetalLB controller on loopback.

Why it exists: what this project says about MetalLB is only worth something when the real
controller agrees. ``scripts/real-cluster`` and the tests of the real tier share this package.
It refuses to use containers, the network beyond loopback, or anything it did not start itself.
"""
