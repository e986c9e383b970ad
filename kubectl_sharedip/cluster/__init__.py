"""The API server: plain dicts in and out, no opinions.

This is the only room that imports ``kubernetes``. It is itself imported late, inside commands:
``--help`` and ``-f FILE`` must not pay for it.
"""
