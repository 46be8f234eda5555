"""Hashprice against numbers we did not make."""

from __future__ import annotations

import csv
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from halflife import ratios


def read(name):
    folder = os.environ.get("HALFLIFE_DATA")
    if folder is None:
        pytest.skip("HALFLIFE_DATA names no folder: prices and difficulty do not ship")
    with (Path(folder) / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def yearly_mean(year):
    """Mean over the months of a year: daily prices, month-end difficulty averaged, the month's fees."""
    months, days = read("crypto_monthly.csv"), read("crypto_daily.csv")
    found = []
    for before, row in pairwise(months):
        if row["date"].startswith(year):
            month = [float(day["btc_usd"]) for day in days if day["date"].startswith(row["date"][:7])]
            difficulty = 0.5e12 * (float(before["difficulty_t"]) + float(row["difficulty_t"]))
            subsidy = float(row["block_subsidy_btc"])
            fees = ratios.fees_of_share(subsidy, float(row["fee_share_pct"]) / 100.0)
            found.append(ratios.hashprice(np.mean(month), subsidy, fees, ratios.network_hashrate(difficulty)))
    assert len(found) == 12
    return float(np.mean(found))


@pytest.mark.parametrize("year", ["2021", "2022"])
def test_hashprice_of_price_subsidy_fees_and_difficulty_is_the_published_mean(reference_case, year):
    case = reference_case("hashprice-yearly-means")
    assert yearly_mean(year) == pytest.approx(case["expected"][year], rel=case["tolerance"]["rel"])
