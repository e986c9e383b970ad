"""The vocabulary: frozen values that every room speaks in.

Nothing here decides anything, and nothing here reads anything.
"""
