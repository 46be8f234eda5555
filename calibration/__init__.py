"""Scripts that estimate the shipped facts from data that does not ship; run by hand."""
