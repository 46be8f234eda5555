"""Cash, coins and shares: what is held, pledged, sold and issued when the business does not pay its way."""
