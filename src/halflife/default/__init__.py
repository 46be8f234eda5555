"""Events of default, acceleration, refinancing."""
