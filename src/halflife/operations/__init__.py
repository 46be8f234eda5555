"""The business: fleets, contracts, re-leasing, running cost, CFADS."""
