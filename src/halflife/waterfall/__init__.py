"""The debt: facilities, accounts, draws, the priority of payments."""
