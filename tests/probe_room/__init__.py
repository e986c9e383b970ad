"""Real listeners on loopback, and the guard that keeps every test there."""
