"""Random clusters with Pending Services: mended on real controllers, recorded, and planned again."""
