"""The room that acts: it carries out the edits of one way, and nothing else.

Before the first edit the state before is on disk (``journal``) and what the plan rests on was read
again (``preflight``); each edit is one merge patch (``patches``) under the resourceVersion last
read; what MetalLB makes of them is watched (``sight``) and held against what was foretold
(``apply``). It refuses to plan, to repair a stale plan, to ask and to print: it gives values.
"""
