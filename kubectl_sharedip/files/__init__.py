"""The room where files become raw documents, and where what is in them is never judged.

It refuses to ask a cluster, to fetch a URL and to hold an opinion on an object: ``intake`` does
the last, and nobody here does the others.
"""
