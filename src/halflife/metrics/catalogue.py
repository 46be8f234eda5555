"""Every measure and curve by name: of whom, in which unit, by which formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from halflife.metrics import coverage, debt, defaults, grades, losses, owners, returns, spread
from halflife.metrics.case import Case, Kind, Options
from halflife.metrics.defaults import Answer, Row

OWN = "our own"
AT_DEFAULT = "Basel Committee (2006), International convergence of capital measurement, paragraphs 452-474"
COVERAGE = "Yescombe (2013), Principles of project finance, section 12.3"
BOND = "Fabozzi (2016), Bond markets, analysis and strategies"
TAIL = "Acerbi and Tasche (2002), On the coherence of expected shortfall"
HULL = "Hull (2018), Risk management and financial institutions, chapter 19"


@dataclass(frozen=True, slots=True)
class Definition:
    """A measure: its name is also its term in the glossary."""

    name: str
    kind: Kind
    unit: str
    formula: str
    source: str
    answer: Callable[[Case, Options], Answer]


@dataclass(frozen=True, slots=True)
class CurveDefinition:
    """A curve: a family of rows of numbers."""

    name: str
    kind: Kind
    at_unit: str
    unit: str
    formula: str
    source: str
    answer: Callable[[Case, Options], list[Row]]


MEASURES = (
    Definition("pd", "borrower", "probability", "sum(w 1{default by T}) / sum(w)", AT_DEFAULT, defaults.pd),
    Definition("hazard", "borrower", "1/yr", "-ln(1 - PD(T)) / T", HULL, defaults.hazard),
    Definition("effective_paths", "borrower", "paths", "PD (1 - PD) / se(PD)^2", OWN,
               defaults.effective_paths),
    Definition("default_time", "borrower", "years", "E[time of default | default]", OWN,
               defaults.default_time),
    Definition("ead", "claim", "USD", "E[balance + accrued interest at default | default]", AT_DEFAULT,
               losses.ead),
    Definition("lgd", "claim", "fraction", "E[1 - min(recovered, EAD) / EAD | default]", AT_DEFAULT,
               losses.lgd),
    Definition("lgd_by_exposure", "claim", "fraction", "E[loss] / E[EAD]", OWN, losses.lgd_by_exposure),
    Definition("el", "claim", "of commitment", "E[loss] / commitment", AT_DEFAULT, losses.el),
    Definition("el_product", "claim", "of commitment", "PD * LGD * EAD / commitment", AT_DEFAULT,
               losses.el_product),
    Definition("ul", "claim", "of commitment", "sqrt(Var[loss]) / commitment", HULL, losses.ul),
    Definition("var_95", "claim", "of commitment", "smallest x with P(loss <= x) >= 95 %", TAIL,
               losses.var(0.95)),
    Definition("var_99", "claim", "of commitment", "smallest x with P(loss <= x) >= 99 %", TAIL,
               losses.var(0.99)),
    Definition("var_999", "claim", "of commitment", "smallest x with P(loss <= x) >= 99.9 %", TAIL,
               losses.var(0.999)),
    Definition("es_95", "claim", "of commitment", "mean of the worst 5 % of losses", TAIL, losses.es(0.95)),
    Definition("es_99", "claim", "of commitment", "mean of the worst 1 % of losses", TAIL, losses.es(0.99)),
    Definition("es_999", "claim", "of commitment", "mean of the worst 0.1 % of losses", TAIL,
               losses.es(0.999)),
    Definition("es_contribution", "facility", "of commitments",
               "E[facility's loss in the borrower's worst 1 %]", TAIL,
               losses.es_contribution),
    Definition("tranche_loss", "claim", "of tranche", "E[min(max(L - A, 0), D - A)] / (D - A)", HULL,
               losses.tranche_loss),
    Definition("recovery_lag", "borrower", "years", "mean date of sale proceeds - mean date of default", OWN,
               losses.recovery_lag),
    Definition("wal", "claim", "years", "E[sum(principal * time)] / E[sum(principal)]", BOND, debt.wal),
    Definition("expected_yield", "claim", "1/yr", "IRR of E[received] - E[issue price * draws]", BOND,
               returns.expected_yield),
    Definition("moic", "claim", "multiple", "E[received] / E[issue price * draws]", BOND, returns.multiple),
    Definition("discount_margin", "claim", "bp",
               "m: E[flows] discounted at E[short rate] + m are worth nothing", BOND,
               returns.discount_margin),
    Definition("contract_spread", "claim", "bp", "margin + (1 - issue price) commitment / E[annuity]", OWN,
               returns.contract_spread),
    Definition("el_spread", "claim", "bp", "E[PV of loss] / E[annuity]", HULL, spread.el_spread),
    Definition("risk_premium", "claim", "bp",
               "spread under PD_Q = Phi(Phi^-1(PD) + theta sqrt(T)) - EL spread",
               "Wang (2000), A class of distortion operators; Kealhofer (2003), Quantifying credit risk II",
               spread.risk_premium),
    Definition("illiquidity_premium", "claim", "bp", "as given", OWN, spread.illiquidity_premium),
    Definition("fair_spread", "claim", "bp", "EL spread + risk premium + illiquidity premium", OWN,
               spread.fair_spread),
    Definition("spread_cushion", "claim", "bp", "contract spread - fair spread", OWN, spread.spread_cushion),
    Definition("implied_rating_by_pd", "borrower", "notch (AAA = 1)", "grade with fitted PD(T) = PD(T)",
               "S&P cumulative default rates 1981-2020 in Hull, Table 17.1", grades.implied_by_pd),
    Definition("implied_rating_by_el", "claim", "notch (AAA = 1)",
               "grade with fitted PD(WAL) * (1 - recovery) = EL",
               "S&P cumulative default rates 1981-2020 in Hull, Table 17.1", grades.implied_by_el),
    Definition("notches_below_offtaker", "borrower", "notches",
               "implied rating by PD - weakest customer's rating", OWN,
               grades.notches_below_offtaker),
    Definition("minimum_dscr", "borrower", "ratio", "median over paths of the lowest reported DSCR", COVERAGE,
               coverage.minimum_dscr(0.5)),
    Definition("minimum_dscr_p05", "borrower", "ratio",
               "5 % quantile over paths of the lowest reported DSCR", COVERAGE,
               coverage.minimum_dscr(0.05)),
    Definition("dscr_below_one", "borrower", "probability", "P(lowest reported DSCR < 1)", OWN,
               coverage.dscr_below_one),
    Definition("average_dscr", "borrower", "ratio", "sum(E[CFADS]) / sum(E[scheduled service])", COVERAGE,
               debt.average_dscr),
    Definition("llcr", "borrower", "ratio", "PV(E[CFADS] to maturity at the loan rate) / E[debt]", COVERAGE,
               debt.llcr_at_peak),
    Definition("lowest_llcr", "borrower", "ratio", "min over dates of the median of llcr_fan", COVERAGE,
               coverage.lowest_llcr(0.5)),
    Definition("lowest_llcr_p05", "borrower", "ratio", "min over dates of the 5 % quantile of llcr_fan", COVERAGE,
               coverage.lowest_llcr(0.05)),
    Definition("residual_result", "facility", "of commitment",
               "E[orderly value returned + guarantor's payment - balance settled] / commitment", OWN,
               debt.residual_result),
    Definition("peak_ltv_paper", "borrower", "ratio", "max over dates of median(debt / paper value)", OWN,
               debt.peak_ltv("paper")),
    Definition("peak_ltv_orderly", "borrower", "ratio", "max over dates of median(debt / orderly value)", OWN,
               debt.peak_ltv("orderly")),
    Definition("peak_ltv_realisable", "borrower", "ratio",
               "max over dates of median(debt / realisable value)", OWN,
               debt.peak_ltv("realisable")),
    Definition("peak_debt", "claim", "USD", "max over months of E[balance]", OWN, debt.peak_debt),
    Definition("collateral_half_life", "borrower", "years",
               "first t after the peak with E[orderly] <= peak / 2", OWN,
               debt.collateral_half_life),
    Definition("debt_at_half", "borrower", "fraction",
               "E[debt] when the collateral has halved / peak E[debt]", OWN,
               debt.debt_at_half),
    Definition("maturity_to_life", "borrower", "ratio", "time to the last maturity / economic life", OWN,
               debt.maturity_to_life),
    Definition("shortfall_probability", "borrower", "probability", "P(any payment falls short)", OWN,
               defaults.shortfall_probability),
    Definition("equity_loss", "borrower", "fraction", "E[max(0, PV paid in - PV taken out)] / E[PV paid in]",
               OWN, owners.equity_loss),
    Definition("equity_multiple", "borrower", "multiple", "E[PV taken out] / E[PV paid in]", OWN,
               owners.equity_multiple),
    Definition("equity_loss_probability", "borrower", "probability", "P(PV taken out < PV paid in)", OWN,
               owners.equity_loss_probability),
    Definition("guarantor_support", "borrower", "USD", "E[PV of the guarantor's payments]", OWN,
               owners.support),
    Definition("breach_probability", "covenant", "probability", "P(the test is failed on any date)", OWN,
               coverage.breach_probability),
    Definition("first_breach", "covenant", "years", "median time of the first breach | breach", OWN,
               coverage.first_breach),
    Definition("covenant_headroom", "covenant", "fraction",
               "min over dates of (5 % quantile / threshold - 1)", OWN,
               coverage.headroom),
    Definition("party_rating", "party", "notch (AAA = 1)", "as written", OWN, grades.party_rating),
    Definition("party_pd", "party", "probability", "sum(w 1{failed by T}) / sum(w)", AT_DEFAULT,
               defaults.party_pd),
    Definition("pd_if_failed", "party", "probability", "P(default | the party failed before)", OWN,
               defaults.pd_if_failed),
    Definition("pd_if_alive", "party", "probability", "P(default | the party did not fail before)", OWN,
               defaults.pd_if_alive),
    Definition("share_after_failure", "party", "fraction", "P(the party failed before | default)", OWN,
               defaults.share_after_failure),
)  # fmt: skip

CURVES = (
    CurveDefinition("pd_by_year", "borrower", "month", "probability", "PD at each year's end", AT_DEFAULT,
                    defaults.pd_by_year),
    CurveDefinition("pd_by_month", "borrower", "month", "probability", "PD at each month's end", AT_DEFAULT,
                    defaults.pd_by_month),
    CurveDefinition("pd_by_cause", "borrower", "month", "probability", "PD by first event of default", OWN,
                    defaults.pd_by_cause),
    CurveDefinition("default_causes", "borrower", "cause", "probability", "PD by first event of default", OWN,
                    defaults.default_causes),
    CurveDefinition("failed_first", "borrower", "party", "probability", "P(default, this party failed first)",
                    OWN, defaults.failed_first),
    CurveDefinition("party_survival", "party", "month", "probability", "P(alive at the month's end)", OWN,
                    defaults.survival_of_party),
    CurveDefinition("lgd_quantiles", "claim", "level", "fraction", "quantiles of the LGD | default", OWN,
                    losses.lgd_quantiles),
    CurveDefinition("loss_histogram", "claim", "of commitment", "probability", "P(loss in the bin)", OWN,
                    losses.loss_histogram),
    CurveDefinition("recovery_timing", "borrower", "month", "fraction", "sum of E[proceeds] so far / all",
                    OWN, losses.recovery_timing),
    CurveDefinition("minimum_dscr_quantiles", "borrower", "level", "ratio", "quantiles of the lowest DSCR",
                    COVERAGE, coverage.minimum_dscr_quantiles),
    *(
        CurveDefinition(f"{quantity}_fan", "borrower", "month", unit, formula, OWN, coverage.fan_of(quantity))
        for quantity, unit, formula in (
            ("dscr", "ratio", "quantiles of the reported DSCR | owing, not in default"),
            ("ltv_paper", "ratio", "quantiles of debt / paper value | owing, not in default"),
            ("ltv_orderly", "ratio", "quantiles of debt / orderly value | owing, not in default"),
            ("ltv_realisable", "ratio", "quantiles of debt / realisable value | owing, not in default"),
            ("collateral", "of commitments", "quantiles of orderly value / commitments"),
            ("llcr", "ratio", "quantiles of PV(expected CFADS | path's state) / senior debt | owing, not in default"),
        )
    ),
    CurveDefinition("rent_fan", "machine", "month", "of today's rent", "quantiles of rent / rent today", OWN,
                    coverage.fan_of("rent")),
    CurveDefinition("ltv_of_means", "borrower", "month", "ratio", "E[debt] / E[value]", OWN,
                    debt.ltv_of_means),
    CurveDefinition("balances", "borrower", "month", "USD", "E[debt] and E[value]", OWN, debt.balances),
    CurveDefinition("waterfall", "borrower", "month", "USD", "E[paid by the step]", OWN, debt.waterfall),
    CurveDefinition("cash", "borrower", "month", "USD", "E[flow of the month]", OWN, debt.cash),
    CurveDefinition("breach_by_month", "covenant", "month", "probability", "P(test failed by the month)", OWN,
                    coverage.first_breach_by_month),
    CurveDefinition("threshold", "covenant", "month", "ratio", "as written", OWN, coverage.thresholds),
)  # fmt: skip

BY_NAME = {definition.name: definition for definition in MEASURES}
CURVE_BY_NAME = {definition.name: definition for definition in CURVES}
