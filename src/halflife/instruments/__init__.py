"""Closed forms and lattices: prices and probabilities to compare the engine with."""
