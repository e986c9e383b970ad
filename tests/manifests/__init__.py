"""Random sets of manifests for random clusters: what ``check -f`` foretells, and what then happens."""
