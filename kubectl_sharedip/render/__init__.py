"""The room where documents become text, and where nothing but layout is decided.

It refuses to make words beyond headers and state words, to know rules, and to read anything.
"""
