"""Lines that are not to be crossed, as an investment committee words them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from halflife.facts import letter, notch
from halflife.foundation.document import close_match
from halflife.foundation.errors import Finding, Refusal, SpecError
from halflife.foundation.units import Rating, Ratio, Share, SignedRate
from halflife.metrics.stress import Aim
from halflife.study.ground import Ground
from halflife.study.quantities import BY_QUANTITY

HALF_A_NOTCH = 0.5


@dataclass(frozen=True)
class _Line:
    """How one kind of line is written.

    words : with the level in it;  quantity : by name;  figure : type of the level
    usual : level when none is written, None where the deal as written gives it
    """

    words: Callable[[float], str]
    quantity: str
    figure: Any
    usual: float | None
    is_crossed_above: bool


def _percent(level: float) -> str:
    return f"{100 * level:g} %"


LINES = {
    "dscr": _Line(lambda x: f"lowest DSCR below {x:g}x on the median path", "dscr", Ratio, 1.0, is_crossed_above=False),
    "dscr_p05": _Line(lambda x: f"lowest DSCR below {x:g}x on one path in twenty", "dscr_p05", Ratio, 1.0,
                      is_crossed_above=False),
    "breach": _Line(lambda x: f"first covenant breach on more than {_percent(x)} of the paths", "breach", Share, 0.5,
                    is_crossed_above=True),
    "loss": _Line(lambda x: f"expected loss above {_percent(x)} of the commitment", "el", Share, 0.01,
                  is_crossed_above=True),
    "pd": _Line(lambda x: f"probability of default above {_percent(x)}", "pd", Share, 0.1, is_crossed_above=True),
    "irr": _Line(lambda x: f"lenders' expected IRR below {_percent(x)}", "irr", SignedRate, 0.0,
                 is_crossed_above=False),
    "equity": _Line(lambda x: f"owners get back less than {x:g}x of their money", "equity_multiple", Ratio, 1.0,
                    is_crossed_above=False),
    "rating": _Line(lambda x: f"implied rating below {letter(x - HALF_A_NOTCH)}", "rating", Rating, None,
                    is_crossed_above=True),
}  # fmt: skip


def read_aim(text: str, ground: Ground, where: str = "--aim") -> Aim:
    """Read a line: ``dscr=1.0x``, ``breach=50 %``, ``rating=BBB-``, or a name alone for the usual level.

    Raises
    ------
    SpecError
        For a line that does not exist, a level that cannot be read, or one outside reach.
    """
    name, sign, written = (part.strip() for part in text.partition("="))
    line = LINES.get(name)
    if line is None:
        match = close_match(name, LINES)
        fix = f"did you mean '{match}'?" if match else "choose one of these"
        raise SpecError([Finding(where, f"unknown line '{name}'", "one of " + ", ".join(LINES), fix)])
    level = _level(line, f"{where} {name}", written if sign else None, ground)
    _refuse_out_of_reach(name, line, level, f"{where} {name}")
    unit = BY_QUANTITY[line.quantity].unit
    return Aim(name, line.words(level), line.quantity, unit, level, line.is_crossed_above)


def _level(line: _Line, where: str, written: str | None, ground: Ground) -> float:
    if written is None and line.usual is not None:
        return line.usual
    if written is None:
        return min(float(round(ground.base.read(BY_QUANTITY[line.quantity]))), 18.0) + HALF_A_NOTCH
    try:
        read = TypeAdapter(line.figure).validate_python(written)
    except ValidationError as error:
        cause = error.errors()[0].get("ctx", {}).get("error")
        said = (cause.found, cause.wanted, cause.fix) if isinstance(cause, Refusal) else (written, "a figure", "")
        raise SpecError([Finding(where, *said)]) from None
    return notch(read) + HALF_A_NOTCH if isinstance(read, str) else float(read)


def _refuse_out_of_reach(name: str, line: _Line, level: float, where: str) -> None:
    """Refuse a level that no run can cross."""
    ends = {"breach": (0.0, 1.0), "loss": (0.0, math.inf), "pd": (0.0, 1.0), "rating": (1.0, 19.0)}
    low, high = ends.get(name, (-math.inf, math.inf))
    if not low < level < high:
        words = line.words(level)
        found = f"a target outside reach: {words}"
        wanted = "AAA to CCC+" if name == "rating" else f"a level above {_percent(low)} and below {_percent(high)}"
        raise SpecError([Finding(where, found, wanted, "ask for a level that some run can cross and another not")])
