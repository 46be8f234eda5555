"""Questions that take a whole run, or many: each is a function over term sheets."""
