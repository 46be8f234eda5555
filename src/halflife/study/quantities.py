"""What is asked of a run: one number with its error, and its change against another run of the same paths."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from halflife.foundation.axes import Floats
from halflife.foundation.document import close_match
from halflife.foundation.errors import Finding, SpecError
from halflife.metrics.case import Case, Kind, NoAnswer
from halflife.metrics.catalogue import BY_NAME
from halflife.metrics.grades import implied
from halflife.metrics.sample import Estimated, Sample
from halflife.metrics.terms import Terms
from halflife.results.record import Results


@dataclass(frozen=True)
class Quantity:
    """A number that a run is asked for.

    Parameters
    ----------
    name, words, unit : as the user names it, in words, and its unit
    kind : of the entity it is asked of;  worse : 1 if more of it is worse for the lenders, -1 if less
    read : case -> number; raises `NoAnswer` where there is none
    """

    name: str
    words: str
    unit: str
    kind: Kind
    worse: int
    read: Callable[[Case], float]


def _measured(name: str) -> Callable[[Case], float]:
    definition = BY_NAME[name]
    return lambda case: definition.answer(case, {}).value


def _breach(case: Case) -> float:
    """Probability that any covenant of the borrower is failed on any date."""
    owned = [place for place, owner in enumerate(case.axis.covenant_borrower) if owner == case.borrower]
    if not owned:
        raise NoAnswer("the documents have no covenant")
    failed = np.asarray(case.results.columns["first_breach"][:, owned] > 0).any(axis=1)
    return case.sample.mean(np.asarray(failed, dtype=np.float64)).value


def _grade(case: Case) -> float:
    """Numeric grade of a firm with the same PD over the life of the debt; unbounded by the error of the PD."""
    return implied(case.default_probability(case.last_month).value, case.years)


def _yield(case: Case) -> float:
    """Yield of the expected flows; of a part of the paths, only what their losses cost a year, with its sign.

    The record keeps sums of the flows, not the flows of each path: the error is that of the losses, to first order.
    """
    if not isinstance(case.sample, Part):
        return BY_NAME["expected_yield"].answer(case, {}).value
    cost = case.sample.ratio(case.column("pv_loss"), case.column("annuity"))
    return -cost.value if cost else 0.0


class Part(Sample):
    """A sample without some of its paths.

    Parameters
    ----------
    whole : all paths;  kept : [path], 0 where a path is left out
    """

    def __init__(self, whole: Sample, kept: Floats) -> None:
        super().__init__(whole.weights * kept)


QUANTITIES = (
    Quantity("el", "expected loss", "of commitment", "claim", 1, _measured("el")),
    Quantity("pd", "probability of default", "probability", "borrower", 1, _measured("pd")),
    Quantity("lgd", "loss given default", "fraction", "claim", 1, _measured("lgd")),
    Quantity("el_spread", "spread that pays for the expected loss", "bp", "claim", 1, _measured("el_spread")),
    Quantity("fair_spread", "fair spread", "bp", "claim", 1, _measured("fair_spread")),
    Quantity("dscr", "lowest DSCR, median path", "ratio", "borrower", -1, _measured("minimum_dscr")),
    Quantity("dscr_p05", "lowest DSCR, worst path in twenty", "ratio", "borrower", -1, _measured("minimum_dscr_p05")),
    Quantity("dscr_below_one", "probability of a DSCR below 1", "probability", "borrower", 1,
             _measured("dscr_below_one")),
    Quantity("breach", "probability of a covenant breach", "probability", "borrower", 1, _breach),
    Quantity("rating", "implied rating by PD", "notch (AAA = 1)", "borrower", 1, _grade),
    Quantity("irr", "lenders' expected IRR", "1/yr", "claim", -1, _yield),
    Quantity("equity_multiple", "owners' money back over money in", "multiple", "borrower", -1,
             _measured("equity_multiple")),
)  # fmt: skip
BY_QUANTITY = {quantity.name: quantity for quantity in QUANTITIES}


def quantity_named(name: str, where: str = "--of") -> Quantity:
    """Find a quantity.

    Raises
    ------
    SpecError
        For a name that is none, with all names.
    """
    if name in BY_QUANTITY:
        return BY_QUANTITY[name]
    match = close_match(name, BY_QUANTITY)
    fix = f"did you mean '{match}'?" if match else "choose one of these"
    raise SpecError([Finding(where, f"unknown quantity '{name}'", "one of " + ", ".join(BY_QUANTITY), fix)])


@dataclass(frozen=True)
class Look:
    """A run that questions are put to.

    Parameters
    ----------
    results : its record;  borrower : whose;  sample : of its paths;  terms : what is written
    """

    results: Results
    borrower: str
    sample: Sample
    terms: Terms

    def read(self, quantity: Quantity, sample: Sample | None = None) -> float:
        """Answer with a number, over all paths or a part of them.

        Raises
        ------
        SpecError
            If this run has no such number.
        """
        try:
            return quantity.read(Case(self.results, quantity.kind, self.borrower, sample or self.sample, self.terms))
        except NoAnswer as reason:
            found, fix = f"no {quantity.words}: {reason}", "ask for another quantity, for example el"
            raise SpecError([Finding(quantity.name, found, "a run that has one", fix)]) from None

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The paths without one group at a time: without one draw of the ranges, or one run of neighbouring paths."""
        group = self.sample.groups()
        return tuple(Part(self.sample, (group != one).astype(np.float64)) for one in range(int(group.max()) + 1))

    def without(self, quantity: Quantity) -> Floats:
        """The number on each of `parts`: ``[group]``."""
        return np.array([self.read(quantity, part) for part in self.parts])

    def estimate(self, quantity: Quantity) -> Estimated:
        """The number and its standard error.

        References
        ----------
        Shao and Tu (1995), "The jackknife and bootstrap", section 2.3 (grouped jackknife).
        """
        return Estimated(self.read(quantity), _scatter(self.without(quantity)))

    def change(self, base: Look, quantity: Quantity) -> Estimated:
        """What this run adds to another of the same paths: the error of a difference of pairs."""
        value = self.read(quantity) - base.read(quantity)
        return Estimated(value, _scatter(self.without(quantity) - base.without(quantity)))


def _scatter(without: Floats) -> float:
    """Jackknife standard error of what was found without each group."""
    count = without.size
    if count < 2:
        return 0.0
    return math.sqrt((count - 1) / count * float(((without - without.mean()) ** 2).sum()))
