"""From outcomes to findings: each a code with the values of its text and its proof.

No sentence is made here, and nothing is repaired: what would help is found by ``plan``.
"""
