"""The page on forced sales says what its script says, and its script takes no row that is no evidence."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def validation(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    return lambda name: importlib.import_module(f"validation.{name}")


def observed(validation, low, high, error=0.0, kind="quoted price"):
    return validation("evidence").Observation("what", "source", "2022", low, high, kind, "A", error)


def band(validation):
    number = validation("outputs").Number
    return validation("outputs").Band(*(number(x, 0.001) for x in (0.5, 0.3, 0.7)))


@pytest.mark.parametrize(
    ("low", "high", "error", "wanted"),
    [
        (0.5, 0.5, 0.0, "inside"),
        (0.4, 0.6, 0.0, "inside"),
        (0.1, 0.2, 0.0, "**outside**: too kind"),
        (0.9, 0.9, 0.0, "**outside**: too harsh"),
        (0.299, 0.299, 0.0, "on the edge"),
        (0.25, 0.25, 0.05, "on the edge"),
        (0.25, 0.25, 0.01, "**outside**: too kind"),
        (0.6, 0.9, 0.0, "partly: reaches above the band"),
        (0.1, 0.9, 0.0, "partly: reaches below and above the band"),
    ],
)
def test_a_number_is_inside_or_outside_only_if_it_clears_the_edge(validation, low, high, error, wanted):
    seen = observed(validation, low, high, error)
    assert validation("liquidation").verdict(seen, band(validation)) == wanted


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (0.6, 0.7, "; its mean 10 points lower"),
        (0.1, 0.2, "; its mean 30 points higher"),
        (0.4, 0.6, "; its mean within"),
    ],
)
def test_an_average_is_set_beside_the_models_mean(validation, low, high, wanted):
    beside = validation("liquidation").beside
    assert beside(observed(validation, low, high, kind="study average"), band(validation)) == wanted
    assert beside(observed(validation, low, high), band(validation)) == ""


def test_interpolated_estimated_and_recalled_rows_are_refused(validation):
    evidence = validation("evidence")
    row = {"date": "2022-01-31", "kind": "interpolated", "quality": "reported"}
    with pytest.raises(SystemExit, match="no evidence"):
        evidence.only([row], date="2022-01-31")
    with pytest.raises(SystemExit, match="no evidence"):
        evidence.only([row | {"kind": "transaction", "quality": "estimated"}], date="2022-01-31")
    assert evidence.only([row | {"kind": "transaction"}], date="2022-01-31")["date"] == "2022-01-31"
    paid = {"company": "Acme", "recovery_musd": "50", "claim_musd": "100", "recovery_pct": "50", "recovery_basis": ""}
    assert evidence.paid_share(paid) == 0.5
    with pytest.raises(SystemExit, match="recalled"):
        evidence.paid_share(paid | {"recovery_basis": "later repaid (recalled)"})


def test_two_rows_for_one_observation_are_refused(validation):
    with pytest.raises(SystemExit, match="2 rows"):
        validation("evidence").only([{"date": "2022-01"}, {"date": "2022-01"}], date="2022-01")


@pytest.mark.slow
def test_the_tables_are_those_of_the_script(data_folder):
    asked = [sys.executable, "-m", "validation.liquidation", str(data_folder), "--check"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, f"docs/validation/liquidation.md is out of date: run the script\n{found.stderr}"
