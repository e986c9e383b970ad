"""How long the program takes beside kubectl, on a real API server: what scripts/bench runs."""
