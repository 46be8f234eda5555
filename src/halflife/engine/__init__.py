"""The corridor: term sheet to plan to month loop over blocks of paths."""
