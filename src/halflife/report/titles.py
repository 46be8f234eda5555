"""The measures in plain words, in the order and groups of the page."""

from __future__ import annotations

GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Rating and default", (
        ("implied_rating_by_pd", "Rating implied by PD"),
        ("implied_rating_by_el", "Rating implied by expected loss"),
        ("notches_below_offtaker", "Notches below the weakest rated customer"),
        ("pd", "Probability of default"),
        ("hazard", "Average default intensity, a year"),
        ("default_time", "Mean time of default"),
        ("shortfall_probability", "Probability of any payment shortfall"),
        ("effective_paths", "Plain paths worth this sample"),
    )),
    ("Loss", (
        ("ead", "Exposure at default"),
        ("lgd", "Loss given default, per default"),
        ("lgd_by_exposure", "Loss given default, per dollar"),
        ("el", "Expected loss"),
        ("el_product", "PD x LGD x EAD"),
        ("ul", "Unexpected loss (standard deviation)"),
        ("var_95", "Value at risk, 95 %"),
        ("var_99", "Value at risk, 99 %"),
        ("var_999", "Value at risk, 99.9 %"),
        ("es_95", "Expected shortfall, 95 %"),
        ("es_99", "Expected shortfall, 99 %"),
        ("es_999", "Expected shortfall, 99.9 %"),
        ("es_contribution", "Contribution to the 99 % shortfall"),
        ("tranche_loss", "Expected loss of a slice"),
        ("recovery_lag", "From default to sale proceeds"),
    )),
    ("Price of the risk", (
        ("el_spread", "Spread for expected loss"),
        ("risk_premium", "Risk premium"),
        ("illiquidity_premium", "Illiquidity premium"),
        ("fair_spread", "Fair spread"),
        ("contract_spread", "Spread in the documents"),
        ("spread_cushion", "Spread beyond the fair spread"),
    )),
    ("Life and return", (
        ("wal", "Weighted average life"),
        ("peak_debt", "Peak debt"),
        ("expected_yield", "Yield on expected cash flows"),
        ("discount_margin", "Discount margin on expected cash flows"),
        ("moic", "Multiple on invested capital"),
        ("residual_result", "Lessor's result on the residual"),
    )),
    ("Coverage and collateral", (
        ("minimum_dscr", "Lowest DSCR, median path"),
        ("minimum_dscr_p05", "Lowest DSCR, worst path in twenty"),
        ("dscr_below_one", "Probability of a DSCR below 1.00x"),
        ("average_dscr", "Average DSCR on expected cash"),
        ("llcr", "LLCR on expected cash, at peak debt"),
        ("lowest_llcr", "Lowest LLCR by path, median"),
        ("lowest_llcr_p05", "Lowest LLCR by path, worst path in twenty"),
        ("peak_ltv_paper", "Peak LTV on paper value"),
        ("peak_ltv_orderly", "Peak LTV on orderly value"),
        ("peak_ltv_realisable", "Peak LTV on realisable value"),
        ("collateral_half_life", "Time until half of the collateral's value is gone"),
        ("debt_at_half", "Peak debt still owed by then"),
        ("maturity_to_life", "Maturity over economic life"),
    )),
    ("Owners and guarantor", (
        ("equity_loss", "Expected loss of the owners"),
        ("equity_multiple", "Owners' multiple, present value"),
        ("equity_loss_probability", "Probability that the owners lose money"),
        ("guarantor_support", "Expected payments of the guarantor"),
    )),
    ("Covenants", (
        ("breach_probability", "Probability of a breach"),
        ("first_breach", "First breach, median"),
        ("covenant_headroom", "Least headroom of the bad 5 %"),
    )),
    ("People", (
        ("party_rating", "Rating"),
        ("party_pd", "Probability of failure"),
        ("pd_if_failed", "PD of the deal if it fails"),
        ("pd_if_alive", "PD of the deal if it does not"),
        ("share_after_failure", "Defaults after its failure"),
    )),
)  # fmt: skip
"""(heading, (measure, title)); every measure stands here once."""

TITLES = {name: title for _, rows in GROUPS for name, title in rows}
IN_TABLES_OF_THEIR_OWN = ("Covenants", "People")
