"""Enforcement: step-in, and selling machines into a thin market."""
