"""Results become versioned documents here, and codes become words.

Every output is made from one of these documents; what is not in it cannot be shown.
"""
