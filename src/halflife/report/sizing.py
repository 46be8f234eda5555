"""What a sizing leaves to read, and deals and scenarios side by side."""

from __future__ import annotations

import math

from halflife.foundation.words import percent, usd
from halflife.metrics.stress import Comparison, Sized, Sizing, Stack
from halflife.report.stress import page, run_words
from halflife.report.stress_words import amount_words, level_number, level_of, number, number_error
from halflife.report.tables import Table


def _is_free(one: Sized) -> bool:
    return one.binding is None


def _size(found: Sizing, one: Sized) -> str:
    return usd(one.debt) if found.knob == "debt" else f"{one.maturity} ({one.amount:+.0f} months)"


def _error(found: Sizing, one: Sized) -> str:
    if _is_free(one):
        return "largest tried"
    if not math.isfinite(one.error):
        return "at a cliff: no slope"
    error = one.error * found.written
    return f"± {usd(error).removeprefix('USD ')}" if found.knob == "debt" else f"± {one.error:.1f} months"


def size_sentences(found: Sizing) -> list[str]:
    """How much, and what stops it."""
    keep = "; ".join(aim.words for aim in found.aims)
    said = [f"{found.facility}: {usd(found.written)} to {found.maturity} as written. Not to happen: {keep}."]
    for one in found.sizes:
        if one.reason:
            said.append(f"{one.amortisation} repayment: {one.reason}.")
            continue
        rate = "" if one.advance_rate is None else f", an advance of {percent(one.advance_rate)}"
        stop = "nothing in the range stops it" if one.binding is None else f"stopped by: {one.binding.words}"
        said.append(
            f"{one.amortisation} repayment: at most {_size(found, one)} ({_error(found, one)}){rate}; {stop}. "
            f"Base-case DSCR there {one.base_dscr:.2f}x."
        )
        if one.limit:
            top = amount_words("months" if found.knob == "tenor" else "multiple", one.top)
            said.append(f"  Not tried beyond {top}: {one.limit}.")
        if not one.is_monotone:
            said.append("  Not monotone over the sizes tried: this is the crossing next to the deal as written.")
    said.append("Contract prices stay those of the deal as written, also where they were inferred from a DSCR.")
    return said


def size_table(found: Sizing) -> Table:
    """Every repayment."""
    rows = tuple(
        (one.amortisation, "none: " + one.reason if one.reason else _size(found, one),
         "" if one.reason else _error(found, one), "–" if one.advance_rate is None else percent(one.advance_rate),
         f"{one.base_dscr:.2f}x", "nothing" if one.binding is None else one.binding.words,
         *(f"{number(aim.unit, one.found[aim.name])} {number_error(aim.unit, one.found[aim.name])}"
           if aim.name in one.found else "" for aim in found.aims))
        for one in found.sizes
    )  # fmt: skip
    lines = [f"{aim.name.replace('_', ' ')}, line {level_of(aim.unit, aim.level)}" for aim in found.aims]
    columns = ("repayment", "largest", "error", "advance", "base-case DSCR", "stopped by", *lines)
    return Table("Size", columns, rows, frozenset({1, 2, 3, 4, *range(6, len(columns))}))


def render_size(found: Sizing) -> str:
    """The page of a sizing."""
    from halflife.report.stress_charts import size_chart

    figures = [(f"{one.amortisation.capitalize()} repayment", size_chart(found, one), len(found.sizes) == 1)
               for one in found.sizes]  # fmt: skip
    below = run_words(found.paths, found.draws, found.seed)
    return page("size", found.deal, below, (), size_sentences(found), figures, [size_table(found)])


def stack_sentences(found: Stack) -> list[str]:
    """How thick each tranche may be."""
    rule = "the probability of any loss" if found.by == "pd" else "the expected loss"
    said = [
        f"Pool of {usd(found.pool)}; expected loss {percent(found.el.value)} (± {percent(found.el.error)}) of it. "
        f"Ratings by {rule} over {found.years:.1f} years against the {found.source}."
    ]
    thin = [one.rating for one in found.slices if one.rating != "equity" and one.tail < 50]
    if thin:
        said.append(f"Fewer than 50 paths reach {', '.join(thin)}: ask for more paths.")
    said.append(
        "Losses are those at the end of the run, taken in order of seniority; interest left over and triggers protect "
        "nobody here, so that a real stack of the same size is somewhat safer."
    )
    return said


def stack_table(found: Stack) -> Table:
    """Every tranche."""
    rows = tuple(
        (one.rating, percent(one.attachment), "" if one.rating == "equity" else f"± {100 * one.error:.1f} pp",
         percent(one.detachment), usd(one.size), "" if one.rating == "equity" else f"{100 * one.allowed:.2f} %",
         f"{100 * one.pd.value:.2f} % ± {100 * one.pd.error:.2f}",
         "–" if one.el is None else f"{100 * one.el.value:.2f} % ± {100 * one.el.error:.2f}", f"{one.tail:,}")
        for one in found.slices
    )  # fmt: skip
    what = "PD" if found.by == "pd" else "EL"
    columns = ("tranche", "attaches", "error", "detaches", "size", f"{what} allowed", "P(any loss)", "expected loss",
               "paths")  # fmt: skip
    return Table("Tranches, senior first", columns, rows, frozenset(range(1, 9)))


def render_stack(found: Stack) -> str:
    """The page of a stack."""
    from halflife.report.stress_charts import stack_chart

    figures = [("Losses of the pool and the tranches they reach", stack_chart(found), True)]
    below = run_words(found.paths, found.draws, found.seed)
    return page("tranches", found.deal, below, (), stack_sentences(found), figures, [stack_table(found)])


def compare_table(found: Comparison) -> Table:
    """Columns across, numbers and their changes down."""
    from halflife.report.compare_charts import cells, names

    heads = names(found)
    rows = tuple((found.titles[name], *cells(found, name)) for name in found.units)
    return Table("Side by side", ("measure", *heads), rows, frozenset(range(1, len(heads) + 1)))


def terminal_table(found: Comparison) -> Table:
    """Scenarios down, the main numbers across, for a terminal."""
    from halflife.report.compare_charts import names

    wanted = ("rating", "pd", "lgd", "el", "fair_spread", "dscr", "breach")
    rows = tuple(
        (name, *("–" if (value := one.numbers[row]) is None else
                 f"{number(found.units[row], value)} {number_error(found.units[row], value)}" for row in wanted))
        for name, one in zip(names(found), found.columns, strict=True)
    )  # fmt: skip
    short = ("rating", "PD", "LGD", "expected loss", "fair spread", "lowest DSCR", "breach")
    return Table("Side by side", ("column", *short), rows, frozenset(range(1, 8)))


def moves_table(found: Comparison) -> Table:
    """What each scenario moves, and what that makes of it."""
    rows = dict.fromkeys(
        (one.scenario.replace("_", " "), moved.lever.replace("_", " "), amount_words(moved.kind, moved.amount),
         "" if moved.level is None else f"{moved.level_words}: {level_number(moved)}")
        for one in found.columns for moved in one.moves
    )  # fmt: skip
    return Table(
        "What the scenarios move", ("scenario", "lever", "amount", "stands at, alone"), tuple(rows), frozenset({2})
    )


def sources_table(found: Comparison) -> Table:
    """Where the figures of the scenarios come from."""
    rows = tuple((name.replace("_", " "), figure, written if len(written) < 60 else written[:57] + "...", source)
                 for name, figure, written, source in found.sources)  # fmt: skip
    return Table("Sources and reasons", ("scenario", "figure", "written", "source or reason"), rows)


def render_comparison(found: Comparison) -> str:
    """The page of deals and scenarios side by side."""
    from halflife.report.compare_charts import bars, debt_lines, pd_lines

    figures = [
        (found.titles[row][0].upper() + found.titles[row][1:], bars(found, row), False)
        for row in ("rating", "el", "lgd", "fair_spread")
    ]
    figures += [("When it defaults", pd_lines(found), True), ("How the debt runs off", debt_lines(found), True)]
    first = found.columns[0]
    deals = list(dict.fromkeys(one.deal for one in found.columns))
    below = run_words(first.paths, first.draws, found.seed)
    tables = [compare_table(found), moves_table(found), sources_table(found)]
    return page("comparison", ", ".join(deals), below, (), found.notes, figures, tables, "side")
