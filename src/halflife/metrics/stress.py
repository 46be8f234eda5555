"""What studies of one deal under changed circumstances find: bars, grids, roots, frontiers, sizes, columns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from halflife.metrics.sample import Estimated

Kind = Literal["rate", "share", "change", "multiple", "months"]
"""rate: decimal added per year; share: decimal added; change: relative, -0.3 is 30 % less; multiple: factor, 1 changes
nothing; months: added."""

Knob = Literal["debt", "tenor"]


@dataclass(frozen=True)
class Moved:
    """A lever that was moved.

    Parameters
    ----------
    lever, words : its name, and what it does
    kind : of the amount;  amount : added to what the term sheet says, or what it is multiplied by
    level : what that makes of it, mean over the draws of the assumed ranges; None where there is no one number
    level_words, level_unit : of what
    """

    lever: str
    words: str
    kind: Kind
    amount: float
    level: float | None = None
    level_words: str = ""
    level_unit: str = ""


@dataclass(frozen=True)
class Asked:
    """A quantity that is asked about.

    Parameters
    ----------
    name, words, unit : of the measure, as in docs/glossary.md
    base : of the deal as written
    deal, of : whose term sheet, which borrower;  paths, draws, seed : numbers of every run
    """

    deal: str
    name: str
    words: str
    unit: str
    base: Estimated
    of: str
    paths: int
    draws: int
    seed: int


@dataclass(frozen=True)
class Bar:
    """A lever moved down and up: by how much the quantity changes, on the same paths."""

    down: Moved
    up: Moved
    change_down: Estimated
    change_up: Estimated
    why: str

    @property
    def swing(self) -> float:
        """Larger of both changes."""
        return max(abs(self.change_down.value), abs(self.change_up.value))


@dataclass(frozen=True)
class Tornado:
    """Bars, the longest first;  left_out : lever -> why it does not apply."""

    asked: Asked
    bars: tuple[Bar, ...]
    left_out: Mapping[str, str]


@dataclass(frozen=True)
class Grid:
    """Two levers moved together: ``cells[row][column]``; rows are `down`, columns `across`."""

    asked: Asked
    down: tuple[Moved, ...]
    across: tuple[Moved, ...]
    cells: tuple[tuple[Estimated, ...], ...]


@dataclass(frozen=True)
class Aim:
    """A line that is not to be crossed: a quantity, its level, and the side on which it is crossed."""

    name: str
    words: str
    quantity: str
    unit: str
    level: float
    is_crossed_above: bool


@dataclass(frozen=True)
class Root:
    """Where a lever crosses a line.

    Parameters
    ----------
    moved : the lever at the root;  error : standard error of the amount (delta method)
    found : the quantity there, on the same paths;  slope : of the quantity in the amount
    is_monotone : the quantity never moved back by more than two standard errors on the points tried
    others : amounts of further crossings
    """

    moved: Moved
    error: float
    found: Estimated
    slope: float
    is_monotone: bool
    others: tuple[float, ...]


@dataclass(frozen=True)
class Breakeven:
    """One lever, one line.

    Parameters
    ----------
    aim, base : the line, and the quantity of the deal as written
    lever : moved by nothing;  low, high : range searched
    root : None if there is none in the range
    tried : (amount, quantity) of every run, by amount
    """

    asked: Asked
    aim: Aim
    lever: Moved
    low: float
    high: float
    root: Root | None
    tried: tuple[tuple[float, Estimated], ...]


@dataclass(frozen=True)
class Frontier:
    """Two levers, one line: for each amount of `along` the root in `across`, None where there is none in its range.

    is_crossed : the line is crossed there even with `across` as written
    """

    asked: Asked
    aim: Aim
    along: tuple[Moved, ...]
    across: Moved
    low: float
    high: float
    roots: tuple[Root | None, ...]
    is_crossed: tuple[bool, ...]


@dataclass(frozen=True)
class Column:
    """A deal under a scenario.

    Parameters
    ----------
    deal, scenario : names;  moves : what the scenario moves
    numbers : measure -> estimate, None where it does not apply;  changes : the same against the deal's first column
    ratings : measure -> letter with its interval
    pd_by_month : cumulative PD;  debt : mean balance over the commitment, by month
    """

    deal: str
    scenario: str
    moves: tuple[Moved, ...]
    numbers: Mapping[str, Estimated | None]
    changes: Mapping[str, Estimated | None]
    ratings: Mapping[str, str]
    pd_by_month: tuple[float, ...]
    debt: tuple[float, ...]
    paths: int
    draws: int


@dataclass(frozen=True)
class Comparison:
    """Columns side by side;  seed : of all;  notes : what a reader must know."""

    columns: tuple[Column, ...]
    units: Mapping[str, str]
    titles: Mapping[str, str]
    sources: tuple[tuple[str, str, str, str], ...]
    seed: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Sized:
    """The largest size under one amortisation.

    Parameters
    ----------
    amortisation : level, straight, sculpted, ...;  amount : factor of the debt as written, or months added
    error : its standard error, infinite where the quantity does not move
    debt, advance_rate, maturity : what that is: USD, share of capital expenditure (None without draws), a date
    binding : the line that stops it; None where nothing does within the range
    found : quantity at the size, on the same paths, by line
    base_dscr : average of scheduled DSCR of the base case at that size
    is_monotone : over the sizes tried;  tried : (amount, quantity of the binding line)
    reason : why there is no size, empty if there is
    top, limit : largest amount that makes a deal, and why none beyond it does; empty where the range ends there
    """

    amortisation: str
    amount: float
    error: float
    debt: float
    advance_rate: float | None
    maturity: str
    binding: Aim | None
    found: Mapping[str, Estimated]
    base_dscr: float
    is_monotone: bool
    tried: tuple[tuple[float, Estimated], ...]
    reason: str = ""
    top: float = math.inf
    limit: str = ""


@dataclass(frozen=True)
class Sizing:
    """How large a facility may be;  low, high : range searched."""

    deal: str
    facility: str
    knob: Knob
    written: float
    maturity: str
    aims: tuple[Aim, ...]
    sizes: tuple[Sized, ...]
    low: float
    high: float
    paths: int
    draws: int
    seed: int


@dataclass(frozen=True)
class Slice:
    """A tranche of a pool's losses.

    Parameters
    ----------
    rating : that it keeps;  attachment, detachment : shares of the pool;  error : of the attachment
    size : USD;  allowed : most PD or EL of the rating at the horizon;  pd : P(loss above the attachment)
    el : expected loss over the tranche, None where it is empty;  tail : paths with a loss above the attachment
    """

    rating: str
    attachment: float
    detachment: float
    error: float
    size: float
    allowed: float
    pd: Estimated
    el: Estimated | None
    tail: int


@dataclass(frozen=True)
class Stack:
    """Tranches of a pool, senior first, the equity last;  by : pd or el;  years : horizon of the ratings."""

    deal: str
    pool: float
    by: str
    years: float
    source: str
    slices: tuple[Slice, ...]
    el: Estimated
    losses: tuple[tuple[float, float], ...]
    paths: int
    draws: int
    seed: int
