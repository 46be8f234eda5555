"""The record a run leaves."""

from halflife.results.record import Axis, Provenance, Results
from halflife.results.summary import Summary

__all__ = ["Axis", "Provenance", "Results", "Summary"]
