"""What a chunk of paths adds up to, and how chunks add up to a run."""

from dataclasses import dataclass

import numpy as np

from halflife.foundation.axes import Floats


@dataclass(frozen=True, slots=True)
class Summary:
    """Additive part of a run.

    Merging is plain addition in chunk order, so a run has the same bits for any number of threads or processes.

    Parameters
    ----------
    weight : sum of path weights
    sums : [series, month], weighted sums
    fans : [fan, date, bin], weight of the paths in each bin on each fan date
    """

    weight: float
    sums: Floats
    fans: Floats

    def __add__(self, other: "Summary") -> "Summary":
        return Summary(self.weight + other.weight, self.sums + other.sums, self.fans + other.fans)

    @staticmethod
    def empty(series: int, months: int, fans: int, dates: int, bins: int) -> "Summary":
        """Return the sum of no paths."""
        return Summary(0.0, np.zeros((series, months)), np.zeros((fans, dates, bins)))
