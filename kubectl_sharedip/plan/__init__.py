"""From a goal to the cheapest edits that reach it, every consequence foretold.

A plan is found by trying: each candidate is run through MetalLB's rules on an edited copy of the
cluster, to the end. Nothing here touches a cluster, and no way is chosen that would need leave
that was not given.
"""
