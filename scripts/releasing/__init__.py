"""What scripts/release and scripts/check-krew are made of."""
