"""Who owes whom: clearing, fire sales in a shared market, and stress that travels through claims."""
