"""Doubles of the real things, for tests and experiments."""
