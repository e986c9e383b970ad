"""Random clusters: made from a seed, played on real controllers, recorded, and replayed in the model."""
