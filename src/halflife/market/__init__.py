"""Prices: rents, successors, power, rates, spreads."""
